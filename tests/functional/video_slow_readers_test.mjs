// A thousand people with a very bad connection, each downloading a clip, a stored file or the live stream at four bytes a second, while sixteen cameras
// are recorded, with the limit of open files that systems give.
//   node tests/functional/video_slow_readers_test.mjs BEFFROI_VIDEO BEFFROI_TESTCAM
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Stage, cameraTable, until, withoutHole } from './lib/recorder.mjs';

const kReaders = 1000, kCameras = 16, kWhileUs = 5e6;
const readersProgram = path.join(import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname), '../support/slow_readers.py');
const stage = new Stage(...process.argv.slice(2, 4), 'video-slow-readers');
after(() => stage.end());
const names = [...Array(kCameras).keys()].map((n) => `cam${n}`);
const memory = (child) => Number(fs.readFileSync(`/proc/${child.pid}/status`, 'utf8').match(/VmRSS:\s+(\d+)/)[1]) * 1024;
const health = [];
let recorder, began, from, report, before_, during;

before(async () => {
  const cameras = await stage.cameras('--cameras', kCameras, '--size', '640x360', '--mbit', 1, '--cheap');
  stage.configure(names.map((name, n) => cameraTable(name, cameras.url(n), 'transport = "tcp"')));
  began = Date.now() * 1000;
  // What a service is given unless somebody asks for more.
  recorder = await stage.serve({ under: ['sh', '-c', 'ulimit -Sn 1024 && exec "$0" "$@"'] });
  await recorder.received(100);
  await recorder.onDisk(names, began);
  before_ = memory(recorder);

  const url = new URL(recorder.base);
  const head = (address, more = '') => `GET ${address} HTTP/1.1\r\nHost: ${url.host}\r\nAuthorization: ${recorder.headers.authorization}\r\n${more}\r\n`;
  const now = Date.now() * 1000;
  const heads = (await Promise.all(names.map(async (name) => {
    const { files } = await recorder.ask(`/api/v1/cameras/${name}/files?from=${began}&to=${now}`);
    return [
      head(`/api/v1/cameras/${name}/clip.mp4?from=${now - 3e6}&to=${now - 1e6}`),
      head(files[0].url),
      head(`/live/${name}/ws`, 'Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n'),
    ];
  }))).flat();
  from = Date.now() * 1000;
  const readers = stage.start(readersProgram, [url.hostname, url.port, kReaders, ...heads], {}, 'pipe');
  const ask = async () => {
    const answer = await fetch(`${recorder.base}/healthz`, { signal: AbortSignal.timeout(10_000) }).catch((error) => ({ status: String(error) }));
    health.push(answer.status);
  };
  let reached = 0;
  await until('a thousand readers, and some seconds with them', async () => {
    await ask();
    if (!reached && readers.out.includes('all connected')) reached = Date.now() * 1000;
    return reached && Date.now() * 1000 > reached + kWhileUs;
  });
  during = memory(recorder);
  readers.stdin.end();
  await readers.ended;
  assert.match(readers.out, /\{/, readers.err);
  report = JSON.parse(readers.out.slice(readers.out.indexOf('{')));
  await recorder.onDisk(names, reached + kWhileUs);
});

test('each of them is served', () => {
  const { 200: ok = 0, 101: switched = 0, ...others } = report.statuses;
  assert.deepEqual(others, {});
  assert.equal(ok + switched, kReaders);
});

test('no picture of any camera is lost', () => {
  for (const name of names) withoutHole(stage.marks(name));
});

test('the recorder answers whoever asks how it is', () => {
  assert.deepEqual([...new Set(health)], [200]);
});

test('what they do not take is not kept for them without bound', () => {
  assert.ok(during - before_ < kReaders * (256 << 10), `${(during - before_) >> 20} MiB for ${kReaders} readers`);
});

test('nothing that lies on the disk was changed', async () => {
  recorder.kill('SIGTERM');
  assert.equal(await recorder.ended, 0, recorder.err);
  stage.verified();
});
