// What the recorder answers over HTTP, and how soon: first picture of a live stream, seek to the first byte, the timeline of a day, the speed of an
// export, while cameras are recorded. Prints a table, then one line of JSON.
//
//   node bench/recorder/http.mjs [--rounds 300] [--bin build/release/bin]
//
// Needs beffroi-video and beffroi-testcam of the release build, curl, and python3 (which fills the index: 64 cameras × 30 days of files of ten
// minutes; rows only, whose files nobody opens). Everything runs on this machine over the loopback: the generator takes its share of the cores.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { Stage, cameraTable, withoutHole } from '../../tests/functional/lib/recorder.mjs';

const args = process.argv.slice(2);
const option = (name, otherwise) => { const at = args.indexOf(`--${name}`); return at < 0 ? otherwise : args[at + 1]; };
const rounds = Number(option('rounds', 300)), bin = option('bin', 'build/release/bin');
const kCameras = 64, kDays = 30, kLive = 3, kDayUs = 86_400e6;
const stage = new Stage(path.join(bin, 'beffroi-video'), path.join(bin, 'beffroi-testcam'), 'bench-http');
const results = { cpu: os.cpus()[0].model.trim(), cores: os.cpus().length, load_before: os.loadavg()[0] };
let recorder;

const ms = (from) => Number(process.hrtime.bigint() - from) / 1e6;
const spread = (list) => {
  const sorted = [...list].sort((a, b) => a - b);
  const at = (share) => Number(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))].toFixed(2));
  return { rounds: sorted.length, p50_ms: at(0.5), p99_ms: at(0.99), most_ms: at(1) };
};
async function measured(each, count = rounds) {
  const list = [];
  for (let i = 0; i < count; i += 1) list.push(await each(i));
  return spread(list);
}

// Until the first byte of the body, over a connection that is kept; the whole body is read.
const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
const get = (address, headers = {}) => new Promise((done, failed) => {
  const from = process.hrtime.bigint();
  let first = 0;
  const parts = [];
  http.get(recorder.base + address, { agent, headers: { ...recorder.headers, ...headers } }, (answer) => {
    answer.on('data', (data) => { first ||= ms(from); parts.push(data); });
    answer.on('end', () => (answer.statusCode < 300 ? done({ first, whole: ms(from), body: Buffer.concat(parts) }) : failed(new Error(`${address}: ${answer.statusCode}`))));
  }).on('error', failed);
});

// From connect() to the last byte of the first message with a picture in it (moof and mdat): a new connection each time.
const firstPicture = (camera) => new Promise((done, failed) => {
  const from = process.hrtime.bigint();
  const request = http.get(`${recorder.base}/live/${camera}/ws`, { agent: false, headers: { ...recorder.headers, connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': 13, 'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==' } });
  request.on('error', failed);
  request.on('response', (answer) => failed(new Error(`live: ${answer.statusCode}`)));
  request.on('upgrade', (answer, socket, head) => {
    let bytes = head;
    const look = () => {
      while (bytes.length >= 10) {
        const short = bytes[1] & 127;
        const [start, size] = short < 126 ? [2, short] : short === 126 ? [4, bytes.readUInt16BE(2)] : [10, Number(bytes.readBigUInt64BE(2))];
        if (bytes.length < start + size) return;
        const message = bytes.subarray(start, start + size);
        if ((bytes[0] & 15) === 2 && message.includes('moof')) { socket.destroy(); return done(ms(from)); }
        bytes = bytes.subarray(start + size);
      }
    };
    socket.on('data', (data) => { bytes = Buffer.concat([bytes, data]); look(); });
    socket.on('error', failed);
    look();
  });
});

function fillIndex() {
  const program = `
import sqlite3, sys
path, cameras, days, now, disk = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]), sys.argv[5]
db = sqlite3.connect(path)
columns = [row[1] for row in db.execute("PRAGMA table_info(file)") if row[1] != "id"]
model = dict(zip(columns, db.execute("SELECT " + ", ".join(columns) + " FROM file LIMIT 1").fetchone()))
insert = "INSERT INTO file (%s) VALUES (%s)" % (", ".join(columns), ", ".join("?" * len(columns)))
step, each = 600_000_000, days * 144
for camera in range(cameras):
    for i in range(each):
        start = now - (each - i + 6) * step
        model.update(camera="cam%d" % camera, disk=disk, path="cam%d/bench/%d.mp4" % (camera, i), from_us=start, to_us=start + step - 20_000, kept_us=start, open=0, last_sequence=0)
        db.execute(insert, [model[name] for name in columns])
db.commit()`;
  const disk = JSON.parse(fs.readFileSync(path.join(stage.disk, 'disk.json'), 'utf8')).id;
  const filled = spawnSync('python3', ['-c', program, path.join(stage.data, 'archive.db'), kCameras, kDays, Date.now() * 1000, disk].map(String), { encoding: 'utf8' });
  if (filled.status !== 0) throw new Error(filled.stderr);
}

try {
  const small = await stage.cameras('--cameras', kLive, '--size', '1920x1080', '--mbit', 4, '--gop', 50, '--cheap');
  const large = await stage.cameras('--size', '1920x1080', '--mbit', 160, '--gop', 25, '--cheap');
  const table = (n) => cameraTable(`cam${n}`, n < kLive ? small.url(n) : large.url(0), n <= kLive ? 'transport = "tcp"' : 'enabled = false');
  stage.configure([...Array(kCameras).keys()].map(table));
  recorder = await stage.serve();
  const from = Date.now() * 1000;
  const frames = async (id) => (await recorder.camera(id)).stats.frames;
  while ((await frames(`cam${kLive}`)) < 25 * 40) await new Promise((done) => setTimeout(done, 500));
  large.kill('SIGTERM');
  const to = Date.now() * 1000;
  recorder.kill('SIGTERM');
  await recorder.ended;
  fillIndex();
  const starting = process.hrtime.bigint();
  recorder = await stage.serve();
  results.start_ms = Number(ms(starting).toFixed(0));
  const again = Date.now() * 1000;
  while ((await frames('cam0')) < 100) await new Promise((done) => setTimeout(done, 200));

  results.first_picture = await measured((i) => firstPicture(`cam${i % kLive}`));
  const random = (a, b) => Math.floor(a + Math.random() * (b - a));
  results.timeline_day = await measured(async (i) => {
    const start = random(from - kDays * kDayUs, from - kDayUs);
    return (await get(`/api/v1/cameras/cam${i % kCameras}/timeline?from=${start}&to=${start + kDayUs}`)).whole;
  });
  const seek = async (i, span) => {
    const at = random(from + 2e6, to - 6e6), camera = i % (kLive + 1);
    const listed = await get(`/api/v1/cameras/cam${camera}/segments?from=${at}&to=${at + span}`);
    const { stretches: [stretch] } = JSON.parse(listed.body);
    const segment = stretch.segments[0];
    return listed.whole + (await get(stretch.url, { range: `bytes=${segment.offset}-${segment.offset + Math.min(segment.bytes, 65536) - 1}` })).first;
  };
  results.seek = await measured((i) => seek(i, 4e6));
  results.clip_first_byte = await measured(async (i) => {
    const at = random(from + 2e6, to - 6e6);
    return (await get(`/api/v1/cameras/cam${i % kLive}/clip.mp4?from=${at}&to=${at + 2e6}`, { range: 'bytes=0-65535' })).first;
  }, Math.min(rounds, 100));

  // The first one brings the files into the page cache, where O_DIRECT did not leave them.
  const url = `${recorder.base}/api/v1/cameras/cam${kLive}/clip.mp4?from=${from + 2e6}&to=${to - 2e6}`;
  const speeds = [];
  for (let i = 0; i < 6; i += 1) {
    const curl = spawnSync('curl', ['-sS', '-o', '/dev/null', '-H', `Authorization: ${recorder.headers.authorization}`, '-w', '%{http_code} %{size_download} %{speed_download}', url], { encoding: 'utf8' });
    const [code, size, speed] = curl.stdout.split(' ').map(Number);
    if (code !== 200) throw new Error(`${url}: ${curl.stdout} ${curl.stderr}`);
    results.export_mb = Math.round(size / 1e6);
    if (i > 0) speeds.push(speed / 1e6);
  }
  speeds.sort((a, b) => a - b);
  results.export_mb_per_s = { downloads: speeds.length, least: Math.round(speeds[0]), median: Math.round(speeds[speeds.length >> 1]), most: Math.round(speeds.at(-1)) };
  const last = Date.now() * 1000;
  await recorder.onDisk(['cam0', 'cam1', 'cam2'], last);
  recorder.kill('SIGTERM');
  await recorder.ended;
  for (let n = 0; n < kLive; n += 1) withoutHole(stage.marks(`cam${n}`).filter((mark) => mark.utc > again + 2e6));
  results.pictures_lost_meanwhile = 0;
  results.load_after = os.loadavg()[0];

  const row = (what, target, { rounds: times, p50_ms, p99_ms, most_ms }) => `| ${what} | ${target} | ${p50_ms} | ${p99_ms} | ${most_ms} | ${times} |`;
  console.log(`${results.cpu}, ${results.cores} cores; load average ${results.load_before.toFixed(1)} before, ${results.load_after.toFixed(1)} after. ${kLive} cameras of 4 Mb/s recorded meanwhile, no picture lost; index of ${kCameras} cameras × ${kDays} days.

| over HTTP | target | p50 ms | p99 ms | most ms | rounds |
|---|---|---|---|---|---|
${row('connect() to the first live picture, WebSocket', '≤ 100 ms', results.first_picture)}
${row('timeline of a day, whole answer', '≤ 30 ms', results.timeline_day)}
${row('seek: list of segments, then the first byte of the first', 'p99 ≤ 20 ms', results.seek)}
${row('seek: clip of an interval, first byte', '', results.clip_first_byte)}

Export from the page cache, ${results.export_mb} MB into curl: median ${results.export_mb_per_s.median} MB/s (least ${results.export_mb_per_s.least}, most ${results.export_mb_per_s.most}; target ≥ 500). Start with that index, until it listens: ${results.start_ms} ms.
`);
  console.log(JSON.stringify(results));
} finally {
  stage.end();
}
