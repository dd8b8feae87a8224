// The real program under load, killed (SIGKILL) at random moments, started again, looked at: what it acknowledged is
// there, nothing is half done.
//   node tests/functional/crash_test.mjs PROGRAM LOOK WORLD [--kills 10] [--seed N]
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { dice } from './lib/desk.mjs';
import { checkKept, checkWhole, Load } from './lib/load.mjs';
import { testArguments, world } from './lib/world.mjs';

const { program, look, source, options } = testArguments();
const kills = Number(options.kills ?? 10);
const seed = Number(options.seed ?? Date.now() % 1_000_000_007);
const random = dice(seed);
console.log(`seed ${seed}, ${kills} kills`);

const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'beffroi-crash-'));
const desk = world(program, source, scratch);
const database = path.join(desk.folder, 'beffroi.db');
const rows = (sql) => {
  const { status, stdout, stderr } = spawnSync(look, [database, sql], { encoding: 'utf8', maxBuffer: 1 << 28 });
  assert.equal(status, 0, stderr);
  return stdout.split('\n').filter(Boolean).map((line) => JSON.parse(line));
};

let left = true;
try {
  await desk.start();
  const load = new Load(desk);
  await load.begin();
  for (let kill = 1; kill <= kills; ++kill) {
    const working = load.run();
    await new Promise((resolve) => setTimeout(resolve, 50 + random() * 1200));
    assert.deepEqual(await desk.kill(), { code: null, signal: 'SIGKILL' });
    await working;
    assert.deepEqual(load.faults, [], 'every answer was the right one');
    await desk.start();
    checkKept(load, rows);
    checkWhole(rows);
    load.recover(rows);
    const verified = desk.json(['verify']);
    assert.equal(verified.whole, true, JSON.stringify(verified));
    if (kill % 10 === 0 || kill === kills)
      console.log(`${kill} kills: ${load.acknowledged} acts acknowledged (${load.filed.size} filed, ${load.granted.size} granted, ` +
        `${load.uploads.length} uploads), ${verified.journal.entries} journal entries, all there`);
  }
  assert.ok(load.acknowledged > kills, 'people worked between the kills');
  assert.deepEqual(await desk.stop(), { code: 0, signal: null });
  assert.equal(fs.readdirSync(path.join(desk.folder, 'documents', 'incoming')).length, 0, 'no half upload stays');
  assert.equal(fs.readdirSync(path.join(desk.folder, 'televersements')).length, 0, 'no temporary upload stays');
  left = false;
} finally {
  desk.child?.kill('SIGKILL');
  if (left) console.log(`left for a look: ${scratch}`);
  else fs.rmSync(scratch, { recursive: true, force: true });
}
process.exit(0);
