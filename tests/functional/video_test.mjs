// The real beffroi-video, recording the test camera over the loopback: what a person may rely on, from the first picture to the export.
//   node tests/functional/video_test.mjs BEFFROI_VIDEO BEFFROI_TESTCAM
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { after, test } from 'node:test';
import { Stage, cameraTable, files, marks, probe, until, withoutHole } from './lib/recorder.mjs';

const [program, testcam] = process.argv.slice(2);
const stage = new Stage(program, testcam, 'video-test');
const { scratch, config } = stage;
const run = (...args) => stage.run(...args);
const json = (...args) => stage.json(...args);
after(() => stage.end());

// NAL units by picture number, from a raw H.264 stream.
function pictures(raw) {
  const out = new Map();
  let at = 0, current = null;
  const starts = [];
  while ((at = raw.indexOf(Buffer.from([0, 0, 1]), at)) >= 0) { starts.push(at + 3); at += 3; }
  for (let i = 0; i < starts.length; i += 1) {
    let end = i + 1 < starts.length ? starts[i + 1] - 3 : raw.length;
    while (end > starts[i] && raw[end - 1] === 0) end -= 1;
    const unit = raw.subarray(starts[i], end);
    const type = unit[0] & 31;
    if (type === 7 || type === 8 || type === 9) continue;  // parameter sets and delimiters: players move them
    const mark = type === 6 && unit.toString('latin1').match(/frame=(\d{10})/);
    if (mark) { current = []; out.set(Number(mark[1]), current); }
    current?.push(unit.toString('base64'));
  }
  return out;
}

test('a wrong command line shows the right one', () => {
  for (const args of [[], ['record'], ['camera', 'test'], ['archive', 'export', '--camera', 'x']]) {
    const answer = run(...args);
    assert.equal(answer.status, 2, answer.stdout + answer.stderr);
    assert.match(answer.stderr, /^beffroi-video: /);
  }
});

test('a wrong configuration names file, line, key and what was expected', () => {
  const wrong = path.join(scratch, 'wrong.toml');
  fs.writeFileSync(wrong, '[server]\nport = "eight"\n[[cameras]]\nid = "Place"\nurl = "http://x"\ndays = 40\n');
  const answer = run('--config', wrong, 'config', 'check');
  assert.equal(answer.status, 2);
  assert.match(answer.stderr, /wrong\.toml:2: server\.port: expected a whole number/);
  assert.match(answer.stderr, /wrong\.toml:6: cameras\.days: expected a whole number from 0 to 31/);
});

test('`record URL` records at once, and leaves ordinary MP4 files without a hole and without sound', async () => {
  const camera = await stage.cameras('--size', '640x360', '--rate', '25', '--gop', '25');
  const folder = path.join(scratch, 'record');
  const recorder = stage.start(program, ['record', camera.url(0), '--to', folder, '--camera', 'gare']);
  await until('a hundred pictures', () => files(folder).some((f) => marks(f).length > 100));
  // While it is being written, it opens.
  assert.equal(probe(files(folder)[0]).length, 1);
  recorder.kill('SIGINT');
  assert.equal(await recorder.ended, 0, recorder.err);
  const [file] = files(folder);
  const streams = probe(file);
  assert.deepEqual(streams.map((s) => s.codec_type), ['video']);
  assert.equal(streams[0].width, 640);
  const seen = marks(file);
  assert.equal(Number(streams[0].nb_read_packets), seen.length);
  withoutHole(seen);
  camera.kill('SIGINT');
  await camera.ended;
  assert.match(camera.out, /sound set up 0 times/);
});

test('a camera that is not there, or refuses, is said in plain words', () => {
  const answer = run('camera', 'test', 'rtsp://127.0.0.1:9/none', '--listen', '1');
  assert.notEqual(answer.status, 0);
  assert.match(answer.stderr, /^beffroi-video: ./);
});

test('`camera test` says what the camera offers and whether it meets the norm', async () => {
  const camera = await stage.cameras('--size', '320x240', '--rate', '10');
  const found = json(4, 'camera', 'test', camera.url(0), '--listen', '3');
  assert.equal(found.format.width, 320);
  assert.equal(found.norm, 'too_small');
  assert.equal(found.sound_offered, true);
  assert.ok(Math.abs(found.images_per_second - 10) < 0.5, `${found.images_per_second} images a second`);
  assert.match(run('--language', 'fr', 'camera', 'test', camera.url(0), '--listen', '2').stdout, /352 × 288/);
  camera.kill();
});

test('a recorder at work: reload, export to the picture, kill, recovery, verification, rebuilding', async (t) => {
  const camera = await stage.cameras('--cameras', '3', '--size', '640x360', '--rate', '25', '--gop', '25');
  const configure = (count) => stage.configure([...Array(count).keys()].map((n) => cameraTable(`cam${n}`, camera.url(n), `name = "Caméra ${n}"`)));
  configure(2);
  let recorder = await stage.serve();
  const of = (n) => stage.of(`cam${n}`);
  await until('both cameras', () => [0, 1].every((n) => of(n).some((f) => marks(f).length > 75)));

  await t.test('nobody without a token sees anything', async () => {
    assert.equal((await fetch(`${recorder.base}/api/v1/cameras`)).status, 401);
    assert.equal((await recorder.get('/api/v1/cameras')).status, 200);
    assert.equal((await fetch(`${recorder.base}/healthz`)).status, 200);
  });

  await t.test('the configuration is read again, and the cameras that stay lose no picture', async () => {
    configure(3);
    recorder.kill('SIGHUP');
    await until('the third camera', () => of(2).some((f) => marks(f).length > 25));
    fs.writeFileSync(config, 'this is wrong');
    recorder.kill('SIGHUP');
    await until('the refusal', () => recorder.err.includes('refused'));
    const before = of(0).flatMap(marks).length;
    await until('more pictures', () => of(0).flatMap(marks).length > before + 50);
    withoutHole(of(0).flatMap(marks));
    configure(3);
  });

  await t.test('an interval is exported to the picture, its NAL units those that the camera sent', async () => {
    const reference = path.join(scratch, 'reference.h264');
    spawnSync('ffmpeg', ['-v', 'error', '-y', '-rtsp_transport', 'tcp', '-i', camera.url(0), '-map', '0:v', '-c', 'copy', '-t', '4', '-f', 'h264', reference]);
    const sent = pictures(fs.readFileSync(reference));
    const numbers = [...sent.keys()].sort((a, b) => a - b);
    // In the middle of what the other client saw, not at a key frame.
    const wanted = numbers.slice(30, 70);
    const times = await until('those pictures on the disk', () => {
      const found = new Map(of(0).flatMap(marks).map((m) => [m.frame, m.utc]));
      return wanted.every((n) => found.has(n)) && found;
    });
    const at = (n) => new Date(times.get(n) / 1000).toISOString().replace(/\.\d+Z$/, 'Z');
    const output = path.join(scratch, 'export.mp4');
    const answer = run('--config', config, 'archive', 'export', '--camera', 'cam0', '--from', at(wanted[0]), '--to', at(wanted.at(-1) + 25 > numbers.at(-1) ? wanted.at(-1) : wanted.at(-1)), '-o', output);
    assert.equal(answer.status, 0, answer.stderr);
    assert.deepEqual(probe(output).map((s) => s.codec_type), ['video']);
    const raw = spawnSync('ffmpeg', ['-v', 'error', '-ignore_editlist', '1', '-i', output, '-c', 'copy', '-bsf:v', 'h264_mp4toannexb', '-f', 'h264', '-'], { maxBuffer: 1 << 28 }).stdout;
    const exported = pictures(raw);
    let compared = 0;
    for (const [number, units] of exported) {
      if (!sent.has(number)) continue;
      assert.deepEqual(units, sent.get(number), `picture ${number} is not what was sent`);
      compared += 1;
    }
    assert.ok(compared >= 20, `${compared} pictures could be compared`);
    assert.equal(run('--config', config, 'archive', 'export', '--camera', 'cam0', '--from', '2001-01-01T00:00:00Z', '--to', '2001-01-01T00:01:00Z', '-o', path.join(scratch, 'none.mp4')).status, 2);
  });

  await t.test('a second recorder in the same folder is refused, and so is rebuilding under one at work', () => {
    for (const args of [['serve'], ['archive', 'rebuild']]) {
      const answer = run('--config', config, ...args);
      assert.equal(answer.status, 1, answer.stderr);
      assert.match(answer.stderr, /a recorder is at work/);
    }
  });

  await t.test('killed without warning, it loses at most two seconds, and records again', async () => {
    const killed = Date.now() * 1000;
    recorder.kill('SIGKILL');
    await recorder.ended;
    for (const n of [0, 1, 2]) {
      const last = Math.max(...of(n).flatMap(marks).map((m) => m.utc));
      // Busy as this machine may be, what the camera marked long before must be there; the measured figure is in bench/recorder.
      assert.ok(killed - last < 10e6, `cam${n}: ${(killed - last) / 1e6} s`);
    }
    recorder = await stage.serve();
    await until('recording again', () => [0, 1, 2].every((n) => of(n).flatMap(marks).some((m) => m.utc > killed + 1e6)));
    for (const n of [0, 1, 2]) for (const file of of(n)) probe(file);
  });

  await t.test('one flipped bit is found, and said where', async () => {
    recorder.kill('SIGTERM');
    assert.equal(await recorder.ended, 0, recorder.err);
    const good = json(0, '--config', config, 'archive', 'verify');
    assert.equal(good.faults.length, 0);
    assert.ok(good.fragments > 10);
    const [file] = of(1);
    const bytes = fs.readFileSync(file);
    const at = bytes.indexOf('mdat') + 2000;
    bytes[at] ^= 1;
    fs.writeFileSync(file, bytes);
    const bad = json(4, '--config', config, 'archive', 'verify', '--camera', 'cam1');
    assert.equal(bad.faults.length, 1);
    assert.equal(bad.faults[0].what, 'hash');
    assert.equal(fs.realpathSync(bad.faults[0].path), fs.realpathSync(file));
    assert.ok(bad.faults[0].offset <= at);
    bytes[at] ^= 1;
    fs.writeFileSync(file, bytes);
  });

  await t.test('the database is made again from the folders alone', () => {
    const list = () => json(0, '--config', config, 'archive', 'list').map(({ id, ...rest }) => rest);
    const before = list();
    assert.ok(before.length >= 3);
    fs.rmSync(path.join(stage.data, 'archive.db'));
    json(0, '--config', config, 'archive', 'rebuild');
    assert.deepEqual(list(), before);
  });
  camera.kill();
});
