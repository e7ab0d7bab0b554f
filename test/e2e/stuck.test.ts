/** Operations that hang or fail, from the agent to the verdict: on this machine's own shell, with a faulty agent on one of two hosts. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { conduct } from '../../src/controller/run/conduct.ts';
import { loadAgentBundle } from '../../src/controller/deploy/agent.ts';
import { openRuntimes } from '../../src/controller/deploy/runtime.ts';
import type { RunEventBody } from '../../src/controller/events/events.ts';
import { mergeRun } from '../../src/controller/merge/merge.ts';
import { makePlan } from '../../src/controller/run/planning.ts';
import { createRunFolder } from '../../src/controller/run-folder/run-folder.ts';
import type { Run } from '../../src/model/run.ts';
import type { FilesSpec } from '../../src/workloads/files-spec.ts';
import { bundlePath, filesSpec } from '../support/agent-process.ts';
import { funbric, openBench } from '../support/funbric.ts';
import { localFleet } from '../support/local-hosts.ts';
import { buildFaultyAgent } from '../support/staged-run.ts';
import { testConnect, testHost, testTransports } from '../support/transports.ts';

const root = mkdtempSync(join(tmpdir(), 'funbric-test-'));
after(() => rmSync(root, { recursive: true, force: true }));
// Where the agents are kept: not among those of this machine's user.
process.env['HOME'] = root;

describe('a worker that is stuck for longer than the limit', () => {
  it('is a proven finding with host, operation, file and age, and costs no other evidence', async () => {
    const { run, events, left } = await stress('H01', { durationMs: 2_500 });
    assert.equal(run.verdict, 'fail');
    const [finding, ...more] = run.findings;
    assert.deepEqual(more, []);
    assert.deepEqual([finding?.code, finding?.grade, finding?.host], ['H01', 'proven', 'a']);
    assert.match(finding?.file ?? '', /^own\/0000\/d\d\/f\d+$/);
    assert.match(finding?.found ?? '', /^write by worker 0 had no answer after [\d.]+ s$/);
    assert.equal(finding?.expected, 'an answer within 3 s');
    assert.equal(run.evidence.journals, 2);
    assert.deepEqual(
      run.hosts.map(({ status }) => status),
      ['failed', 'completed'],
    );
    const told = events.flatMap((event) => (event.kind === 'line' && event.host === 'a' ? [event.text] : []));
    const isNamed = (line: string): boolean =>
      line.startsWith(`worker 0 is in write of ${finding?.file} for `) && /for \d+ s$/.test(line);
    assert.ok(told.some(isNamed), told.join('\n'));
    assert.deepEqual(left, ['.never'], "teardown took away the run's folder");
  });
});

describe('a df that hangs', () => {
  it('holds no run up', async () => {
    using bench = openBench();
    localFleet(bench, ['a']);
    const bin = join(bench.folder, 'bin');
    mkdirSync(bin);
    writeFileSync(join(bin, 'df'), '#!/bin/sh\nexec sleep 600\n', { mode: 0o755 });
    const words = ['-H', 'a', 'runtest', '--dir', bench.dir, '--ops', '50', '--workers', '1', '--local'];
    const { status, stdout, stderr } = await funbric(['--reports', bench.reports, ...words], {
      cwd: bench.folder,
      env: { PATH: `${bin}:${process.env['PATH'] ?? ''}` },
    });
    assert.equal(status, 0, stdout + stderr);
    assert.match(stdout, /df: a: the command didn't end within 5 s/);
  });
});

describe('a strict stress', () => {
  it('ends on every host at the first unexpected error, is read back, and fails with that error', async () => {
    const { run } = await stress('H02', { durationMs: 600_000, isStrict: true });
    assert.equal(run.verdict, 'fail');
    assert.deepEqual(
      run.hosts.map(({ status }) => status),
      ['failed', 'completed'],
    );
    const error = /^a: --strict: worker \d: (read|write) of own\/000\d\/d\d\/f\d+: EIO \(its operation \d+\)$/;
    assert.match(run.hosts[0]?.reason ?? '', error);
    for (const { phases } of run.hosts) {
      assert.deepEqual(
        phases.filter(({ phase }) => phase === 'stress' || phase === 'verify').map(({ phase, end }) => [phase, end]),
        [
          ['stress', 'stopped'],
          ['verify', 'completed'],
        ],
      );
    }
  });
});

async function stress(
  fault: string,
  changes: Partial<FilesSpec>,
): Promise<{ readonly run: Run; readonly events: readonly RunEventBody[]; readonly left: readonly string[] }> {
  const dir = join(mkdtempSync(join(root, 'run-')), 'shared');
  mkdirSync(dir);
  const workload = filesSpec(dir, changes);
  const task = {
    summary: 'stress',
    workload: () => workload,
    run: async (host: { stress(): Promise<void>; verify(): Promise<void> }) => {
      await host.stress();
      await host.verify();
    },
  };
  const tasks = [{ name: 'test', task, options: {} }];
  const hosts = ['a', 'b'].map((name) => testHost(name, { transport: 'local' }));
  // No call takes as long on a busy machine.
  const limits = { hungMs: 3_000 };
  const plan = makePlan({ tasks, hosts, seed: 1, limits, version: '0', now: new Date(0), nonce: fault.toLowerCase() });
  const folder = await createRunFolder(join(dir, '../reports'), plan);
  const [faulty, good] = [
    await loadAgentBundle(await buildFaultyAgent(`${fault}:1:0`)),
    await loadAgentBundle(bundlePath),
  ];
  const transports = testTransports(root);
  const never = new AbortController().signal;
  const events: RunEventBody[] = [];
  await conduct({
    plan,
    tasks,
    folder,
    bundleFor: (host) => (host === 0 ? faulty : good),
    runtimes: await openRuntimes({ kind: 'host' }, []),
    connect: async (host) => await transports.of(host).connect(host, testConnect()),
    parallel: 2,
    signal: never,
    killSignal: never,
    emit: (event) => events.push(event),
    nowNs: () => performance.now() * 1e6,
  });
  return { run: await mergeRun(folder), events, left: readdirSync(dir) };
}
