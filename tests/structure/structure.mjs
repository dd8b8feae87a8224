// Holds the repository against its own rules: includes against the arrows drawn in docs/architecture.md, message keys against the
// catalogues, a README in each module, no path of a machine. Prints TAP-like lines and "N passed, N failed".
import { readFileSync, readdirSync, existsSync, statSync } from 'node:fs';
import { join, relative, dirname } from 'node:path';
import { execFileSync } from 'node:child_process';

const root = process.argv[2] ?? process.cwd();
const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], { cwd: root, encoding: 'utf8', maxBuffer: 1 << 26 })
  .split('\n').filter((f) => f && existsSync(join(root, f)) && statSync(join(root, f)).isFile());
const read = (f) => readFileSync(join(root, f), 'utf8');
let passed = 0, failed = 0;
const check = (what, faults) => {
  if (faults.length === 0) { passed++; console.log(`ok - ${what}`); return; }
  failed++;
  console.log(`not ok - ${what}`);
  for (const fault of faults.slice(0, 40)) console.log(`    ${fault}`);
  if (faults.length > 40) console.log(`    … and ${faults.length - 40} more`);
};

const sources = files.filter((f) => /^(src|apps)\/.*\.(hpp|cpp)$/.test(f));
const moduleOf = (f) => dirname(f).replace(/^src\//, '');

// 1. Arrows. In the mermaid block between the markers, "a --> b & c" means: a may include b and c, and what they may include.
{
  const text = read('docs/architecture.md');
  const block = text.slice(text.indexOf('<!-- arrows -->'), text.indexOf('<!-- /arrows -->'));
  const labels = new Map();
  const arrows = new Map();
  for (const line of block.split('\n')) {
    const node = line.match(/^\s*(\w+)\["?([^"\]]+)"?\]\s*$/);
    if (node) labels.set(node[1], node[2]);
    const arrow = line.match(/^\s*(\w+)\s*-->\s*(.+)$/);
    if (arrow) arrows.set(arrow[1], [...(arrows.get(arrow[1]) ?? []), ...arrow[2].split('&').map((s) => s.trim())]);
  }
  const byFolder = new Map([...labels].map(([id, folder]) => [folder, id]));
  const reach = (id, seen = new Set()) => { for (const next of arrows.get(id) ?? []) if (!seen.has(next)) { seen.add(next); reach(next, seen); } return seen; };
  const faults = [];
  for (const id of labels.keys()) if (reach(id).has(id)) faults.push(`${labels.get(id)} is drawn in a circle`);
  const used = new Set();
  for (const f of sources) {
    const from = moduleOf(f);
    if (f.startsWith('apps/')) continue;
    if (!byFolder.has(from)) { if (!used.has(from)) faults.push(`${from} is not drawn`); used.add(from); continue; }
    const allowed = reach(byFolder.get(from));
    const isTest = /_test\.cpp$|test_support|_test_support/.test(f);
    for (const [, header] of read(f).matchAll(/^#include "([^"]+)"/gm)) {
      const to = dirname(header);
      if (to === from || !existsSync(join(root, 'src', header))) continue;
      if (!byFolder.has(to)) continue;
      if (!allowed.has(byFolder.get(to)) && !isTest) faults.push(`${f} includes ${header}: no arrow from ${from} to ${to}`);
      if (from.startsWith('aides') && to.startsWith('video') || from.startsWith('video') && to.startsWith('aides')) faults.push(`${f}: the two halves include each other`);
    }
  }
  check('includes follow the arrows drawn in docs/architecture.md', faults);
}

// 2. No third-party header in the headers of base.
{
  const standard = /^[a-z_0-9]+$/;
  const faults = [];
  for (const f of sources.filter((f) => f.startsWith('src/base/') && f.endsWith('.hpp')))
    for (const [, header] of read(f).matchAll(/^#include <([^>]+)>/gm)) if (!standard.test(header)) faults.push(`${f} includes <${header}>`);
  check('base has no third-party type in its headers', faults);
}

// 3. Message keys. A literal "area.name…" whose area is a catalogue file must be in the catalogue.
{
  const keys = new Set();
  const areas = new Set();
  for (const f of files.filter((f) => /^locale\/fr\/.*\.toml$/.test(f)))
    for (const [, key] of read(f).matchAll(/^"([^"]+)"\s*=/gm)) { keys.add(key); areas.add(key.split('.')[0]); }
  const prefixes = new Set();
  for (const key of keys) { const parts = key.split('.'); for (let i = 1; i < parts.length; i++) prefixes.add(parts.slice(0, i).join('.') + '.'); }
  const faults = [];
  for (const f of sources.filter((f) => f.endsWith('.cpp') && !/_test\.cpp$|test_support/.test(f) && !f.endsWith('application/form.cpp'))) {
    const code = read(f);
    const used = [...code.matchAll(/\bt\("([a-z0-9_.]+)"|\btext\("([a-z0-9_.]+)"|\bMessage\{"([a-z0-9_.]+)"|, \{"([a-z0-9_]+\.[a-z0-9_.]+)"[,}]/g)].map((m) => m[1] ?? m[2] ?? m[3] ?? m[4]);
    for (const key of used) {
      if (key.endsWith('.') ? prefixes.has(key) : keys.has(key)) continue;
      if (/\.(hpp|cpp|toml|pdf|csv|json|ods|odt|txt|svg|css|js|sql|png|xml)$/.test(key) || !key.includes('.')) continue;
      faults.push(`${f}: the sentence "${key}" is in no catalogue`);
    }
  }
  check('every sentence that the code asks for is in the catalogues', [...new Set(faults)]);
}

// 4. READMEs.
{
  const modules = new Set(sources.filter((f) => f.startsWith('src/')).map((f) => dirname(f)));
  check('each module has its README', [...modules].filter((m) => !existsSync(join(root, m, 'README.md'))).map((m) => `${m}/README.md is missing`));
}

// 5. Nothing of one machine.
{
  const faults = [];
  for (const f of files.filter((f) => !/\.(png|pdf|ico|gz)$/.test(f) && !f.startsWith('tests/structure/') && !f.startsWith('tests/fuzz/corpus/'))) {
    const text = read(f);
    if (/\/root\/|\/work\/|\/tmp\/[a-z]+\/|\/home\/[a-z]+\//.test(text)) faults.push(`${f} names a path of a machine`);
    if (/https?:\/\/(registry|deb|security|snapshot)\./.test(text)) faults.push(`${f} names the host of a package registry`);
    if (f.endsWith('package-lock.json') && /"resolved"\s*:/.test(text)) faults.push(`${f} holds download addresses`);
  }
  check('no path of a machine, no host of a registry', faults);
}

// 6. Tests that sleep, and switch defaults.
{
  const faults = [];
  for (const f of files.filter((f) => /_test\.cpp$/.test(f))) if (/sleep_for|sleep_until|\busleep\(|\bsleep\(/.test(read(f))) faults.push(`${f} sleeps`);
  check('no test sleeps', faults);
}

// 7. French typography: no ordinary space where a line could break before a sign, none missing, no straight apostrophe.
{
  const faults = [];
  for (const f of files.filter((f) => /^locale\/fr\/.*\.toml$/.test(f)))
    for (const [, key, sentence] of read(f).matchAll(/^"([^"]+)"\s*=\s*"(.*)"\s*$/gm))
      if (/ [:;?!»%€]|« |[a-zéè]'[a-zéèêh]|[a-zé][?!]/.test(sentence)) faults.push(`${f}: "${key}" lacks its no-break spaces or its apostrophes`);
  check('French sentences keep their signs with their words', faults);
}

console.log(`${passed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);
