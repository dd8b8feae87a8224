// The disk of the data folder is full: writing stops with a clear page, reading goes on, nothing acknowledged is lost,
// and all goes on when there is room. On a small file system of its own (needs `mount`, or a user namespace).
//   node tests/functional/full_disk_test.mjs PROGRAM LOOK WORLD
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import * as acts from './lib/acts.mjs';
import { Browser, text } from './lib/desk.mjs';
import { signedIn, testArguments, world } from './lib/world.mjs';

const { program, look, source } = testArguments();
const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'beffroi-disk-'));
const disk = path.join(scratch, 'disk');
fs.mkdirSync(disk);

const size = (folder) => fs.readdirSync(folder, { withFileTypes: true }).reduce((sum, entry) => {
  const place = path.join(folder, entry.name);
  return sum + (entry.isDirectory() ? 4096 + size(place) : Math.ceil(fs.statSync(place).size / 4096) * 4096);
}, 0);
const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${size(source) + (24 << 20)}`, 'tmpfs', disk]).status === 0;
if (!mounted) {
  fs.rmSync(scratch, { recursive: true, force: true });
  // Not root: once more as root of a namespace of our own, where a file system in memory may be mounted.
  const alone = ['--user', '--map-root-user', '--mount'];
  if (!process.env.BEFFROI_OWN_NAMESPACE && spawnSync('unshare', [...alone, 'true']).status === 0)
    process.exit(spawnSync('unshare', [...alone, process.execPath, ...process.argv.slice(1)],
      { stdio: 'inherit', env: { ...process.env, BEFFROI_OWN_NAMESPACE: '1' } }).status ?? 1);
  console.log('skipped: no small file system can be mounted here');
  process.exit(0);
}

const desk = world(program, source, path.join(disk, 'desk'));
const database = path.join(desk.folder, 'beffroi.db');
const rows = (sql) => {
  const { status, stdout, stderr } = spawnSync(look, [database, sql], { encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  return stdout.split('\n').filter(Boolean).map((line) => JSON.parse(line));
};

const filler = path.join(disk, 'filler');
function fill() {
  const file = fs.openSync(filler, 'a');
  for (const piece of [1 << 20, 4096, 1]) {
    try {
      for (;;) fs.writeSync(file, Buffer.alloc(piece, 1));
    } catch (fault) {
      assert.equal(fault.code, 'ENOSPC');
    }
  }
  fs.closeSync(file);
}

// The page that says it: in French, with the frame of the portal, and the form's answer is not lost silently.
function refusedClearly(answer, what) {
  assert.equal(answer.status, 503, `${what}: ${answer.status} ${text(answer.body)}`);
  assert.match(text(answer.body), /Rien n’est perdu|espace de stockage est plein/, what);
  assert.doesNotMatch(answer.body, /SQLite|ENOSPC|No space left/, what);
}

let status = 1;
try {
  await desk.start();
  const one = await signedIn(desk, 'denain1');
  const two = await signedIn(desk, 'denain2');
  const officer = await signedIn(desk, 'officer');
  const finance = await signedIn(desk, 'finance');
  const secretary = await signedIn(desk, 'secretary');
  const visitor = new Browser(desk);

  // A file at each stage, made while there was room.
  const draft = await acts.ready(one, { title: 'Brouillon' });
  const signing = await acts.ready(one, { title: 'À signer' });
  await acts.askSignature(one, signing);
  const proposing = await acts.filed(one, two, { title: 'À proposer' });
  await acts.reviewed(officer, proposing);
  const waiting = await acts.proposed(one, two, officer, { title: 'En séance' });
  const sitting = await acts.newSitting(secretary, 'Commission permanente');
  acts.moved(await acts.putOn(secretary, sitting, waiting), 'on the agenda');
  acts.moved(await acts.closeAgenda(secretary, sitting), 'agenda');
  const voting = await acts.newSitting(secretary, 'Autre commission');
  const other = await acts.proposed(one, two, officer, { title: 'À voter' });
  acts.moved(await acts.putOn(secretary, voting, other), 'on the agenda');
  acts.moved(await acts.closeAgenda(secretary, voting), 'agenda');
  acts.moved(await acts.vote(secretary, voting), 'vote');
  const [[document]] = rows(`SELECT json_array(id) FROM document WHERE application_id = ${draft} ORDER BY id LIMIT 1`);
  // Nothing but the entries of this test may change in the meantime.
  const kept = [];

  fill();
  // SQLite writes on in the log it has already; then there is no room for one more act.
  let refused = null;
  for (let n = 0; n < 3000 && refused === null; ++n) {
    const act = `A-${n}`;
    const answer = await finance.post('/enveloppes/1/abondement', { amount: '1,00', act, reason: 'essai' });
    if (answer.status === 303) kept.push(act);
    else refused = answer;
  }
  assert.ok(refused, 'the disk was full at last');
  refusedClearly(refused, 'a top-up');

  const typed = await acts.autosave(one, draft, 'projet', { ...acts.kForm.projet, description: 'tapé '.repeat(2000) });
  assert.equal(typed.status, 503, JSON.stringify(typed));
  assert.equal(typed.saved, false);
  assert.match(typed.message, /Rien n’est perdu|plein/);
  const button = await one.post(`/dossiers/${draft}/projet`, { ...acts.kForm.projet, description: 'tapé par un bouton' });
  refusedClearly(button, 'a step saved by its button');
  assert.ok(button.body.includes('tapé par un bouton'), 'what was typed comes back on the page');
  refusedClearly(await acts.attach(one, draft, 'other', 'plan '.repeat(20_000)), 'an upload');
  refusedClearly(await acts.sign(two, signing), 'a signature');
  refusedClearly(await acts.act(officer, proposing, 'propose'), 'a proposal');
  refusedClearly(await acts.vote(secretary, sitting), 'a vote');
  refusedClearly(await acts.decide(secretary, voting), 'a decision');
  refusedClearly(await one.post(`/dossiers/${proposing}/messages`, { texte: 'Bonjour' }), 'a message');
  refusedClearly(await one.post('/dossiers/nouveau', { edition: 'hdf-videoprotection/2022', demandeur: one.siren, autre: '1' }), 'a new draft');
  refusedClearly(await new Browser(desk, { address: '203.0.113.7' }).post('/connexion', { email: 'officer2@example.org', password: 'essai' }),
    'a sign-in');

  // Reading goes on.
  for (const [who, targets] of [[visitor, ['/', '/dispositifs', '/aides-accordees', '/donnees', '/connexion']],
    [one, ['/mes-dossiers', `/dossiers/${draft}`, `/dossiers/${draft}/projet`, `/documents/${document}`]],
    [officer, ['/instruction', `/instruction/dossiers/${waiting}`]], [finance, ['/enveloppes/1']],
    [secretary, [`/gestion/seances/${sitting}`]]])
    for (const target of targets) assert.equal((await who.get(target)).status, 200, target);
  const health = JSON.parse((await visitor.get('/healthz')).body);
  assert.equal(health.disk, 'full', 'the health of the portal says it');

  // Room again: everything that was refused is done now, by the same portal.
  fs.rmSync(filler);
  assert.match(JSON.parse((await visitor.get('/healthz')).body).disk, /^(low|ok)$/);
  await acts.saved(one, draft, 'projet', { ...acts.kForm.projet, description: 'tapé de nouveau' });
  acts.moved(await acts.attach(one, draft, 'other', 'plan '.repeat(20_000)), 'the upload');
  acts.moved(await acts.sign(two, signing), 'the signature');
  acts.moved(await acts.act(officer, proposing, 'propose'), 'the proposal');
  acts.moved(await acts.vote(secretary, sitting), 'the vote');
  acts.moved(await acts.decide(secretary, voting), 'the decision');
  acts.moved(await finance.post('/enveloppes/1/abondement', { amount: '1,00', act: 'A-last', reason: 'essai' }), 'the top-up');
  const topUps = rows("SELECT json_array(act) FROM envelope_entry WHERE kind = 'topped_up' ORDER BY id").map(([act]) => act);
  assert.deepEqual(topUps, [...kept, 'A-last'], 'what was acknowledged is there, what was refused is not');
  assert.equal(rows(`SELECT json_array(id) FROM document WHERE application_id = ${draft} AND kind = 'other'`).length, 1);
  assert.equal(desk.json(['verify']).whole, true);
  assert.equal(fs.readdirSync(path.join(desk.folder, 'documents', 'incoming')).length, 0, 'no half document stays');
  assert.equal(fs.readdirSync(path.join(desk.folder, 'televersements')).length, 0, 'no half upload stays');
  assert.deepEqual(await desk.stop(), { code: 0, signal: null });
  console.log(`${kept.length} acts acknowledged on the last free pages, all there; every kind of act refused clearly, done later`);
  status = 0;
} finally {
  desk.child?.kill('SIGKILL');
  if (desk.child) await desk.ended;
  spawnSync('umount', [disk]);
  fs.rmSync(scratch, { recursive: true, force: true });
}
process.exit(status);
