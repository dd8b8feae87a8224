// The real beffroi-aides, as a script or an operator runs it, on a data folder of its own.
//   BEFFROI_NPM_DATA=tools/npm/node_modules node tests/functional/cli_test.mjs BEFFROI_AIDES TAMPER
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';

const [program, tamper] = process.argv.slice(2).map((file) => path.resolve(file));
const npm = process.env.BEFFROI_NPM_DATA;
if (!npm) {
  console.log('skipped: no data (set BEFFROI_NPM_DATA to the node_modules of tools/npm)');
  process.exit(0);
}

const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'beffroi-cli-'));
after(() => fs.rmSync(scratch, { recursive: true, force: true }));
const data = path.join(scratch, 'data');
const backup = path.join(scratch, 'backup');
const restored = path.join(scratch, 'restored');

function run(args, folder = data) {
  const env = { ...process.env, BEFFROI_DATA: folder };
  const { status, stdout, stderr } = spawnSync(program, args, { env, encoding: 'utf8', timeout: 60_000 });
  return { status, stdout, stderr };
}

function json(args, status = 0, folder = data) {
  const answer = run(['--json', ...args], folder);
  assert.equal(answer.status, status, answer.stderr || answer.stdout);
  return JSON.parse(answer.stdout);
}

function wrongArguments(args) {
  const answer = run(args);
  assert.equal(answer.status, 2, answer.stdout + answer.stderr);
  assert.equal(answer.stdout, '');
  assert.match(answer.stderr, /^beffroi-aides: /);
  return answer.stderr;
}

const lestrem = (edition, ...more) =>
  ['amount', edition, '--applicant', '62502', '--nature', 'extension', '--expense', 'cameras=56961.00', ...more];

test('before any import, the program says what to do', () => {
  const answer = run(['territory', 'show', '59172']);
  assert.equal(answer.status, 1);
  assert.match(answer.stderr, /territory import/);
});

test('the communes of France are imported, and once more without harm', () => {
  for (let time = 0; time < 2; ++time) {
    const answer = run(['territory', 'import', npm]);
    assert.equal(answer.status, 0, answer.stderr);
  }
});

test('Denain is shown with its populations and years', () => {
  const { status, stdout } = run(['territory', 'show', '59172']);
  assert.equal(status, 0);
  const plain = stdout.replace(/[\u00a0\u202f]/g, ' ');
  assert.match(plain, /^Denain/);
  assert.match(plain, /2022.*19 877/);
  assert.match(plain, /2023.*20 415/);
  assert.equal(json(['territory', 'show', '215901729']).name, 'Denain');
  assert.ok(JSON.stringify(json(['territory', 'search', 'st omer'])).includes('Saint-Omer'));
  assert.match(wrongArguments(['territory', 'show', '99999']), /99999/);
});

test('the amount of Lestrem is the one that was voted, to the cent', () => {
  const amount = json(lestrem('hdf-videoprotection/2022'));
  assert.equal(amount.amount_cents, 1708830);
  assert.equal(amount.eligible_base_cents, 5696100);
  assert.equal(amount.eligible, true);
  assert.equal(amount.edition, 'hdf-videoprotection/2022');
  assert.deepEqual([amount.population.figure, amount.population.year], ['municipale', 2022]);
  assert.ok(amount.population.value > 4000);
  for (const reason of amount.reasons)
    for (const key of ['rule', 'reference', 'text', 'holds']) assert.ok(key in reason, `${reason.rule}.${key}`);
});

test('Denain was too large in 2023: exit 3, and the reason', () => {
  const args = ['amount', 'hdf-videoprotection/2023', '--applicant', '59172', '--nature', 'extension',
    '--expense', 'cameras=56961.00'];
  const amount = json(args, 3);
  assert.equal(amount.eligible, false);
  assert.equal(amount.amount_cents, 0);
  const population = amount.reasons.find((reason) => reason.rule === 'population');
  assert.equal(population.holds, false);
  assert.equal(amount.population.value, 20415);
  assert.equal(run(args).status, 3);
});

test('wrong arguments: exit 2, nothing on standard output, and how to ask', () => {
  for (const args of [[], ['nonsense'], ['amount'], ['amount', 'hdf-videoprotection/2022', '--applicant', '62502'],
    ['territory'], ['--language', 'de', 'scheme', 'list'], ['simulate', 'x', '--all', '--region', '32'],
    ['backup'], ['serve', '--no-such-option']])
    assert.match(wrongArguments(args), /Usage: /, args.join(' '));
  for (const args of [lestrem('hdf-videoprotection/1999'), lestrem('hdf-videoprotection/2022', '--at', 'yesterday'),
    ['amount', 'hdf-videoprotection/2022', '--applicant', '00000', '--nature', 'extension', '--expense', 'cameras=1'],
    ['amount', 'hdf-videoprotection/2022', '--applicant', '62502', '--nature', 'demolition', '--expense', 'cameras=1'],
    ['amount', 'hdf-videoprotection/2022', '--applicant', '62502', '--nature', 'extension', '--expense', 'cameras'],
    ['amount', 'hdf-videoprotection/2022', '--applicant', '62502', '--nature', 'extension', '--expense', 'cameras=-5'],
    ['amount', 'hdf-videoprotection/2022', '--applicant', '62502', '--nature', 'extension', '--expense', 'boats=10'],
    ['simulate', 'no-such/2022'], ['scheme', 'show', 'no-such/2022'], ['scheme', 'check', 'no-such-file.toml'],
    ['edition', 'publish', 'no-such/2022'], ['person', 'create', 'a@example.org', 'A B', '--role', 'emperor'],
    ['person', 'create', 'no address', 'A B']])
    wrongArguments(args);
});

test('help and version are no faults', () => {
  for (const args of [['--help'], ['amount', '--help'], ['--version']]) {
    const { status, stdout } = run(args);
    assert.equal(status, 0);
    assert.ok(stdout.length > 10);
  }
});

test('every edition is listed and can be checked', () => {
  const list = json(['scheme', 'list']);
  assert.ok(list.length >= 20);
  for (const edition of list) assert.equal(edition.valid, true, edition.id);
  assert.equal(run(['scheme', 'check', 'schemes/hdf-videoprotection/2022.toml']).status, 0);
  assert.ok(json(['scheme', 'show', 'hdf-videoprotection/2022']));
});

test('a wrong scheme file: exit 4, with file, line, key and what was expected', () => {
  const good = fs.readFileSync('schemes/hdf-videoprotection/2022.toml', 'utf8');
  const lines = good.split('\n');
  const at = lines.findIndex((line) => /^year\s*=/.test(line));
  assert.ok(at >= 0, 'the edition has a year');
  lines[at] = 'year = "soon"';
  const file = path.join(scratch, 'wrong.toml');
  fs.writeFileSync(file, lines.join('\n'));
  const answer = run(['scheme', 'check', file]);
  assert.equal(answer.status, 4, answer.stderr);
  assert.ok((answer.stdout + answer.stderr).includes(`wrong.toml:${at + 1}`), answer.stdout + answer.stderr);
  assert.match(answer.stdout + answer.stderr, /year/);
  const report = run(['--json', 'scheme', 'check', file]);
  assert.equal(report.status, 4);
  JSON.parse(report.stdout);
  fs.writeFileSync(file, 'not [toml');
  assert.equal(run(['scheme', 'check', file]).status, 4);
});

test('what if 25,000 inhabitants and 40 %: more communes, and Denain among them', () => {
  const simulation = json(['simulate', 'hdf-videoprotection/2022', '--below', '25000', '--rate', '40']);
  assert.ok(simulation.gained > 0);
  assert.equal(simulation.lost, 0);
  assert.ok(simulation.now.need_cents > simulation.before.need_cents);
  const sum = (key) => simulation.departments.reduce((total, department) => total + department[key], 0);
  assert.equal(sum('communes'), simulation.communes);
  assert.equal(sum('eligible'), simulation.now.eligible);
  assert.equal(json(['simulate', 'schemes/hdf-videoprotection/2022.toml', '--against', 'hdf-videoprotection/2022']).gained, 0);
  assert.ok(json(['simulate', 'hdf-videoprotection/2022', '--all']).communes > 34000);
});

test('an edition is opened and accounts are made', () => {
  assert.equal(json(['edition', 'publish', 'hdf-videoprotection/2022']).edition, 'hdf-videoprotection/2022');
  const made = json(['person', 'create', 'anne@example.org', 'Anne Roux', '--role', 'officer', '--role', 'head']);
  assert.match(made.activation, /\/activation\/[\w-]{40,}$/);
  const mayor = run(['person', 'create', 'maire@example.org', 'Jeanne Martin', '--signs-for', '215901729']);
  assert.equal(mayor.status, 0, mayor.stderr);
  assert.match(mayor.stdout, /\/activation\//);
  assert.notEqual(run(['person', 'create', 'anne@example.org', 'Another Anne']).status, 0);
});

test('the portal is copied while it runs, and stops in order', async () => {
  const config = path.join(scratch, 'beffroi.toml');
  fs.writeFileSync(config, `[server]\nport = 0\n[data]\nfolder = ${JSON.stringify(data)}\n`);
  const server = spawn(program, ['--config', config, 'serve'], { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  const ended = new Promise((resolve) => server.on('exit', (code, signal) => resolve({ code, signal })));
  try {
    await new Promise((resolve, reject) => {
      const hear = (bytes) => {
        said += bytes;
        if (said.includes('"listening"') || said.includes('listening')) resolve();
      };
      server.stdout.on('data', hear);
      server.stderr.on('data', hear);
      ended.then(() => reject(new Error(`the portal ended: ${said}`)));
    });
    const made = json(['backup', backup]);
    assert.match(made.journal_head, /^\d+:[0-9a-f]{64}$/);
    const again = json(['backup', backup]);
    assert.equal(again.documents_copied, 0);
    const refused = json(['compact'], 1);
    assert.equal(refused.error, 'conflict');
    assert.match(refused.message, /ouvert par un autre programme/);
    assert.match(run(['--language', 'en', 'compact']).stderr, /open in another program/);
  } finally {
    server.kill('SIGTERM');
  }
  assert.deepEqual(await ended, { code: 0, signal: null });
});

test('the backup, restored elsewhere, is the same and whole', () => {
  assert.equal(json(['restore', backup], 0, restored).whole, true);
  for (const folder of [data, restored]) assert.equal(json(['verify'], 0, folder).whole, true);
  assert.equal(json(['journal', 'head'], 0, restored).head, json(['journal', 'head']).head);
  assert.equal(json(lestrem('hdf-videoprotection/2022'), 0, restored).amount_cents, 1708830);
});

test('once the portal is stopped, the database is compacted and holds the same', () => {
  const before = json(['journal', 'head']).head;
  const done = json(['compact']);
  const size = fs.statSync(done.file).size;
  assert.equal(done.after_bytes, size);
  assert.ok(done.before_bytes >= size);
  assert.equal(done.freed_bytes, done.before_bytes - size);
  assert.equal(json(['verify']).whole, true);
  assert.equal(json(['journal', 'head']).head, before);
  assert.match(run(['compact']).stdout, /avant, .* après/);
  assert.deepEqual(fs.readdirSync(data).filter((name) => name.startsWith('etilqs')), [], 'no temporary file stays');
  const nowhere = path.join(scratch, 'no-data');
  assert.equal(json(['compact'], 2, nowhere).error, 'not_found');
  assert.ok(!fs.existsSync(nowhere), 'no database is made to be compacted');
});

test('a restore never writes over data, and wants a backup', () => {
  const before = json(['journal', 'head'], 0, restored).head;
  const answer = run(['restore', backup], restored);
  assert.equal(answer.status, 1);
  assert.match(answer.stderr, /nothing is written over/);
  assert.equal(json(['journal', 'head'], 0, restored).head, before);
  assert.notEqual(run(['restore', scratch], path.join(scratch, 'nowhere')).status, 0);
});

test('an entry changed behind the back of the program is found: exit 4 and which', () => {
  const head = json(['journal', 'head'], 0, restored).head;
  assert.equal(json(['journal', 'verify', '--head', head], 0, restored).whole, true);
  assert.equal(spawnSync(tamper, [path.join(restored, 'beffroi.db'), '2']).status, 0);
  const report = json(['journal', 'verify'], 4, restored);
  assert.equal(report.whole, false);
  assert.equal(report.seq, 2);
  assert.equal(json(['verify'], 4, restored).whole, false);
  assert.match(run(['journal', 'verify'], restored).stdout, /entry 2/);
});

test('a journal that stops before a head kept elsewhere is found', () => {
  const [seq, hash] = json(['journal', 'head']).head.split(':');
  assert.equal(json(['journal', 'verify', '--head', `${Number(seq) + 1}:${hash}`], 4).whole, false);
  assert.equal(json(['journal', 'verify', '--head', `${seq}:${hash.replace(/./g, '0')}`], 4).whole, false);
  wrongArguments(['journal', 'verify', '--head', 'nonsense']);
});
