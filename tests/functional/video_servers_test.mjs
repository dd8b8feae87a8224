// Cameras that we did not write: gst-rtsp-server with its own encoders, payloaders and manners. What we recorded of each is decoded by ffmpeg and
// compared, picture by picture, with what ffmpeg itself received from the same camera at the same time.
//   node tests/functional/video_servers_test.mjs BEFFROI_VIDEO BEFFROI_TESTCAM
// ffmpeg is no camera here: its `-rtsp_flags listen` only receives what others push (ANNOUNCE, RECORD), it never answers DESCRIBE and PLAY.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { after, test } from 'node:test';
import { Stage, cameraTable, probe, until } from './lib/recorder.mjs';

const servers = path.join(import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname), '../support/gst_cameras.py');
const listed = spawnSync(servers, ['--list'], { encoding: 'utf8' });
if (listed.status !== 0) {
  console.log(`skipped: gst-rtsp-server is not here (${listed.stderr.trim().split('\n').at(-1)})`);
  process.exit(0);
}
const streams = listed.stdout.trim().split(' ');
const stage = new Stage(...process.argv.slice(2, 4), 'video-servers');
after(() => stage.end());

// One hash a picture, decoded, in the order of showing.
const kHashes = ['-map', '0:v', '-fps_mode', 'passthrough', '-pix_fmt', 'yuv420p', '-f', 'framehash', '-hash', 'md5', '-'];
const hashes = (text) => text.split('\n').filter((line) => line && !line.startsWith('#')).map((line) => line.split(',').at(-1).trim());
const decoded = (file) => {
  const { status, stdout, stderr } = spawnSync('ffmpeg', ['-v', 'error', '-i', file, ...kHashes], { encoding: 'utf8', maxBuffer: 1 << 26 });
  assert.equal(status, 0, stderr);
  assert.equal(stderr, '', `${file}: ${stderr}`);
  return hashes(stdout);
};

const server = stage.start(servers, []);
await until('the cameras of gst-rtsp-server', () => server.out.includes('rtsp://'));
const base = server.out.split(' ')[0];
stage.configure(streams.map((name) => cameraTable(name, base + name)));
const recorder = await stage.serve();
const since = Date.now() * 1000;
await recorder.received(25);
const watchers = streams.map((name) => stage.start('ffmpeg', ['-v', 'error', '-rtsp_transport', 'tcp', '-i', base + name, '-t', '3', ...kHashes]));
await Promise.all(watchers.map((watcher) => watcher.ended));
const seen = Date.now() * 1000;
await recorder.onDisk(streams, seen);
const timelines = new Map(await Promise.all(streams.map(async (name) => [name, await recorder.timeline(name, since - 60e6, seen)])));
const connects = new Map((await recorder.cameras()).map((camera) => [camera.id, camera.stats.connects]));
recorder.kill('SIGTERM');
await recorder.ended;
const listing = stage.json(0, '--config', stage.config, 'archive', 'list');

streams.forEach((name, n) => {
  test(`${name}: every picture that another client saw is in the recording, in its order`, () => {
    const [file, ...others] = stage.of(name);
    assert.deepEqual(others, []);
    const ours = decoded(file), theirs = hashes(watchers[n].out);
    assert.ok(theirs.length > 50, `the other client saw ${theirs.length} pictures: ${watchers[n].err}`);
    // It came in the middle of a group: what it made up before its first key picture is no picture of the camera.
    const lies = (list, at) => list.every((hash, k) => hash === ours[at + k]);
    const places = ours.map((_, at) => at);
    const begin = theirs.findIndex((_, n) => places.some((at) => lies(theirs.slice(n), at)));
    assert.ok(begin >= 0 && begin <= 30, `from its ${begin}th picture on, ours has all of its ${theirs.length}`);
  });

  test(`${name}: an independent reader counts what the recorder counted, finds no sound, and the timeline tells no pause but the server's own`, () => {
    const [file] = stage.of(name);
    const found = probe(file);
    assert.deepEqual(found.map((stream) => stream.codec_type), ['video']);
    const [row] = listing.filter((each) => each.camera === name);
    assert.equal(Number(found[0].nb_read_packets), row.frames);
    assert.equal(decoded(file).length, row.frames, 'each of them shows a picture');
    // Five encoders on a busy machine may stand still for a while: that is a pause of the camera, on one and the same connection.
    assert.deepEqual(timelines.get(name).filter((span) => !span.recorded && span.reason !== 'camera_lost'), []);
    assert.equal(connects.get(name), 1);
  });
});

test('nothing that lies in these files was changed', () => stage.verified());
