/** Files of any tool, merged into a run of their own. */
import assert from 'node:assert/strict';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, describe, it } from 'node:test';
import { finishRun } from '../../src/controller/finish.ts';
import { mergeFiles, type MergeRequest } from '../../src/controller/merge-files/merge-files.ts';
import { ownersByPlan, ownersWithoutPlan, type Owned } from '../../src/controller/merge-files/owners.ts';
import type { RunOutcome } from '../../src/controller/tasks/task.ts';
import { FunbricError } from '../../src/model/errors.ts';
import type { Host } from '../../src/model/host.ts';
import { defaultLimits } from '../../src/model/plan.ts';
import { runSchema, type Run } from '../../src/model/run.ts';
import { funbric, startFunbric } from '../support/funbric.ts';
import { fioText, funkloadText, jtlText } from '../support/result-files.ts';
import { funkloadOf, junitOf } from '../support/tool-results.ts';
import { until } from '../support/until.ts';

const root = mkdtempSync(join(tmpdir(), 'funbric-test-'));
after(() => rmSync(root, { recursive: true, force: true }));

interface Desk {
  readonly folder: string;
  readonly reports: string;
  readonly merge: (inputs: readonly string[], more?: Partial<MergeRequest>) => Promise<RunOutcome>;
  /** Why it isn't merged. */
  readonly refusal: (inputs: readonly string[], more?: Partial<MergeRequest>) => Promise<string>;
}

/** A folder with these files, to merge in. */
function desk(files: Readonly<Record<string, string>>): Desk {
  const folder = mkdtempSync(join(root, 'desk-'));
  const reports = join(folder, 'reports');
  mkdirSync(reports);
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  const identity = { run: '2025-01-02T03-04-05-abc', version: '0.1.0', createdAt: '2025-01-02T03:04:05.000Z' };
  const merge: Desk['merge'] = (inputs, more) =>
    mergeFiles({ inputs, currentFolder: folder, reportsFolder: reports, isForced: false, identity, ...more });
  const refusal: Desk['refusal'] = async (inputs, more) => {
    const error: unknown = await merge(inputs, more).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    assert.ok(error instanceof FunbricError, String(error));
    assert.equal(error.code, 'input');
    assert.deepEqual(readdirSync(reports), [], 'something was written');
    return error.message;
  };
  return { folder, reports, merge, refusal };
}

function runIn(folder: string): Run {
  return runSchema.parse(JSON.parse(readFileSync(join(folder, 'run.json'), 'utf8')));
}

function planFor(...hosts: readonly string[]): string {
  return JSON.stringify({
    version: 1,
    run: 'old',
    funbric: '0.1.0',
    createdAt: '2025-01-02T03:04:05.000Z',
    seed: 1,
    hosts: hosts.map((name) => ({ name, roles: [], groups: [], variables: {} })),
    tasks: [],
    limits: defaultLimits,
    isKept: false,
  });
}

const web1 = funkloadOf({ node: 'web1' });
const web2 = funkloadOf({ node: 'web2', start: 1, failing: [1] });

describe('merging files', () => {
  it('makes a run of them, which merges again to the same bytes without the originals', async () => {
    const { folder, reports, merge } = desk({ 'a.xml': web1, 'b.xml': web2 });
    const { verdict, reasons } = await merge(['a.xml', 'b.xml']);
    assert.deepEqual([verdict, reasons], ['pass', []]);
    const run = join(reports, 'latest');
    assert.equal(readlinkSync(run), '2025-01-02T03-04-05-abc');
    assert.deepEqual(readdirSync(run).toSorted(), [
      'collected',
      'junit.xml',
      'plan.json',
      'report.html',
      'results',
      'run.json',
    ]);
    assert.deepEqual(
      runIn(run).hosts.map(({ name, operations }) => [name, operations]),
      [
        ['web1', 3],
        ['web2', 3],
      ],
    );
    const texts = (): readonly string[] =>
      ['run.json', 'junit.xml', 'report.html'].map((name) => readFileSync(join(run, name), 'utf8'));
    const before = texts();
    assert.doesNotMatch(before[1] ?? '', /a\.xml/);
    rmSync(join(folder, 'a.xml'));
    rmSync(join(folder, 'b.xml'));
    await finishRun(run);
    assert.deepEqual(texts(), before);
    assert.ok((before[2] ?? '').includes('a.xml'), 'the report names what it was made of');
  });

  it('takes all results in a folder, says what it left out, and puts the run where it was told to', async () => {
    const { folder, merge } = desk({
      'in/web1/funkload.xml': funkloadOf({}),
      'in/web2/funkload.xml': funkloadOf({ start: 1 }),
      'in/README': 'hello\n',
    });
    const { run } = await merge(['in'], { into: 'merged/here' });
    assert.deepEqual(
      run?.hosts.map(({ name }) => name),
      ['web1', 'web2'],
    );
    const { inputs, isHostCountKnown } = runIn(join(folder, 'merged/here')).receipt ?? {};
    assert.equal(isHostCountKnown, false);
    assert.deepEqual(
      inputs?.map(({ name, isKept }) => [name, isKept]),
      [
        ['in/web1/funkload.xml', true],
        ['in/web2/funkload.xml', true],
        ['in/README', false],
      ],
    );
    await assert.rejects(merge(['in'], { into: 'merged/here' }), /holds something already/);
  });

  it('has a row for each host of a plan, and is incomplete where one has no file', async () => {
    const files = { 'plan.json': planFor('db', 'web2', 'web1.example.org'), 'x.xml': web1, 'y.xml': web2 };
    const { folder, merge } = desk(files);
    const { verdict, reasons } = await merge(['x.xml', 'y.xml'], { plan: 'plan.json' });
    assert.deepEqual([verdict, reasons], ['incomplete', ['db is lost: no result file of it was given']]);
    const run = join(folder, 'reports/latest');
    assert.deepEqual(
      runIn(run).hosts.map(({ name, status, operations }) => [name, status, operations]),
      [
        ['db', 'lost', 0],
        ['web2', 'completed', 3],
        ['web1.example.org', 'completed', 3],
      ],
    );
    const before = readFileSync(join(run, 'run.json'), 'utf8');
    await finishRun(run);
    assert.equal(readFileSync(join(run, 'run.json'), 'utf8'), before);
  });

  it('refuses a file of no host of the plan', async () => {
    const { refusal } = desk({ 'plan.json': planFor('web1'), 'x.xml': web1, 'y.xml': web2 });
    assert.match(await refusal(['x.xml', 'y.xml'], { plan: 'plan.json' }), /^y\.xml: of no host of the plan$/);
  });

  it('refuses the same result under two names, also by force', async () => {
    const { refusal } = desk({ 'a.xml': web1, 'b.xml': web1 });
    const records: object[] = [];
    assert.match(
      await refusal(['a.xml', 'b.xml'], { isForced: true, onRefused: (record) => records.push(record) }),
      /b\.xml is the same result as a\.xml/,
    );
    assert.equal(records.length, 1);
    assert.match(await refusal(['a.xml', './a.xml']), /\.\/a\.xml is named twice/);
  });

  it('refuses the same result with other blanks at its end, however long they are', async () => {
    for (const blanks of ['\n', ' \r\n\t'.repeat(600_000)]) {
      const { refusal } = desk({ 'a.xml': web1, 'b.xml': web1.trimEnd() + blanks });
      assert.match(await refusal(['a.xml', 'b.xml']), /b\.xml is the same result as a\.xml/);
    }
  });

  it("refuses what doesn't belong together with a table, and merges it by force, marked", async () => {
    const { reports, refusal, merge } = desk({ 'a.xml': web1, 'b.xml': funkloadOf({ node: 'web2', cycles: [2, 4] }) });
    const records: unknown[] = [];
    const message = await refusal(['a.xml', 'b.xml'], { onRefused: (record) => records.push(record) });
    assert.match(
      message,
      /^these results don't belong together, so nothing was merged:\n {2}cycles {2}2 {5}web1\n {10}2, 4 {2}web2$/,
    );
    assert.deepEqual(
      records.map((record) =>
        typeof record === 'object' && record !== null && 'differences' in record ? record.differences : undefined,
      ),
      [
        [
          {
            trait: 'cycles',
            values: [
              { value: '2', hosts: ['web1'] },
              { value: '2, 4', hosts: ['web2'] },
            ],
          },
        ],
      ],
    );
    const { verdict } = await merge(['a.xml', 'b.xml'], { isForced: true });
    assert.equal(verdict, 'pass');
    assert.equal(runIn(join(reports, 'latest')).receipt?.isForced, true);
    assert.match(readFileSync(join(reports, 'latest/report.html'), 'utf8'), /Merged by force/);
  });

  it('refuses what nothing can be read of, and by force shows it as missing', async () => {
    const { refusal, merge, reports } = desk({
      'in/web1.json': fioText,
      'in/web2.json': fioText.slice(0, 900),
      'in/web3.json': '',
    });
    assert.match(await refusal(['in']), /in\/web2\.json: line \d+: its JSON ends too early\nin\/web3\.json: is empty/);
    const { verdict, reasons } = await merge(['in'], { isForced: true });
    assert.equal(verdict, 'incomplete');
    assert.deepEqual(
      reasons.map((reason) => reason.replace(/line \d+/, 'line')),
      [
        'web2: in/web2.json (collected/0001/0): line: its JSON ends too early',
        'web3: in/web3.json (collected/0002/0): is empty',
      ],
    );
    const run = join(reports, 'latest');
    const before = readFileSync(join(run, 'run.json'), 'utf8');
    await finishRun(run);
    assert.equal(readFileSync(join(run, 'run.json'), 'utf8'), before);
  });

  it('holds what FunkLoad monitored once, as people read it', async () => {
    const { folder, merge } = desk({ 'a.xml': funkloadText });
    await merge(['a.xml'], { into: 'out' });
    const { bench, figures, receipt } = runIn(join(folder, 'out'));
    assert.deepEqual(
      bench?.monitored.map(({ host, name }) => [host, name]),
      [
        ['db', 'load average'],
        ['db', 'memFree'],
      ],
    );
    assert.equal(figures, undefined);
    assert.equal(receipt?.inputs[0]?.isKept, true);
  });

  it('says of a page of a run, or its run.json, that it is one, and of a file that is not there its name', async () => {
    const { refusal, merge, folder, reports } = desk({ 'a.xml': web1, 'b.xml': web2, 'page.html': '<html><p>hello' });
    const { reportPath } = await merge(['a.xml', 'b.xml'], { into: 'run' });
    assert.match(await refusal([reportPath, 'a.xml']), /report\.html: it is the report of a run/);
    assert.match(await refusal(['run/run.json']), /run\.json: it is the run\.json of a run/);
    assert.match(await refusal(['run/plan.json']), /plan\.json: it is the plan of a run/);
    assert.match(await refusal(['page.html']), /page\.html: it is a web page/);
    const none = await funbric(['--reports', reports, 'merge', 'nope.xml'], { cwd: folder });
    assert.equal(none.status, 65);
    assert.match(none.stderr, /nope\.xml: there is no such file or folder, and no run of that name/);
  });

  it('refuses what is no result, nothing at all, and the folder of a run among others', async () => {
    const { refusal, folder } = desk({
      'notes.txt': 'hello',
      'a.xml': web1,
      'old/plan.json': planFor('a'),
      'empty/README': 'x',
    });
    assert.match(await refusal(['notes.txt']), /notes\.txt: no result of a tool that funbric knows/);
    assert.match(await refusal(['gone.xml']), /gone\.xml can't be read: ENOENT/);
    assert.match(await refusal(['empty']), /no result file in empty/);
    assert.match(await refusal(['a.xml', 'old']), /old is the folder of a run/);
    assert.ok(existsSync(join(folder, 'a.xml')));
  });

  it('makes a host of each in a file that holds several', async () => {
    const { merge, reports } = desk({ 'all.jtl': jtlText });
    await merge(['all.jtl']);
    const run = runIn(join(reports, 'latest'));
    assert.deepEqual(
      run.hosts.map(({ name, operations, gaps }) => [name, operations, gaps]),
      [
        ['jm-1', 1, []],
        ['jm-2', 1, []],
      ],
    );
    assert.deepEqual(
      run.receipt?.inputs.map(({ hosts }) => hosts),
      [['jm-1', 'jm-2']],
    );
    assert.deepEqual(readdirSync(join(reports, 'latest/collected')), ['0000']);
  });

  it('fails by a functional test that failed on one host, and writes it to junit.xml', async () => {
    const { merge, reports } = desk({
      'h1.xml': junitOf({ one: 'passed' }, 'id="1"'),
      'h2.xml': junitOf({ one: 'failed' }),
    });
    const { verdict, reasons } = await merge(['h1.xml', 'h2.xml']);
    assert.deepEqual([verdict, reasons], ['fail', ['case A.one fails on 1 of 2: h2']]);
    const junit = readFileSync(join(reports, 'latest/junit.xml'), 'utf8');
    assert.match(junit, /<testsuite name="h2" tests="2" failures="1"/);
    assert.match(junit, /<testcase name="one" classname="A" time="0.500">\s*<failure message="expected 1/);
  });

  it('is a command: 65 with the table on stderr and as a record, else the verdict and the folder that -o names', async () => {
    const { folder } = desk({ 'a.xml': web1, 'b.xml': web2, 'late.xml': funkloadOf({ node: 'web3', start: 90_000 }) });
    const run = (...words: readonly string[]): ReturnType<typeof funbric> => funbric(words, { cwd: folder });
    const refused = await run('--json', 'merge', 'a.xml', 'late.xml');
    assert.equal(refused.status, 65, refused.stderr);
    assert.match(refused.stderr, /don't belong together[^]*time {2}2025-01-02T03:04:05\.000Z to [^]*web3/);
    assert.match(refused.stdout, /^\{"kind":"merge-refused","why":"different",.*"differences":\[\{"trait":"time"/);
    const merged = await run('merge', '-o', 'out', 'a.xml', 'b.xml');
    assert.equal(merged.status, 0, merged.stderr);
    assert.match(
      merged.stdout,
      /how many hosts there should be is not known[^]*verdict=pass code=0 report=.*\/out\/report\.html/,
    );
    assert.equal((await run('merge', 'out')).status, 0);
  });

  it('leaves nothing half made where Ctrl-C ends it, also if nobody waits for it', async () => {
    const { reports, merge } = desk({ 'a.xml': web1, 'b.xml': web2 });
    const stop = new AbortController();
    const merging = merge(['a.xml', 'b.xml'], { signal: stop.signal });
    const ended = assert.rejects(merging, /stopped/);
    while (readdirSync(reports).length === 0) await new Promise((resolve) => setImmediate(resolve));
    stop.abort(new Error('stopped'));
    assert.deepEqual(readdirSync(reports), []);
    await ended;
    assert.deepEqual(readdirSync(reports), []);
  });

  it('is ended by what ended it, wherever it was at the time', async () => {
    const { reports, merge } = desk({ 'a.xml': web1, 'b.xml': web2 });
    for (let turns = 0; turns < 60; turns++) {
      const stop = new AbortController();
      const ended = assert.rejects(merge(['a.xml', 'b.xml'], { signal: stop.signal }), /stopped/, `${turns} turns`);
      for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve));
      stop.abort(new Error('stopped'));
      await ended;
      assert.deepEqual(readdirSync(reports), []);
    }
  });

  it('points at no run that is not there, however late Ctrl-C comes', async () => {
    const { reports, merge } = desk({ 'a.xml': web1, 'b.xml': web2 });
    const stop = new AbortController();
    const merging = merge(['a.xml', 'b.xml'], { signal: stop.signal });
    let isOver = false;
    const over = (): boolean => (isOver = true);
    // Also where it failed: nobody waits for a link that never comes.
    void merging.then(over, over);
    const isPointed = (): boolean => isOver || readdirSync(reports).some((name) => name.includes('latest'));
    while (!isPointed()) await new Promise((resolve) => setImmediate(resolve));
    stop.abort(new Error('stopped'));
    await merging;
    assert.equal(runIn(join(reports, 'latest')).verdict, 'pass');
  });

  it('as a command leaves nothing at Ctrl-C; what a killed one leaves, the next one removes', async () => {
    const { folder, reports } = desk({ 'a.xml': web1 });
    // However long we take to see that it began, it is not done meanwhile.
    const held = { NODE_OPTIONS: `--import=${new URL('../support/held-copy.js', import.meta.url).href}` };
    const stopped = async (signal: NodeJS.Signals): Promise<number | string> => {
      const { child, ended } = startFunbric(['merge', 'a.xml'], { cwd: folder, env: held });
      await until('it began', () => readdirSync(reports).length > 0 || child.exitCode !== null);
      child.kill(signal);
      return (await ended).status;
    };
    assert.equal(await stopped('SIGINT'), 130);
    assert.deepEqual(readdirSync(reports), []);
    assert.equal(await stopped('SIGKILL'), 'SIGKILL');
    assert.match(readdirSync(reports).join(' '), /^\.\S+\.partial$/);
    assert.equal((await funbric(['merge', 'a.xml'], { cwd: folder })).status, 0);
    assert.deepEqual(
      readdirSync(reports).filter((name) => name.startsWith('.')),
      [],
    );
  });

  it('leaves alone what a merge at work, or anybody else, has beside it', async () => {
    const { reports, merge } = desk({ 'a.xml': web1 });
    const others = [`.a.${process.pid}@${hostname()}.partial`, '.b.999999999@elsewhere.partial', '.c.partial'];
    for (const name of others) mkdirSync(join(reports, name));
    await merge(['a.xml']);
    assert.deepEqual(
      readdirSync(reports).filter((name) => name.startsWith('.')),
      others,
    );
  });

  it('of two at once into one folder is one run, and the other is told so', async () => {
    const { folder, merge } = desk({ 'a.xml': web1, 'b.xml': web2 });
    const ended = await Promise.allSettled(
      ['a.xml', 'b.xml'].map((name, at) =>
        merge([name], {
          into: 'out',
          identity: { run: `r${at}`, version: '0.1.0', createdAt: '2025-01-02T03:04:05Z' },
        }),
      ),
    );
    const refused = ended.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []));
    assert.equal(refused.length, 1);
    assert.match(String(refused[0]), /out (?:was made by somebody else meanwhile|holds something already)/);
    assert.equal(runIn(join(folder, 'out')).verdict, 'pass');
    assert.deepEqual(readdirSync(folder).toSorted(), ['a.xml', 'b.xml', 'out', 'reports']);
  });

  it('is refused where a folder is in the way of reports/latest, which stays', async () => {
    const { reports, merge } = desk({ 'a.xml': web1, 'reports/latest/mine': 'x' });
    await assert.rejects(merge(['a.xml']), /reports\/latest can't point at/);
    assert.deepEqual(readdirSync(reports), ['latest']);
    assert.deepEqual(readdirSync(join(reports, 'latest')), ['mine']);
  });

  it('is refused, by name, where a file in a folder has a name that is no UTF-8', async () => {
    const { folder, refusal } = desk({ 'results/a.xml': web1 });
    writeFileSync(Buffer.concat([Buffer.from(join(folder, 'results/')), Buffer.from([0xff, 0xfe])]), web2);
    assert.match(await refusal(['results']), /results\/\ufffd+ can't be read: its name is no UTF-8/);
  });

  it('takes files in a folder that are links to results, once each, and follows none to a folder', async () => {
    const { folder, reports, merge } = desk({ 'far/a.xml': web1, 'results/b.xml': web2 });
    symlinkSync('../far/a.xml', join(folder, 'results/a.xml'));
    symlinkSync('../far/a.xml', join(folder, 'results/again.xml'));
    symlinkSync('.', join(folder, 'results/loop'));
    symlinkSync('gone', join(folder, 'results/dangling'));
    await merge(['results']);
    const { hosts, receipt } = runIn(join(reports, 'latest'));
    assert.deepEqual(
      hosts.map(({ name }) => name),
      ['web1', 'web2'],
    );
    assert.deepEqual(
      receipt?.inputs.filter(({ isKept }) => !isKept).map(({ name }) => name),
      ['results/dangling', 'results/loop'],
    );
  });

  it('says in one line which field of a file is not as its tool writes it, and what is no JSON', async () => {
    const text = (count: string): string =>
      `{"fio version":"fio-3.33","jobs":[{"jobname":"a","read":{"total_ios":${count},"runtime":1000}}]}`;
    const { refusal } = desk({ 'a.json': text('-5'), 'b.json': text('NaN'), 'c.json': text('5').slice(0, -4) });
    assert.match(await refusal(['a.json']), /^a\.json: not as fio writes it: jobs\.0\.read\.total_ios: .+$/);
    assert.match(await refusal(['b.json']), /^b\.json: it is no JSON/);
    assert.match(await refusal(['c.json']), /^c\.json: line 1: its JSON ends too early$/);
  });

  it('is refused where no run can be made: below a file', async () => {
    const { refusal } = desk({ 'a.xml': web1 });
    assert.match(await refusal(['a.xml'], { into: 'a.xml/out' }), /a\.xml.*ENOTDIR/);
  });

  it('never says PASS of a result of ours without its journal', async () => {
    const result = {
      version: 1,
      run: 'r',
      index: 0,
      name: 'a',
      status: 'completed',
      gaps: [],
      commands: [],
      pings: [],
    };
    const { merge } = desk({ '0000.json': JSON.stringify(result) });
    const { verdict, reasons } = await merge(['0000.json']);
    assert.equal(verdict, 'incomplete');
    assert.match(reasons.join('\n'), /without its journal/);
  });
});

describe('whose result it is', () => {
  const owned = (path: string, host?: string, what = 'x'): Owned => ({ host, path, part: undefined, what });
  const hosts = (...names: readonly string[]): readonly Host[] =>
    names.map((name) => ({ name, roles: [], groups: [], variables: {} }));

  it('is told by the shortest end of the paths that tells them apart', () => {
    assert.deepEqual(ownersWithoutPlan([owned('r/a.xml'), owned('r/b.xml')]), ['a', 'b']);
    assert.deepEqual(ownersWithoutPlan([owned('web1/f.xml'), owned('web2/f.xml')]), ['web1', 'web2']);
    assert.deepEqual(ownersWithoutPlan([owned('x/1/f.xml'), owned('y/1/f.xml')]), ['x/1/f.xml', 'y/1/f.xml']);
  });

  it('is one host of two results of different tools, and two hosts of two of the same', () => {
    assert.deepEqual(ownersWithoutPlan([owned('a.xml', 'web', 'fio'), owned('b.xml', 'web', 'junit')]), ['web', 'web']);
    assert.deepEqual(ownersWithoutPlan([owned('a.xml', 'localhost'), owned('b.xml', 'localhost')]), [
      'localhost (a)',
      'localhost (b)',
    ]);
  });

  it('goes by what the result says, then by its file, then by its folders from the inside', () => {
    const planned = hosts('web1', 'web2.example.org', '10.0.0.3');
    const all = [
      owned('x.xml', 'web2'),
      owned('x.xml', 'web1.other.org'),
      owned('web1.xml'),
      owned('10.0.0.3.json', 'ip-10-0-0-3'),
      owned('web1/out/web2/f.xml'),
      owned('x.xml', '10.0.0.3:8765'),
      owned('x.xml', '10.0.0.4'),
    ];
    assert.deepEqual(ownersByPlan(all, planned), [1, 0, 0, 2, 1, 2, undefined]);
  });
});

const samples = process.env['FUNBRIC_SAMPLES'] ?? join(import.meta.dirname, '../../../../shared/samples');

describe('results of others, merged', { skip: !existsSync(samples) && 'the samples are not on this machine' }, () => {
  it('are refused where FunkLoad doubled one, or dropped one, or summed runs of hours apart', async () => {
    const { folder, refusal } = desk({});
    const cases = readdirSync(join(samples, 'funkload/merge'));
    assert.ok(cases.length > 0);
    for (const name of cases) {
      const nodes = readdirSync(join(samples, 'funkload/merge', name)).filter((file) => file.startsWith('node'));
      mkdirSync(join(folder, name));
      for (const node of nodes) copyFileSync(join(samples, 'funkload/merge', name, node), join(folder, name, node));
      assert.match(await refusal(nodes.map((node) => join(name, node))), /same result as|don't belong together/, name);
    }
  });

  it('are the two servers of one fio client, and a verify that failed', async () => {
    const { merge, folder, reports } = desk({});
    copyFileSync(join(samples, 'fio/fio-3.33_generated_CLIENT_2servers.json'), join(folder, 'client.json'));
    const { run } = await merge(['client.json']);
    assert.equal(run?.hosts.length, 2);
    assert.equal(run?.verdict, 'pass');
    rmSync(reports, { recursive: true });
    mkdirSync(reports);
    copyFileSync(join(samples, 'fio/fio-3.33_generated_verify_failure.json'), join(folder, 'verify.json'));
    const { verdict, reasons } = await merge(['verify.json']);
    assert.equal(verdict, 'fail');
    assert.match(reasons[0] ?? '', /integrity: 1 finding of T01/);
  });
});
