// Everybody at work at once, for as long as the portal lives: what was acknowledged is remembered, to be looked for
// after a kill, a full disk, a restore. A request without an answer may have been done or not: both are right, half is
// not.
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import * as acts from './acts.mjs';
import { pdf } from './desk.mjs';
import { signedIn } from './world.mjs';

const kPeople = ['denain1', 'denain2', 'lestrem1', 'lestrem2', 'officer', 'officer2', 'finance', 'secretary'];

export class Load {
  constructor(desk) {
    this.desk = desk;
    this.acknowledged = 0;
    this.faults = [];
    this.typed = new Map(); // draft → {sent, kept}
    this.uploads = []; // {draft, name, blob} acknowledged
    this.topUps = []; // acts acknowledged
    this.topUpsSent = 0;
    this.drafts = []; // ready for the signature to be asked
    this.signing = []; // awaiting it
    this.filed = new Set(); // acknowledged
    this.toReview = [];
    this.reviewed = [];
    this.proposed = []; // acknowledged, and free for a sitting
    this.sittings = new Map(); // sitting → last step acknowledged
    this.unfinished = []; // {sitting, file, step}: where the kill left it
    this.granted = new Set();
  }

  async begin() {
    this.people = {};
    for (const who of kPeople) this.people[who] = await signedIn(this.desk, who);
    this.drafted = [await acts.newDraft(this.people.denain1), await acts.newDraft(this.people.lestrem1)];
    this.uploadDraft = await acts.newDraft(this.people.denain2);
    for (const draft of this.drafted) this.typed.set(draft, { sent: 0, kept: 0 });
  }

  // Resolves when every worker has met the end of the portal, or `stop` was called.
  run() {
    this.stopping = false;
    const { people } = this;
    const workers = [
      () => this.type(people.denain1, this.drafted[0]), () => this.type(people.lestrem1, this.drafted[1]),
      () => this.upload(people.denain2), () => this.topUp(people.finance),
      () => this.draft(people.lestrem1), () => this.file(people.lestrem1, people.lestrem2),
      () => this.review(people.officer), () => this.propose(people.officer2), () => this.sit(people.secretary),
    ];
    return Promise.all(workers.map((worker) => this.loop(worker)));
  }

  stop() {
    this.stopping = true;
  }

  async loop(worker) {
    while (!this.stopping) {
      try {
        if (await worker() === 'idle') await new Promise((resolve) => setTimeout(resolve, 5));
      } catch (fault) {
        // No answer: the portal is gone, for everybody. Another answer than the right one is for the test to judge.
        if (fault instanceof assert.AssertionError) this.faults.push(fault.message);
        else this.stopping = true;
      }
    }
  }

  ack() {
    this.acknowledged += 1;
  }

  async type(by, draft) {
    const mark = this.typed.get(draft);
    mark.sent += 1;
    await acts.saved(by, draft, 'projet', { ...acts.kForm.projet, description: `saisie ${mark.sent}` });
    mark.kept = mark.sent;
    this.ack();
  }

  async upload(by) {
    const n = (this.uploadsSent = (this.uploadsSent ?? 0) + 1);
    if (n % 150 === 0) this.uploadDraft = await acts.newDraft(by); // a file takes 200 documents
    const draft = this.uploadDraft;
    const name = `piece-${n}.pdf`;
    const bytes = pdf(`piece ${n} `.repeat(1 + (n % 400)));
    acts.moved(await by.upload(`/dossiers/${draft}/pieces/other`, {}, { name, bytes }), 'an upload');
    this.uploads.push({ draft, name, blob: crypto.createHash('sha256').update(bytes).digest('hex') });
    this.ack();
  }

  async topUp(by) {
    const act = `A-${++this.topUpsSent}`;
    acts.moved(await by.post('/enveloppes/1/abondement', { amount: '1,00', act, reason: 'essai' }), 'a top-up');
    this.topUps.push(act);
    this.ack();
  }

  async draft(by) {
    if (this.drafts.length >= 3) return 'idle';
    this.drafts.push(await acts.ready(by, { ht: '1 000,00' }));
    this.ack();
  }

  async file(one, other) {
    if (this.signing.length === 0) {
      const draft = this.drafts.shift();
      if (!draft) return 'idle';
      await acts.askSignature(one, draft);
      this.ack();
      this.signing.push(draft);
    }
    const id = this.signing.shift();
    acts.moved(await acts.sign(other, id), 'files');
    this.filed.add(id);
    this.toReview.push({ id, state: 'filed' });
    this.ack();
  }

  async review(by) {
    const next = this.toReview.shift();
    if (!next) return 'idle';
    await acts.reviewed(by, next.id, next.state);
    this.reviewed.push(next.id);
    this.ack();
  }

  // Some go back and forth, some stay proposed for the sitting.
  async propose(by) {
    const id = this.reviewed.shift();
    if (!id) return 'idle';
    for (let turn = 0; turn < 3; ++turn) {
      acts.moved(await acts.act(by, id, 'propose'), 'proposes');
      this.ack();
      if (turn === 2) break;
      acts.moved(await acts.act(by, id, 'send_back_to_review', { reason: 'essai' }), 'sends back');
      this.ack();
    }
    this.proposed.push(id);
  }

  async sit(by) {
    let { sitting, file, step } = this.unfinished.shift() ?? { file: this.proposed.shift(), step: 'made' };
    if (!file) return 'idle';
    sitting ??= await acts.newSitting(by, 'Commission permanente');
    const steps = { added: () => acts.putOn(by, sitting, file), agenda: () => acts.closeAgenda(by, sitting),
      voted: () => acts.vote(by, sitting), held: () => acts.decide(by, sitting), transmitted: () => acts.transmit(by, sitting),
      notified: () => acts.notify(by, sitting), published: () => acts.publish(by, sitting) };
    for (const name of kSteps.slice(kSteps.indexOf(step) + 1)) {
      acts.moved(await steps[name](), name);
      this.sittings.set(sitting, name);
      if (name === 'held') this.granted.add(file);
      this.ack();
    }
  }

  // After a kill: everybody goes on where the desk stands, as people would.
  recover(rows) {
    const files = rows(`SELECT json_array(id, state, EXISTS (SELECT 1 FROM expense_line e WHERE e.application_id = a.id AND e.retained_cents IS NOT NULL))
      FROM application a WHERE siren = '${this.people.lestrem1.siren}' ORDER BY id`);
    const those = (...states) => files.filter(([, state]) => states.includes(state));
    this.signing = those('awaiting_signature').map(([id]) => id);
    const open = those('filed', 'complete', 'under_review');
    this.toReview = open.filter(([, , done]) => !done).map(([id, state]) => ({ id, state }));
    this.reviewed = open.filter(([, , done]) => done).map(([id]) => id);
    this.proposed = those('proposed').map(([id]) => id);
    const stands = new Map(rows(kStands));
    this.unfinished = rows("SELECT json_array(sitting_id, application_id) FROM sitting_item WHERE state = 'listed'")
      .map(([sitting, file]) => ({ sitting, file, step: stands.get(sitting) })).filter(({ step }) => step !== 'published');
  }
}

const kSteps = ['made', 'added', 'agenda', 'voted', 'held', 'transmitted', 'notified', 'published'];
const kStands = `SELECT json_array(s.id, CASE
  WHEN s.status = 'published' THEN 'published'
  WHEN EXISTS (SELECT 1 FROM application a WHERE a.sitting_id = s.id AND a.notified_ms IS NOT NULL) THEN 'notified'
  WHEN s.transmitted_ms IS NOT NULL THEN 'transmitted'
  WHEN s.status = 'held' THEN 'held'
  WHEN EXISTS (SELECT 1 FROM sitting_vote v WHERE v.sitting_id = s.id) THEN 'voted'
  WHEN s.status = 'agenda' THEN 'agenda'
  WHEN EXISTS (SELECT 1 FROM sitting_item i WHERE i.sitting_id = s.id) THEN 'added'
  ELSE 'made' END) FROM sitting s`;

// ---- what must hold whenever one looks. `rows(sql)` gives the rows of a statement as arrays.

export function checkKept(load, rows) {
  for (const [draft, mark] of load.typed) {
    const [[form]] = rows(`SELECT json_array(form) FROM application_text WHERE application_id = ${draft}`);
    const n = Number(/saisie (\d+)/.exec(JSON.parse(form).description ?? '')?.[1] ?? 0);
    assert.ok(n >= mark.kept && n <= mark.sent, `typed: ${n} of ${mark.kept} kept, ${mark.sent} sent`);
  }
  const named = new Map(rows(`SELECT json_array(name, blob) FROM document WHERE name LIKE 'piece-%'`));
  for (const { name, blob } of load.uploads) assert.equal(named.get(name), blob, `upload ${name}`);
  const topUps = rows("SELECT json_array(act, count(*)) FROM envelope_entry WHERE kind = 'topped_up' GROUP BY act");
  for (const [act, times] of topUps) assert.equal(times, 1, `${act} once`);
  const there = new Set(topUps.map(([act]) => act));
  for (const act of load.topUps) assert.ok(there.has(act), `top-up ${act}`);
  const filed = new Set(rows('SELECT json_array(id) FROM application WHERE filed_ms IS NOT NULL').map(([id]) => id));
  for (const id of load.filed) assert.ok(filed.has(id), `file ${id} is filed`);
  const granted = new Set(rows("SELECT json_array(id) FROM application WHERE decision = 'granted'").map(([id]) => id));
  for (const id of load.granted) assert.ok(granted.has(id), `file ${id} is granted`);
  const sittings = new Map(rows(kStands));
  for (const [sitting, step] of load.sittings)
    assert.ok(kSteps.indexOf(sittings.get(sitting)) >= kSteps.indexOf(step), `sitting ${sitting}: ${sittings.get(sitting)}, ${step} was told`);
}

// No act is split: each of its traces is there, or none.
export function checkWhole(rows) {
  const none = (what, sql) => assert.deepEqual(rows(sql), [], what);
  const [[reserved, committed, authorised]] = rows('SELECT json_array(reserved_cents, committed_cents, authorised_cents) FROM envelope');
  assert.ok(reserved + committed <= authorised);
  const [[proposed]] = rows("SELECT json_array(coalesce(sum(proposed_cents), 0)) FROM application WHERE state IN ('proposed', 'on_agenda')");
  assert.equal(reserved, proposed, 'what is reserved is what is proposed');
  const [[granted]] = rows("SELECT json_array(coalesce(sum(granted_cents), 0)) FROM application WHERE decision = 'granted'");
  assert.equal(committed, granted, 'what is committed is what was voted');
  none('a filed file has its receipt and its entry in the journal, and no other has', `SELECT json_array(a.id) FROM application a
    WHERE (a.filed_ms IS NOT NULL) <> EXISTS (SELECT 1 FROM act WHERE act.application_id = a.id AND act.kind = 'accuse_reception' AND act.status = 'issued')
       OR (a.filed_ms IS NOT NULL) <> EXISTS (SELECT 1 FROM journal j WHERE j.kind = 'application.file' AND j.subject_kind = 'application' AND j.subject_id = a.id)
       OR (a.filed_ms IS NOT NULL) <> EXISTS (SELECT 1 FROM expense_line e WHERE e.application_id = a.id)`);
  none('a row of a sitting that was held says what its file says', `SELECT json_array(i.id) FROM sitting_item i JOIN sitting s ON s.id = i.sitting_id
    JOIN application a ON a.id = i.application_id
    WHERE i.state = 'listed' AND s.status IN ('held', 'published') AND (i.outcome IS NULL OR a.decision IS NULL OR a.decision <> i.outcome)`);
  none('a file on an agenda is on one', `SELECT json_array(a.id) FROM application a WHERE a.state = 'on_agenda' AND NOT EXISTS (
    SELECT 1 FROM sitting_item i WHERE i.application_id = a.id AND i.state = 'listed')`);
  none('a notified file has its letter, issued', `SELECT json_array(a.id) FROM application a WHERE a.notified_ms IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM act WHERE act.application_id = a.id AND act.status = 'issued' AND act.kind = 'notification_attribution' AND act.blob IS NOT NULL)`);
  none('each top-up has its entry in the journal', `SELECT json_array('x') WHERE
    (SELECT count(*) FROM envelope_entry WHERE kind = 'topped_up') <> (SELECT count(*) FROM journal WHERE kind = 'envelope.topped_up')`);
}
