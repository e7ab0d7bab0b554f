/** Three real agents on one directory, each with a clock of its own making: a run makes no more of a clock than it is worth. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { conduct } from '../../src/controller/run/conduct.ts';
import { loadAgentBundle } from '../../src/controller/deploy/agent.ts';
import { openRuntimes } from '../../src/controller/deploy/runtime.ts';
import { mergeRun } from '../../src/controller/merge/merge.ts';
import { makePlan } from '../../src/controller/run/planning.ts';
import { createRunFolder, runFiles } from '../../src/controller/run-folder/run-folder.ts';
import { hostClock } from '../../src/model/clock.ts';
import { hostResultSchema } from '../../src/model/result.ts';
import type { Run } from '../../src/model/run.ts';
import { shiftedClocks, type ShiftedClock } from '../faults/clocks.ts';
import { filesSpec } from '../support/agent-process.ts';
import { buildClockAgent } from '../support/staged-run.ts';
import { testConnect, testHost, testTransports } from '../support/transports.ts';

const root = mkdtempSync(join(tmpdir(), 'funbric-test-'));
after(() => rmSync(root, { recursive: true, force: true }));
// Where the agents are kept: not among those of this machine's user.
process.env['HOME'] = root;

/** A clock that is slewed has a step wherever it was asked: on a machine that is quick, more than a run tells. */
const mostTold = 20;

describe('agents on hosts whose clocks differ', () => {
  for (const clocks of [
    ['fast', 'slow', 'stepping'],
    ['suspended', 'slewed', 'leaping'],
  ] as const) {
    it(`lead to no finding, and every bound holds: ${clocks.join(', ')}`, async () => {
      const { run, bounds } = await stress(clocks);
      assertClean(run);
      for (const { clock, told, wrong } of bounds) {
        assert.deepEqual(wrong, [], clock);
        assert.ok(told > 500, `${clock} was told ${told} times`);
      }
      for (const [at, clock] of clocks.entries()) {
        const { hasStep, epochs, steps = [], stepCount = 0 } = run.hosts[at]?.clock ?? {};
        if (clock === 'fast' || clock === 'slow') assert.equal(hasStep, false, 'drift is no step');
        else assert.equal(epochs?.length, Math.min(mostTold, stepCount + 1), clock);
        if (clock === 'stepping')
          assert.ok(steps.some(({ aheadNsMin, aheadNsMax }) => aheadNsMin > 0 && aheadNsMax > 30e6));
      }
    });
  }

  it('lead to no finding where a clock runs backwards, which the run says', async () => {
    const { run, bounds } = await stress(['backwards', 'fast', 'slow']);
    assertClean(run);
    assert.match(run.hosts[0]?.clockFault ?? '', /^it ran backwards, /);
    assert.equal(run.hosts[1]?.clockFault, undefined);
    assert.equal(run.hosts[0]?.clock, undefined);
    for (const { wrong } of bounds.slice(1)) assert.deepEqual(wrong, []);
  });
});

function assertClean({ verdict, findings, reasons, evidence }: Run): void {
  assert.deepEqual(findings, []);
  assert.deepEqual(reasons, []);
  assert.equal(verdict, 'pass');
  assert.ok(evidence.records > 1_000);
}

interface Bounds {
  readonly clock: ShiftedClock;
  /** How many of a thousand times of the run have a bound. */
  readonly told: number;
  /** Those whose bound doesn't hold. */
  readonly wrong: readonly string[];
}

async function stress(
  clocks: readonly ShiftedClock[],
): Promise<{ readonly run: Run; readonly bounds: readonly Bounds[] }> {
  const own = mkdtempSync(join(root, 'run-'));
  const dir = join(own, 'shared');
  mkdirSync(dir);
  const workload = filesSpec(dir, { durationMs: 4_000, rate: 500, filesPerFolder: 2 });
  const task = {
    summary: 'stress',
    workload: () => workload,
    run: async (host: { stress(): Promise<void>; verify(): Promise<void> }) => {
      await host.stress();
      await host.verify();
    },
  };
  const tasks = [{ name: 'test', task, options: {} }];
  const hosts = clocks.map((clock) => testHost(clock, { transport: 'local' }));
  const plan = makePlan({ tasks, hosts, seed: 1, limits: {}, version: '0', now: new Date(0), nonce: 'clocks' });
  const folder = await createRunFolder(join(own, 'reports'), plan);
  const agents = await Promise.all(clocks.map((clock) => buildClockAgent(clock, own)));
  const bundles = await Promise.all(agents.map(({ bundle }) => loadAgentBundle(bundle)));
  const transports = testTransports(root);
  const never = new AbortController().signal;
  await conduct({
    plan,
    tasks,
    folder,
    bundleFor: (host) => bundles[host] ?? assert.fail(),
    runtimes: await openRuntimes({ kind: 'host' }, []),
    connect: async (host) => await transports.of(host).connect(host, testConnect()),
    parallel: clocks.length,
    signal: never,
    killSignal: never,
    emit: () => undefined,
    // The clock that theirs are made from.
    nowNs: () => Number(process.hrtime.bigint()),
  });
  const bounds = clocks.map((clock, host) => {
    const startNs = Number(readFileSync(agents[host]?.startFile ?? '', 'utf8'));
    return boundsOf(clock, { file: join(folder, runFiles.result(host)), startNs });
  });
  return { run: await mergeRun(folder), bounds };
}

function boundsOf(clock: ShiftedClock, { file, startNs }: { readonly file: string; readonly startNs: number }): Bounds {
  const result = hostResultSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  const pings = result.pings.map(([sentNs, hostNs, receivedNs]) => ({ sentNs, hostNs, receivedNs }));
  const [firstNs, lastNs] = [pings[0]?.receivedNs ?? NaN, pings.at(-1)?.sentNs ?? NaN];
  const known = hostClock(pings);
  const wrong: string[] = [];
  let told = 0;
  for (let at = 0; at < 1_000; at++) {
    const truth = Math.floor(firstNs + ((lastNs - firstNs) * at) / 1_000);
    const bound = known.toController(Math.floor(shiftedClocks[clock](truth)) - startNs);
    if (bound === undefined) continue;
    told++;
    // For the rounding of doubles.
    if (bound.low > truth + 10 || bound.high < truth - 10) wrong.push(`${truth - bound.low} ${bound.high - truth}`);
  }
  return { clock, told, wrong };
}
