/** Every engine that an agent can run, by the name that a plan gives. */
import { FunbricError } from '../model/errors.ts';
import { files } from './files.ts';
import type { Workload } from './workload.ts';

export const workloads: readonly Workload[] = [files];

export function workloadOf(engine: string): Workload {
  const workload = workloads.find((candidate) => candidate.engine === engine);
  if (workload !== undefined) return workload;
  const known = workloads.map((candidate) => candidate.engine).join(', ');
  throw new FunbricError('input', `there is no engine ${JSON.stringify(engine)}; known are: ${known}`);
}
