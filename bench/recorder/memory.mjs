// Whether the recorder's memory stays flat: records simulated cameras for a time, reads its own memory (RssAnon) at regular instants, and
// prints them with the slope between the first quarter and the last.
//
//   node bench/recorder/memory.mjs [--cameras 16] [--mbit 2] [--minutes 60] [--every 60] [--bin build/release/bin]
//
// The first minutes are left out of the slope: buffers grow to what the cameras need. One viewer comes and goes each time memory is read, as
// people do.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';

const { values } = parseArgs({ options: { cameras: { type: 'string', default: '16' }, mbit: { type: 'string', default: '2' }, minutes: { type: 'string', default: '60' }, every: { type: 'string', default: '60' }, bin: { type: 'string', default: 'build/release/bin' } } });
const cameras = Number(values.cameras);
const minutes = Number(values.minutes);
const every = Number(values.every);
const folder = fs.mkdtempSync(path.resolve('build', 'bench-memory-'));
const free = () => new Promise((done) => { const s = net.createServer().listen(0, '127.0.0.1', () => { const { port } = s.address(); s.close(() => done(port)); }); });

const cameraPort = await free();
const port = await free();
const testcam = spawn(path.join(values.bin, 'beffroi-testcam'), ['--port', cameraPort, '--cameras', cameras, '--mbit', values.mbit, '--size', '1920x1080', '--rate', 25, '--gop', 50, '--cheap'], { stdio: ['ignore', 'pipe', 'inherit'] });
await new Promise((done) => testcam.stdout.once('data', done));
const config = path.join(folder, 'beffroi-video.toml');
fs.writeFileSync(config, `[recorder]\ndata_folder = "${folder}"\nlog_level = "error"\n[server]\nport = ${port}\n[[disks]]\nfolder = "${folder}/disk"\nkeep_free_mib = 256\n` +
  [...Array(cameras).keys()].map((n) => `[[cameras]]\nid = "cam${n}"\nurl = "rtsp://127.0.0.1:${cameraPort}/cam${n}"\ntransport = "tcp"\n`).join(''));
const recorder = spawn(path.join(values.bin, 'beffroi-video'), ['--config', config, 'serve', '--anonymous'], { stdio: ['ignore', 'ignore', 'inherit'] });
const kib = () => Number(fs.readFileSync(`/proc/${recorder.pid}/status`, 'utf8').match(/RssAnon:\s+(\d+)/)[1]);

async function visit() {
  const from = new Date(Date.now() - 20_000).toISOString();
  const to = new Date(Date.now() - 10_000).toISOString();
  for (const url of ['/', '/metrics', '/api/v1/cameras', `/cameras/cam0`, `/api/v1/cameras/cam0/timeline?period=day`, `/api/v1/cameras/cam0/clip.mp4?from=${from}&to=${to}`])
    await fetch(`http://127.0.0.1:${port}${url}`).then((answer) => answer.arrayBuffer()).catch(() => {});
}

const read = [];
try {
  for (let second = 0; second <= minutes * 60; second += every) {
    if (second > 0) await wait(every * 1000);
    if (recorder.exitCode !== null) throw new Error('the recorder ended');
    await visit();
    read.push(kib());
    console.error(`        minute ${(second / 60).toFixed(0)}: ${(kib() / 1024).toFixed(1)} MiB`);
  }
} finally {
  recorder.kill('SIGTERM');
  testcam.kill('SIGTERM');
  await new Promise((done) => { if (recorder.exitCode !== null) done(); recorder.once('exit', done); });
  fs.rmSync(folder, { recursive: true, force: true });
}
const mean = (list) => list.reduce((sum, one) => sum + one, 0) / list.length;
const settled = read.slice(Math.ceil(read.length / 10));
const quarter = Math.max(1, Math.floor(settled.length / 4));
const [early, late] = [mean(settled.slice(0, quarter)), mean(settled.slice(-quarter))];
console.log(JSON.stringify({ cameras, minutes, first_mib: read[0] / 1024, early_mib: early / 1024, late_mib: late / 1024, growth_percent: ((late - early) / early) * 100, mib_per_camera: late / 1024 / cameras }));
