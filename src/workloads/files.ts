/**
 * The `files` engine: each worker is the only writer of a tree of its own and reads everybody's, so that the state of every
 * file is exactly known; then every host reads everything.
 */
import { join } from 'node:path';
import type { AgentSpec, WorkloadSpec } from '../model/plan.ts';
import { ownerOfArena, treeOf } from '../model/namespace.ts';
import { randomOf } from '../model/random.ts';
import { arenasOf, openArenas } from './arenas/draw-arena.ts';
import { contentOf } from './content.ts';
import { tryDirect } from './direct.ts';
import { openExtraCalls } from './extra-calls.ts';
import { filesSpecSchema, type FilesSpec } from './files-spec.ts';
import {
  makeRunDirectory,
  removeRunDirectory,
  runPathOf,
  seeTokens,
  sweepRunDirectory,
  workersOfHost,
  type RunDirectory,
} from './run-directory.ts';
import { lockMeans } from './open-locker.ts';
import { ownPaths } from './own-paths.ts';
import { Scan } from './scan.ts';
import { maxChunksOf, transferChunksOf } from './stress-options.ts';
import { Stress } from './stress.ts';
import { Trace } from './trace.ts';
import type { WorkerContext, Workload, WorkloadWorker } from './workload.ts';

export const files: Workload = {
  engine: 'files',
  check: (spec) => {
    decode(spec);
  },
  workersOf: (spec) => decode(spec).workers,
  directoryOf: (spec) => decode(spec).dir,
  durationMsOf: (spec) => decode(spec).durationMs,
  locksByOf: (spec) => (arenasOf(decode(spec)).includes('locks') ? lockMeans() : undefined),
  async setup({ spec, signal }) {
    const directory = directoryOf(spec);
    await makeRunDirectory(directory, signal);
    const { direct = 0, chunkBytes } = decode(spec.workload);
    const [worker = 0] = workersOfHost(directory);
    if (direct > 0) await tryDirect(join(runPathOf(directory), treeOf(worker)), chunkBytes);
  },
  meet: async ({ spec, signal }) =>
    decode(spec.workload).isLocal ? [spec.host] : seeTokens(directoryOf(spec), signal),
  openWorker,
  teardown: ({ spec }) => removeRunDirectory(directoryOf(spec)),
  sweep: ({ spec }) => sweepRunDirectory(directoryOf(spec)),
};

/** Sets these draws apart from all others of a worker. */
const arenaDraws = 0xa5e4a;

function openWorker({ spec, operations, recorder, worker, awaitTurn, isStopped }: WorkerContext): WorkloadWorker {
  const filesSpec = decode(spec.workload);
  const { workers } = filesSpec;
  const content = contentOf(spec.runTag, filesSpec.chunkBytes);
  const trace = new Trace(recorder, content, (filesSpec.edges ?? 0) > 0);
  const runPath = runPathOf({ dir: filesSpec.dir, run: spec.run });
  const trees = spec.hosts * workers;
  const owners = filesSpec.isLocal
    ? { from: spec.host * workers, to: (spec.host + 1) * workers }
    : { from: 0, to: trees };
  const number = spec.host * workers + worker;
  const extra = openExtraCalls(filesSpec, operations, trace);
  const shared = { spec: filesSpec, worker: number, runPath, trace, content, operations };
  const stress = new Stress({
    ...shared,
    random: randomOf(spec.seed, number),
    owners,
    ownPath: ownPaths({ runPath, worker: number }),
    extra,
    transferChunks: transferChunksOf(filesSpec),
    maxChunks: maxChunksOf(filesSpec),
  });
  const arenas = openArenas(
    { ...shared, workers: owners.to - owners.from, runTag: spec.runTag, isStopped },
    {
      random: randomOf(spec.seed, number, arenaDraws),
      randomIn: (owner) => randomOf(spec.seed, number, owner),
      own: () => stress.step(),
    },
  );
  /** The workers of a host share the trees. */
  const isMine = (owner: number): boolean => owner % workers === worker;
  return {
    stress() {
      const limit = filesSpec.operationsLimit ?? Infinity;
      try {
        for (let done = 0; done < limit && !isStopped(); done++) {
          awaitTurn?.();
          if (awaitTurn === undefined || !isStopped()) arenas.step();
        }
        arenas.endStress();
      } finally {
        stress.end();
      }
    },
    verify() {
      const scan = new Scan({
        spec: filesSpec,
        owners: [...range(owners.from, owners.to), ...arenasOf(filesSpec).map((arena) => ownerOfArena(arena))].filter(
          isMine,
        ),
        trees,
        content,
        rank: filesSpec.isLocal ? 0 : spec.host,
        ranks: filesSpec.isLocal ? 1 : spec.hosts,
        isFirstWorker: worker === 0,
        runPath,
        operations,
        recorder,
        trace,
        extra,
        isStopped,
      });
      try {
        arenas.verify(isMine);
        scan.run();
      } finally {
        arenas.close();
        extra.close();
      }
    },
  };
}

function directoryOf(spec: AgentSpec): RunDirectory {
  const filesSpec = decode(spec.workload);
  const { dir, workers } = filesSpec;
  return {
    dir,
    run: spec.run,
    host: spec.host,
    hosts: spec.hosts,
    workers,
    arenas: arenasOf(filesSpec),
    isSynced: spec.isAfterCrash === true,
  };
}

function decode(spec: WorkloadSpec): FilesSpec {
  return filesSpecSchema.parse(spec);
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, at) => from + at);
}
