/** What each host of a run did, as far as two runs can be compared by it: read one result at a time, and only this is kept. */
import { join } from 'node:path';
import { FunbricError } from '../../model/errors.ts';
import type { Plan } from '../../model/plan.ts';
import type { HostResult, OperationStats } from '../../model/result.ts';
import { readPlan } from '../merge/read-run.ts';
import { histogramColumns } from '../merge/result/columns.ts';
import { readDecoded } from '../merge/result/read-result.ts';
import { runFiles } from '../run-folder/run-folder.ts';
import type { CaseFigures } from './case-figures.ts';
import type { HostFigures, OperationFigures } from './host-figures.ts';
import { readToolFigures, type ToolFigures } from './tool-figures.ts';

export interface RunFigures {
  readonly plan: Plan;
  /** Those that brought figures. */
  readonly hosts: readonly HostFigures[];
  /** Planned ones that did not. */
  readonly missing: readonly string[];
  /** What operations are called, by what they are known by. */
  readonly names: ReadonlyMap<string, string>;
  /** Missing where no host brought a functional test. */
  readonly cases?: CaseFigures;
}

export async function readFigures(folder: string): Promise<RunFigures> {
  const plan = await readPlan(join(folder, runFiles.plan));
  const ofAgents: (HostFigures | undefined)[] = [];
  const collecting: HostResult[] = [];
  for (const index of plan.hosts.keys()) {
    // One after the other: all of them at once need the memory of all.
    const { agent, ...result } = (await readDecoded(folder, plan, index)).result.result;
    ofAgents.push(figuresOf(result.name, agent));
    collecting.push(result);
  }
  const isOfTools = collecting.some(({ collected = [] }) => collected.length > 0);
  const tools = isOfTools ? await readToolFigures(folder, collecting) : undefined;
  const all = ofAgents.map((own, index) => joined(own, tools?.hosts[index]));
  const hosts = all.filter((figures) => figures !== undefined);
  const missing = plan.hosts.flatMap(({ name }, index) => (all[index] === undefined ? [name] : []));
  const names = namesOf(hosts, tools);
  if (hosts.length > 0)
    return { plan, hosts, missing, names, ...(tools?.cases === undefined ? {} : { cases: tools.cases }) };
  throw new FunbricError('input', `${folder}: no host brought figures of a stress, or of another tool`, {
    hint: `runs are compared by what is in their ${runFiles.results}/ and collected/: copy it from where the run was made`,
  });
}

function figuresOf(host: string, agent: HostResult['agent']): HostFigures | undefined {
  const stress = agent?.phases.find(({ phase }) => phase === 'stress');
  if (agent === undefined || stress === undefined || stress.endNs <= stress.startNs) return undefined;
  const seconds = (stress.endNs - stress.startNs) / 1e9;
  const operations = new Map(agent.operations.map((stats) => [stats.name, operationFigures(stats, seconds)]));
  return { host, facts: agent.facts, traits: new Map(), operations, all: sumOf([...operations.values()]) };
}

function operationFigures({ count, errors, histogram, response }: OperationStats, seconds: number): OperationFigures {
  return {
    count,
    errors: Object.values(errors).reduce((sum, one) => sum + one, 0),
    perSecond: count / seconds,
    ...histogramColumns(response ?? histogram),
  };
}

/** Latencies of different kinds tell nothing together. */
function sumOf(all: readonly OperationFigures[]): OperationFigures {
  const sum = (pick: (one: OperationFigures) => number): number => all.reduce((total, one) => total + pick(one), 0);
  return {
    buckets: new Uint16Array(0),
    counts: new Float64Array(0),
    count: sum(({ count }) => count),
    errors: sum(({ errors }) => errors),
    perSecond: sum(({ perSecond }) => perSecond),
  };
}

/** A task may have our own stress on a host, and collect what another tool measured meanwhile. */
function joined(own: HostFigures | undefined, tools: HostFigures | undefined): HostFigures | undefined {
  if (own === undefined || tools === undefined) return own ?? tools;
  const operations = new Map([...own.operations, ...tools.operations]);
  return { ...own, traits: tools.traits, operations, all: sumOf([own.all, tools.all]) };
}

/** Our own are known by their names; a tool's that is called so, too, gets its tool's behind it. */
function namesOf(hosts: readonly HostFigures[], tools: ToolFigures | undefined): RunFigures['names'] {
  const known = hosts.flatMap(({ operations }) => [...operations.keys()]);
  const own = new Map(known.filter((key) => tools?.names.has(key) !== true).map((key) => [key, key]));
  const theirs = [...(tools?.names ?? [])].map(
    ([key, { name, tool }]) => [key, own.has(name) ? `${name}, ${tool}` : name] as const,
  );
  return new Map([...own, ...theirs]);
}
