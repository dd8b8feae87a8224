// What people do at the desk, as their browsers send it.
import assert from 'node:assert/strict';
import { pdf, text } from './desk.mjs';

const idOf = (location) => Number(/\/(\d+)(?:[/#?]|$)/.exec(location)?.[1]);

// 303 to where the act leads, or the words of the page that refuses it.
export function moved(answer, what) {
  assert.equal(answer.status, 303, `${what}: ${answer.status} ${text(answer.body)}`);
  return answer.location;
}

export const kForm = {
  projet: { title: 'Caméras de la gare', description: 'Douze caméras autour de la gare.', nature: 'extension', cameras: '12',
    places: 'Place de la gare', purpose: 'Prévention des atteintes à la sécurité des personnes et des biens' },
  depenses: { vat_recovered: 'yes', 'expense-0-quote': 'D-2022-17', 'expense-0-supplier': 'Vidéo du Nord', 'expense-0-label': 'Caméras dômes',
    'expense-0-category': 'cameras', 'expense-0-quantity': '12', 'expense-0-ht': '56 961,00', 'expense-0-vat': '20' },
  calendrier: { start_on: '01/09/2022', end_on: '31/12/2022' },
  contacts: { 'contact.name': 'Claire Dubois', 'contact.phone': '03 27 00 00 00', 'contact.email': 'claire@example.org',
    'signatory.name': 'Jeanne Martin', 'signatory.role': 'Maire' },
};
const kUndertakings = { 'undertaking.accurate': 'yes', 'undertaking.authorisation': 'yes', 'undertaking.own_share': 'yes',
  'undertaking.publicity': 'yes' };

export async function newDraft(by) {
  return idOf(moved(await by.post('/dossiers/nouveau', { edition: 'hdf-videoprotection/2022', demandeur: by.siren, autre: '1' }), 'a draft'));
}

// As the script of the page saves while one types: {saved, version, …}.
export async function autosave(by, id, step, fields, version = '') {
  const answer = await by.post(`/dossiers/${id}/enregistrer`, { etape: step, version: String(version), ...fields }, { 'x-autosave': '1' });
  const told = answer.headers['content-type']?.startsWith('application/json') ? JSON.parse(answer.body) : {};
  return { status: answer.status, ...told };
}

export async function saved(by, id, step, fields, version) {
  const told = await autosave(by, id, step, fields, version);
  assert.equal(told.saved, true, JSON.stringify(told));
  return told.version;
}

export function attach(by, id, kind, words, name = `${kind}.pdf`) {
  return by.upload(`/dossiers/${id}/pieces/${kind}`, {}, { name, bytes: pdf(words) });
}

export async function ready(by, { title, ht } = {}) {
  const id = await newDraft(by);
  for (const [step, fields] of Object.entries(kForm))
    await saved(by, id, step, { ...fields, ...(step === 'projet' && title ? { title } : {}), ...(step === 'depenses' && ht ? { 'expense-0-ht': ht } : {}) });
  moved(await attach(by, id, 'resolution', `deliberation ${id}`), 'the resolution');
  moved(await attach(by, id, 'quotes', `devis ${id}`), 'the quotes');
  return id;
}

export async function askSignature(by, id) {
  const page = await by.get(`/dossiers/${id}/verifier`);
  const version = /name='version' value='(\d+)'/.exec(page.body)?.[1] ?? '';
  moved(await by.post(`/dossiers/${id}/verifier`, { ...kUndertakings, version, demander: '1' }), 'asks for the signature');
}

export async function sign(by, id) {
  const page = await by.get(`/dossiers/${id}/signature`);
  const version = /name='version' value='(\d+)'/.exec(page.body)?.[1] ?? '';
  return by.post(`/dossiers/${id}/signature`, { action: 'signer', lu: '1', version });
}

export async function filed(one, other, options) {
  const id = await ready(one, options);
  await askSignature(one, id);
  moved(await sign(other, id), 'files');
  return id;
}

export const act = (by, id, action, fields = {}) => by.post(`/instruction/dossiers/${id}/action`, { action, ...fields });

export async function reviewed(officer, id, from = 'filed') {
  if (from === 'filed') moved(await act(officer, id, 'declare_complete'), 'complete');
  if (from !== 'under_review') moved(await act(officer, id, 'start_review'), 'under review');
  const page = await officer.get(`/instruction/dossiers/${id}/depenses`);
  const fields = { version: /name='version' value='(\d+)'/.exec(page.body)[1] };
  for (const [, name, value] of page.body.matchAll(/name='(ligne-\d+-retenu)'[^>]*?value='([^']*)'/g)) fields[name] = value;
  moved(await officer.post(`/instruction/dossiers/${id}/lignes`, fields), 'lines');
}

export async function proposed(one, other, officer, options) {
  const id = await filed(one, other, options);
  await reviewed(officer, id);
  moved(await act(officer, id, 'propose'), 'proposes');
  return id;
}

// ---- sittings: each step by itself, so that a test knows how far it came

export async function newSitting(by, name) {
  return idOf(moved(await by.post('/gestion/seances', { name, held_on: '01/06/2022' }), 'a sitting'));
}
export const putOn = (by, sitting, file) => by.post(`/gestion/seances/${sitting}/ajouter`, { file: String(file) });
export const closeAgenda = (by, sitting) => by.post(`/gestion/seances/${sitting}/arreter`, { report_number: `R-${sitting}` });
export async function vote(by, sitting) {
  const page = await by.get(`/gestion/seances/${sitting}`);
  const items = [...page.body.matchAll(/name='item' value='(\d+)'/g)].map(([, item]) => item);
  return by.post(`/gestion/seances/${sitting}/votes`,
    { vote_title: 'Vote', members: '40', in_favour: '38', against: '1', abstaining: '1', item: items });
}
export const decide = (by, sitting) => by.post(`/gestion/seances/${sitting}/decider`, { number: `2022.${sitting}`, title: 'Aides' });
export const transmit = (by, sitting) =>
  by.post(`/gestion/seances/${sitting}/transmettre`, { acknowledgement: `059-${sitting}`, transmitted_on: '01/06/2022' });
export const notify = (by, sitting) => by.post(`/gestion/seances/${sitting}/notifier`);
export const publish = (by, sitting) => by.post(`/gestion/seances/${sitting}/publier`);
