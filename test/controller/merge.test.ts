import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { examine } from '../../src/controller/merge/examine.ts';
import { mergeRun, writeRun } from '../../src/controller/merge/merge.ts';
import { runFiles } from '../../src/controller/run-folder/run-folder.ts';
import { checksummedJson } from '../../src/formats/checksum.ts';
import { FunbricError } from '../../src/model/errors.ts';
import { blockHeaderBytes } from '../../src/model/journal.ts';
import { hostResultSchema, type HostResult } from '../../src/model/result.ts';
import { defaultLimits, planSchema, type Plan } from '../../src/model/plan.ts';
import { runSchema } from '../../src/model/run.ts';
import { readCases } from '../checks/read-cases.ts';
import { historyOfCase } from '../checks/case-history.ts';
import { filesSpec } from '../support/agent-process.ts';
import { stageRun } from '../support/staged-run.ts';

const root = mkdtempSync(join(os.tmpdir(), 'funbric-test-'));
after(() => rmSync(root, { recursive: true, force: true }));
const original = join(root, 'original');

before(async () => {
  const dir = mkdtempSync(join(root, 'dir-'));
  const workload = filesSpec(dir, { workers: 1, durationMs: 60_000, operationsLimit: 40, filesPerFolder: 1 });
  await stageRun({ folder: original, workload, seed: 7 });
});

/** A copy of the clean run, to be broken. */
function freshRun(): string {
  const folder = mkdtempSync(join(root, 'run-'));
  cpSync(original, folder, { recursive: true });
  return folder;
}

function change<T>(path: string, decode: (value: unknown) => T, edit: (value: T) => T): void {
  writeFileSync(path, JSON.stringify(edit(decode(JSON.parse(readFileSync(path, 'utf8'))))));
}

function changeResult(folder: string, index: number, edit: (result: HostResult) => HostResult): void {
  const path = join(folder, runFiles.result(index));
  const { sha256: _, ...result } = parsed(path);
  writeFileSync(path, checksummedJson(edit(result)));
}

function parsed(path: string): HostResult {
  return hostResultSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
}

/** Places of a file, its last among them. */
function spread(length: number, places: number): readonly number[] {
  return Array.from({ length: places }, (_, at) => Math.floor(((at + 1) * length) / places) - 1);
}

function changePlan(folder: string, edit: (plan: Plan) => Plan): void {
  change(join(folder, runFiles.plan), (value): Plan => planSchema.parse(value), edit);
}

function withoutAgent({ version, run, index, name, status, gaps, commands, pings }: HostResult): HostResult {
  return { version, run, index, name, status, gaps, commands, pings };
}

describe('merging the files of a run', () => {
  it('passes a clean run, with a row for each host and figures from both', async () => {
    const run = await mergeRun(freshRun());
    assert.deepEqual(run.reasons, []);
    assert.equal(run.verdict, 'pass');
    assert.deepEqual(
      run.hosts.map(({ name, status }) => [name, status]),
      [
        ['a', 'completed'],
        ['b', 'completed'],
      ],
    );
    const counted = run.operations.reduce((sum, { count }) => sum + count, 0);
    assert.equal(counted, 80);
    assert.equal(
      counted,
      run.hosts.reduce((sum, { operations }) => sum + operations, 0),
    );
    assert.ok(
      run.operations.every(({ p9999Us }) => p9999Us === null),
      'too few samples for p99.99',
    );
    assert.ok(run.evidence.filesVerified > 0 && run.evidence.chunksVerified > 0 && run.evidence.journals === 2);
    assert.equal(Math.min(...run.hosts.flatMap(({ phases }) => phases.map(({ startMs }) => startMs))), 0);
    runSchema.parse(run);
  });

  it('writes the same bytes each time', async () => {
    const folder = freshRun();
    const texts: string[] = [];
    for (let time = 0; time < 2; time++) {
      await writeRun(folder, await mergeRun(folder));
      texts.push(readFileSync(join(folder, runFiles.run), 'utf8') + readFileSync(join(folder, runFiles.junit), 'utf8'));
    }
    assert.equal(texts[0], texts[1]);
    const elsewhere = freshRun();
    await writeRun(elsewhere, await mergeRun(elsewhere));
    assert.equal(readFileSync(join(elsewhere, runFiles.run), 'utf8'), readFileSync(join(folder, runFiles.run), 'utf8'));
  });

  it('never passes with a journal that was cut, wherever it was cut', async () => {
    const folder = freshRun();
    const path = join(folder, runFiles.journal(1));
    const bytes = readFileSync(path);
    for (let length = 0; length < bytes.length; length += length % 64 === 0 ? 1 : 63) {
      writeFileSync(path, bytes.subarray(0, length));
      const run = await mergeRun(folder);
      assert.equal(run.verdict, 'incomplete', `cut at byte ${length}`);
      assert.deepEqual(run.findings, []);
    }
    // The end mark alone is missing, and the host says that this is what it sent.
    const cut = bytes.subarray(0, bytes.length - blockHeaderBytes);
    writeFileSync(path, cut);
    const sha256 = createHash('sha256').update(cut).digest('hex');
    changeResult(folder, 1, (result) => ({ ...result, journal: { bytes: cut.length, sha256 } }));
    assert.equal((await mergeRun(folder)).verdict, 'incomplete');
  });

  it('never passes with a result that was cut, wherever it was cut', async () => {
    const folder = freshRun();
    const path = join(folder, runFiles.result(0));
    const bytes = readFileSync(path);
    const step = Math.ceil(bytes.length / 200);
    for (let length = 0; length < bytes.length; length += step) {
      writeFileSync(path, bytes.subarray(0, length));
      const run = await mergeRun(folder);
      assert.equal(run.verdict, 'incomplete', `cut at byte ${length}`);
      assert.equal(run.hosts[0]?.status, 'lost');
    }
  });

  it('never passes with a result of which a bit is another, and proves nothing by its clock', async () => {
    const folder = freshRun();
    const path = join(folder, runFiles.result(0));
    const bytes = readFileSync(path);
    const whole = await mergeRun(folder);
    let shown = 0;
    for (const at of spread(bytes.length, 60)) {
      const damaged = Buffer.from(bytes);
      damaged[at] = (bytes[at] ?? 0) ^ 1;
      writeFileSync(path, damaged);
      const run = await mergeRun(folder);
      assert.equal(run.verdict, 'incomplete', `a bit of byte ${at}`);
      assert.ok(!run.findings.some(({ grade }) => grade === 'proven'));
      const [host] = run.hosts;
      if (host?.status !== 'completed') continue;
      shown++;
      assert.ok(host.gaps.includes('results/0000.json was changed since it was written'), `${host.gaps.join()}: ${at}`);
      assert.equal(host.clock, undefined);
    }
    assert.ok(shown > 8, `${shown}: most are other numbers`);
    assert.ok(whole.hosts[0]?.clock !== undefined);
  });

  it('takes a result that has no sum as it is: versions before wrote none', async () => {
    const folder = freshRun();
    const path = join(folder, runFiles.result(0));
    writeFileSync(path, JSON.stringify({ ...parsed(path), sha256: undefined }));
    assert.equal((await mergeRun(folder)).verdict, 'pass');
  });

  it('calls a host without a result lost, and keeps the row of the other', async () => {
    const folder = freshRun();
    unlinkSync(join(folder, runFiles.result(1)));
    const run = await mergeRun(folder);
    assert.equal(run.verdict, 'incomplete');
    assert.deepEqual(
      run.hosts.map(({ status }) => status),
      ['completed', 'lost'],
    );
    assert.match(run.reasons[0] ?? '', /^b is lost: results\/0001\.json is not there/);
    assert.ok((run.hosts[0]?.operations ?? 0) > 0);
  });

  it('never waits for a pipe in the place of a file, nor reads a device without an end', async () => {
    for (const file of [runFiles.result(1), runFiles.journal(1), runFiles.beforeVerify, runFiles.plan]) {
      const folder = freshRun();
      rmSync(join(folder, file), { force: true });
      execFileSync('mkfifo', [join(folder, file)]);
      if (file === runFiles.plan) await assert.rejects(mergeRun(folder), /can't be read as a plan: it is no file/);
      else if (file !== runFiles.beforeVerify) assert.equal((await mergeRun(folder)).verdict, 'incomplete', file);
      else assert.equal((await mergeRun(folder)).verdict, 'pass', 'nothing was to be run before verify');
      if (file !== runFiles.journal(1)) continue;
      rmSync(join(folder, file));
      symlinkSync('/dev/zero', join(folder, file));
      assert.deepEqual((await mergeRun(folder)).hosts[1]?.gaps.slice(0, 1), [`${file} can't be read: it is no file`]);
    }
  });

  it('calls a host lost whose file is of another run or host', async () => {
    for (const stranger of [{ run: 'another' }, { index: 5 }, { name: 'c' }]) {
      const folder = freshRun();
      changeResult(folder, 1, (result) => ({ ...result, ...stranger }));
      const run = await mergeRun(folder);
      assert.equal(run.hosts[1]?.status, 'lost');
      assert.equal(run.verdict, 'incomplete');
    }
  });

  it('refuses the same result twice', async () => {
    const folder = freshRun();
    cpSync(join(folder, runFiles.result(0)), join(folder, runFiles.result(1)));
    await assert.rejects(mergeRun(folder), (error) => error instanceof FunbricError && error.code === 'input');
  });

  it('takes two hosts on one machine that did nothing for two hosts', async () => {
    const folder = freshRun();
    const idle = {
      phases: [],
      operations: [],
      samples: [],
      heartbeats: [],
      journal: { bytes: 0, records: 0, workers: 0 },
    };
    for (const index of [0, 1]) {
      changeResult(folder, index, ({ agent, ...result }) =>
        agent === undefined ? result : { ...withoutAgent(result), agent: { ...agent, ...idle } },
      );
    }
    assert.equal((await mergeRun(folder)).verdict, 'incomplete');
  });

  it('refuses a plan that it cannot read, naming the field', async () => {
    const wrongs: readonly (readonly [object, RegExp])[] = [
      [{ seed: 'one' }, /plan\.json: seed/],
      [{ limits: { ...defaultLimits, hungMs: -1 } }, /plan\.json: limits\.hungMs/],
    ];
    for (const [wrong, message] of wrongs) {
      const folder = freshRun();
      change(
        join(folder, runFiles.plan),
        (value): object => planSchema.parse(value),
        (plan) => ({ ...plan, ...wrong }),
      );
      await assert.rejects(
        mergeRun(folder),
        (error) => error instanceof FunbricError && error.code === 'input' && message.test(error.message),
      );
    }
    const folder = freshRun();
    unlinkSync(join(folder, runFiles.plan));
    await assert.rejects(mergeRun(folder), (error) => error instanceof FunbricError && error.code === 'input');
  });

  it('never passes a plan of nothing', async () => {
    const folder = freshRun();
    changePlan(folder, (plan) => ({ ...plan, tasks: [] }));
    assert.equal((await mergeRun(folder)).verdict, 'incomplete');
  });

  it('never passes with a host that counts below zero', async () => {
    const folder = freshRun();
    changeResult(folder, 0, (result) => {
      const { agent = assert.fail() } = result;
      const [first = assert.fail(), ...others] = agent.operations;
      return { ...result, agent: { ...agent, operations: [{ ...first, count: -1 }, ...others] } };
    });
    const run = await mergeRun(folder);
    assert.equal(run.verdict, 'incomplete');
    assert.deepEqual(
      run.findings.filter(({ grade }) => grade === 'proven'),
      [],
    );
  });

  it('fails a run with a failed host, also where another is unreachable', async () => {
    const folder = freshRun();
    changeResult(folder, 0, (result) => ({ ...result, status: 'failed', reason: 'mkdir: no space' }));
    assert.equal((await mergeRun(folder)).verdict, 'fail');
    changeResult(folder, 1, (result) => ({ ...withoutAgent(result), status: 'unreachable', reason: 'no route' }));
    const run = await mergeRun(folder);
    assert.equal(run.verdict, 'fail');
    assert.deepEqual(run.reasons.slice(0, 2), ['a failed: mkdir: no space', 'b is unreachable: no route']);
  });

  it('does not pass what a host read where the directory under test was gone, whatever it says of its phases', async () => {
    const folder = freshRun();
    changeResult(folder, 0, (result) => {
      const { agent = assert.fail() } = result;
      return { ...result, agent: { ...agent, isTargetGone: true } };
    });
    const run = await mergeRun(folder);
    assert.deepEqual([run.verdict, run.reasons], ['incomplete', ['a: it did not read everything back']]);
  });

  it('does not pass what a host did not read back', async () => {
    const folder = freshRun();
    changeResult(folder, 0, (result) => {
      const { agent } = result;
      return agent === undefined
        ? result
        : { ...result, agent: { ...agent, phases: agent.phases.filter(({ phase }) => phase !== 'verify') } };
    });
    assert.equal((await mergeRun(folder)).verdict, 'incomplete');
  });

  it('does not pass a run that did no operation, though everything that there is was read back', async () => {
    const folder = join(root, 'idle');
    const dir = mkdtempSync(join(root, 'dir-'));
    await stageRun({ folder, workload: filesSpec(dir, { workers: 1, durationMs: 0 }), seed: 7 });
    const run = await mergeRun(folder);
    assert.deepEqual([run.verdict, run.reasons], ['incomplete', ['no host did an operation']]);
  });

  it('does not pass when --before-verify failed or never ran', async () => {
    const folder = freshRun();
    changePlan(folder, (plan) => ({ ...plan, beforeVerify: 'sync' }));
    const outcomes = [undefined, '{"command":"sync","exit":"1"}', '{"command"', '{"command":"sync","exit":"0"}'];
    const verdicts: string[] = [];
    for (const outcome of outcomes) {
      if (outcome !== undefined) writeFileSync(join(folder, runFiles.beforeVerify), outcome);
      verdicts.push((await mergeRun(folder)).verdict);
    }
    assert.deepEqual(verdicts, ['incomplete', 'incomplete', 'incomplete', 'pass']);
  });

  it('passes tasks without a workload by their completion alone', async () => {
    const folder = freshRun();
    changePlan(folder, (plan) => ({ ...plan, tasks: [{ name: 'command', options: {} }] }));
    for (const index of [0, 1]) {
      changeResult(folder, index, withoutAgent);
      unlinkSync(join(folder, runFiles.journal(index)));
    }
    const run = await mergeRun(folder);
    assert.deepEqual(run.reasons, []);
    assert.equal(run.verdict, 'pass');
    changePlan(folder, (plan) => ({ ...plan, hosts: [] }));
    assert.equal((await mergeRun(folder)).verdict, 'incomplete', 'no host is no evidence');
  });
});

describe('examining a history', () => {
  it('keeps the crash of one check beside the findings of the others', () => {
    const lost = readCases().find(({ code, name }) => code === 'D01' && name === 'gone.json');
    assert.ok(lost !== undefined);
    const history = historyOfCase(lost.given);
    const { findings } = examine(history);
    const crashing = {
      code: 'X',
      claim: 'none',
      examine: () => {
        throw new Error('a bug of ours');
      },
    };
    const quiet = { code: 'Y', claim: 'none', examine: () => findings };
    const examined = examine(history, [crashing, quiet]);
    assert.equal(examined.checks[0]?.crashed, 'a bug of ours');
    assert.deepEqual(examined.findings, findings);
    assert.equal(findings.length, 1);
  });
});
