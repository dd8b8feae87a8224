// The copy made while everybody is at work, brought back elsewhere: the same rows and the same documents; a damaged
// copy is refused.
//   node tests/functional/backup_test.mjs PROGRAM LOOK WORLD
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import crypto from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { checkKept, checkWhole, Load } from './lib/load.mjs';
import { testArguments, world } from './lib/world.mjs';

const { program, look, source } = testArguments();
const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'beffroi-backup-'));
const desk = world(program, source, path.join(scratch, 'live'));
const copy = path.join(scratch, 'copy');

const looking = (database) => (...statements) => {
  const { status, stdout, stderr } = spawnSync(look, [database, ...statements], { encoding: 'utf8', maxBuffer: 1 << 28 });
  assert.equal(status, 0, stderr);
  return stdout.split('\n').filter(Boolean).map((line) => JSON.parse(line));
};

// Every row of every table, as fingerprints.
function content(database) {
  const rows = looking(database);
  const tables = rows("SELECT json_array(name) FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name").map(([name]) => name);
  assert.ok(tables.length > 20);
  return Object.fromEntries(tables.map((table) => {
    const columns = rows(`SELECT json_array(name) FROM pragma_table_info('${table}') ORDER BY cid`).map(([name]) => `quote("${name}")`);
    const all = rows(`SELECT json_array(${columns.join(', ')}) FROM "${table}" ORDER BY ${columns.join(', ')}`);
    return [table, `${all.length} ${crypto.createHash('sha256').update(JSON.stringify(all)).digest('hex')}`];
  }));
}

const documents = (folder) => Object.fromEntries(fs.readdirSync(folder, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name.length === 64)
  .map((entry) => [entry.name, crypto.createHash('sha256').update(fs.readFileSync(path.join(entry.parentPath ?? entry.path, entry.name))).digest('hex')]));

// Beside the portal, without stopping this test's people.
const backup = (to) => new Promise((resolve) => {
  const child = spawn(program, ['--data', desk.folder, '--json', 'backup', to]);
  let out = '';
  child.stdout.on('data', (piece) => (out += piece));
  child.stderr.on('data', (piece) => (out += piece));
  child.on('exit', (status) => resolve({ status, out }));
});

try {
  await desk.start();
  const load = new Load(desk);
  await load.begin();
  const working = load.run();
  const before = () => ({ typed: new Map([...load.typed].map(([draft, mark]) => [draft, { kept: mark.kept, sent: Infinity }])), 
    uploads: [...load.uploads], topUps: [...load.topUps], filed: new Set(load.filed), granted: new Set(load.granted), sittings: new Map(load.sittings) });
  let known;
  let made;
  for (let n = 0; n < 3; ++n) {
    known = before();
    made = await backup(copy);
    assert.equal(made.status, 0, made.out);
  }
  const during = load.acknowledged;
  load.stop();
  await working;
  assert.deepEqual(load.faults, [], 'nobody was hindered by the copy');
  assert.ok(known.uploads.length > 0 && known.topUps.length > 0 && during > 50, 'people were at work');

  // The copy is a moment of the live journal, and holds what was acknowledged before it began.
  const told = JSON.parse(made.out.split('\n').find((line) => line.startsWith('{')));
  assert.equal(desk.json(['journal', 'verify', '--head', told.journal_head]).whole, true);
  const restored = path.join(scratch, 'restored');
  const brought = desk.json(['restore', copy], 0, restored);
  assert.equal(brought.whole, true);
  assert.equal(brought.journal.head, told.journal_head);
  const rows = looking(path.join(restored, 'beffroi.db'));
  checkKept(known, rows);
  checkWhole(rows);
  assert.deepEqual(content(path.join(restored, 'beffroi.db')), content(path.join(copy, 'beffroi.db')));
  const kept = documents(path.join(restored, 'documents'));
  assert.deepEqual(kept, documents(path.join(copy, 'documents')));
  for (const [name, hash] of Object.entries(kept)) assert.equal(hash, name);
  for (const [blob] of rows('SELECT json_array(blob) FROM document UNION SELECT json_array(blob) FROM act WHERE blob IS NOT NULL')) assert.ok(kept[blob], blob);
  assert.equal(desk.json(['verify'], 0, restored).whole, true);

  // Once more with nobody at work: the same as the live desk, row for row.
  assert.deepEqual(await desk.stop(), { code: 0, signal: null });
  const quiet = path.join(scratch, 'quiet');
  assert.equal((await backup(quiet)).status, 0);
  const same = path.join(scratch, 'same');
  assert.equal(desk.json(['restore', quiet], 0, same).whole, true);
  assert.deepEqual(content(path.join(same, 'beffroi.db')), content(path.join(desk.folder, 'beffroi.db')));
  assert.deepEqual(documents(path.join(same, 'documents')), documents(path.join(desk.folder, 'documents')));

  // Damage, each kind of it: refused, nothing is put in place, and a good copy still goes to the same folder.
  const file = (folder) => {
    const name = Object.keys(documents(path.join(folder, 'documents')))[0];
    return path.join(folder, 'documents', name.slice(0, 2), name.slice(2, 4), name);
  };
  const spoil = (place, at) => {
    const bytes = fs.readFileSync(place);
    bytes[at < 0 ? bytes.length + at : at] ^= 0x5a;
    fs.chmodSync(place, 0o600);
    fs.writeFileSync(place, bytes);
  };
  const damages = {
    'a document changed': (folder) => spoil(file(folder), -5),
    'a document cut off': (folder) => fs.truncateSync(file(folder), 10),
    'a document lost': (folder) => fs.rmSync(file(folder)),
    'the database cut off': (folder) => fs.truncateSync(path.join(folder, 'beffroi.db'), 1 << 20),
    'pages of the database changed': (folder) => { for (let page = 2; page < 60; ++page) spoil(path.join(folder, 'beffroi.db'), page * 4096 + 3); },
    'no database at all': (folder) => fs.rmSync(path.join(folder, 'beffroi.db')),
    'not a database': (folder) => fs.writeFileSync(path.join(folder, 'beffroi.db'), 'bonjour'),
    'the end of the journal cut off': (folder) => fs.writeFileSync(path.join(folder, 'journal-head.txt'),
      `${Number(told.journal_head.split(':')[0]) + 1_000_000}:${'0'.repeat(64)}\n`),
    'where the journal stood forgotten': (folder) => fs.rmSync(path.join(folder, 'journal-head.txt')),
    'an entry of the journal changed': (folder) => {
      const place = path.join(folder, 'beffroi.db');
      const bytes = fs.readFileSync(place);
      const at = bytes.indexOf('application.request_signature');
      assert.ok(at > 0);
      bytes.write('application.request_signaturf', at);
      fs.writeFileSync(place, bytes);
    },
  };
  for (const [what, damage] of Object.entries(damages)) {
    const spoilt = path.join(scratch, 'spoilt');
    const target = path.join(scratch, 'target');
    fs.cpSync(quiet, spoilt, { recursive: true });
    damage(spoilt);
    const answer = desk.run(['restore', spoilt], target);
    assert.notEqual(answer.status, 0, `${what}: ${answer.stdout}`);
    assert.ok(answer.stderr.length > 10, `${what}: a word why`);
    assert.ok(!fs.existsSync(path.join(target, 'beffroi.db')), what);
    assert.equal(desk.json(['restore', quiet], 0, target).whole, true, `after ${what}: the good copy`);
    for (const folder of [spoilt, target]) fs.rmSync(folder, { recursive: true });
  }
  console.log(`${during} acts during 3 copies; ${Object.keys(kept).length} documents and every table the same; ${Object.keys(damages).length} kinds of damage refused`);
} finally {
  desk.child?.kill('SIGKILL');
  await desk.ended;
  fs.rmSync(scratch, { recursive: true, force: true });
}
process.exit(0);
