/**
 * A file system that keeps every promise, with workers on several hosts that look at one worker's tree while it changes:
 * everything has its moment in true time, within its operation, and every chunk and name a moment of its own; every host
 * has a clock that is off, drifts and steps, and pings that took a while; so has the controller. Clients of a weak one may know things late, the owner's not. Answers get lost, effects come late, a failed write may
 * have taken earlier ones with it. No check may object to what comes out of here, but say that it can't tell.
 */
import { makeHistory, type History } from '../../src/checks/history.ts';
import { stressPhase, verifyPhase } from '../../src/checks/journal/phases.ts';
import { hostClock, type HostClock } from '../../src/model/clock.ts';
import { consistencyOf, isNetworkMount, lockReachesOf, reopenMsOf, settleMsOf } from '../../src/model/consistency.ts';
import type { Block } from '../../src/model/journal.ts';
import { randomOf, type Random } from '../../src/model/random.ts';
import { outcomes, type JournalRecord } from '../../src/model/record.ts';
import { encode } from '../support/record-history.ts';
import { simulateClocks, type SimulatedHost } from '../support/simulated-clocks.ts';
import {
  cachedAt,
  flatten,
  racingFacts,
  racingNames,
  type Drafted,
  type FlatRecord,
  type Moment,
  type RacingDisk,
} from './racing-disk.ts';
import { RacingOwner, type OwnerOperation } from './racing-owner.ts';
import { RacingReader, scanOf } from './racing-reader.ts';

/** What one worker did, in program order; times are true ones. */
export interface RacingRun {
  readonly workers: readonly (readonly Drafted[])[];
  readonly hosts: readonly SimulatedHost[];
  /** What is known of them. */
  readonly clocks: readonly HostClock[];
  readonly mount: string;
  /** How many of its last records each worker loses; undefined: its journal is whole. */
  readonly lost: readonly (number | undefined)[];
  readonly operations: readonly OwnerOperation[];
}

const eventualMount = 'fuse.sshfs';
/** They promise less than posix: a client may know things late. */
export const weakMounts: ReadonlySet<string> = new Set(['nfs4', 'cifs', eventualMount]);
const mounts = ['ext4', 'ceph', ...weakMounts];

export function racingRun(seed: number, options: { readonly isFaultless: boolean }): RacingRun {
  const random = randomOf(seed, 0x2ace);
  const mount = options.isFaultless ? 'ext4' : (mounts[random.below(mounts.length)] ?? '');
  const hostCount = 2 + random.below(2);
  const moments: Moment[] = [];
  const isNetwork = isNetworkMount({ path: '/', type: mount, source: '', options: [] });
  const isWeak = weakMounts.has(mount);
  const owner = new RacingOwner({
    random,
    moments,
    isNetwork,
    isLate: mount === eventualMount,
    isFaultless: options.isFaultless,
  });
  owner.run();
  const endNs = owner.endNs;
  const workers: Drafted[][] = [owner.drafts];
  for (let worker = 1; worker < hostCount * racingFacts.workers; worker++) {
    const isLate = isWeak && (worker >= racingFacts.workers || mount === eventualMount);
    const reader = new RacingReader({ random, moments, disk: owner.disk, isLate });
    reader.run(endNs);
    workers.push(reader.drafts);
  }
  let atNs = endNs;
  for (const scan of [0, 1]) {
    for (let host = 0; host < hostCount; host++) {
      atNs += 20_000;
      const drafts = workers[host * racingFacts.workers] ?? [];
      const isLate = isWeak && host > 0 && random.below(3) === 0;
      const see = isLate ? lateView(owner.disk, { random, moments, atNs }) : () => owner.disk.names;
      scanOf({ see, moments, drafts, atNs, scan });
    }
  }
  for (const moment of moments.sort((a, b) => a.atNs - b.atNs)) moment.happen();
  const isCut = !options.isFaultless && random.below(5) === 0;
  const cut = random.below(workers.length);
  const hosts = clocksOf(random, { hosts: hostCount, endNs: atNs, isFaultless: options.isFaultless });
  return {
    workers,
    hosts,
    clocks: hosts.map(({ pings }) => hostClock(pings)),
    mount,
    lost: workers.map((_, worker) => (isCut && worker === cut ? random.below(30) : undefined)),
    operations: owner.operations,
  };
}

/** What a client shows that still knows some names, or what was in their files, from an earlier moment. */
function lateView(
  { names }: RacingDisk,
  { random, moments, atNs }: { readonly random: Random; readonly moments: Moment[]; readonly atNs: number },
): () => RacingDisk['names'] {
  const cached = cachedAt(names, moments, random.below(atNs));
  const late = new Set(racingNames.filter(() => random.below(3) === 0));
  return () =>
    new Map([...names].filter(([name]) => !late.has(name)).concat([...cached].filter(([name]) => late.has(name))));
}

/** Of a run where violations are planted, each host answers all the time; of the others, some hardly or never. */
function clocksOf(
  random: Random,
  { hosts, endNs, isFaultless }: { readonly hosts: number; readonly endNs: number; readonly isFaultless: boolean },
): readonly SimulatedHost[] {
  const pauseNs = isFaultless ? 100_000 : 1 + random.below(random.below(endNs) + 1);
  const clocks = simulateClocks({
    random,
    hosts,
    endNs,
    pauseNs,
    delayNs: isFaultless ? 30_000 : 60_000,
    troubles: random.below(8),
    troubleNs: random.below(2) === 0 ? 50_000 : endNs,
  });
  if (isFaultless) return clocks.hosts;
  return clocks.hosts.map(({ at, pings }) => {
    const first = random.below(3) === 0 ? random.below(pings.length + 1) : 0;
    return { at, pings: pings.slice(first, random.below(3) === 0 ? first + random.below(10) : undefined) };
  });
}

export function historyOfRun(run: RacingRun): History {
  const mount = { path: '/', type: run.mount, source: '', options: [] };
  return makeHistory(
    racingFacts,
    run.hosts.map((model, host) => {
      const own = run.workers.slice(host * racingFacts.workers, (host + 1) * racingFacts.workers);
      const first = host * racingFacts.workers;
      const clock = run.clocks[host];
      return {
        name: ['a', 'b', 'c'][host] ?? '',
        blocks: own.flatMap((drafts, at) =>
          blocksOf(flatten(drafts), { host, worker: first + at, model, lost: run.lost[first + at] }),
        ),
        isTrusted: true,
        hasVerified: own.every((_, at) => run.lost[first + at] === undefined),
        client: { isNetwork: isNetworkMount(mount), platform: 'linux' },
        consistency: consistencyOf(mount),
        reopenMs: reopenMsOf(mount),
        settleMs: settleMsOf(mount),
        locks: lockReachesOf(mount),
        ...(clock === undefined ? {} : { clock }),
      };
    }),
  );
}

function blocksOf(
  drafts: readonly FlatRecord[],
  { host, worker, model, lost }: { host: number; worker: number; model: SimulatedHost; lost: number | undefined },
): readonly Block[] {
  const header = { number: 0, host, worker, runTag: 1, boot: [0, 0] as const, writtenNs: 0 };
  const kept = lost === undefined ? drafts : drafts.slice(0, Math.max(0, drafts.length - lost));
  const blocks = [stressPhase, verifyPhase].map((phase): Block => {
    const records = kept.filter((draft) => draft.phase === phase).map(({ record }) => onHost(record, model));
    return Object.assign({ phase, type: 'records' as const, records: encode(records) }, header);
  });
  return lost === undefined ? [...blocks, { ...header, phase: verifyPhase, type: 'end' }] : blocks;
}

function onHost(record: JournalRecord, model: SimulatedHost): JournalRecord {
  const endNs = record.outcome === outcomes.pending ? 0 : model.at(record.endNs);
  return { ...record, startNs: model.at(record.startNs), endNs };
}
