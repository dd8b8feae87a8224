// Two people at once, through HTTP: exactly one spends the last of the envelope, decides, votes; two who type in one
// form lose nothing.
//   node tests/functional/concurrency_test.mjs PROGRAM LOOK WORLD
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import * as acts from './lib/acts.mjs';
import { text } from './lib/desk.mjs';
import { signedIn, testArguments, world } from './lib/world.mjs';

const { program, look, source } = testArguments();
const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'beffroi-two-'));
const desk = world(program, source, scratch);
const rows = (sql) => spawnSync(look, [path.join(desk.folder, 'beffroi.db'), sql], { encoding: 'utf8' }).stdout
  .split('\n').filter(Boolean).map((line) => JSON.parse(line));
const balance = () => rows('SELECT json_array(authorised_cents, reserved_cents, committed_cents) FROM envelope')[0];
const who = {};

before(async () => {
  await desk.start();
  for (const name of ['denain1', 'denain2', 'officer', 'officer2', 'head', 'finance', 'secretary', 'secretary2']) who[name] = await signedIn(desk, name);
});
after(async () => {
  desk.child?.kill('SIGKILL');
  await desk.ended;
  fs.rmSync(scratch, { recursive: true, force: true });
});

// What each of two did: who came through, and that the other was told in words.
function oneWins(answers, what) {
  const won = answers.filter(({ status }) => status === 303);
  assert.equal(won.length, 1, `${what}: ${answers.map(({ status, body }) => `${status} ${text(body).slice(0, 200)}`).join(' | ')}`);
  const [lost] = answers.filter(({ status }) => status !== 303);
  assert.ok([403, 409, 422].includes(lost.status), `${what}: ${lost.status}`);
  assert.ok(text(lost.body).length > 30, what);
}

test('two officers propose at once what the envelope holds once', async () => {
  // 17,088.30 each; the envelope is brought down to one of them.
  const files = [];
  for (let n = 0; n < 6; ++n) {
    const id = await acts.filed(who.denain1, who.denain2, { title: `Caméras ${n}` });
    await acts.reviewed(who.officer, id);
    files.push(id);
  }
  acts.moved(await who.finance.post('/enveloppes/1/diminution', { amount: '1 982 911,70', act: '2022.2', reason: 'essai' }), 'reduced');
  assert.deepEqual(balance(), [1708830, 0, 0]);
  for (let turn = 0; turn < 10; ++turn) {
    const [a, b] = [files[turn % 6], files[(turn + 1) % 6]];
    oneWins(await Promise.all([acts.act(who.officer, a, 'propose'), acts.act(who.officer2, b, 'propose')]), `turn ${turn}`);
    assert.deepEqual(balance(), [1708830, 1708830, 0]);
    const [[winner]] = rows("SELECT json_array(id) FROM application WHERE state = 'proposed'");
    acts.moved(await acts.act(who.officer, winner, 'send_back_to_review', { reason: 'essai' }), 'back');
  }
  const all = await Promise.all(files.map((id, n) => acts.act([who.officer, who.officer2, who.head][n % 3], id, 'propose')));
  assert.equal(all.filter(({ status }) => status === 303).length, 1);
  assert.deepEqual(balance(), [1708830, 1708830, 0]);
  assert.equal(desk.json(['verify']).whole, true);
});

test('money cannot be taken away while it is being promised', async () => {
  const [[winner]] = rows("SELECT json_array(id) FROM application WHERE state = 'proposed'");
  acts.moved(await acts.act(who.officer, winner, 'send_back_to_review', { reason: 'essai' }), 'back');
  for (let turn = 0; turn < 5; ++turn) {
    const [reduced, proposed] = await Promise.all([
      who.finance.post('/enveloppes/1/diminution', { amount: '1,00', act: `2022.3.${turn}`, reason: 'essai' }), acts.act(who.officer, winner, 'propose')]);
    oneWins([reduced, proposed], `turn ${turn}`);
    const [authorised, reserved] = balance();
    assert.ok(reserved <= authorised);
    if (proposed.status === 303) acts.moved(await acts.act(who.officer, winner, 'send_back_to_review', { reason: 'essai' }), 'back');
    else acts.moved(await who.finance.post('/enveloppes/1/abondement', { amount: '1,00', act: `2022.4.${turn}`, reason: 'essai' }), 'given back');
  }
  acts.moved(await who.finance.post('/enveloppes/1/abondement', { amount: '2 000 000', act: '2022.5', reason: 'essai' }), 'a top-up');
});

test('two officers decide on the same file: one act, the other is told', async () => {
  for (let turn = 0; turn < 5; ++turn) {
    const id = await acts.filed(who.denain1, who.denain2, { title: `Ensemble ${turn}` });
    oneWins(await Promise.all([acts.act(who.officer, id, 'declare_complete'), acts.act(who.officer2, id, 'declare_complete')]), 'complete');
    oneWins(await Promise.all([acts.act(who.officer, id, 'start_review'), acts.act(who.officer2, id, 'start_review')]), 'review');
    oneWins(await Promise.all([acts.act(who.officer, id, 'propose_refusal', { reason: 'hors délai' }), acts.act(who.officer2, id, 'propose_refusal', { reason: 'hors sujet' })]), 'refusal');
    for (const kind of ['declare_complete', 'start_review', 'propose_refusal'])
      assert.equal(rows(`SELECT json_array(seq) FROM journal WHERE subject_kind = 'application' AND subject_id = ${id} AND kind = 'application.${kind}'`).length, 1);
    assert.equal(rows(`SELECT json_array(id) FROM act WHERE application_id = ${id} AND kind = 'dossier_complet'`).length, 1, 'one letter');
  }
});

test('two people sign at once: one receipt', async () => {
  const id = await acts.ready(who.denain1);
  await acts.askSignature(who.denain1, id);
  const again = await signedIn(desk, 'denain2');
  // Who comes second finds the file filed and is led to it.
  const both = await Promise.all([acts.sign(who.denain2, id), acts.sign(again, id)]);
  for (const answer of both) assert.ok([303, 409].includes(answer.status), text(answer.body));
  assert.equal(rows(`SELECT json_array(seq) FROM journal WHERE subject_kind = 'application' AND subject_id = ${id} AND kind = 'application.file'`).length, 1);
  assert.equal(rows(`SELECT json_array(id) FROM act WHERE application_id = ${id} AND kind = 'accuse_reception'`).length, 1);
});

test('two secretaries vote and decide at once: each row has one vote, the decision is taken once', async () => {
  const id = await acts.proposed(who.denain1, who.denain2, who.officer);
  const [one, two] = [await acts.newSitting(who.secretary, 'CP 1'), await acts.newSitting(who.secretary2, 'CP 2')];
  const both = await Promise.all([acts.putOn(who.secretary, one, id), acts.putOn(who.secretary2, two, id)]);
  const listed = rows(`SELECT json_array(sitting_id) FROM sitting_item WHERE application_id = ${id} AND state = 'listed'`);
  assert.equal(listed.length, 1, `on one agenda: ${both.map(({ status }) => status)}`);
  const [[sitting]] = listed;
  oneWins(await Promise.all([acts.closeAgenda(who.secretary, sitting), acts.closeAgenda(who.secretary2, sitting)]), 'agenda');
  const votes = await Promise.all([acts.vote(who.secretary, sitting), acts.vote(who.secretary2, sitting)]);
  assert.ok(votes.some(({ status }) => status === 303));
  const [[vote]] = rows(`SELECT json_array(vote_id) FROM sitting_item WHERE sitting_id = ${sitting} AND state = 'listed'`);
  assert.equal(rows(`SELECT json_array(id) FROM sitting_vote WHERE sitting_id = ${sitting} AND superseded_by IS NULL AND id <> ${vote}`).length, 0,
    'a vote that no row bears was superseded');
  oneWins(await Promise.all([acts.decide(who.secretary, sitting), acts.decide(who.secretary2, sitting)]), 'decision');
  assert.equal(rows(`SELECT json_array(id) FROM envelope_entry WHERE application_id = ${id} AND kind = 'committed'`).length, 1);
  assert.equal(rows(`SELECT json_array(seq) FROM journal WHERE subject_kind = 'application' AND subject_id = ${id} AND kind = 'application.grant'`).length, 1);
  acts.moved(await acts.transmit(who.secretary, sitting), 'transmitted');
  await Promise.all([acts.notify(who.secretary, sitting), acts.notify(who.secretary2, sitting)]);
  assert.equal(rows(`SELECT json_array(id) FROM act WHERE application_id = ${id} AND kind = 'notification_attribution' AND status = 'issued'`).length, 1, 'one letter');
  await Promise.all([acts.publish(who.secretary, sitting), acts.publish(who.secretary2, sitting)]);
  assert.equal(desk.json(['verify']).whole, true);
});

test('two people in one form: what one touched is merged, what both changed is told, nothing is lost', async () => {
  const id = await acts.newDraft(who.denain1);
  const version = await acts.saved(who.denain1, id, 'projet', acts.kForm.projet);
  await acts.saved(who.denain1, id, 'projet', { title: 'Titre de la première' }, version);
  const clash = await acts.autosave(who.denain2, id, 'projet', { title: 'Titre de la seconde', places: 'Rue de Villars' }, version);
  assert.equal(clash.status, 409);
  assert.equal(clash.kept, true);
  assert.match(clash.message, /Personne denain1/, 'who it was');
  const history = text((await who.denain2.get(`/dossiers/${id}/historique-saisie`)).body.slice(0));
  const form = JSON.parse(rows(`SELECT json_array(form) FROM application_text WHERE application_id = ${id}`)[0][0]);
  const all = JSON.stringify(rows(`SELECT json_array(field, before) FROM form_change WHERE application_id = ${id}`)) + JSON.stringify(form);
  for (const words of ['Titre de la première', 'Titre de la seconde', 'Rue de Villars']) assert.ok(all.includes(words), words);
  assert.ok(history.length > 0);
  assert.equal(form.places, 'Rue de Villars', 'what only one touched is merged');

  // Many saves at once from two people on different fields: every last word is there.
  const last = {};
  const type = async (by, field) => {
    for (let n = 1; n <= 25; ++n) {
      const told = await acts.autosave(by, id, 'projet', { [field]: `${field} ${n}` });
      assert.equal(told.saved, true, JSON.stringify(told));
      last[field] = `${field} ${n}`;
    }
  };
  await Promise.all([type(who.denain1, 'description'), type(who.denain2, 'purpose')]);
  const after = JSON.parse(rows(`SELECT json_array(form) FROM application_text WHERE application_id = ${id}`)[0][0]);
  for (const [field, words] of Object.entries(last)) assert.equal(after[field], words);
});
