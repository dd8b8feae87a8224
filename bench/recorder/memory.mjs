// Whether the recorder's memory stays flat: records simulated cameras for a time, reads its own memory (RssAnon) at regular instants, and
// prints them with the slope between the first quarter and the last.
//
//   node bench/recorder/memory.mjs [--cameras 16] [--mbit 2] [--minutes 60] [--every 60] [--bin build/release/bin]
//
// The first minutes are left out of the slope: buffers grow to what the cameras need. One viewer comes and goes each time memory is read, as
// people do.
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Stage, cameraTable } from '../../tests/functional/lib/recorder.mjs';

const { values } = parseArgs({ options: { cameras: { type: 'string', default: '16' }, mbit: { type: 'string', default: '2' }, minutes: { type: 'string', default: '60' }, every: { type: 'string', default: '60' }, bin: { type: 'string', default: 'build/release/bin' } } });
const cameras = Number(values.cameras);
const minutes = Number(values.minutes);
const every = Number(values.every);
const stage = new Stage(path.join(values.bin, 'beffroi-video'), path.join(values.bin, 'beffroi-testcam'), 'bench-memory');
const testcam = await stage.cameras('--cameras', cameras, '--mbit', values.mbit, '--size', '1920x1080', '--rate', 25, '--gop', 50, '--cheap');
stage.configure([...Array(cameras).keys()].map((n) => cameraTable(`cam${n}`, testcam.url(n), 'transport = "tcp"')));
const recorder = await stage.serve();
const kib = () => Number(fs.readFileSync(`/proc/${recorder.pid}/status`, 'utf8').match(/RssAnon:\s+(\d+)/)[1]);

async function visit() {
  const from = new Date(Date.now() - 20_000).toISOString();
  const to = new Date(Date.now() - 10_000).toISOString();
  for (const address of ['/', '/metrics', '/api/v1/cameras', '/cameras/cam0', '/api/v1/cameras/cam0/timeline?period=day', `/api/v1/cameras/cam0/clip.mp4?from=${from}&to=${to}`])
    await recorder.get(address).then((answer) => answer.arrayBuffer()).catch(() => {});
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
  stage.end();
}
const mean = (list) => list.reduce((sum, one) => sum + one, 0) / list.length;
const settled = read.slice(Math.ceil(read.length / 10));
const quarter = Math.max(1, Math.floor(settled.length / 4));
const [early, late] = [mean(settled.slice(0, quarter)), mean(settled.slice(-quarter))];
console.log(JSON.stringify({ cameras, minutes, first_mib: read[0] / 1024, early_mib: early / 1024, late_mib: late / 1024, growth_percent: ((late - early) / early) * 100, mib_per_camera: late / 1024 / cameras }));
