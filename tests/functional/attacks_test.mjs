// The real portal under attack, in plain HTTP and over TLS.
//   node tests/functional/attacks_test.mjs PROGRAM LOOK WORLD
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import * as acts from './lib/acts.mjs';
import { Browser, pdf, text } from './lib/desk.mjs';
import { connect, head, raw } from './lib/wire.mjs';
import { kPassword, signedIn, testArguments, world } from './lib/world.mjs';
import { bomb, entryOf, zip } from './lib/zip.mjs';

const { program, look, source, options } = testArguments();
const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'beffroi-attacks-'));
after(() => fs.rmSync(scratch, { recursive: true, force: true }));

const filesBelow = (folder) => fs.readdirSync(folder, { recursive: true }).map(String).sort();
const routes = fs.readFileSync('docs/rights.md', 'utf8').split('\n')
  .map((line) => /^\| (GET|POST) \| `([^`]+)` \| ([^|]+) \|/.exec(line)).filter(Boolean)
  .map(([, method, pattern, who]) => ({ method, pattern, who }));
assert.ok(routes.length > 100, 'docs/rights.md lists the routes');

function certificate() {
  const made = { certificate: path.join(scratch, 'cert.pem'), key: path.join(scratch, 'key.pem') };
  const { status, stderr } = spawnSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2',
    '-subj', '/CN=127.0.0.1', '-keyout', made.key, '-out', made.certificate], { encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  return made;
}

// RFC 4180 with one separator.
function csv(bytes, separator) {
  const rows = [[]];
  let cell = '';
  let quoted = false;
  for (let i = 0; i < bytes.length; ++i) {
    const c = bytes[i];
    if (quoted) {
      if (c !== '"') cell += c;
      else if (bytes[i + 1] === '"') cell += bytes[++i];
      else quoted = false;
    } else if (c === '"') quoted = true;
    else if (c === separator) { rows.at(-1).push(cell); cell = ''; }
    else if (c === '\n') { rows.at(-1).push(cell.replace(/\r$/, '')); cell = ''; rows.push([]); }
    else cell += c;
  }
  return rows;
}

for (const over of options.over ? [options.over] : ['plain', 'TLS']) describe(`over ${over}`, () => {
  let desk;
  let one;
  let two;
  let officer;
  let filed;
  let slow;

  before(async () => {
    desk = world(program, source, path.join(scratch, over), { tls: over === 'TLS' ? certificate() : undefined, logLevel: 'debug' });
    await desk.start();
    // Two hundred clients that never finish their request: everything below goes on beside them.
    slow = Array.from({ length: 200 }, () => {
      const socket = connect(desk);
      const closed = new Promise((resolve) => socket.on('close', resolve));
      socket.on('error', () => {});
      socket.on('data', () => {});
      socket.write('GET / HTTP/1.1\r\nHost: 127');
      return { socket, closed, drip: setInterval(() => socket.write('0'), 1000) };
    });
    one = await signedIn(desk, 'denain1');
    two = await signedIn(desk, 'denain2');
    officer = await signedIn(desk, 'officer');
    filed = await acts.filed(one, two);
  });
  after(async () => {
    for (const { socket, drip } of slow ?? []) {
      clearInterval(drip);
      socket.destroy();
    }
    desk?.child?.kill('SIGKILL');
    await desk?.ended;
  });

  const newcomer = (n) => new Browser(desk, { address: `203.0.113.${n}` });
  const cookieName = over === 'TLS' ? '__Host-beffroi' : 'beffroi';

  test('a session put into a browser beforehand is worth nothing, and the one before ends', async () => {
    const victim = newcomer(1);
    const planted = 'A'.repeat(43);
    victim.cookies.set(cookieName, planted);
    await victim.signIn(desk.people.lestrem1.email, kPassword);
    assert.notEqual(victim.token, planted);
    const attacker = newcomer(2);
    attacker.cookies.set(cookieName, planted);
    assert.equal((await attacker.get('/compte')).status, 303);
    const former = victim.token;
    await victim.signIn(desk.people.lestrem1.email, kPassword);
    attacker.cookies.set(cookieName, former);
    assert.equal((await attacker.get('/compte')).status, 303);
    const last = victim.token;
    assert.equal((await victim.post('/deconnexion')).status, 303);
    attacker.cookies.set(cookieName, last);
    assert.equal((await attacker.get('/compte')).status, 303);
  });

  test('the cookie of the session is for this site, over HTTP only, and goes nowhere in the clear', async () => {
    const answer = await newcomer(3).post('/connexion', { email: desk.people.lestrem1.email, password: kPassword });
    const [cookie] = answer.headers['set-cookie'];
    assert.ok(cookie.startsWith(`${cookieName}=`), cookie);
    for (const flag of ['HttpOnly', 'SameSite=Lax', 'Path=/']) assert.ok(cookie.includes(flag), cookie);
    assert.equal(/; Secure/.test(cookie), over === 'TLS', cookie);
    assert.doesNotMatch(cookie, /Domain=/i);
    for (const setter of ['/?lang=en', '/?lang=fr'])
      for (const line of (await newcomer(3).get(setter)).headers['set-cookie'] ?? []) assert.match(line, /HttpOnly/, line);
  });

  test('guesses end: by account wherever they come from, by address whatever the account', async () => {
    const email = desk.people.elected.email;
    const said = new Set();
    for (let n = 0; n < 6; ++n) {
      const answer = await new Browser(desk, { address: `203.0.113.${20 + n}` }).post('/connexion', { email, password: `devine ${n}` });
      assert.equal(answer.status, 422);
      said.add(text(answer.body).replace(/\d+/g, 'n'));
    }
    const right = await newcomer(30).post('/connexion', { email, password: kPassword });
    assert.equal(right.status, 422, 'the right password does not open the locked door either');
    const unknown = new Set();
    for (let n = 0; n < 6; ++n)
      unknown.add(text((await new Browser(desk, { address: `203.0.113.${40 + n}` })
        .post('/connexion', { email: 'personne@example.org', password: `devine ${n}` })).body).replace(/\d+/g, 'n').replaceAll('personne@', 'elected@'));
    assert.deepEqual([...unknown].sort(), [...said].sort(), 'an account that does not exist sounds the same');
    let closed = null;
    for (let n = 0; n < 30 && closed === null; ++n) {
      const answer = await newcomer(60).post('/connexion', { email: `a${n}@example.org`, password: 'x' });
      if (answer.status === 429) closed = answer;
    }
    assert.ok(closed, 'one address may not go on guessing');
    assert.ok(Number(closed.headers['retry-after']) > 0);
    await newcomer(61).signIn(desk.people.auditor.email, kPassword);
  });

  test('a form without its token, with another’s, or from another site changes nothing', async () => {
    const before = desk.json(['journal', 'head']).head;
    const target = `/dossiers/${filed}/messages`;
    for (const token of ['', two.csrf, 'x'.repeat(43)])
      assert.equal((await one.post(target, { csrf: token, texte: 'Bonjour' })).status, 403);
    for (const headers of [{ origin: 'https://example.org' }, { origin: 'null' }, { origin: `http://127.0.0.1:${desk.port}.example.org` },
      { 'sec-fetch-site': 'cross-site' }, { 'sec-fetch-site': 'same-site' }])
      assert.equal((await one.post(target, { texte: 'Bonjour' }, headers)).status, 403, JSON.stringify(headers));
    const stranger = newcomer(4);
    assert.equal((await stranger.post('/connexion', { email: desk.people.lestrem1.email, password: kPassword }, { origin: 'https://example.org' })).status,
      403, 'nobody is signed in by another site');
    // As text, as a browser of another site can send without asking first.
    assert.equal((await one.request('POST', target, { headers: { 'content-type': 'text/plain' }, body: `csrf=${one.csrf}&texte=x` })).status >= 400, true);
    assert.equal(desk.json(['journal', 'head']).head, before);
    assert.equal((await one.post(target, { texte: 'Bonjour' }, { origin: desk.url })).status, 303);
  });

  test('no address climbs out of the portal', async () => {
    const climbs = ['..%2f..%2f..%2fetc%2fpasswd', '%2e%2e%2f%2e%2e%2fetc%2fpasswd', '....%2f%2f....%2f%2fetc%2fpasswd', '..%5c..%5cetc%5cpasswd', '%00',
      'a%00b', '%c0%ae%c0%ae%c0%af', '%e2%80%ae', '-1', '99999999999999999999', '1%20OR%201=1', "'", '%3Cscript%3E', '%0d%0aX-Evil:%201', '%ff%fe'];
    for (const { method, pattern } of routes.filter((route) => route.pattern.includes('{') && route.method === 'GET'))
      for (const climb of climbs) {
        const target = pattern.replace(/\{\w+\}/g, climb);
        for (const who of [one, officer]) {
          const answer = await who.request(method, target);
          assert.ok(answer.status < 500, `${target}: ${answer.status}`);
          assert.doesNotMatch(answer.body, /root:|<script>(?!\s*<)/, target);
          assert.equal(answer.headers['x-evil'], undefined);
        }
      }
    for (const target of ['/../../../../etc/passwd', '/assets/../../../etc/passwd', '/assets/..%2f..%2fetc/passwd', '//etc/passwd', '/assets//etc/passwd',
      '/assets/%2e%2e/beffroi.db', '/./../beffroi.db', '*', '/\0'])
      for (const method of ['GET', 'POST']) {
        const answer = await raw(desk, head(desk, method, target, ['Connection: close'], method === 'POST' ? 0 : undefined));
        assert.ok(answer.status >= 300 && answer.status < 500, `${method} ${target}: ${answer.status}`);
        assert.doesNotMatch(answer.body, /root:/);
      }
  });

  test('no name of an uploaded file goes anywhere but on the page', async () => {
    const draft = await acts.newDraft(one);
    // The postman writes his own files meanwhile.
    const others = () => filesBelow(scratch).filter((file) => !/documents|televersements|courriels/.test(file));
    const before = others();
    for (const name of ['../../../evil.pdf', '..\\..\\evil.pdf', '/etc/cron.d/evil.pdf', 'C:\\evil.pdf', '.htaccess', 'evil.pdf%00.html', 'a.html',
      '<img src=x onerror=alert(1)>.pdf', 'é'.repeat(300), '=cmd.pdf', '\u202Efdp.exe', 'CON', '']) {
      const answer = await acts.attach(one, draft, 'other', `nom ${name}`, name.replace(/"/g, '%22'));
      assert.ok(answer.status === 303 || answer.status === 422, `${name}: ${answer.status}`);
    }
    const page = await one.get(`/dossiers/${draft}/pieces`);
    assert.doesNotMatch(page.body, /<img src=x/);
    const documents = [...new Set([...page.body.matchAll(/href='\/documents\/(\d+)'>([^<]*)</g)].map(([, id]) => id))];
    assert.ok(documents.length >= 8);
    for (const id of documents) {
      const { headers } = await one.get(`/documents/${id}`);
      assert.match(headers['content-disposition'], /^attachment; filename="[^"\r\n\/\\]*"(; filename\*=UTF-8''[\w%.!#$&+^`|~-]+)?$/, headers['content-disposition']);
      assert.match(decodeURIComponent(headers['content-disposition']), /\.pdf/);
    }
    assert.deepEqual(others(), before);
  });

  test('what unpacks to a thousand times its size is refused, whatever it says of itself', async () => {
    const draft = await acts.newDraft(one);
    const attempts = [];
    for (const kind of ['odt', 'ods', 'docx'])
      attempts.push([`grand.${kind}`, bomb(kind, 512 << 20)], [`menteur.${kind}`, bomb(kind, 512 << 20, { size: 1000 })]);
    attempts.push(['mille.odt', zip([{ name: 'mimetype', bytes: 'application/vnd.oasis.opendocument.text', stored: true },
      ...Array.from({ length: 20_000 }, (_, n) => ({ name: `n${n}`, bytes: '' }))])]);
    attempts.push(['grimpe.odt', zip([{ name: 'mimetype', bytes: 'application/vnd.oasis.opendocument.text', stored: true }, { name: '../../evil', bytes: 'x' }])]);
    for (const [name, bytes] of attempts) {
      const answer = await one.upload(`/dossiers/${draft}/pieces/other`, {}, { name, bytes, type: 'application/octet-stream' });
      assert.ok([413, 422].includes(answer.status), `${name}: ${answer.status} ${text(answer.body)}`);
    }
    assert.doesNotMatch((await one.get(`/dossiers/${draft}/pieces`)).body, /href='\/documents\//);
    const peak = Number(/VmHWM:\s+(\d+)/.exec(fs.readFileSync(`/proc/${desk.child.pid}/status`, 'utf8'))[1]);
    assert.ok(peak < 600_000, `${peak} KiB at most`);
  });

  test('pages, pictures with script and files of two kinds are refused, what is kept is never shown as a page', async () => {
    const draft = await acts.newDraft(one);
    const jpeg = Buffer.from('ffd8ffe000104a46494600010100000100010000ffd9', 'hex');
    const refused = { 'page.html': '<!doctype html><script>alert(1)</script>', 'page.pdf': '<!doctype html><script>alert(1)</script>',
      'dessin.svg': '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', 'dessin.png': '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
      'avant.pdf': Buffer.concat([Buffer.from('<script>alert(1)</script>\n'), pdf('x')]), 'deux.pdf': Buffer.concat([pdf('x'), zip([{ name: 'a', bytes: 'b' }])]),
      'deux.jpg': Buffer.concat([jpeg, zip([{ name: 'a', bytes: 'b' }])]), 'app.xhtml': '<html xmlns="http://www.w3.org/1999/xhtml"/>', 'x.js': 'alert(1)', 'x.exe': 'MZ\x90\0' };
    for (const [name, bytes] of Object.entries(refused)) {
      const answer = await one.upload(`/dossiers/${draft}/pieces/other`, {}, { name, bytes, type: 'application/pdf' });
      assert.equal(answer.status, 422, `${name}: ${answer.status}`);
    }
    const double = pdf('<html><script>alert(1)</script></html>');
    acts.moved(await one.upload(`/dossiers/${draft}/pieces/other`, {}, { name: 'x.html', bytes: double, type: 'text/html' }), 'a PDF that reads as a page');
    const [, id] = /href='\/documents\/(\d+)'/.exec((await one.get(`/dossiers/${draft}/pieces`)).body);
    const { headers, bytes } = await one.get(`/documents/${id}`);
    assert.equal(headers['content-type'], 'application/pdf');
    assert.equal(headers['x-content-type-options'], 'nosniff');
    assert.match(headers['content-disposition'], /^attachment/);
    assert.match(headers['content-security-policy'], /default-src 'none'/);
    assert.deepEqual(bytes, double);
  });

  test('too long, too many, too large: said as such, and the portal goes on', async () => {
    const want = async (bytes, status, what) => assert.equal((await raw(desk, bytes)).status, status, what);
    await want(head(desk, 'GET', `/${'a'.repeat(20_000)}`), 414, 'an address');
    await want(head(desk, 'GET', '/', [`X-Long: ${'a'.repeat(40_000)}`]), 431, 'a header');
    await want(head(desk, 'GET', '/', Array.from({ length: 500 }, (_, n) => `X-${n}: 1`)), 431, 'five hundred headers');
    await want(head(desk, 'POST', '/connexion', ['Content-Type: application/x-www-form-urlencoded'], 1e12), 413, 'a terabyte');
    await want(head(desk, 'POST', '/connexion', ['Content-Type: application/x-www-form-urlencoded', 'Content-Length: 5', 'Transfer-Encoding: chunked']), 400, 'two lengths');
    const post = (body, target = '/connexion') => one.request('POST', target, { headers: { 'content-type': 'application/x-www-form-urlencoded' }, body });
    assert.equal((await post(`csrf=${one.csrf}&${'a=1&'.repeat(20_000)}`)).status, 413, 'twenty thousand fields');
    assert.equal((await post(`csrf=${one.csrf}&email=${'a'.repeat(3 << 20)}`)).status, 413, 'a field of three megabytes');
    const draft = await acts.newDraft(one);
    const large = await acts.autosave(one, draft, 'projet', { title: 'a'.repeat(500_000) });
    assert.ok(large.status >= 400 && large.status < 500 && large.saved === false && large.message.length > 5, JSON.stringify(large).slice(0, 300));
    assert.equal((await one.upload(`/dossiers/${draft}/pieces/other`, Object.fromEntries(Array.from({ length: 5000 }, (_, n) => [`f${n}`, '1'])),
      { name: 'a.pdf', bytes: pdf('x') })).status, 413, 'five thousand parts');
    assert.equal((await one.upload(`/dossiers/${draft}/pieces/other`, {}, { name: 'a.pdf', bytes: Buffer.alloc(30 << 20) })).status, 413, 'thirty megabytes');
    assert.equal((await one.get('/compte')).status, 200);
  });

  test('bytes that are no text are refused, and none of it breaks a page', async () => {
    const draft = await acts.newDraft(one);
    for (const bad of ['%FF%FE', '%C0%80', '%ED%A0%80', '%F4%90%80%80', 'a%00b', '%80'])
      for (const [target, body] of [['/connexion', `csrf=${one.csrf}&email=${bad}&password=x`], [`/dossiers/${draft}/projet`, `csrf=${one.csrf}&title=${bad}`],
        [`/dossiers/${filed}/messages`, `csrf=${one.csrf}&texte=${bad}`], ['/connexion', `${bad}=1`]]) {
        const answer = await one.request('POST', target, { headers: { 'content-type': 'application/x-www-form-urlencoded' }, body });
        assert.ok(answer.status >= 400 && answer.status < 500, `${target} ${body}: ${answer.status}`);
      }
    for (const bad of ['%FF', 'a%00b', '%ED%A0%80'])
      for (const target of ['/instruction?q=', '/aides-accordees?q=', '/territoire?q=', '/connexion?suite=', '/?lang=']) {
        const answer = await officer.get(target + bad);
        assert.ok(answer.status < 500, `${target}${bad}: ${answer.status}`);
        assert.ok(!answer.bytes.includes(0), 'no NUL on a page');
      }
    for (const bytes of [Buffer.from([0xff, 0xfe, 0x00, 13, 10, 13, 10]), Buffer.from('\0\0\0\0\r\n\r\n'), Buffer.from('GET / HTTP/1.1\r\nHost: a\0b\r\n\r\n'), Buffer.from('GET /\xff HTTP/1.1\r\nHost: x\r\n\r\n', 'latin1')])
      assert.ok([400, 421].includes((await raw(desk, bytes)).status), bytes.toString('latin1'));
  });

  test('what a spreadsheet would compute arrives as text in every export', async () => {
    const evil = ['=HYPERLINK("http://example.org";"x")', '+1+1', '-2+3', '@SUM(A1)', '\t=1+1', '\r=1+1', '＝1+1'];
    for (const title of evil) await acts.filed(one, two, { title });
    const exports = [...new Set([...(await officer.get('/instruction')).body.matchAll(/href='([^']*export[^']*)'/g)].map(([, href]) => href.replaceAll('&amp;', '&')))];
    assert.ok(exports.length > 0, 'the work list offers exports');
    const tables = [...exports, ...routes.filter(({ method, pattern }) => method === 'GET' && /\.(csv|ods)$/.test(pattern) && !pattern.includes('{')).map(({ pattern }) => pattern)];
    let seen = 0;
    for (const target of tables) {
      const answer = await officer.get(target);
      assert.equal(answer.status, 200, target);
      if (answer.bytes.subarray(0, 2).toString() === 'PK') {
        const content = entryOf(answer.bytes, 'content.xml').toString('utf8');
        assert.doesNotMatch(content, /table:formula/, target);
        seen += content.includes('HYPERLINK') ? 1 : 0;
        continue;
      }
      const words = answer.body.replace(/^\uFEFF/, '');
      const separator = words.split('\n')[0].includes(';') ? ';' : ',';
      for (const cell of csv(words, separator).flat()) {
        assert.ok(!/^[=@\t\r＝]/.test(cell) && (!/^[+-]/.test(cell) || /^[+-]?[\d\s.,]+$/.test(cell)), `${target}: ${cell}`);
        seen += cell.includes('HYPERLINK') ? 1 : 0;
      }
    }
    assert.ok(seen > 0, 'the titles are in an export');
  });

  test('after signing in one comes back here and nowhere else, and no header is slipped in', async () => {
    const away = ['//example.org', '/\\example.org', '\\\\example.org', 'https://example.org', 'javascript:alert(1)', '/%09/example.org', '/\t/example.org',
      '/%5cexample.org', ' //example.org', '/ok\r\nSet-Cookie: evil=1', '/%0d%0aSet-Cookie:%20evil=1', '///example.org', '/.//example.org', '@example.org', '%2f%2fexample.org'];
    let n = 100;
    for (const suite of away) {
      const answer = await newcomer(++n).post('/connexion', { email: desk.people.lestrem2.email, password: kPassword, suite });
      assert.equal(answer.status, 303);
      assert.match(answer.location, /^\/(?![\/\\])[^\s\\]*$/, `${suite} → ${answer.location}`);
      assert.ok(!(answer.headers['set-cookie'] ?? []).some((line) => line.startsWith('evil')));
      const there = new URL(answer.location, desk.url);
      assert.equal(there.host, `127.0.0.1:${desk.port}`, suite);
      const already = await one.get(`/connexion?suite=${encodeURIComponent(suite)}`);
      assert.equal(new URL(already.location, desk.url).host, `127.0.0.1:${desk.port}`, suite);
    }
    for (const host of ['example.org', 'example.org:80']) {
      const answer = await raw(desk, `GET /compte HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
      assert.doesNotMatch(answer.head, /location: https?:/i, 'redirections name no host');
    }
    const forgotten = await newcomer(90).request('POST', '/mot-de-passe-oublie', { headers: { host: 'example.org', 'content-type': 'application/x-www-form-urlencoded' },
      body: `email=${encodeURIComponent(desk.people.finance.email)}` });
    assert.ok(forgotten.status < 500);
    for (let tries = 0; tries < 200; ++tries) {
      const mails = spawnSync(look, [path.join(desk.folder, 'beffroi.db'), "SELECT json_array(body) FROM mail WHERE body LIKE '%/activation/%'"], { encoding: 'utf8' }).stdout;
      if (mails === '') continue;
      assert.doesNotMatch(mails, /\/\/example\.org/, 'a mail names the portal, not the host that was asked for');
      break;
    }
  });

  test('no page of any role holds script, style or handlers of its own, and all say so', async () => {
    const ids = { id: '1', scheme: 'hdf-videoprotection', edition: '2022', code: '59172', siren: desk.people.denain1.siren, kind: 'quotes', token: 'A'.repeat(43),
      number: 'x', item: '1', document: '1', file: '1', opinion: '1' };
    let pages = 0;
    for (const who of [null, 'denain1', 'denain2', 'officer', 'head', 'finance', 'secretary', 'auditor', 'admin']) {
      const browser = who ? await signedIn(desk, who) : newcomer(91);
      for (const { pattern } of routes.filter(({ method }) => method === 'GET')) {
        const target = pattern.replace(/\{(\w+)\}/g, (_, name) => ids[name] ?? '1').replace('/instruction/dossiers/1', `/instruction/dossiers/${filed}`)
          .replace(/^\/dossiers\/1/, `/dossiers/${filed}`);
        const answer = await browser.get(target);
        assert.ok(answer.status < 500 || (pattern === '/metrics'), `${who} ${target}: ${answer.status}`);
        assert.equal(answer.headers['x-content-type-options'], 'nosniff', target);
        if (!answer.headers['content-type']?.startsWith('text/html')) continue;
        ++pages;
        const policy = answer.headers['content-security-policy'];
        assert.match(policy, /script-src 'self'/, target);
        assert.doesNotMatch(policy, /unsafe-|\*/, target);
        assert.match(policy, /frame-ancestors 'none'/);
        assert.equal(answer.headers['referrer-policy'] !== undefined, true, target);
        for (const [tag] of answer.body.matchAll(/<[a-zA-Z][^>]*>/g)) {
          assert.doesNotMatch(tag, /\son[a-z]+\s*=/i, `${target}: ${tag}`);
          assert.doesNotMatch(tag, /\sstyle\s*=/i, `${target}: ${tag}`);
          assert.doesNotMatch(tag, /(href|src|action)\s*=\s*['"]?\s*(javascript|data|vbscript):/i, `${target}: ${tag}`);
        }
        for (const [, attributes, content] of answer.body.matchAll(/<script\b([^>]*)>([\s\S]*?)<\/script>/gi)) {
          assert.match(attributes, /src='\/[^/]/, `${target}: a script of our own`);
          assert.equal(content.trim(), '', target);
        }
        assert.doesNotMatch(answer.body, /<style\b/i, target);
      }
      browser.close();
    }
    assert.ok(pages > 300, `${pages} pages`);
  });

  test('two hundred clients that never finish were shown the door, each within its time', async () => {
    const closed = await Promise.race([Promise.all(slow.map((client) => client.closed)).then(() => true),
      new Promise((resolve) => setTimeout(() => resolve(false), 20_000))]);
    assert.equal(closed, true);
  });

  test('the log holds no password, no token, no code', async () => {
    const made = desk.json(['person', 'create', 'secrete@example.org', 'Personne Secrète']);
    const link = new URL(made.activation).pathname;
    const password = 'mot de passe très secret 2022';
    const person = newcomer(95);
    assert.equal((await person.get(link)).status, 200);
    assert.equal((await person.post(link, { password: 'court' })).status, 422);
    assert.equal((await person.post(link, { password })).status, 303);
    assert.equal((await person.get(link)).status, 410);
    assert.equal((await person.post('/connexion', { email: password, password })).status, 422);
    await person.signIn('secrete@example.org', password);
    await person.get(`/avis/${'Z'.repeat(43)}`);
    const secrets = [password, kPassword, link.split('/').at(-1), person.token, person.csrf, one.token, one.csrf, officer.token, 'Z'.repeat(43)];
    assert.deepEqual(await desk.stop(), { code: 0, signal: null });
    const log = desk.log();
    assert.match(log, /accounts.signed_in/);
    assert.match(log, /"request"/);
    for (const secret of secrets) {
      assert.ok(secret.length > 10);
      for (const form of [secret, encodeURIComponent(secret), secret.replaceAll(' ', '+')]) assert.ok(!log.includes(form), 'a secret in the log');
    }
    assert.equal(fs.statSync(path.join(desk.folder, 'beffroi.db')).mode & 0o077, 0, 'the database is its owner’s');
  });
});
