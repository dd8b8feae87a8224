// Kills a recorder with many cameras again and again at random moments, and measures what each kill cost. Not part of ./test.
//   node tests/functional/video_soak.mjs BEFFROI_VIDEO BEFFROI_TESTCAM [--kills 200] [--cameras 16] [--seed 1]
// After each kill every file opens as a player opens it; the last image found in the files of each camera, whose time the test camera wrote
// into it, says how much was lost. At the end `archive verify` reads everything. Exit 1 when the contract of two seconds was broken.
import fs from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { Stage, cameraTable, marks, probe } from './lib/recorder.mjs';

const [program, testcam, ...rest] = process.argv.slice(2);
const option = (name, otherwise) => { const at = rest.indexOf(`--${name}`); return at < 0 ? otherwise : Number(rest[at + 1]); };
const kills = option('kills', 200), count = option('cameras', 16);
let seed = option('seed', Date.now() % 100000);
console.log(`# ${kills} kills, ${count} cameras, seed ${seed}`);
const random = () => { seed = (seed * 1103515245 + 12345) % 2147483648; return seed / 2147483648; };
const stage = new Stage(program, testcam, 'video-soak');
const cameras = await stage.cameras('--cameras', count, '--size', '640x360', '--mbit', 0.5, '--cheap');
const each = [...Array(count).keys()];
stage.configure(each.map((n) => cameraTable(`cam${n}`, cameras.url(n), 'transport = "tcp"')), '[archive]\nfile_seconds = 60');

const newest = (n) => stage.of(`cam${n}`).at(-1);
const lastMark = (file) => Math.max(0, ...marks(file).map((m) => m.utc));

const lost = [], back = [];
let unreadable = 0;
try {
  for (let kill = 0; kill < kills; kill += 1) {
    const begun = Date.now() * 1000;
    const recorder = await stage.serve();
    // Until every camera has an image of this run in its file.
    let first = 0;
    for (const end = Date.now() + 60_000; Date.now() < end && !first; await wait(40)) {
      const files = each.map(newest);
      if (files.every((f) => f && lastMark(f) > begun)) first = Date.now() * 1000;
    }
    if (!first) { console.log(`not ok - run ${kill}: not every camera was recorded again within a minute`); process.exitCode = 1; recorder.kill('SIGKILL'); break; }
    back.push((first - begun) / 1e6);
    await wait(200 + random() * 4000);
    const at = Date.now() * 1000;
    recorder.kill('SIGKILL');
    await recorder.ended;
    for (let n = 0; n < count; n += 1) {
      const file = newest(n);
      lost.push((at - lastMark(file)) / 1e6);
      if (kill % 10 === 0 || kill === kills - 1) {
        try { if (!(Number(probe(file)[0].nb_read_packets) > 0)) throw new Error(`${file}: empty`); } catch (error) { unreadable += 1; console.log(`not ok - ${error.message}`); }
      }
    }
    if (kill % 10 === 9) console.log(`# ${kill + 1} kills: at most ${Math.max(...lost).toFixed(2)} s lost`);
  }
  const report = JSON.parse(stage.run('--config', stage.config, '--json', 'archive', 'verify').stdout);
  lost.sort((a, b) => a - b);
  back.sort((a, b) => a - b);
  const at = (list, share) => list[Math.min(list.length - 1, Math.floor(list.length * share))].toFixed(2);
  console.log(`lost at a kill, ${lost.length} measures: median ${at(lost, 0.5)} s, 99 % ${at(lost, 0.99)} s, at most ${lost.at(-1).toFixed(2)} s`);
  console.log(`start to an image of every camera on the disk: median ${at(back, 0.5)} s, at most ${back.at(-1).toFixed(2)} s`);
  console.log(`files that do not open: ${unreadable}; verify: ${report.files} files, ${report.fragments} fragments, ${report.faults.length} faults`);
  if (unreadable || report.faults.length || lost.at(-1) > 2) process.exitCode = 1;
} finally {
  stage.end({ keep: process.exitCode === 1 });
}
