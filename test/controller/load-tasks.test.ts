import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { FunbricError } from '../../src/model/errors.ts';
import { findTasks } from '../../src/controller/tasks/find-tasks.ts';
import { loadTask, type LoadContext } from '../../src/controller/tasks/load-tasks.ts';
import { privateFolder } from '../../src/controller/inventory/private-folder.ts';
import { task, type Task } from '../../src/controller/tasks/task.ts';

const folder = mkdtempSync(join(tmpdir(), 'funbric-tasks-'));
after(() => rmSync(folder, { recursive: true }));

const good = `import { task, FunbricError } from 'funbric';
import { helper } from './_helper.ts';
export default task({ summary: 'Says ' + helper as string, async run() { throw new FunbricError('task', helper); } });`;

describe('tasks', () => {
  it('are the files of the folders by their stems; the first folder wins, helpers and types are left out', () => {
    const ours = makeFolder('ours', { 'runtest.ts': '', 'merge.ts': '' });
    const theirs = makeFolder('theirs', {
      'runtest.ts': '',
      'mine.mjs': '',
      '_helper.ts': '',
      '.hidden.ts': '',
      'types.d.ts': '',
      'notes.md': '',
      'tsconfig.json': '{}',
      '$(touch x).ts': '',
    });
    mkdirSync(join(theirs, 'profiles.ts'));
    assert.deepEqual(findTasks([theirs, ours, join(folder, 'missing')]), [
      { name: 'merge', path: join(ours, 'merge.ts') },
      { name: 'mine', path: join(theirs, 'mine.mjs') },
      { name: 'runtest', path: join(theirs, 'runtest.ts') },
    ]);
  });

  it('import funbric from the running program, and helpers of their own', async () => {
    const loaded = await load('good', { 'a.ts': good, '_helper.ts': "export const helper: string = 'hello';" });
    assert.equal(loaded.summary, 'Says hello');
    // The very class of this program: a second copy would make every error of a task a bug of ours.
    await assert.rejects(async () => loaded.run?.(notCalled(), {}), FunbricError);
  });

  it('are compiled into the folder given, and into no other', async () => {
    const cacheFolder = privateFolder(join(folder, 'cache'));
    await load('cached', { 'a.ts': good, '_helper.ts': 'export const helper = 1;' }, { cacheFolder });
    assert.ok(readdirSync(join(folder, 'cache')).length > 0);
  });

  const broken: readonly (readonly [source: string, said: RegExp])[] = [
    ['export default {', /a\.ts: can't be loaded: .*(Unexpected|Parse)/s],
    ["import x from 'no-such-package'; export default x;", /can't be loaded: .*no-such-package/],
    ["throw new Error('at once');", /can't be loaded: at once/],
    ['export const x = 1;', /has no default export/],
    ['export default 7;', /its default export is a number/],
    ['export default { run() {} };', /no task: summary: /],
    ["export default { summary: 's' };", /does nothing: it has none of setup, run, teardown, local/],
    ["export default { summary: 's', run: 'ls' };", /its run is no function/],
    ["export default { summary: 's', run() {}, local() {} };", /has local, which needs no hosts/],
    ["export default { summary: 's', run() {}, options: { a: { type: 'text', describe: '' } } };", /options\.a\.type/],
    [
      "export default { summary: 's', run() {}, options: { hosts: { type: 'list', describe: '' } } };",
      /declares --hosts/,
    ],
    [
      "const o = { type: 'size', describe: '' }; export default { summary: 's', run() {}, options: { aB: o, 'a-b': o } };",
      /declares --a-b twice/,
    ],
    [
      "export default { summary: 's', run() {}, options: { host: { type: 'list', describe: '', alias: 'H' } } };",
      /declares -H, which is an option of funbric/,
    ],
    [
      "export default { summary: 's', run() {}, options: { out: { type: 'string', describe: '', alias: 'out' } } };",
      /options\.out\.alias: must be one letter/,
    ],
  ];
  for (const [at, [source, said]] of broken.entries()) {
    it(`that are broken are named with what was found: ${source}`, async () => {
      await assert.rejects(load(`broken${at}`, { 'a.ts': source }), (thrown) => {
        assert.ok(thrown instanceof FunbricError && thrown.code === 'input', String(thrown));
        assert.match(thrown.message, said);
        return true;
      });
    });
  }
});

describe('the folder of compiled tasks', () => {
  it('is made for us alone, and refused where others can write or where it leads elsewhere', () => {
    const path = join(folder, 'a', 'b');
    assert.equal(privateFolder(path), path);
    assert.equal(statSync(path).mode & 0o777, 0o700);
    chmodSync(path, 0o770);
    assert.equal(privateFolder(path), undefined);
    chmodSync(path, 0o700);
    symlinkSync(path, join(folder, 'link'));
    assert.equal(privateFolder(join(folder, 'link')), undefined);
    writeFileSync(join(folder, 'file'), '');
    assert.equal(privateFolder(join(folder, 'file', 'x')), undefined);
  });
});

function makeFolder(name: string, files: Readonly<Record<string, string>>): string {
  const path = join(folder, name);
  mkdirSync(path);
  for (const [file, source] of Object.entries(files)) writeFileSync(join(path, file), source);
  return path;
}

async function load(
  name: string,
  files: Readonly<Record<string, string>>,
  more: Partial<LoadContext> = {},
): Promise<Task> {
  const file = { name: 'a', path: join(makeFolder(name, files), 'a.ts') };
  return loadTask(file, { library: async () => ({ task, FunbricError }), reservedOptions: ['hosts', 'H'], ...more });
}

function notCalled(): never {
  return undefined as never;
}
