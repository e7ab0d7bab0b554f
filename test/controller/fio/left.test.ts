/** What fio measured until Ctrl-C: found on the host where it is whole. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { leftScript, removeScript } from '../../../src/controller/fio/scripts.ts';
import { fioFolderName, fioWorkFiles } from '../../../src/model/namespace.ts';

const root = mkdtempSync(join(tmpdir(), "funbric-test-left it's-"));
after(() => rmSync(root, { recursive: true, force: true }));

const whole = '{\n  "fio version" : "fio-3.33",\n  "jobs" : []\n}\n';

/** A work folder with these files, and what the script says of it. */
function leftIn(files: Readonly<Record<string, string>>): { readonly said: string; readonly work: string } {
  const folder = mkdtempSync(join(root, 'host-'));
  const place = { dir: join(folder, 'dir'), name: fioFolderName('r1', 0), run: 'r1', workDirs: [folder] };
  const work = join(folder, place.name);
  mkdirSync(work);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(work, name), text);
  const { status, stdout, stderr } = spawnSync('/bin/sh', ['-c', leftScript(place)], { encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  const known = new Set<string>(fioWorkFiles);
  assert.ok(readdirSync(work).every((name) => known.has(name)));
  return { said: stdout, work };
}

describe('what fio left after Ctrl-C', () => {
  it('is brought where it is whole, its words behind it', () => {
    const { said, work } = leftIn({ 'job.fio': '[a]\n', 'fio.json': whole, stderr: 'fio: terminating on signal 15\n' });
    assert.equal(said, `results: ${work}/results.json\n`);
    const results = readFileSync(join(work, 'results.json'), 'utf8');
    assert.equal(results, `${whole}\nfio: terminating on signal 15\n`);
  });

  it('is left where it was cut while it was written, wherever that was', () => {
    for (let length = 0; length < whole.length - 2; length++) {
      const { said, work } = leftIn({ 'fio.json': whole.slice(0, length), stderr: '' });
      assert.equal(said, '', `${length}`);
      assert.ok(!existsSync(join(work, 'results.json')));
    }
  });

  it('is told of again where it was told of already', () => {
    const { said, work } = leftIn({ 'fio.json': whole, stderr: '', 'results.json': whole });
    assert.equal(said, `results: ${work}/results.json\n`);
    assert.equal(readFileSync(join(work, 'results.json'), 'utf8'), whole);
  });

  it('is nothing where fio measured nothing', () => {
    assert.equal(leftIn({ 'job.fio': '[a]\n' }).said, '');
    assert.equal(leftIn({}).said, '');
  });

  it('is nothing where there is no work folder', () => {
    const place = { dir: root, name: fioFolderName('r2', 0), run: 'r2', workDirs: [join(root, 'nowhere')] };
    const { status, stdout } = spawnSync('/bin/sh', ['-c', leftScript(place)], { encoding: 'utf8' });
    assert.deepEqual([status, stdout], [0, '']);
  });

  it('goes with the work folder', () => {
    const { work } = leftIn({ 'fio.json': whole, stderr: '' });
    writeFileSync(join(work, 'results.part'), '{');
    const folder = join(work, '..');
    const place = { dir: join(folder, 'dir'), name: fioFolderName('r1', 0), run: 'r1', workDirs: [folder] };
    const { status, stderr } = spawnSync('/bin/sh', ['-c', removeScript(place, { isKept: false })], {
      encoding: 'utf8',
    });
    assert.equal(status, 0, stderr);
    assert.ok(!existsSync(work));
  });
});
