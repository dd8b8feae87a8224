// Recorders side by side, in one go, on the same simulated cameras of this machine: processor time for a gigabyte received, memory for a
// camera, what is lost when the recorder is killed. Writes report.md beside itself unless --no-report.
//
//   node bench/recorder/run.mjs [--cameras 40] [--mbit 4] [--seconds 30] [--rounds 3] [--only ours,ours-plain] [--batch MS] [--no-report]
//
// Floors and our recorder are measured in turn, `rounds` times, and their medians count: the floor alone moves by half from one minute to
// the next on a shared machine. Peers are measured once: they are several times away.
// Needs build/release (beffroi-video, beffroi-testcam, bench_floor) and, for the peers, Debian's ffmpeg, gstreamer1.0-tools with plugins
// good and bad, motion. A peer that is not there is left out and said to be. GStreamer writes fragments: without them a file that was
// not closed holds nothing that a player reads.
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { marks } from '../../tests/functional/lib/recorder.mjs';

const args = Object.fromEntries(process.argv.slice(2).join(' ').split('--').filter(Boolean).map((a) => { const [k, ...v] = a.trim().split(/[ =]/); return [k, v.join(' ') || true]; }));
const cameras = Number(args.cameras ?? 40), mbit = Number(args.mbit ?? 4), seconds = Number(args.seconds ?? 30), rounds = Number(args.rounds ?? 3);
const only = args.only ? String(args.only).split(',') : null;
const bin = path.resolve(args.bin ?? 'build/release/bin');
const scratch = fs.mkdtempSync(path.join(path.resolve(args.folder ?? 'build'), 'bench-recorder-'));
const ticks = Number(spawnSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }).stdout);
const free = () => new Promise((done) => { const s = net.createServer().listen(0, '127.0.0.1', () => { const { port } = s.address(); s.close(() => done(port)); }); });
const isOurs = (name) => name.startsWith('ours');
const has = (program) => spawnSync('which', [program]).status === 0;

// user + system seconds and resident KiB of a process and all its children.
function usage(pids) {
  let cpu = 0, kib = 0;
  for (const pid of pids) {
    try {
      const stat = fs.readFileSync(`/proc/${pid}/stat`, 'utf8');
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      cpu += (Number(fields[11]) + Number(fields[12])) / ticks;
      kib += Number(fs.readFileSync(`/proc/${pid}/status`, 'utf8').match(/VmRSS:\s+(\d+)/)?.[1] ?? 0);
    } catch { /* ended */ }
  }
  return { cpu, kib };
}

// Cameras whose files are read after the kill, spread over all of them.
const lookedAt = 20;
// What a camera marked in its pictures (the test camera writes number and time into each access unit), found in its files: the latest instant,
// and the numbers between the first and the last that are not there.
function picturesOf(files) {
  const found = files.flatMap(marks);
  if (found.length === 0) return { last: 0, missing: 0 };
  const numbers = new Set(found.map((mark) => mark.frame)), inOrder = [...numbers].sort((a, b) => a - b);
  return { last: Math.max(...found.map((mark) => mark.utc)), missing: inOrder.at(-1) - inOrder[0] + 1 - numbers.size };
}
// As far as ffprobe reads: bytes that lie in a file which nothing opens are lost.
function readable(file) {
  const probe = spawnSync('ffprobe', ['-v', 'quiet', '-select_streams', 'v', '-count_packets', '-show_entries', 'stream=nb_read_packets', '-of', 'csv=p=0', file], { encoding: 'utf8' });
  return Number(probe.stdout.trim().split('\n')[0]) || 0;
}
const filesBelow = (folder) => fs.readdirSync(folder, { recursive: true, withFileTypes: true }).filter((e) => e.isFile()).map((e) => path.join(e.parentPath ?? e.path, e.name));

async function testcam(port) {
  const child = spawn(path.join(bin, 'beffroi-testcam'), ['--port', port, '--cameras', cameras, '--mbit', mbit, '--size', mbit >= 2 ? '1920x1080' : '640x360', '--rate', 25, '--gop', 50, '--cheap'], { stdio: ['ignore', 'pipe', 'inherit'] });
  await new Promise((done) => child.stdout.once('data', done));
  return child;
}

const url = (port, n) => `rtsp://127.0.0.1:${port}/cam${n}`;
const all = [...Array(cameras).keys()];

// Each gives the processes to watch, or none when it cannot run here.
const recorders = {
  ours: { title: 'beffroi-video, chain on', start: (port, folder) => ours(port, folder, true) },
  'ours-plain': { title: 'beffroi-video, chain off', start: (port, folder) => ours(port, folder, false) },
  'ffmpeg-one': {
    title: 'ffmpeg, one process, `-c copy`, fragmented MP4',
    start: (port, folder) => has('ffmpeg') && [spawn('ffmpeg', ['-v', 'error', '-nostdin', ...all.flatMap((n) => ['-rtsp_transport', 'tcp', '-i', url(port, n)]),
      ...all.flatMap((n) => ['-map', `${n}:v`, '-c', 'copy', '-f', 'segment', '-segment_time', '600', '-segment_format', 'mp4', '-segment_format_options', 'movflags=+frag_keyframe+empty_moov', `${folder}/${n}-%03d.mp4`])], { stdio: ['ignore', 'ignore', 'ignore'] })],
  },
  'ffmpeg-each': {
    title: 'ffmpeg, one process per camera, `-c copy`',
    start: (port, folder) => has('ffmpeg') && all.map((n) => spawn('ffmpeg', ['-v', 'error', '-nostdin', '-rtsp_transport', 'tcp', '-i', url(port, n), '-map', '0:v', '-c', 'copy', '-f', 'segment', '-segment_time', '600', '-segment_format', 'mp4', '-segment_format_options', 'movflags=+frag_keyframe+empty_moov', `${folder}/${n}-%03d.mp4`], { stdio: 'ignore' })),
  },
  gstreamer: {
    title: 'GStreamer splitmuxsink, one process',
    start: (port, folder) => has('gst-launch-1.0') && [spawn('gst-launch-1.0', ['-q', '-e', ...all.flatMap((n) => `rtspsrc location=${url(port, n)} protocols=tcp latency=0 ! rtph264depay ! h264parse ! splitmuxsink location=${folder}/${n}-%05d.mp4 max-size-time=600000000000 async-finalize=true muxer-factory=mp4mux muxer-properties=properties,fragment-duration=1000`.split(' '))], { stdio: 'ignore' })],
  },
  motion: {
    title: 'motion, pass-through',
    start: (port, folder) => {
      if (!has('motion')) return null;
      fs.writeFileSync(`${folder}/motion.conf`, `daemon off\nlog_level 3\nwebcontrol_port 0\nmovie_passthrough on\nemulate_motion on\nmovie_output on\nmovie_max_time 600\npicture_output off\nframerate 25\ntarget_dir ${folder}\n` + all.map((n) => `camera ${folder}/cam${n}.conf\n`).join(''));
      for (const n of all) fs.writeFileSync(`${folder}/cam${n}.conf`, `camera_id ${n + 1}\nnetcam_url ${url(port, n)}\nmovie_filename ${n}-%t\nwidth 1920\nheight 1080\n`);
      return [spawn('motion', ['-c', `${folder}/motion.conf`], { stdio: 'ignore' })];
    },
  },
};

async function ours(port, folder, chain) {
  const config = path.join(folder, 'beffroi-video.toml');
  fs.writeFileSync(config, `[recorder]\ndata_folder = "${folder}"\nlog_level = "error"\n${args.batch ? `batch_ms = ${args.batch}\n` : ''}[archive]\nchain = ${chain}\n[server]\nport = ${await free()}\n[[disks]]\nfolder = "${folder}/disk"\nkeep_free_mib = 256\n` +
    all.map((n) => `[[cameras]]\nid = "cam${n}"\nurl = "${url(port, n)}"\ntransport = "tcp"\n`).join(''));
  return [spawn(path.join(bin, 'beffroi-video'), ['--config', config, 'serve', '--anonymous'], { stdio: ['ignore', 'ignore', 'inherit'] })];
}

async function floor(port, hash) {
  const folder = fs.mkdtempSync(path.join(scratch, 'floor-'));
  const child = spawnSync(path.join(bin, 'bench_floor'), [`rtsp://127.0.0.1:${port}/cam`, String(cameras), String(seconds), folder, ...(hash ? ['--hash'] : [])], { encoding: 'utf8' });
  fs.rmSync(folder, { recursive: true });
  if (child.status !== 0) throw new Error(child.stderr);
  return JSON.parse(child.stdout);
}

const bytesOf = (folder) => filesBelow(folder).reduce((sum, file) => sum + (fs.statSync(file, { throwIfNoEntry: false })?.size ?? 0), 0);

// Until a file of each camera has grown, three minutes at most: ffmpeg opens its inputs one after the other.
async function recording(folder) {
  const begun = new Set();
  for (const until = Date.now() + 180_000; begun.size < cameras && Date.now() < until; await wait(500))
    for (const file of filesBelow(folder)) {
      const camera = path.basename(file).match(/^(\d+)-.*\.(mp4|mkv)$/)?.[1] ?? file.match(/\/cam(\d+)\/.*\.mp4$/)?.[1];
      if (camera !== undefined && !begun.has(camera) && fs.statSync(file, { throwIfNoEntry: false })?.size > 100_000) begun.add(camera);
    }
  if (begun.size < cameras) console.log(`after three minutes ${begun.size} of ${cameras} cameras have a file that grows`);
}

async function measure(name, port, bytesPerSecond) {
  const folder = fs.mkdtempSync(path.join(scratch, `${name}-`));
  const children = await recorders[name].start(port, folder);
  if (!children) return null;
  await recording(folder);
  await wait(6000);
  const pids = children.map((c) => c.pid);
  const before = usage(pids), stored = bytesOf(folder), from = process.hrtime.bigint();
  await wait(seconds * 1000);
  const after = usage(pids);
  const elapsed = Number(process.hrtime.bigint() - from) / 1e9;
  const dead = children.filter((c) => c.exitCode !== null).length;
  const killedAt = Date.now() * 1000;
  for (const child of children) child.kill('SIGKILL');
  await wait(500);
  // A peer that can't follow is charged for what it kept; ours lays its files out beforehand, and what it lost shows in its own counters.
  const offered = bytesPerSecond * elapsed / 1e9;
  const gigabytes = isOurs(name) ? offered : Math.min(offered, (bytesOf(folder) - stored) / 1e9);
  // A few cameras tell for all: what was in the files at the moment of the kill, as far as a player reads it.
  const media = filesBelow(folder).filter((f) => /\.(mp4|mkv|mov|avi)$/.test(f));
  let worst = 0, missing = 0;
  for (const n of all.filter((each) => each % Math.ceil(cameras / lookedAt) === 0)) {
    const mine = media.filter((f) => path.basename(f).startsWith(`${n}-`) || f.includes(`/cam${n}/`));
    const pictures = picturesOf(mine);
    missing += pictures.missing;
    const packets = mine.reduce((sum, f) => sum + readable(f), 0);
    worst = packets === 0 ? Infinity : Math.max(worst, (killedAt - pictures.last) / 1e6);
  }
  fs.rmSync(folder, { recursive: true, force: true });
  return { name, title: recorders[name].title, kept: gigabytes / offered, cpu: (after.cpu - before.cpu) / gigabytes, mib: after.kib / 1024 / cameras, lost: worst, missing, dead };
}

const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];
const spread = (values) => values.length === 1 ? '' : ` (${Math.min(...values).toFixed(2)}–${Math.max(...values).toFixed(2)} in ${values.length} rounds)`;

const port = await free();
const camera = await testcam(port);
const results = [];
const floors = { plain: [], hash: [] };
const told = (result) => `${result.name}: ${result.cpu.toFixed(2)} CPU-s/GB, ${result.mib.toFixed(1)} MiB a camera, ${result.lost.toFixed(1)} s lost at SIGKILL, ${result.missing} frames missing${result.kept < 0.95 ? `, kept ${(result.kept * 100).toFixed(0)} % of what was offered` : ''}${result.dead ? `, ${result.dead} processes had died` : ''}`;
try {
  const wanted = Object.keys(recorders).filter((name) => !only || only.includes(name));
  const mine = Object.fromEntries(wanted.filter(isOurs).map((name) => [name, []]));
  let rate = 0;
  for (let round = 0; round < rounds; ++round) {
    for (const kind of ['plain', 'hash']) {
      const found = await floor(port, kind === 'hash');
      floors[kind].push(found.cpu_s_per_gb);
      rate ||= found.bytes / seconds;
    }
    console.log(`floor ${floors.plain.at(-1).toFixed(3)} CPU-s/GB, hashing ${floors.hash.at(-1).toFixed(3)}; offered ${(rate / 1e6).toFixed(1)} MB/s`);
    for (const name of Object.keys(mine)) {
      mine[name].push(await measure(name, port, rate));
      console.log(told(mine[name].at(-1)));
    }
  }
  for (const [name, all] of Object.entries(mine))
    if (all.length) results.push({ ...all[0], name, cpu: median(all.map((r) => r.cpu)), spread: spread(all.map((r) => r.cpu)), mib: Math.max(...all.map((r) => r.mib)), lost: Math.max(...all.map((r) => r.lost)), missing: all.reduce((sum, r) => sum + r.missing, 0) });
  for (const name of wanted.filter((each) => !isOurs(each))) {
    const result = await measure(name, port, rate);
    if (!result) { console.log(`${name}: not installed, left out`); continue; }
    results.push(result);
    console.log(told(result));
  }
} finally {
  camera.kill('SIGTERM');
  fs.rmSync(scratch, { recursive: true, force: true });
}

// A peer that kept less than half, or whose files hold not one image, did not record: its processor time says nothing.
const counts = (result) => Number.isFinite(result.cpu) && Number.isFinite(result.lost) && result.kept >= 0.5;
const peers = results.filter((r) => !isOurs(r.name) && counts(r));
const best = peers.length ? peers.reduce((a, b) => (a.cpu <= b.cpu ? a : b)) : null;
const floorPlain = median(floors.plain), floorHash = median(floors.hash);
const kept = (r) => (r.kept < 0.95 ? ` (kept ${(Math.max(0, r.kept) * 100).toFixed(0)} % of what was offered)` : '');
const lines = results.map((r) => isOurs(r.name) || counts(r)
  ? [r.title + kept(r), r.cpu.toFixed(2) + (r.spread ?? ''), `${(r.cpu / (r.name === 'ours' ? floorHash : floorPlain)).toFixed(2)} ×`, r.mib.toFixed(1), `${r.lost.toFixed(1)} s`, r.missing]
  : [r.title + kept(r), `not counted${r.dead ? ': it had died' : ''}`, '–', '–', '–', '–']);
const table = [['recorder', 'CPU-s per GB received', 'against the floor', 'MiB per camera', 'lost at SIGKILL', 'frames missing'], ['---', '---', '---', '---', '---', '---'],
  ['floor: receive, parse, aligned write', floorPlain.toFixed(2) + spread(floors.plain), '1.0 ×', '–', '–', '–'],
  ['floor with SHA-256', floorHash.toFixed(2) + spread(floors.hash), `${(floorHash / floorPlain).toFixed(1)} ×`, '–', '–', '–'], ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
const against = best ? results.filter((r) => isOurs(r.name)).map((r) => `${r.title}: ${(best.cpu / r.cpu).toFixed(1)} × less than the best peer (${best.title}).`) : [];
console.log([table, ...against].join('\n'));
if (!args['no-report'])
  fs.appendFileSync(path.join(import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname), 'report.md'), `\n## ${cameras} cameras × ${mbit} Mb/s, ${seconds} s, ${os.cpus()[0].model}, ${os.cpus().length} cores\n\n${table}\n\nFrames missing: between the first and the last of a camera, in the files of ${Math.min(cameras, lookedAt)} cameras.\n${against.map((line) => `\n${line}\n`).join('')}`);
