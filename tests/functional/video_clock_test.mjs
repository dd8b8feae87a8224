// The clock of the recorder is set while it records, starts in 1970, lives through both nights in which the hour changes, and in Kathmandu. The cameras
// keep the right time: what they wrote into each picture tells when it really was.
//   node tests/functional/video_clock_test.mjs BEFFROI_VIDEO BEFFROI_TESTCAM SLOW_DISK_LIBRARY OTHER_CLOCK_LIBRARY
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Stage, cameraTable, marks, probe, until } from './lib/recorder.mjs';

const [program, testcam, , library] = process.argv.slice(2);
if (fs.readFileSync(program).includes('__asan_init')) {
  console.log('skipped: a sanitizer must be loaded before anything else');
  process.exit(0);
}
const kHourUs = 3600e6, kEachUs = 3.5e6;
const stages = [];
after(() => stages.forEach((stage) => stage.end()));
const utc = (text) => Date.parse(text) * 1000;

// A recorder with a clock of its own. `clocks`: how far it is ahead of the right time (µs), one after the other.
class Life {
  constructor(clocks, env = {}) {
    this.stage = new Stage(program, testcam, 'video-clock');
    stages.push(this.stage);
    this.clocks = clocks;
    this.env = { ...env, LD_PRELOAD: path.resolve(library), OTHER_CLOCK: path.join(this.stage.scratch, 'clock') };
    this.stretches = [];  // {ahead, from, to}: real time, µs UTC
  }

  set(ahead) {
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64LE(BigInt(Math.round(ahead)));
    const file = fs.openSync(this.env.OTHER_CLOCK, fs.constants.O_RDWR | fs.constants.O_CREAT);
    fs.writeSync(file, bytes, 0, 8, 0);
    fs.closeSync(file);
    const now = Date.now() * 1000;
    if (this.stretches.length) this.stretches.at(-1).to = now;
    this.stretches.push({ ahead, from: now });
  }

  async live(camera, n) {
    const { stage, clocks } = this;
    stage.configure([cameraTable('porte', camera.url(n))]);
    this.set(clocks[0]);
    this.recorder = await stage.serve({ env: this.env });
    const received = async () => (await this.recorder.camera('porte')).stats.frames;
    for (const [at, ahead] of clocks.entries()) {
      if (at > 0) this.set(ahead);
      const from = await received();
      await until('some seconds by this clock', async () => (await received()) >= from + kEachUs / 40_000);
    }
    const end = Date.now() * 1000;
    this.stretches.at(-1).to = end;
    await this.recorder.onDisk(['porte'], end + clocks.at(-1));
    const all = await Promise.all(this.stretches.map(({ ahead, from, to }) => this.recorder.timeline('porte', from + ahead - 10e6, to + ahead + 10e6)));
    this.timelines = all;
    const [first, last] = [Math.min(...this.stretches.map(({ ahead, from }) => from + ahead)), Math.max(...this.stretches.map(({ ahead, to }) => to + ahead))];
    const whole = last - first > 2 * kHourUs ? [] : await this.recorder.timeline('porte', first, last);
    this.reasons = whole.filter((span) => !span.recorded).map((span) => span.reason);
    this.events = await this.told(this.recorder);
    this.recorder.kill('SIGTERM');
    assert.equal(await this.recorder.ended, 0, this.recorder.err);
    this.pictures = stage.marks('porte').sort((a, b) => a.frame - b.frame);
  }

  // Its events, by each of the clocks that it had.
  async told(recorder) {
    const all = await Promise.all(this.stretches.map(({ ahead, from, to }) => recorder.events(from + ahead - 10e6, to + ahead + 60e6)));
    return [...new Map(all.flat().map((event) => [JSON.stringify(event), event])).values()];
  }

  // Started once more by its last clock: what has come to its term goes at once.
  async again() {
    const before = this.stage.of('porte').length;
    const recorder = await this.stage.serve({ env: this.env });
    await recorder.received(10);
    const erased = (await this.told(recorder)).filter((event) => event.kind === 'erased');
    recorder.kill('SIGTERM');
    await recorder.ended;
    return { before, after: this.stage.of('porte').length, erased };
  }

  allPictures() {
    const seen = this.pictures;
    assert.equal(new Set(seen.map((mark) => mark.frame)).size, seen.length, 'none twice');
    assert.equal(seen.at(-1).frame - seen[0].frame + 1, seen.length, 'none missing');
    assert.ok(seen.length > this.clocks.length * kEachUs / 40_000);
    return seen;
  }

  // Each picture of a stretch lies where the clock of that stretch says, in what the timeline shows as recorded.
  onTimeline() {
    const seen = this.allPictures();
    this.stretches.forEach(({ ahead, from, to }, n) => {
      const inside = seen.filter((mark) => mark.utc > from + 0.5e6 && mark.utc < to - 0.5e6);
      assert.ok(inside.length > 25);
      for (const mark of inside) {
        const at = mark.utc + ahead;
        assert.ok(this.timelines[n].some((span) => span.recorded && span.from_us <= at + 0.3e6 && span.to_us >= at - 0.3e6), `${new Date(at / 1000).toISOString()} by clock ${n}: ${JSON.stringify(this.timelines[n])}`);
      }
    });
  }

  steps() {
    return this.events.filter((event) => event.kind === 'clock_step').map((event) => Number(event.detail.match(/set by (-?[\d.]+) s/)?.[1]));
  }

  readable() {
    for (const file of this.stage.of('porte')) assert.equal(Number(probe(file)[0].nb_read_packets), marks(file).length, file);
    this.stage.verified();
  }
}

const now = Date.now() * 1000;
const at = (text) => utc(text) - now;
const lives = {
  'an hour forward, and back again': new Life([0, kHourUs, 0]),
  'an hour back, and forward again': new Life([0, -kHourUs, 0]),
  'a machine without a battery starts in 1970, and is set right': new Life([at('1970-01-01T00:00:20Z'), 0]),
  'the night in which an hour is missing': new Life([at('2026-03-29T00:59:57Z')], { TZ: 'Europe/Paris' }),
  'the night in which an hour comes twice': new Life([at('2026-10-25T00:59:57Z')], { TZ: 'Europe/Paris' }),
  'in Kathmandu, at midnight there': new Life([at('2026-11-25T18:14:57Z')], { TZ: 'Asia/Kathmandu' }),
};
before(async () => {
  const camera = await stages[0].cameras('--cameras', Object.keys(lives).length, '--size', '320x240', '--gop', '25');
  await Promise.all(Object.values(lives).map((life, n) => life.live(camera, n)));
  await Promise.all(Object.values(lives).map(async (life) => (life.restarted = await life.again())));
});

for (const [name, life] of Object.entries(lives)) {
  test(`${name}: every picture is recorded, where the timeline says, in files that open`, () => {
    life.onTimeline();
    life.readable();
  });

  test(`${name}: what the clock leaves out is not said to be missing for another reason`, () => {
    assert.ok(life.reasons.every((reason) => reason === 'clock_set'), life.reasons.join(' '));
  });

  test(`${name}: each step is told, and there is no other`, () => {
    const sorted = (list) => list.sort((a, b) => a - b);
    const wanted = sorted(life.clocks.slice(1).map((clock, n) => (clock - life.clocks[n]) / 1e6)), told = sorted(life.steps());
    assert.equal(told.length, wanted.length, JSON.stringify(life.events));
    wanted.forEach((step, n) => assert.ok(Math.abs(told[n] - step) < 1, `${told[n]} s`));
  });

  test(`${name}: no picture is erased before its term, not at the next start either`, () => {
    assert.deepEqual(life.restarted.erased, []);
    assert.equal(life.restarted.after, life.restarted.before + 1);
  });
}

for (const name of ['the night in which an hour is missing', 'the night in which an hour comes twice', 'in Kathmandu, at midnight there'])
  test(`${name}: the timeline has no gap`, () => assert.deepEqual(lives[name].timelines[0].map((span) => span.recorded), [true]));
