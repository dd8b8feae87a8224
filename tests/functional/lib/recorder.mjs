// The real beffroi-video and the cameras that it records, for tests that look from outside.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

// Until what is waited for is there; what must come comes in seconds, a busy machine may take its time.
export async function until(what, look, patience = 60_000) {
  for (const end = Date.now() + patience; Date.now() < end; await wait(50)) {
    const found = await look();
    if (found) return found;
  }
  throw new Error(`never came: ${what}`);
}

export const files = (folder) => (fs.existsSync(folder) ? fs.readdirSync(folder, { recursive: true }) : []).map(String).filter((f) => f.endsWith('.mp4')).map((f) => path.join(folder, f)).sort();

// The numbers of the pictures that lie in a file, in its order: the test camera writes them into each access unit.
export const marks = (file) => [...fs.readFileSync(file).toString('latin1').matchAll(/frame=(\d{10}) utc=(\d{16}) cam=\d{5} boot=(\d{3})/g)].map((m) => ({ frame: Number(m[1]), utc: Number(m[2]), boot: Number(m[3]) }));
export function withoutHole(list) {
  for (let i = 1; i < list.length; i += 1) assert.equal(list[i].frame, list[i - 1].frame + 1, `picture ${list[i - 1].frame} is followed by ${list[i].frame}`);
}

// What an independent reader finds in a file: its streams, each with the packets counted by reading it whole.
export function probe(file) {
  const { status, stdout, stderr } = spawnSync('ffprobe', ['-v', 'error', '-count_packets', '-show_streams', '-of', 'json', file], { encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  assert.equal(stderr, '', `${file}: ${stderr}`);
  return JSON.parse(stdout).streams;
}

export const cameraTable = (id, url, more = '') => `[[cameras]]\nid = "${id}"\nurl = "${url}"\n${more}\n`;

export class Stage {
  // On a disk and not in memory, where O_DIRECT means something.
  constructor(program, testcam, name) {
    this.program = path.resolve(program);
    this.testcam = path.resolve(testcam);
    this.scratch = fs.mkdtempSync(path.join(path.dirname(path.dirname(this.program)), `${name}-`));
    this.data = path.join(this.scratch, 'data');
    this.disk = path.join(this.scratch, 'disk');
    this.config = path.join(this.scratch, 'beffroi-video.toml');
    this.children = new Set();
    fs.mkdirSync(this.disk);
    // A test that fails before its first case never comes to its end: nothing of it may go on running.
    process.on('exit', () => this.children.forEach((child) => child.kill('SIGKILL')));
  }

  end({ keep = false } = {}) {
    for (const child of this.children) {
      child.kill('SIGCONT');
      child.kill('SIGKILL');
    }
    if (keep) console.log(`# kept for a look: ${this.scratch}`);
    else fs.rmSync(this.scratch, { recursive: true, force: true });
  }

  start(file, args, env = {}, stdin = 'ignore') {
    const child = spawn(file, args.map(String), { stdio: [stdin, 'pipe', 'pipe'], env: { ...process.env, ...env } });
    this.children.add(child);
    child.out = '';
    child.err = '';
    child.stdout.on('data', (data) => (child.out += data));
    child.stderr.on('data', (data) => (child.err += data));
    child.ended = new Promise((done) => child.on('exit', (code, signal) => { this.children.delete(child); done(code ?? signal); }));
    return child;
  }

  run(...args) {
    const { status, stdout, stderr } = spawnSync(this.program, args, { encoding: 'utf8', timeout: 120_000, maxBuffer: 1 << 28 });
    return { status, stdout, stderr };
  }

  json(status, ...args) {
    const answer = this.run('--json', ...args);
    assert.equal(answer.status, status, answer.stderr || answer.stdout);
    return JSON.parse(answer.stdout);
  }

  // The archive read whole: nothing is missing, nothing was changed.
  verified() {
    const report = this.json(0, '--config', this.config, 'archive', 'verify');
    assert.deepEqual(report.faults, []);
    return report;
  }

  async cameras(...args) {
    const child = this.start(this.testcam, args.includes('--port') ? args : ['--port', 0, ...args]);
    await until('the test camera', () => child.out.includes('rtsp') || child.exitCode !== null);
    assert.equal(child.exitCode, null, child.err);
    child.port = Number(child.out.match(/:(\d+)\/cam0/)[1]);
    child.url = (n) => `rtsp://127.0.0.1:${child.port}/cam${n}`;
    return child;
  }

  // `cameras`: tables of cameraTable; `more`: whatever else the file says.
  configure(cameras, more = '') {
    fs.writeFileSync(this.config, `[recorder]\ndata_folder = "${this.data}"\n[server]\nport = 0\n[[disks]]\nfolder = "${this.disk}"\nkeep_free_mib = 64\n${more}\n${cameras.join('')}`);
  }

  // `under`: a command that starts the program, ["faketime", …].
  async serve({ env = {}, under = [] } = {}) {
    const line = [...under, this.program, '--config', this.config, 'serve'];
    const child = this.start(line[0], line.slice(1), env);
    await until('the server', () => child.err.includes('listening') || child.exitCode !== null);
    assert.equal(child.exitCode, null, child.err);
    child.base = child.err.match(/http:\/\/127\.0\.0\.1:\d+/)[0];
    const token = fs.readFileSync(path.join(this.data, 'tokens'), 'utf8').match(/^\w+ (\S+)$/m)[1];
    child.headers = { authorization: `Bearer ${token}` };
    child.get = (address) => fetch(child.base + address, { headers: child.headers });
    child.ask = async (address) => {
      const answer = await child.get(address);
      assert.equal(answer.status, 200, `${address}: ${answer.status}`);
      return answer.json();
    };
    child.camera = (id) => child.ask(`/api/v1/cameras/${id}`);
    child.timeline = async (id, fromUs, toUs) => (await child.ask(`/api/v1/cameras/${id}/timeline?from=${fromUs}&to=${toUs}`)).spans;
    child.events = async (fromUs, toUs) => (await child.ask(`/api/v1/events?from=${fromUs}&to=${toUs}`)).events;
    child.cameras = async () => (await child.ask('/api/v1/cameras')).cameras;
    // Every camera has sent so many pictures since the start.
    child.received = (pictures) => until(`${pictures} pictures of every camera`, async () => (await child.cameras()).every((camera) => camera.stats.frames >= pictures));
    // Everything up to that instant (µs UTC) lies on the disk, and a second more: no picture of before is under way any more.
    child.onDisk = (ids, us) => until('what was recorded, on the disk', async () => {
      for (const id of ids) if (!(await child.ask(`/api/v1/cameras/${id}/files?from=${us - 60e6}&to=${us + 600e6}`)).files.some((file) => file.to_us > us + 1e6)) return false;
      return true;
    });
    return child;
  }

  of(id) {
    return files(path.join(this.disk, id));
  }

  marks(id) {
    return this.of(id).flatMap(marks);
  }
}
