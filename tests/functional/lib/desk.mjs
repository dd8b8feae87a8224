// The real beffroi-aides on a data folder of its own, and people who use it through HTTP.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import path from 'node:path';

export const freePort = () =>
  new Promise((resolve) => {
    const probe = net.createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });

// The program's clock stands in June 2022, while the edition of 2022 receives applications.
const kNow = '2022-06-01T08:00:00Z';

export class Desk {
  constructor(program, folder, options = {}) {
    this.program = path.resolve(program);
    this.folder = folder;
    this.options = options;
    this.logFile = `${folder}.log`;
  }

  get config() {
    return `${this.folder}.toml`;
  }

  writeConfig() {
    const { tls, logLevel = 'info', extra = '' } = this.options;
    const q = JSON.stringify;
    fs.writeFileSync(this.config, `[server]
address = "127.0.0.1"
port = ${this.port}
base_url = "${this.url}"
trusted_proxies = ["127.0.0.1"]
log_level = "${logLevel}"
${tls ? `tls_certificate = ${q(tls.certificate)}\ntls_key = ${q(tls.key)}` : ''}
[data]
folder = ${q(this.folder)}
[safety]
second_factor_required = false
demonstration_now = "${kNow}"
demonstration_since = "${new Date().toISOString().replace(/\.\d+/, '')}"
${extra}`);
  }

  get url() {
    return `${this.options.tls ? 'https' : 'http'}://127.0.0.1:${this.port}`;
  }

  async start() {
    this.port ??= await freePort();
    if (!fs.existsSync(this.config)) this.writeConfig();
    const log = fs.openSync(this.logFile, 'a');
    this.child = spawn(this.program, ['--config', this.config, 'serve'], { stdio: ['ignore', log, log] });
    fs.closeSync(log);
    this.ended = new Promise((resolve) => this.child.on('exit', (code, signal) => resolve({ code, signal })));
    let over = null;
    this.ended.then((how) => (over = how));
    const visitor = new Browser(this);
    for (;;) {
      if (over) throw new Error(`the portal ended: ${JSON.stringify(over)} ${this.log().slice(-2000)}`);
      try {
        if ((await visitor.get('/healthz')).status === 200) return this;
      } catch { /* not listening yet */ }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  async kill() {
    this.child.kill('SIGKILL');
    return this.ended;
  }

  async stop() {
    this.child.kill('SIGTERM');
    return this.ended;
  }

  log() {
    return fs.existsSync(this.logFile) ? fs.readFileSync(this.logFile, 'utf8') : '';
  }

  // A command beside (or without) the server, on the same folder unless told otherwise.
  run(args, folder = this.folder) {
    const { status, stdout, stderr } = spawnSync(this.program, ['--data', folder, ...args], {
      encoding: 'utf8', timeout: 120_000, maxBuffer: 1 << 28 });
    return { status, stdout, stderr };
  }

  json(args, status = 0, folder = this.folder) {
    const answer = this.run(['--json', ...args], folder);
    assert.equal(answer.status, status, answer.stderr + answer.stdout);
    return JSON.parse(answer.stdout);
  }
}

// Someone's browser: keeps cookies, follows nothing by itself.
export class Browser {
  constructor(desk, { address } = {}) {
    this.desk = desk;
    this.address = address;
    this.cookies = new Map();
    this.csrf = '';
  }

  request(method, target, { headers = {}, body } = {}) {
    const { desk } = this;
    const tls = Boolean(desk.options.tls);
    this.agent ??= new (tls ? https : http).Agent({ keepAlive: true, maxSockets: 8, rejectUnauthorized: false });
    const all = { host: `127.0.0.1:${desk.port}`, ...headers };
    if (this.cookies.size > 0 && !('cookie' in all))
      all.cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    if (this.address) all['x-forwarded-for'] = this.address;
    if (tls && this.address) all['x-forwarded-proto'] = 'https';
    if (body !== undefined) all['content-length'] = Buffer.byteLength(body);
    return new Promise((resolve, reject) => {
      const sent = (tls ? https : http).request(
        { host: '127.0.0.1', port: desk.port, method, path: target, headers: all, agent: this.agent, rejectUnauthorized: false },
        (answer) => {
          const pieces = [];
          answer.on('data', (piece) => pieces.push(piece));
          answer.on('error', reject);
          answer.on('end', () => {
            if (!answer.complete) return reject(new Error('answer cut off'));
            for (const line of answer.headers['set-cookie'] ?? []) {
              const [, name, value] = /^([^=]+)=([^;]*)/.exec(line);
              if (/max-age=0/i.test(line)) this.cookies.delete(name);
              else this.cookies.set(name, value);
            }
            const bytes = Buffer.concat(pieces);
            resolve({ status: answer.statusCode, headers: answer.headers, bytes, body: bytes.toString('utf8'),
              location: answer.headers.location ?? '' });
          });
        });
      sent.on('error', reject);
      sent.end(body);
    });
  }

  get(target, headers) {
    return this.request('GET', target, { headers });
  }

  post(target, fields = {}, headers = {}) {
    const body = new URLSearchParams();
    if (!('csrf' in fields)) body.append('csrf', this.csrf);
    for (const [name, value] of Object.entries(fields))
      for (const one of [value].flat()) body.append(name, one);
    return this.request('POST', target,
      { headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers }, body: body.toString() });
  }

  // file: {field, name, bytes, type}
  upload(target, fields, file, headers = {}) {
    const boundary = '----beffroi-functional';
    const part = (disposition, bytes, type) => Buffer.concat([
      Buffer.from(`--${boundary}\r\nContent-Disposition: form-data; ${disposition}\r\n${type ? `Content-Type: ${type}\r\n` : ''}\r\n`),
      Buffer.from(bytes), Buffer.from('\r\n')]);
    const parts = [part('name="csrf"', this.csrf)];
    for (const [name, value] of Object.entries(fields)) parts.push(part(`name="${name}"`, value));
    if (file) parts.push(part(`name="${file.field ?? 'fichier'}"; filename="${file.name}"`, file.bytes, file.type ?? 'application/pdf'));
    parts.push(Buffer.from(`--${boundary}--\r\n`));
    return this.request('POST', target,
      { headers: { 'content-type': `multipart/form-data; boundary=${boundary}`, ...headers }, body: Buffer.concat(parts) });
  }

  get token() {
    return this.cookies.get(this.desk.options.tls ? '__Host-beffroi' : 'beffroi');
  }

  async signIn(email, password) {
    const answer = await this.post('/connexion', { email, password });
    assert.equal(answer.status, 303, `${email} signs in: ${answer.status} ${text(answer.body)}`);
    const page = await this.get('/compte');
    this.csrf = /name='csrf' value='([^']+)'/.exec(page.body)?.[1] ?? '';
    assert.ok(this.csrf, 'the page of the account holds the token of its forms');
    return this;
  }

  close() {
    this.agent?.destroy();
  }
}

// The words of a page, for messages of tests.
export const text = (html) =>
  html.replace(/<(script|style|head)[\s\S]*?<\/\1>/g, ' ').replace(/<[^>]+>/g, ' ').replace(/\s+/g, ' ').trim().slice(0, 600);

// The smallest PDF, different for each text.
export function pdf(words) {
  const objects = ['<< /Type /Catalog /Pages 2 0 R >>', '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>'];
  let out = `%PDF-1.4\n% ${words}\n`;
  const at = objects.map((object, index) => {
    const offset = out.length;
    out += `${index + 1} 0 obj\n${object}\nendobj\n`;
    return offset;
  });
  const xref = out.length;
  out += `xref\n0 4\n0000000000 65535 f \n${at.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('')}`;
  return Buffer.from(`${out}trailer\n<< /Size 4 /Root 1 0 R >>\nstartxref\n${xref}\n%%EOF\n`, 'latin1');
}

// Repeatable choices: mulberry32.
export function dice(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
