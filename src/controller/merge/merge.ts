/**
 * From the files of a run to the judged run: a pure function of these files, so that merging again gives the same bytes.
 * Every planned host has a row, whatever became of it, and only evidence passes a run.
 */
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { encodeJunit } from '../../formats/write/junit.ts';
import { outliersOf } from '../../model/outliers.ts';
import { recordBytes } from '../../model/record.ts';
import type { Thresholds } from '../../model/expectation.ts';
import { FunbricError, messageOf } from '../../model/errors.ts';
import type { Run, RunHost } from '../../model/run.ts';
import { sum } from '../../model/sum.ts';
import { withApdex } from '../expect/apdex-targets.ts';
import { judgeExpectations } from '../expect/judge-expectations.ts';
import { operationsOf, readThresholds, type Asked } from '../expect/thresholds.ts';
import { clockRow } from './clock-row.ts';
import { mergeCollected, type CollectedParts, type HostParts } from './collected/merge-collected.ts';
import { readCollected, type ReadFiles } from './collected/read-collected.ts';
import { beforeVerifyGaps, judge } from './judge.ts';
import { mergeErrors } from './errors.ts';
import { latencyBySteps } from './latency.ts';
import { hostOperations, mergeOperations, ratesOf, totalsOf } from './operations.ts';
import { paceOf } from './pace.ts';
import type { FoldedResult } from './result/folded-result.ts';
import { timelineOf } from './timeline.ts';
import { phasesOf, timingOf, zeroOf, type HostTiming } from './timing.ts';
import { untriedRow } from './untried.ts';
import { vitalsOf } from './vitals.ts';
import { windowsOf } from './windows.ts';
import { readRun, type HostInput, type RunInput } from './read-run.ts';
import { isTrusted, prove, type Judged, type Means, type Proof } from './prove.ts';
import type { RunBasis } from './parts.ts';
import { plannedWorkloads } from './run-history.ts';
import { jsonText, runFiles, writeAllWhole, type WholeFile } from '../run-folder/run-folder.ts';

/** What the caller has at hand. `ready`: its collected files, where they have been read. `thresholds`: beside those of its plan. */
export interface Given {
  readonly ready?: ReadFiles | undefined;
  readonly thresholds?: Thresholds | undefined;
}

/**
 * Throws `input` where the plan can't be read, or a result is there twice. How many threads, and parts, it takes makes no
 * difference.
 */
export async function mergeRun(folder: string, means?: Means, { ready, thresholds = {} }: Given = {}): Promise<Run> {
  const input = await readRun(folder);
  const asked = askedOf(input.plan, thresholds);
  const timings = input.hosts.map(({ result }) => timingOf(result));
  const zeroNs = zeroOf(timings);
  const proof = await prove(input, zeroNs, means ?? usualMeans(input));
  const results = input.hosts.map(({ result }) => result);
  const collected = mergeCollected(input.plan, results, ready ?? (await readCollected(folder, results)));
  return mergeInput({ input, asked, timings, zeroNs, proof, collected });
}

function askedOf({ tasks }: RunInput['plan'], given: Thresholds): Asked {
  const operations = operationsOf(tasks.find(({ workload }) => workload !== undefined)?.workload);
  const planned = tasks.flatMap(({ thresholds }) => thresholds ?? []);
  try {
    readThresholds(planned, operations);
  } catch (error) {
    throw new FunbricError('input', `${runFiles.plan}: ${messageOf(error)}`, { hint: 'this file was changed' });
  }
  return readThresholds([...planned, given], operations);
}

/** Below, a merge is done sooner than threads start. */
const leastRecords = 500_000;
/** More threads than these keep more of a run in memory than they are worth. */
const maxThreads = 4;
/** Of all threads together: some 1.5 GiB, with what is worked out of them. */
const recordsInMemory = 8_000_000;

function usualMeans({ hosts }: RunInput): Means {
  const records = hosts.reduce((sum, { result }) => sum + (result.journal?.bytes ?? 0), 0) / recordBytes;
  const threads = records < leastRecords ? 0 : Math.min(maxThreads, availableParallelism());
  // A thread that is done shall find another part.
  return { threads, records: Math.min(recordsInMemory, Math.max(leastRecords, records / 2)) };
}

/** Writes run.json and junit.xml, and what else there is of it: all of them or none. */
export async function writeRun(folder: string, run: Run, also: readonly WholeFile[] = []): Promise<void> {
  await writeAllWhole([
    { path: join(folder, runFiles.run), text: () => jsonText(run) },
    { path: join(folder, runFiles.junit), text: () => encodeJunit(run) },
    ...also,
  ]);
}

interface Merging {
  readonly input: RunInput;
  readonly asked: Asked;
  readonly timings: readonly HostTiming[];
  readonly zeroNs: number;
  readonly proof: Proof;
  readonly collected: CollectedParts | undefined;
}

function mergeInput(merging: Merging): Run {
  const { input, asked, timings, zeroNs, proof, collected } = merging;
  const { surveys, judged } = proof;
  const findings = [...(judged?.findings ?? []), ...(collected?.findings ?? [])];
  const checks = [...(judged?.checks ?? []), ...(collected?.checks ?? [])];
  const rates = ratesOf(timings);
  const hosts = input.hosts.map((host, index) => hostRow(merging, host, { index, rate: rates[index] ?? 0 }));
  const gaps = [
    ...workloadGaps(input, judged),
    ...idleGaps(input, hosts),
    ...(judged?.gaps ?? []),
    ...beforeVerifyGaps(input),
    ...(collected?.gaps ?? []),
  ];
  const windows = windowsOf(timings, zeroNs);
  const all = [...mergeOperations(timings, rates), ...(collected?.operations ?? [])];
  const operations = [...withApdex(all, asked.targets)];
  const expectations = [...judgeExpectations(asked.expectations, operations)];
  const failures = collected?.failures ?? [];
  const { verdict, reasons } = judge({ hosts, findings, checks, failures, expectations, gaps });
  return {
    version: 1,
    verdict,
    reasons: [...reasons],
    plan: input.plan,
    hosts,
    operations,
    findings,
    ...(expectations.length === 0 ? {} : { expectations }),
    checks,
    ...judged?.consistency,
    ...overTime(merging),
    ...(windows === undefined ? {} : { windows }),
    outliers: [...outliersOf({ hosts })],
    ...(collected === undefined ? {} : { receipt: collected.receipt, figures: collected.figures, ...collected.cases }),
    ...(Number.isFinite(zeroNs) ? { zeroNs } : {}),
    evidence: {
      journals: surveys.filter((survey) => survey !== undefined).length,
      records: sum(surveys.map((survey) => survey?.records ?? 0)),
      chunksVerified: sum(surveys.map((survey) => survey?.chunksVerified ?? 0)),
      filesVerified: judged?.filesVerified ?? 0,
    },
  };
}

/** Agents' times are the controller's, those of tools are each host's own: the two are not laid on one axis. */
function overTime({ timings, zeroNs, proof: { surveys }, collected }: Merging): Pick<Run, 'timeline' | 'errors'> {
  const timeline = timelineOf(timings, zeroNs, latencyBySteps(surveys.flatMap((survey) => survey?.latency ?? [])));
  const errors = mergeErrors(
    timings,
    surveys.map((survey) => survey?.errors ?? []),
  );
  if (collected === undefined) return { timeline, errors };
  if (!Number.isFinite(zeroNs)) return { timeline: collected.timeline, errors: [...errors, ...collected.errors] };
  const undated = collected.errors.map(({ operation, error, message, count, hosts, examples }) =>
    Object.assign({ operation, error, count, hosts, examples }, message === undefined ? {} : { message }),
  );
  return { timeline, errors: [...errors, ...undated] };
}

function hostRow(
  { input, timings, zeroNs, proof, collected }: Merging,
  { result, gaps }: HostInput,
  { index, rate }: { readonly index: number; readonly rate: number },
): RunHost {
  const timing = timings[index] ?? timingOf(result);
  const own = collected?.hosts[index];
  const hasAgent = result.agent !== undefined;
  return {
    index,
    name: result.name,
    status: result.status,
    ...(result.reason === undefined ? {} : { reason: result.reason }),
    ...(result.isInterrupted === undefined ? {} : { isInterrupted: result.isInterrupted }),
    gaps: [
      ...result.gaps,
      ...gaps,
      ...(proof.gaps[index] ?? []),
      ...evidenceGaps(result, index, proof),
      ...(own?.gaps ?? []),
    ],
    ...(hasAgent || own === undefined ? totalsOf(result, rate) : totalsOfFiles(own)),
    ...(result.agent === undefined ? {} : { facts: result.agent.facts }),
    ...clockRow(timing, proof.surveys[index]?.isRunBack === true, zeroNs),
    ...untriedRow(proof.surveys[index]?.notes ?? [], result.agent?.facts.platform ?? ''),
    phases: hasAgent || Number.isFinite(zeroNs) ? phasesOf(timing, zeroNs) : (own?.phases ?? []),
    commands: result.commands,
    ...paceRow(result, input),
    byOperation: [...hostOperations(result, rate), ...(own?.byOperation ?? [])],
    vitals: vitalsOf(timing, zeroNs),
  };
}

function totalsOfFiles({ operations, errors, bytes, perSecond }: HostParts): ReturnType<typeof totalsOf> {
  return { operations, errors, bytes, perSecond };
}

function paceRow(result: FoldedResult, { plan }: RunInput): Pick<RunHost, 'pace'> {
  const pace = paceOf(result.agent ?? {}, plannedWorkloads(plan)[0]?.rate);
  return pace === undefined ? {} : { pace };
}

/** What a host that was there should have brought, and didn't. */
function evidenceGaps(result: FoldedResult, index: number, { surveys, judged }: Proof): readonly string[] {
  const gaps: string[] = [];
  const survey = surveys[index];
  const file = runFiles.journal(index);
  const areItsBytes = isTrusted(result.journal?.sha256, survey);
  if (survey !== undefined && !areItsBytes) gaps.push(`${file} is not what the host sent`);
  if (survey?.file.damage !== undefined) gaps.push(`${file}: ${survey.file.damage}`);
  if (survey?.refused !== undefined) gaps.push(`${file}: ${survey.refused}`);
  if (survey?.notes.some(({ note }) => note.kind === 'dropped') === true) gaps.push('it had more notes than it keeps');
  // What an unreachable or lost host didn't bring is said already.
  if (judged === undefined || result.status === 'unreachable' || result.status === 'lost') return gaps;
  if (result.agent === undefined) gaps.push('there is no report of its agent');
  if (result.journal === undefined) gaps.push('there is no journal of its agent');
  else if (survey !== undefined && areItsBytes && survey.file.damage === undefined) {
    gaps.push(...cutWorkers(judged.basis, index));
    const { records } = result.agent?.journal ?? {};
    const isSkipped = result.agent?.isTargetGone === true;
    if (records !== undefined && records !== survey.records && !isSkipped)
      gaps.push(`its journal has ${survey.records} records of ${records}`);
  }
  if (judged.basis.hosts[index]?.evidence.hasVerified !== true) gaps.push('it did not read everything back');
  return gaps;
}

function cutWorkers({ facts, whole }: RunBasis, host: number): readonly string[] {
  const cut = Array.from({ length: facts.workers }, (_, worker) => worker).filter(
    (worker) => !whole.has(host * facts.workers + worker),
  );
  return cut.length === 0 ? [] : [`the journal of its worker ${cut.join(', ')} is cut`];
}

/** A workload whose evidence nobody judged passes nothing. */
function workloadGaps({ plan, hosts }: RunInput, judged: Judged | undefined): readonly string[] {
  if (plan.tasks.length === 0) return ['no task was planned'];
  const planned = plannedWorkloads(plan);
  if (planned.length === 0) return [];
  const gaps =
    planned.length > (judged === undefined ? 0 : 1) ? ['there is a workload in the plan that no check has judged'] : [];
  const isVerified = hosts.some((_, host) => judged?.basis.hosts[host]?.evidence.hasVerified === true);
  return isVerified ? gaps : [...gaps, 'nothing was read back'];
}

/** A file system that nobody asked anything has kept no promise: a stress of no time, or a profile that finds nothing to read. */
function idleGaps({ plan }: RunInput, hosts: readonly RunHost[]): readonly string[] {
  const isIdle = plannedWorkloads(plan).length > 0 && hosts.every(({ operations }) => operations === 0);
  return isIdle ? ['no host did an operation'] : [];
}
