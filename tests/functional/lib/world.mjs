// A small desk for the tests: the communes of France, the edition of 2022 with its envelope, people of two communes
// and of the Region. Made once by `node tests/functional/lib/world.mjs PROGRAM FOLDER`, copied by each test.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { Browser, Desk } from './desk.mjs';

export const kPassword = 'quatre chevaux bleus dans la brume';
const kRegion = { officer: ['officer'], officer2: ['officer'], head: ['head'], finance: ['finance'], secretary: ['secretary'],
  secretary2: ['secretary'], elected: ['elected'], auditor: ['auditor'], admin: ['admin'] };
const kTowns = { denain: '59172', lestrem: '62502' };

async function make(program, folder, npm) {
  fs.rmSync(folder, { recursive: true, force: true });
  fs.mkdirSync(folder, { recursive: true });
  const desk = new Desk(program, path.join(folder, 'data'));
  const imported = desk.run(['territory', 'import', npm]);
  assert.equal(imported.status, 0, imported.stderr);
  desk.json(['edition', 'publish', 'hdf-videoprotection/2022']);
  const people = {};
  const links = {};
  const create = (who, args) => {
    const made = desk.json(['person', 'create', `${who}@example.org`, `Personne ${who}`, ...args]);
    people[who] = { email: `${who}@example.org` };
    links[who] = new URL(made.activation).pathname;
  };
  for (const [town, code] of Object.entries(kTowns)) {
    const { siren } = desk.json(['territory', 'show', code]);
    for (const n of [1, 2]) {
      create(`${town}${n}`, ['--signs-for', siren]);
      people[`${town}${n}`].siren = siren;
    }
  }
  for (const [who, roles] of Object.entries(kRegion)) create(who, roles.flatMap((role) => ['--role', role]));
  await desk.start();
  let n = 0;
  for (const [who, link] of Object.entries(links)) {
    const browser = new Browser(desk, { address: `192.0.2.${++n}` });
    const answer = await browser.post(link, { password: kPassword });
    assert.equal(answer.status, 303, `${who} chooses a password: ${answer.status}`);
    browser.close();
  }
  const finance = await new Browser(desk, { address: '192.0.2.99' }).signIn(people.finance.email, kPassword);
  const opened = await finance.post('/enveloppes',
    { edition: '1', name: 'Vidéoprotection 2022', amount: '2 000 000', act: '2022.00001', reason: 'Budget primitif' });
  assert.equal(opened.status, 303, opened.body);
  finance.close();
  assert.deepEqual(await desk.stop(), { code: 0, signal: null });
  fs.rmSync(desk.config);
  fs.writeFileSync(path.join(folder, 'people.json'), JSON.stringify(people));
}

// A copy of the world in `folder`/data; everybody can sign in.
export function world(program, source, folder, options) {
  const data = path.join(folder, 'data');
  fs.mkdirSync(folder, { recursive: true });
  fs.cpSync(path.join(source, 'data'), data, { recursive: true });
  const desk = new Desk(program, data, options);
  desk.people = JSON.parse(fs.readFileSync(path.join(source, 'people.json'), 'utf8'));
  desk.browsers = {};
  return desk;
}

let addresses = 0;
// `who` signed in, in a browser of their own at an address of their own.
export async function signedIn(desk, who) {
  const n = ++addresses;
  const browser = new Browser(desk, { address: `198.51.${100 + (n >> 8)}.${n & 255}` });
  await browser.signIn(desk.people[who].email, kPassword);
  browser.siren = desk.people[who].siren;
  browser.who = who;
  return browser;
}

// Arguments of every test here: PROGRAM LOOK WORLD [--option value …]
export function testArguments() {
  const words = process.argv.slice(2);
  const options = {};
  const places = [];
  while (words.length > 0) {
    const word = words.shift();
    if (word.startsWith('--')) options[word.slice(2)] = words.shift();
    else places.push(path.resolve(word));
  }
  const [program, look, source] = places;
  if (!source || !fs.existsSync(path.join(source, 'people.json'))) {
    console.log('skipped: no world to copy (make it with tests/functional/lib/world.mjs, which needs BEFFROI_NPM_DATA)');
    process.exit(0);
  }
  return { program, look, source, options };
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  const npm = process.env.BEFFROI_NPM_DATA;
  if (!npm) {
    console.log('skipped: no data (set BEFFROI_NPM_DATA to the node_modules of tools/npm)');
    process.exit(0);
  }
  const [program, folder] = process.argv.slice(2).map((file) => path.resolve(file));
  await make(program, folder, npm);
}
