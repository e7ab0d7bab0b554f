/** `funbric report`: a judged run drawn again, and FunkLoad's results as FunkLoad shows them. */
import assert from 'node:assert/strict';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { runSchema } from '../../src/model/run.ts';
import { bench as benchOf, response, testResult } from '../support/funkload.ts';
import { funbric, openBench, root, type Bench, type Ended } from '../support/funbric.ts';

const whole = benchOf([response(100, 0.5), response(101, 2), testResult(100, 3)]);
/** Every response is a page of its own. */
const row = [
  '1',
  '0.750',
  'FAIR',
  '0.200',
  '1.000',
  '2',
  '2',
  '0.00%',
  '0.500',
  '1.250',
  '2.000',
  '0.500',
  '2.000',
  '2.000',
  '2.000',
];
const cells = { Test: [['1', '0.100', '1', '1', '0.00%']], Page: [row], Request: [row] };

async function report(bench: Bench, ...words: readonly string[]): Promise<Ended> {
  return await funbric(['--reports', 'reports', 'report', ...words], {
    cwd: bench.folder,
    env: { HOME: bench.folder },
  });
}

function write(bench: Bench, name: string, text: string): void {
  mkdirSync(join(bench.folder, name, '..'), { recursive: true });
  writeFileSync(join(bench.folder, name), text);
}

const onN1 = whole.replace('"n0"', '"n1"');
/** The cells of `Test`, of both. */
const both = [['2', '0.200', '2', '2', '0.00%']];

/** A run of these files, also of such as don't belong together; its folder. */
async function mergeRun(bench: Bench, files: Readonly<Record<string, string>>): Promise<string> {
  const names = Object.keys(files).map((name) => `${name}.xml`);
  for (const [name, text] of Object.entries(files)) write(bench, `${name}.xml`, text);
  await merge(bench, '--force', '-o', 'reports/one', ...names);
  return join(bench.folder, 'reports/one');
}

async function merge(bench: Bench, ...words: readonly string[]): Promise<void> {
  const { status, stderr } = await funbric(['--reports', 'reports', 'merge', ...words], {
    cwd: bench.folder,
    env: { HOME: bench.folder },
  });
  assert.ok(status === 0 || status === 2, stderr);
}

function addRun(bench: Bench): string {
  const folder = join(bench.folder, 'reports/one');
  mkdirSync(folder, { recursive: true });
  cpSync(join(root, 'test/golden/fail.json'), join(folder, 'run.json'));
  return folder;
}

describe('funbric report', () => {
  it("prints the cells of FunkLoad's tables, and nothing else, with --json", async () => {
    using bench = openBench();
    write(bench, 'a.xml', whole);
    const { status, stdout, stderr } = await report(bench, 'a.xml', '--view', 'funkload', '--json');
    assert.deepEqual([status, stderr], [0, '']);
    assert.deepEqual(JSON.parse(stdout), cells);
    assert.deepEqual(Object.keys(JSON.parse(stdout)), ['Test', 'Page', 'Request']);
  });

  it('prints the same as text, and writes either into a file', async () => {
    using bench = openBench();
    write(bench, 'a.xml', whole);
    const { status, stdout } = await report(bench, 'a.xml', '--view', 'funkload');
    assert.equal(status, 0);
    assert.match(stdout, /^ {3}1 {3}0\.750 {4}FAIR {2}0\.200/m);
    assert.equal((await report(bench, 'a.xml', '--view', 'funkload', '-o', 'view.txt')).stdout, '');
    assert.equal(readFileSync(join(bench.folder, 'view.txt'), 'utf8'), stdout);
    await report(bench, 'a.xml', '--view', 'funkload', '--json', '-o', 'view.json');
    assert.deepEqual(JSON.parse(readFileSync(join(bench.folder, 'view.json'), 'utf8')), cells);
  });

  it('reads what the hosts of a run brought, by its place and not its name', async () => {
    using bench = openBench();
    const folder = await mergeRun(bench, { a: whole, b: onN1, c: '<testsuites></testsuites>' });
    const { status, stdout, stderr } = await report(bench, folder, '--view', 'funkload', '--json');
    assert.equal(status, 0, stderr);
    assert.deepEqual(JSON.parse(stdout).Test, both);
    writeFileSync(join(folder, 'collected/0001/0'), '');
    const without = await report(bench, folder, '--view', 'funkload');
    assert.deepEqual([without.status, /INCOMPLETE: .*0001\/0: is empty/.test(without.stdout)], [2, true]);
  });

  it('says which files of a run nobody could read when it was merged', async () => {
    using bench = openBench();
    const folder = await mergeRun(bench, { a: whole, b: onN1, c: '' });
    const { status, stdout } = await report(bench, folder, '--view', 'funkload');
    assert.deepEqual([status, /INCOMPLETE: .*: is empty/.test(stdout)], [2, true]);
  });

  it('counts a result that two hosts of a run brought once, in its own view and in the bench', async () => {
    using bench = openBench();
    const folder = await mergeRun(bench, { a: whole, b: onN1 });
    cpSync(join(folder, 'collected/0000/0'), join(folder, 'collected/0001/0'));
    await merge(bench, folder);
    const { bench: figures } = runSchema.parse(JSON.parse(readFileSync(join(folder, 'run.json'), 'utf8')));
    assert.deepEqual([figures?.cycles[0]?.users, figures?.cycles[0]?.request?.count], [1, 2]);
    const { stdout } = await report(bench, folder, '--view', 'funkload', '--json');
    assert.deepEqual(JSON.parse(stdout.split('\n')[0] ?? ''), cells);
  });

  it('reads nothing outside of the folder of a run, whatever its run.json says', async () => {
    using bench = openBench();
    const folder = await mergeRun(bench, { a: whole, b: onN1 });
    const path = join(folder, 'run.json');
    writeFileSync(path, readFileSync(path, 'utf8').replace('"collected/0001/0"', '"../../b.xml"'));
    const { status, stderr } = await report(bench, folder, '--view', 'funkload');
    assert.deepEqual([status, /run\.json: receipt\.inputs\.1\.file/.test(stderr)], [65, true]);
  });

  it('says that a run without such results has none', async () => {
    using bench = openBench();
    addRun(bench);
    const { status, stderr } = await report(bench, 'one', '--view', 'funkload');
    assert.equal(status, 65);
    assert.match(stderr, /no host of the run in .* brought a result of FunkLoad/);
  });

  it('is incomplete where a file is not whole, and says where it ends', async () => {
    using bench = openBench();
    write(bench, 'cut.xml', whole.slice(0, -3));
    const { status, stdout, stderr } = await report(bench, 'cut.xml', '--view', 'funkload', '--json');
    assert.equal(status, 2);
    assert.deepEqual(JSON.parse(stdout.split('\n')[0] ?? ''), cells);
    assert.match(stderr, /cut\.xml is not whole: /);
  });

  it('merges as FunkLoad does only where it is asked to', async () => {
    using bench = openBench();
    write(bench, 'a.xml', whole);
    write(bench, 'b.xml', benchOf([response(900, 1)], { node: 'n1' }));
    const strict = await report(bench, 'a.xml', 'b.xml', '--view', 'funkload');
    assert.equal(strict.status, 65);
    assert.match(strict.stderr, /b\.xml began \d+ s after a\.xml had ended/);
    const asked = await report(bench, '--compat', 'funkload', 'a.xml', 'b.xml');
    assert.equal(asked.status, 0, asked.stderr);
    assert.match(asked.stdout, /Of 2 nodes/);
    assert.equal((await report(bench, '--compat', 'funkload', 'a.xml', 'a.xml')).status, 65);
    assert.equal((await report(bench, '--compat', 'funkload', '--view', 'main', 'a.xml')).status, 64);
  });

  it('draws the report of a judged run again, with its verdict', async () => {
    using bench = openBench();
    const folder = addRun(bench);
    const { status, stdout } = await report(bench, 'one');
    assert.equal(status, 1);
    assert.match(stdout, /verdict=fail code=1 report=.*report\.html/);
    const html = readFileSync(join(folder, 'report.html'), 'utf8');
    assert.match(html, /<html/);
    assert.equal((await report(bench, '-o', 'mine.html', 'one')).status, 1);
    assert.equal(readFileSync(join(bench.folder, 'mine.html'), 'utf8'), html);
  });

  it('shows the bench of results that its hosts brought, with the right figures', async () => {
    using bench = openBench();
    const folder = await mergeRun(bench, { a: whole });
    rmSync(join(folder, 'report.html'));
    await report(bench, 'one');
    const html = readFileSync(join(folder, 'report.html'), 'utf8');
    assert.match(html, /id="cycles"/);
    assert.match(html, /Where FunkLoad&#x27;s own report says otherwise|Where FunkLoad's own report says otherwise/);
    assert.match(html, /test_Shop\.py Shop\.test_buy/);
  });

  it('says what to do where there is nothing to draw, or nowhere to write', async () => {
    using bench = openBench();
    const folder = addRun(bench);
    write(bench, 'a.xml', whole);
    const file = await report(bench, 'a.xml');
    assert.deepEqual([file.status, /--view funkload/.test(file.stderr)], [64, true]);
    const nowhere = await report(bench, '-o', 'no/such/folder', 'one');
    assert.deepEqual([nowhere.status, /can't be written/.test(nowhere.stderr)], [65, true]);
    writeFileSync(join(folder, 'run.json'), '{"version":99}');
    const other = await report(bench, 'one');
    assert.deepEqual([other.status, /has version 99, not 1/.test(other.stderr)], [65, true]);
    mkdirSync(join(bench.folder, 'reports/empty'));
    const unjudged = await report(bench, 'empty');
    assert.deepEqual([unjudged.status, /there is no run\.json/.test(unjudged.stderr)], [65, true]);
  });
});
