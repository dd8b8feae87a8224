// Kills a recorder with many cameras again and again at random moments, and measures what each kill cost. Not part of ./test.
//   node tests/functional/video_soak.mjs BEFFROI_VIDEO BEFFROI_TESTCAM [--kills 200] [--cameras 16] [--seed 1]
// After each kill every file opens as a player opens it; the last image found in the files of each camera, whose time the test camera wrote
// into it, says how much was lost. At the end `archive verify` reads everything. Exit 1 when the contract of two seconds was broken.
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

const [program, testcam, ...rest] = process.argv.slice(2);
const option = (name, otherwise) => { const at = rest.indexOf(`--${name}`); return at < 0 ? otherwise : Number(rest[at + 1]); };
const kills = option('kills', 200), count = option('cameras', 16);
let seed = option('seed', Date.now() % 100000);
console.log(`# ${kills} kills, ${count} cameras, seed ${seed}`);
const random = () => { seed = (seed * 1103515245 + 12345) % 2147483648; return seed / 2147483648; };
const scratch = fs.mkdtempSync(path.join(path.dirname(path.dirname(path.resolve(program))), 'video-soak-'));
const disk = path.join(scratch, 'disk');
fs.mkdirSync(disk);

const cameras = spawn(testcam, ['--port', '0', '--cameras', String(count), '--size', '640x360', '--mbit', '0.5', '--cheap'], { stdio: ['ignore', 'pipe', 'inherit'] });
const port = await new Promise((done) => cameras.stdout.once('data', (d) => done(Number(String(d).match(/:(\d+)\/cam0/)[1]))));
const config = path.join(scratch, 'v.toml');
fs.writeFileSync(config, `[recorder]\ndata_folder = "${scratch}/data"\nlog_level = "error"\n[archive]\nfile_seconds = 60\n[server]\nport = 0\n[[disks]]\nfolder = "${disk}"\nkeep_free_mib = 64\n` +
  [...Array(count).keys()].map((n) => `[[cameras]]\nid = "cam${n}"\nurl = "rtsp://127.0.0.1:${port}/cam${n}"\ntransport = "tcp"\n`).join(''));

const newest = (n) => {
  const folder = path.join(disk, `cam${n}`);
  if (!fs.existsSync(folder)) return null;
  const files = fs.readdirSync(folder, { recursive: true }).map(String).filter((f) => f.endsWith('.mp4')).sort();
  return files.length ? path.join(folder, files.at(-1)) : null;
};
const lastMark = (file) => { let last = 0; for (const [, utc] of fs.readFileSync(file).toString('latin1').matchAll(/utc=(\d{16}) cam/g)) last = Math.max(last, Number(utc)); return last; };

const lost = [], back = [];
let unreadable = 0;
try {
  for (let kill = 0; kill < kills; kill += 1) {
    const begun = Date.now() * 1000;
    const recorder = spawn(program, ['--config', config, 'serve', '--anonymous'], { stdio: ['ignore', 'ignore', 'inherit'] });
    const ended = new Promise((done) => recorder.on('exit', done));
    // Until every camera has an image of this run in its file.
    let first = 0;
    for (const end = Date.now() + 60_000; Date.now() < end && !first; await wait(40)) {
      const files = [...Array(count).keys()].map(newest);
      if (files.every((f) => f && lastMark(f) > begun)) first = Date.now() * 1000;
    }
    if (!first) { console.log(`not ok - run ${kill}: not every camera was recorded again within a minute`); process.exitCode = 1; recorder.kill('SIGKILL'); break; }
    back.push((first - begun) / 1e6);
    await wait(200 + random() * 4000);
    const at = Date.now() * 1000;
    recorder.kill('SIGKILL');
    await ended;
    for (let n = 0; n < count; n += 1) {
      const file = newest(n);
      lost.push((at - lastMark(file)) / 1e6);
      if (kill % 10 === 0 || kill === kills - 1) {
        const probe = spawnSync('ffprobe', ['-v', 'error', '-count_packets', '-show_entries', 'stream=nb_read_packets', '-of', 'csv=p=0', file], { encoding: 'utf8' });
        if (probe.status !== 0 || !(Number(probe.stdout) > 0)) { unreadable += 1; console.log(`not ok - ${file}: ${probe.stderr}`); }
      }
    }
    if (kill % 10 === 9) console.log(`# ${kill + 1} kills: at most ${Math.max(...lost).toFixed(2)} s lost`);
  }
  const verified = spawnSync(program, ['--config', config, '--json', 'archive', 'verify'], { encoding: 'utf8', maxBuffer: 1 << 28 });
  const report = JSON.parse(verified.stdout);
  lost.sort((a, b) => a - b);
  back.sort((a, b) => a - b);
  const at = (list, share) => list[Math.min(list.length - 1, Math.floor(list.length * share))].toFixed(2);
  console.log(`lost at a kill, ${lost.length} measures: median ${at(lost, 0.5)} s, 99 % ${at(lost, 0.99)} s, at most ${lost.at(-1).toFixed(2)} s`);
  console.log(`start to an image of every camera on the disk: median ${at(back, 0.5)} s, at most ${back.at(-1).toFixed(2)} s`);
  console.log(`files that do not open: ${unreadable}; verify: ${report.files} files, ${report.fragments} fragments, ${report.faults.length} faults`);
  if (unreadable || report.faults.length || lost.at(-1) > 2) process.exitCode = 1;
} finally {
  cameras.kill('SIGKILL');
  if (process.exitCode !== 1) fs.rmSync(scratch, { recursive: true, force: true });
  else console.log(`# kept for a look: ${scratch}`);
}
