/**
 * The `files` engine: each worker is the only writer of a tree of its own and reads everybody's, so that the state of every
 * file is exactly known; then every host reads everything.
 */
import type { AgentSpec, WorkloadSpec } from '../model/plan.ts';
import { treeOf } from '../model/namespace.ts';
import { randomOf } from '../model/random.ts';
import { contentOf } from './content.ts';
import { filesSpecSchema, type FilesSpec } from './files-spec.ts';
import {
  makeRunDirectory,
  removeRunDirectory,
  runPathOf,
  seeTokens,
  sweepRunDirectory,
  type RunDirectory,
} from './run-directory.ts';
import { keepOpen } from './open-files.ts';
import { Scan } from './scan.ts';
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
  setup: ({ spec, signal }) => makeRunDirectory(directoryOf(spec), signal),
  meet: async ({ spec, signal }) =>
    decode(spec.workload).isLocal ? [spec.host] : seeTokens(directoryOf(spec), signal),
  openWorker,
  teardown: ({ spec }) => removeRunDirectory(directoryOf(spec)),
  sweep: ({ spec }) => sweepRunDirectory(directoryOf(spec)),
};

function openWorker({ spec, operations, recorder, worker, isStopped }: WorkerContext): WorkloadWorker {
  const filesSpec = decode(spec.workload);
  const { workers } = filesSpec;
  const content = contentOf(spec.runTag, filesSpec.chunkBytes);
  const trace = new Trace(recorder, content);
  const runPath = runPathOf({ dir: filesSpec.dir, run: spec.run });
  const trees = spec.hosts * workers;
  const owners = filesSpec.isLocal
    ? { from: spec.host * workers, to: (spec.host + 1) * workers }
    : { from: 0, to: trees };
  const own = `${runPath}/${treeOf(spec.host * workers + worker)}`;
  const openFiles = keepOpen(operations, { limit: filesSpec.openFiles ?? 0, tree: own });
  const stress = new Stress({
    spec: filesSpec,
    random: randomOf(spec.seed, spec.host * workers + worker),
    worker: spec.host * workers + worker,
    owners,
    runPath,
    operations: openFiles.operations,
    trace,
    content,
  });
  return {
    stress() {
      const limit = filesSpec.operationsLimit ?? Infinity;
      try {
        for (let done = 0; done < limit && !isStopped(); done++) stress.step();
      } finally {
        openFiles.closeAll();
      }
    },
    verify() {
      const scan = new Scan({
        spec: filesSpec,
        owners: range(owners.from, owners.to).filter((owner) => owner % workers === worker),
        trees,
        isFirstWorker: worker === 0,
        runPath,
        operations,
        recorder,
        trace,
        isStopped,
      });
      scan.run();
    },
  };
}

function directoryOf(spec: AgentSpec): RunDirectory {
  const { dir, workers } = decode(spec.workload);
  return { dir, run: spec.run, host: spec.host, hosts: spec.hosts, workers };
}

function decode(spec: WorkloadSpec): FilesSpec {
  return filesSpecSchema.parse(spec);
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, at) => from + at);
}
