/** `funbric check`: the checks of a run once more, by its files, which it leaves alone. */
import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { finishRun } from '../../src/controller/finish.ts';
import { mergeRun, writeRun } from '../../src/controller/merge/merge.ts';
import { runFiles } from '../../src/controller/run-folder/run-folder.ts';
import { recordKinds, layout, contents } from '../../src/model/record.ts';
import { repeatRun } from '../bench/repeat-run.ts';
import { cleanRun } from '../score/trial.ts';
import { funbric, type Ended } from '../support/funbric.ts';
import { funkloadOf } from '../support/tool-results.ts';

const root = mkdtempSync(join(tmpdir(), 'funbric-test-'));
after(() => rmSync(root, { recursive: true, force: true }));

/** The words of one line of JSON each. */
function recordsOf({ stdout }: Ended): readonly Record<string, unknown>[] {
  return stdout
    .trim()
    .split('\n')
    .map((line): Record<string, unknown> => JSON.parse(line));
}

function statesOf(folder: string): readonly (readonly [string, number, number])[] {
  const names = readdirSync(folder, { recursive: true }).map(String).sort();
  return names.map((name) => {
    const { mtimeMs, size } = statSync(join(folder, name));
    return [name, mtimeMs, size];
  });
}

describe('funbric check', () => {
  let correct = '';
  before(async () => {
    const reports = mkdtempSync(join(root, 'reports-'));
    await cleanRun({ reports, dir: root, seed: 1 }, 200);
    correct = join(reports, readdirSync(reports).find((name) => name.startsWith('run-')) ?? '');
    await writeRun(correct, await mergeRun(correct));
  });

  function copy(): string {
    const folder = mkdtempSync(join(root, 'copy-'));
    cpSync(correct, folder, { recursive: true });
    return folder;
  }

  it('says that a run is as its run.json says, and writes nothing', async () => {
    const states = statesOf(correct);
    const { status, stdout } = await funbric(['check', correct], { cwd: root });
    assert.equal(status, 0, stdout);
    assert.match(stdout, /^\d+ checks of [\d,]+ records of 2 journals, [\d,]+ chunks verified: 0 findings$/m);
    assert.match(stdout, /^as run\.json says$/m);
    assert.match(stdout, /^verdict=pass code=0$/m);
    assert.deepEqual(statesOf(correct), states);
  });

  it('says each check and what all came to as JSON', async () => {
    const ended = await funbric(['--json', 'check', correct], { cwd: root });
    const records = recordsOf(ended);
    assert.ok(records.some(({ kind, code, findings }) => kind === 'check' && code === 'D04' && findings === 0));
    const checked = records.find(({ kind }) => kind === 'checked');
    assert.deepEqual([checked?.['verdict'], checked?.['before'], checked?.['isAsBefore']], ['pass', 'pass', true]);
    assert.equal(records.at(-1)?.['kind'], 'run-ended');
  });

  it('says what is found that run.json does not say', async () => {
    const folder = mkdtempSync(join(root, 'damaged-'));
    repeatRun({
      from: correct,
      to: folder,
      times: 1,
      plant: ({ u8, u16 }, at) => {
        const isScan = u8[at * 64 + layout.kind] === recordKinds.scanRead && u16[at * 32 + layout.owner] === 0;
        if (isScan && u8[at * 64 + layout.content] === contents.data) u8[at * 64 + layout.content] = contents.foreign;
      },
    });
    cpSync(join(correct, runFiles.run), join(folder, runFiles.run));
    const { status, stdout } = await funbric(['check', folder], { cwd: root });
    assert.equal(status, 1, stdout);
    assert.match(stdout, /^D08 proven: own\/0000\/\S+ at byte \d/m);
    assert.match(stdout, /^run\.json says otherwise \(pass with 0 findings\): funbric merge writes/m);
  });

  it('says as run.json does what was expected of the figures when it was judged, also where the plan has none of it', async () => {
    const folder = copy();
    const thresholds = { expect: ['count>1000000000', 'apdex>=0'], apdex: ['10ms', 'read=5ms'] };
    const { verdict } = await finishRun(folder, { thresholds });
    assert.equal(verdict, 'fail');
    const { status, stdout } = await funbric(['check', folder], { cwd: root });
    assert.equal(status, 1, stdout);
    assert.match(stdout, /^as run\.json says$/m);
    const path = join(folder, runFiles.run);
    writeFileSync(path, readFileSync(path, 'utf8').replaceAll('count>1000000000', 'count>nothing'));
    const changed = await funbric(['check', folder], { cwd: root });
    assert.equal(changed.status, 65, changed.stdout);
    assert.match(changed.stderr, /run\.json: .*count>nothing.*\n.*funbric merge \S+ writes it again/);
  });

  it('looks at results of tools, too, which have no journals', async () => {
    const folder = mkdtempSync(join(root, 'tools-'));
    writeFileSync(join(folder, 'web1.xml'), funkloadOf({ node: 'web1' }));
    const merged = await funbric(['merge', '-o', 'out', 'web1.xml'], { cwd: folder });
    assert.equal(merged.status, 0, merged.stderr);
    const { status, stdout, stderr } = await funbric(['check', 'out'], { cwd: folder });
    assert.equal(status, 0, stderr);
    assert.match(stdout, /^as run\.json says$/m);
  });

  it('is INCOMPLETE where one journal is missing, and refuses a run that has none', async () => {
    const folder = copy();
    rmSync(join(folder, runFiles.journal(1)));
    const one = await funbric(['check', folder], { cwd: root });
    assert.equal(one.status, 2, one.stdout);
    assert.match(one.stdout, /journals\/0001\.fbj can't be read: ENOENT/);
    renameSync(join(folder, runFiles.journals), join(folder, 'elsewhere'));
    const none = await funbric(['check', folder], { cwd: root });
    assert.equal(none.status, 65);
    assert.match(none.stderr, /journals\/0000\.fbj is not there, nor is any other journal.*\n.*copy them from/);
    renameSync(join(folder, runFiles.results), join(folder, 'elsewhere too'));
    const nothing = await funbric(['check', folder], { cwd: root });
    assert.equal(nothing.status, 65, 'nor is there any result');
    assert.equal(nothing.stderr, none.stderr);
  });

  it('refuses what is no run, and a run.json of another version, with what to do', async () => {
    const none = await funbric(['check', root], { cwd: root });
    assert.equal(none.status, 65);
    assert.match(none.stderr, /plan\.json can't be read as a plan: .*ENOENT.*\n.*name the folder of a run/);
    const file = await funbric(['check', join(correct, runFiles.run)], { cwd: root });
    assert.equal(file.status, 65);
    assert.match(file.stderr, /there is no run \S+run\.json in .*\n.*give the path of one/);
    const folder = copy();
    const path = join(folder, runFiles.run);
    writeFileSync(path, readFileSync(path, 'utf8').replace('"version": 1', '"version": 2'));
    const newer = await funbric(['check', folder], { cwd: root });
    assert.equal(newer.status, 65);
    assert.match(newer.stderr, /run\.json has version 2, not 1\n.*funbric merge \S+ writes it again/);
  });
});
