/**
 * A run's folder as the controller leaves it, from real agents on one directory: for tests of what happens afterwards.
 * One of the hosts may run a faulty agent.
 */
import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { checksummedJson } from '../../src/formats/checksum.ts';
import { thinPings } from '../../src/model/epochs.ts';
import { defaultLimits, type Plan } from '../../src/model/plan.ts';
import type { AgentPhase } from '../../src/model/protocol.ts';
import { agentReportSchema, type HostResult } from '../../src/model/result.ts';
import { runFiles } from '../../src/controller/run-folder/run-folder.ts';
import type { FilesSpec } from '../../src/workloads/files-spec.ts';
import type { ShiftedClock } from '../faults/clocks.ts';
import { agentSpec, AgentProcess, bundlePath } from './agent-process.ts';

export interface StagedRun {
  /** The run's folder, to be made. */
  readonly folder: string;
  readonly workload: FilesSpec;
  readonly seed: number;
  /** Bundle and FUNBRIC_FAULT of host 0. */
  readonly fault?: { readonly bundle: string; readonly value: string };
  /** Where host 0 finds programs, if not where this process does. */
  readonly path?: string;
  /** The plan's limit on one operation. */
  readonly hungMs?: number;
  /** Pings count as if they had been under way for this much longer, in ms. */
  readonly slowMs?: number;
  /** The longest that a phase may take. */
  readonly patienceMs?: number;
  /** Between stress and verify. */
  readonly meanwhile?: (runDirectory: string) => void;
  /** What the plan says that this is. */
  readonly between?: 'crash' | 'command' | undefined;
}

const names = ['a', 'b'];

/** Two hosts, all phases. */
export async function stageRun({
  folder,
  workload,
  seed,
  fault,
  path,
  hungMs,
  slowMs = 0,
  patienceMs,
  meanwhile,
  between,
}: StagedRun): Promise<Plan> {
  const limits = { ...defaultLimits, ...(hungMs === undefined ? {} : { hungMs }) };
  // Nobody renews a lease here.
  const spec = agentSpec(workload, {
    hosts: names.length,
    seed,
    hungMs: limits.hungMs,
    leaseMs: 600_000,
    ...(between === 'crash' ? { isAfterCrash: true } : {}),
  });
  const plan: Plan = {
    version: 1,
    run: spec.run,
    funbric: '0.0.0',
    createdAt: '2025-01-01T00:00:00.000Z',
    seed,
    hosts: names.map((name) => ({ name, roles: [], groups: [], variables: {} })),
    tasks: [{ name: 'runtest', options: {}, workload }],
    limits,
    isKept: false,
    ...(between === undefined ? {} : { beforeVerify: 'true' }),
    ...(between === 'crash' ? { isAfterCrash: true } : {}),
  };
  mkdirSync(join(folder, runFiles.results), { recursive: true });
  mkdirSync(join(folder, runFiles.journals), { recursive: true });
  writeFileSync(join(folder, runFiles.plan), JSON.stringify(plan));
  if (between !== undefined)
    writeFileSync(join(folder, runFiles.beforeVerify), JSON.stringify({ command: 'true', exit: '0', output: '' }));
  const patience = patienceMs === undefined ? {} : { patienceMs };
  await using a = new AgentProcess({
    ...patience,
    ...(fault === undefined ? {} : { bundle: fault.bundle }),
    env: {
      ...(fault === undefined ? {} : { FUNBRIC_FAULT: fault.value }),
      ...(path === undefined ? {} : { PATH: path }),
    },
  });
  await using b = new AgentProcess(patience);
  const agents = [a, b];
  await Promise.all(agents.map((agent, host) => agent.start({ ...spec, host })));
  const pings: HostResult['pings'][] = agents.map(() => []);
  for (const phase of ['setup', 'meet', 'stress', 'verify', 'teardown'] as const) {
    if (phase === 'verify') meanwhile?.(join(workload.dir, `funbric-${spec.run}`));
    // A faulty agent may die on the way; the other goes on.
    await Promise.all(
      agents.map(async (agent, index) => {
        if (agent.isThere) pings[index]?.push(...(await pingedPhase(agent, phase, slowMs)));
      }),
    );
  }
  for (const [index, agent] of agents.entries()) {
    if (agent.isThere) await deliver(folder, plan, { index, agent, pings: thinned(pings[index] ?? []) });
    else writeResult(folder, { ...resultOf(plan, index), status: 'lost', reason: 'its agent died' });
  }
  return plan;
}

/** The controller sends ten a second; the phases here are short. */
const pingEveryMs = 20;

async function pingedPhase(agent: AgentProcess, phase: AgentPhase, slowMs: number): Promise<HostResult['pings']> {
  const pings: HostResult['pings'] = [];
  let isOver = false;
  const ended = phaseOrDeath(agent, phase).finally(() => (isOver = true));
  // It is waited for below.
  ended.catch(() => undefined);
  while (agent.isThere) {
    const sentNs = performance.now() * 1e6;
    agent.send({ kind: 'ping', sentNs });
    const pong = await Promise.race([agent.event('pong', (one) => one.sentNs === sentNs), agent.exited]).catch(() => 0);
    if (typeof pong !== 'object' || pong === null || !('atNs' in pong)) break;
    pings.push([sentNs - slowMs * 1e6, pong.atNs, performance.now() * 1e6 + slowMs * 1e6]);
    // The last one comes after the phase.
    if (isOver) break;
    await sleep(pingEveryMs);
  }
  await ended;
  return pings;
}

/** As the controller does. */
function thinned(pings: HostResult['pings']): HostResult['pings'] {
  const kept = thinPings(pings.map(([sentNs, hostNs, receivedNs]) => ({ sentNs, hostNs, receivedNs })));
  return kept.map(({ sentNs, hostNs, receivedNs }) => [sentNs, hostNs, receivedNs]);
}

async function phaseOrDeath(agent: AgentProcess, phase: AgentPhase): Promise<void> {
  await Promise.race([agent.phase(phase), agent.exited]).catch((error: unknown) => {
    if (agent.isThere) throw error;
  });
}

function resultOf(plan: Plan, index: number): HostResult {
  const name = plan.hosts[index]?.name ?? '';
  return { version: 1, run: plan.run, index, name, status: 'completed', gaps: [], commands: [], pings: [] };
}

function writeResult(folder: string, result: HostResult): void {
  writeFileSync(join(folder, runFiles.result(result.index)), checksummedJson(result));
}

async function deliver(
  folder: string,
  plan: Plan,
  {
    index,
    agent,
    pings,
  }: { readonly index: number; readonly agent: AgentProcess; readonly pings: HostResult['pings'] },
): Promise<void> {
  const delivery = await agent.deliver();
  const journal = readFileSync(delivery.journalPath);
  const report = agentReportSchema.parse(JSON.parse(readFileSync(delivery.resultPath, 'utf8')));
  copyFileSync(delivery.journalPath, join(folder, runFiles.journal(index)));
  writeResult(folder, {
    ...resultOf(plan, index),
    pings,
    journal: { bytes: journal.length, sha256: createHash('sha256').update(journal).digest('hex') },
    agent: report,
  });
  agent.send({ kind: 'bye' });
  await agent.exited;
}

/** The faulty agent as one file beside the real one; with a value (code:seed:host) for hosts that take no environment. */
export async function buildFaultyAgent(value?: string): Promise<string> {
  const suffix = value === undefined ? '' : `-${value.replaceAll(':', '-')}`;
  const outfile = join(bundlePath, `../faulty-agent${suffix}.cjs`);
  const define = value === undefined ? {} : { 'process.env.FUNBRIC_FAULT': JSON.stringify(value) };
  await bundleAgent(fileURLToPath(new URL('../faults/agent.js', import.meta.url)), { outfile, define });
  return outfile;
}

/** An agent whose clock is another than this machine's, in a folder; beside it lies what its clock showed when it started. */
export async function buildClockAgent(
  clock: ShiftedClock,
  folder: string,
): Promise<{ readonly bundle: string; readonly startFile: string }> {
  const [outfile, startFile] = [join(folder, `agent-${clock}.cjs`), join(folder, `start-${clock}`)];
  const define = { 'process.env.FUNBRIC_CLOCK': JSON.stringify(`${clock}:${startFile}`) };
  await bundleAgent(fileURLToPath(new URL('../faults/clock-agent.js', import.meta.url)), { outfile, define });
  return { bundle: outfile, startFile };
}

/** An agent whose stress goes on until it is released. */
export async function buildHeldAgent(
  folder: string,
): Promise<{ readonly bundle: string; readonly release: () => void }> {
  const own = mkdtempSync(join(folder, 'held-'));
  const [outfile, path] = [join(own, 'agent.cjs'), join(own, 'released')];
  const define = { 'process.env.FUNBRIC_HELD': JSON.stringify(path) };
  await bundleAgent(fileURLToPath(new URL('../faults/held-agent.js', import.meta.url)), { outfile, define });
  return { bundle: outfile, release: () => writeFileSync(path, '') };
}

/** Whole at once: another test may just have its agents start from the same one. */
async function bundleAgent(
  entry: string,
  { outfile, define }: { readonly outfile: string; readonly define: Record<string, string> },
): Promise<void> {
  const own = `${outfile}.${process.pid}`;
  await build({
    define,
    outfile: own,
    entryPoints: [entry],
    bundle: true,
    platform: 'node',
    target: 'node18',
    format: 'cjs',
    logLevel: 'error',
  });
  renameSync(own, outfile);
}
