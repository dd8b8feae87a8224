// The disk does not answer for ten seconds while sixteen cameras are recorded, and the database lies on it too.
//   node tests/functional/video_stall_test.mjs BEFFROI_VIDEO BEFFROI_TESTCAM SLOW_DISK_LIBRARY
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Stage, cameraTable, until, withoutHole } from './lib/recorder.mjs';

const [program, testcam, library] = process.argv.slice(2);
if (fs.readFileSync(program).includes('__asan_init')) {
  console.log('skipped: a sanitizer must be loaded before anything else');
  process.exit(0);
}
const kStall = 10_000, kCameras = 16, kMbit = 1;
const stage = new Stage(program, testcam, 'video-stall');
after(() => stage.end());
const names = [...Array(kCameras).keys()].map((n) => `cam${n}`);
const stalled = path.join(path.dirname(stage.scratch), `${path.basename(stage.scratch)}.stalled`);
const memory = (child) => Number(fs.readFileSync(`/proc/${child.pid}/status`, 'utf8').match(/VmRSS:\s+(\d+)/)[1]) * 1024;
const during = { healthz: [], most: 0 };
let recorder, began, from, to, usual;

before(async () => {
  const cameras = await stage.cameras('--cameras', kCameras, '--size', '640x360', '--mbit', kMbit, '--cheap');
  const other = await stage.cameras('--size', '640x360');
  stage.configure([...names.map((name, n) => cameraTable(name, cameras.url(n), 'transport = "tcp"')), cameraTable('vanishes', other.url(0))]);
  began = Date.now() * 1000;
  recorder = await stage.serve({ env: { LD_PRELOAD: path.resolve(library), SLOW_DISK_FOLDER: stage.scratch, SLOW_DISK_WHILE: stalled } });
  await recorder.received(75);
  await recorder.onDisk(names, began);
  usual = memory(recorder);
  fs.writeFileSync(stalled, '');
  from = Date.now();
  // So that there is something to be written into the database just then: who waits for it must not be who watches the disk.
  other.kill('SIGKILL');
  await until('the end of the stall', async () => {
    const answer = await fetch(`${recorder.base}/healthz`, { signal: AbortSignal.timeout(5000) });
    during.healthz.push({ status: answer.status, text: await answer.text() });
    during.most = Math.max(during.most, memory(recorder));
    return Date.now() > from + kStall;
  });
  during.events = await recorder.events(began, Date.now() * 1000);
  fs.rmSync(stalled);
  to = Date.now();
  await until('the disk is well again', async () => (await recorder.get('/healthz')).status === 200);
  await recorder.onDisk(names, to * 1000);
});
after(() => fs.rmSync(stalled, { force: true }));

test('no picture of any camera is lost', () => {
  for (const name of names) {
    const seen = stage.marks(name);
    withoutHole(seen);
    assert.ok(seen.length > 25 * (kStall / 1000 + 3), `${name}: ${seen.length} pictures`);
  }
});

test('the timeline has no gap', async () => {
  for (const name of names) assert.deepEqual((await recorder.timeline(name, began, to * 1000)).map((span) => span.recorded), [true], name);
});

test('the recorder keeps answering, and says meanwhile that the disk is slow', () => {
  assert.ok(during.healthz.some(({ status, text }) => status === 503 && text.includes('slow')), JSON.stringify(during.healthz.at(-1)));
});

test('the events tell when it began and when it was over', async () => {
  const told = (await recorder.events(began, Date.now() * 1000)).filter((event) => event.kind.startsWith('disk_'));
  assert.deepEqual(told.map((event) => event.kind), ['disk_slow', 'disk_back']);
  assert.ok(Date.parse(told[0].at) < to, `${told[0].at} is during the stall`);
});

test('what waits in memory is what was received, not more', () => {
  const received = kCameras * kMbit * 125_000 * (kStall / 1000);
  assert.ok(during.most - usual < 2 * received + (32 << 20), `${(during.most - usual) >> 20} MiB more than before, ${received >> 20} MiB were received`);
});

test('nothing that lies on the disk was changed', async () => {
  recorder.kill('SIGTERM');
  assert.equal(await recorder.ended, 0, recorder.err);
  stage.verified();
});
