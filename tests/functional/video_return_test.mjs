// Cameras that reboot, vanish and come back, freeze, refuse, talk nonsense, change their size, all at the same time: each is recorded again by itself
// at most five seconds after it is back, and both the timeline and the events tell what is missing.
//   node tests/functional/video_return_test.mjs BEFFROI_VIDEO BEFFROI_TESTCAM
import assert from 'node:assert/strict';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { Stage, cameraTable, marks, probe, until, withoutHole } from './lib/recorder.mjs';

const kBackUs = 5e6;  // the contract: recorded again so soon after the camera is back
const kAway = 6;      // seconds; an hour changes nothing: media/rtsp has the test of how often a camera is asked
const kRefusal = 5;   // seconds: as long as the camera says that it will (Retry-After), so that it is ready when it is asked again
const kFrom = 4;      // seconds after the start of the cameras
const deafPort = path.join(import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname), '../support/deaf_port.py');
const stage = new Stage(...process.argv.slice(2, 4), 'video-return');
after(() => stage.end());

const size = ['--size', '640x360', '--gop', '25'];
const scripted = {
  reboots: [`reboot=${kAway},1280x720@${kFrom}`],
  refuses: [`disconnect@${kFrom}`, `answer-503@${kFrom}+${kRefusal}`],
  silent: [`silent@${kFrom}+${kAway}`],
  garbage: [`garbage=3000@${kFrom}+3`],
  resizes: [`parameter-sets-change=1280x720@${kFrom}`],
};
const names = [...Object.keys(scripted), 'vanishes', 'switched-off', 'freezes'];
const back = {};  // µs UTC of the moment at which a camera could be recorded again
const recorded = {};
let recorder, began;

before(async () => {
  const faults = Object.values(scripted).flatMap((each, n) => each.flatMap((fault) => ['--fault', `${fault}#${n}`]));
  const scriptedCameras = await stage.cameras(...size, '--cameras', Object.keys(scripted).length, ...faults);
  for (const [name, away] of Object.entries({ reboots: kAway, refuses: kRefusal, silent: kAway })) back[name] = (Date.now() + (kFrom + away) * 1000) * 1000;
  const own = { vanishes: await stage.cameras(...size), 'switched-off': await stage.cameras(...size), freezes: await stage.cameras(...size) };
  const url = (name, n) => (own[name] ? own[name].url(0) : scriptedCameras.url(n));
  stage.configure(names.map((name, n) => cameraTable(name, url(name, n), 'transport = "tcp"')));
  began = Date.now() * 1000;
  recorder = await stage.serve();
  await recorder.received(25);

  own.vanishes.kill('SIGKILL');
  own['switched-off'].kill('SIGKILL');
  own.freezes.kill('SIGSTOP');
  await Promise.all([own.vanishes.ended, own['switched-off'].ended]);
  const deaf = stage.start(deafPort, [own['switched-off'].port]);
  await until('a host that is switched off', () => deaf.out.includes('deaf') || deaf.exitCode !== null);
  assert.equal(deaf.exitCode, null, deaf.err);
  await wait(kAway * 1000);
  deaf.kill('SIGKILL');
  await deaf.ended;
  own.freezes.kill('SIGCONT');
  back.freezes = Date.now() * 1000;
  for (const name of ['vanishes', 'switched-off']) {
    await stage.cameras(...size, '--port', own[name].port);
    back[name] = Date.now() * 1000;
  }
  await until('a second of each after its return', () => names.every((name) => stage.marks(name).some((mark) => mark.utc > (back[name] ?? began) + 1e6)));
  for (const name of names) recorded[name] = stage.marks(name);
});

const gone = Object.keys({ reboots: 0, refuses: 0, silent: 0, vanishes: 0, 'switched-off': 0, freezes: 0 });
for (const name of gone) {
  test(`${name}: recorded again at most five seconds after it is back, without a hole from then on`, () => {
    const since = recorded[name].filter((mark) => mark.utc > back[name]);
    assert.ok(since[0].utc - back[name] <= kBackUs, `after ${(since[0].utc - back[name]) / 1e6} s`);
    withoutHole(since);
  });

  test(`${name}: the timeline has the gap, with a reason, and the events have its beginning and its end`, async () => {
    const spans = await recorder.timeline(name, began, back[name] + 6e6);
    const missing = spans.filter((span) => !span.recorded);
    assert.equal(missing.length, 1, JSON.stringify(spans));
    assert.match(missing[0].reason, /^(camera_lost|other)$/);
    assert.ok(missing[0].to_us > back[name] - 1e6 && missing[0].to_us <= back[name] + kBackUs + 1e6, JSON.stringify(spans));
    const told = (await recorder.events(began, Date.now() * 1000)).filter((event) => event.camera === name).map((event) => event.kind);
    assert.equal(told[0], 'interrupted', told.join(' '));
    assert.equal(told.at(-1), 'resumed', told.join(' '));
    assert.ok(told.length <= 4, told.join(' '));
  });
}

test('garbage between the packets costs no picture', () => {
  withoutHole(recorded.garbage);
});

test('another size: no picture is lost, and each file has one size', () => {
  withoutHole(recorded.resizes);
  assert.deepEqual(stage.of('resizes').map((file) => probe(file)[0].width), [640, 1280]);
  assert.deepEqual(stage.of('reboots').map((file) => probe(file)[0].width), [640, 1280]);
});

test('every file opens, and nothing was changed', async () => {
  recorder.kill('SIGTERM');
  assert.equal(await recorder.ended, 0, recorder.err);
  for (const name of names) for (const file of stage.of(name)) assert.equal(Number(probe(file)[0].nb_read_packets), marks(file).length, file);
  stage.verified();
});
