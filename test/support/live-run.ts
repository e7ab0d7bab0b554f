/** A run of two hosts that are this machine, checked all the time during its stress; the first may have a faulty agent. */
import { mkdirSync, mkdtempSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { loadAgentBundle } from '../../src/controller/deploy/agent.ts';
import { openRuntimes } from '../../src/controller/deploy/runtime.ts';
import type { RunEventBody } from '../../src/controller/events/events.ts';
import type { LivePace } from '../../src/controller/live/live-checks.ts';
import { mergeRun } from '../../src/controller/merge/merge.ts';
import { conduct } from '../../src/controller/run/conduct.ts';
import { makePlan } from '../../src/controller/run/planning.ts';
import { createRunFolder } from '../../src/controller/run-folder/run-folder.ts';
import type { Run } from '../../src/model/run.ts';
import type { FilesSpec } from '../../src/workloads/files-spec.ts';
import { bundlePath, filesSpec } from './agent-process.ts';
import { testConnect, testHost, testTransports } from './transports.ts';

export interface LiveRun {
  readonly run: Run;
  readonly events: readonly RunEventBody[];
  /** Of the run's folder. */
  readonly files: readonly string[];
}

export interface LiveRunOptions {
  readonly workload: Partial<FilesSpec>;
  /** Of the first host. */
  readonly bundle?: string;
  readonly pace?: Partial<LivePace>;
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: RunEventBody) => void;
}

/** Of a worker, a second: what is waited for takes time, not so many operations. */
const rate = 500;

/** Blocks count as soon as an answer of their host came after them. */
const atOnce = { firstMs: 0, pauseMs: 200, settleMs: 0, restShare: 1 };

export async function liveRun(root: string, options: LiveRunOptions): Promise<LiveRun> {
  const dir = join(mkdtempSync(join(root, 'run-')), 'shared');
  mkdirSync(dir);
  const workload = filesSpec(dir, { rate, ...options.workload });
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
  const plan = makePlan({ tasks, hosts, seed: 1, version: '0', now: new Date(0), nonce: 'live' });
  const folder = await createRunFolder(join(dir, '../reports'), plan);
  const [first, other] = [await loadAgentBundle(options.bundle ?? bundlePath), await loadAgentBundle(bundlePath)];
  const transports = testTransports(root);
  const never = new AbortController().signal;
  const events: RunEventBody[] = [];
  await conduct({
    plan,
    tasks,
    folder,
    bundleFor: (host) => (host === 0 ? first : other),
    runtimes: await openRuntimes({ kind: 'host' }, []),
    connect: async (host) => await transports.of(host).connect(host, testConnect()),
    parallel: 2,
    signal: options.signal ?? never,
    killSignal: never,
    live: { ...atOnce, ...options.pace },
    emit: (event) => {
      events.push(event);
      options.onEvent?.(event);
    },
    nowNs: () => performance.now() * 1e6,
  });
  return { run: await mergeRun(folder), events, files: readdirSync(folder) };
}
