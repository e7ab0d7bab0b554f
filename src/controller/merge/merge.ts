/**
 * From the files of a run to the judged run: a pure function of these files, so that merging again gives the same bytes.
 * Every planned host has a row, whatever became of it, and only evidence passes a run.
 */
import { join } from 'node:path';
import { coverageOf } from '../../checks/coverage.ts';
import type { History } from '../../checks/history.ts';
import { encodeJunit } from '../../formats/junit.ts';
import { layout, outcomes, recordKinds, contents } from '../../model/record.ts';
import type { Run, RunHost } from '../../model/run.ts';
import { clockRow } from './clock-row.ts';
import { examine } from './examine.ts';
import { beforeVerifyGaps, judge } from './judge.ts';
import { mergeErrors } from './errors.ts';
import { latencyBySteps } from './latency.ts';
import { hostOperations, mergeOperations, totalsOf } from './operations.ts';
import { phasesOf, timelineOf, timingOf, zeroOf, type HostTiming } from './timing.ts';
import { vitalsOf } from './vitals.ts';
import { readRun, type HostInput, type RunInput } from './read-run.ts';
import { historyOf, plannedWorkloads } from './run-history.ts';
import { runFiles, writeJson, writeWhole } from '../run-folder.ts';

/** Throws `input` where the plan can't be read, or a result is there twice. */
export async function mergeRun(folder: string): Promise<Run> {
  return mergeInput(await readRun(folder));
}

/** Writes run.json and junit.xml, each whole or not at all. */
export async function writeRun(folder: string, run: Run): Promise<void> {
  await writeJson(join(folder, runFiles.run), run);
  await writeWhole(join(folder, runFiles.junit), encodeJunit(run));
}

function mergeInput(input: RunInput): Run {
  const timings = input.hosts.map(({ result }) => timingOf(result));
  const zeroNs = zeroOf(timings);
  const history = historyOf(input);
  const { findings, checks } = history === undefined ? { findings: [], checks: [] } : examine(history);
  const verified = history === undefined ? { filesVerified: 0, chunksVerified: 0, gaps: [] } : verifiedOf(history);
  const hosts = input.hosts.map((host, index) => hostRow({ input, host, index, history, timings, zeroNs }));
  const gaps = [
    ...workloadGaps(input, history),
    ...idleGaps(input, hosts),
    ...verified.gaps,
    ...beforeVerifyGaps(input),
  ];
  const { verdict, reasons } = judge({ hosts, findings, checks, gaps });
  return {
    version: 1,
    verdict,
    reasons: [...reasons],
    plan: input.plan,
    hosts,
    operations: mergeOperations(timings),
    findings: [...findings],
    checks: [...checks],
    timeline: timelineOf(timings, zeroNs, latencyBySteps(history, timings, zeroNs)),
    errors: mergeErrors(history, timings, zeroNs),
    ...(Number.isFinite(zeroNs) ? { zeroNs } : {}),
    evidence: {
      journals: input.hosts.filter(({ journal }) => journal !== undefined).length,
      records: history?.log.records ?? 0,
      chunksVerified: verified.chunksVerified,
      filesVerified: verified.filesVerified,
    },
  };
}

function hostRow(at: {
  readonly input: RunInput;
  readonly host: HostInput;
  readonly index: number;
  readonly history: History | undefined;
  readonly timings: readonly HostTiming[];
  readonly zeroNs: number;
}): RunHost {
  const { host, index, timings } = at;
  const { result } = host;
  const timing = timings[index] ?? timingOf(result);
  return {
    index,
    name: result.name,
    status: result.status,
    ...(result.reason === undefined ? {} : { reason: result.reason }),
    ...(result.isInterrupted === undefined ? {} : { isInterrupted: result.isInterrupted }),
    gaps: [...result.gaps, ...host.gaps, ...evidenceGaps(at)],
    ...totalsOf(timings, index),
    ...(result.agent === undefined ? {} : { facts: result.agent.facts }),
    ...clockRow(timing, at.history?.hosts[index]?.clock, at.zeroNs),
    phases: phasesOf(timing, at.zeroNs),
    commands: result.commands,
    byOperation: hostOperations(timings, index),
    vitals: vitalsOf(timing, at.zeroNs),
  };
}

/** What a host that was there should have brought, and didn't. */
function evidenceGaps(at: {
  readonly input: RunInput;
  readonly host: HostInput;
  readonly index: number;
  readonly history: History | undefined;
}): readonly string[] {
  const { host, index, history } = at;
  const { result } = host;
  const gaps: string[] = [];
  const refused = history?.refused.get(index);
  if (refused !== undefined) gaps.push(`${runFiles.journal(index)}: ${refused}`);
  const dropped = (history?.notes ?? []).filter((note) => note.host === index && note.note.kind === 'dropped').length;
  if (dropped > 0) gaps.push('it had more notes than it keeps');
  // What an unreachable or lost host didn't bring is said already.
  if (history === undefined || result.status === 'unreachable' || result.status === 'lost') return gaps;
  if (result.agent === undefined) gaps.push('there is no report of its agent');
  if (result.journal === undefined) gaps.push('there is no journal of its agent');
  else if (host.journal !== undefined && host.isJournalTrusted && host.journal.damage === undefined) {
    gaps.push(...cutWorkers(history, index));
    const { records } = result.agent?.journal ?? {};
    const seen = history.log.segments
      .filter((segment) => segment.host === index)
      .reduce((sum, { count }) => sum + count, 0);
    const isSkipped = result.agent?.isTargetGone === true;
    if (records !== undefined && records !== seen && !isSkipped)
      gaps.push(`its journal has ${seen} records of ${records}`);
  }
  if (history.hosts[index]?.hasVerified !== true) gaps.push('it did not read everything back');
  return gaps;
}

function cutWorkers({ facts, whole }: History, host: number): readonly string[] {
  const cut = Array.from({ length: facts.workers }, (_, worker) => worker).filter(
    (worker) => !whole.has(host * facts.workers + worker),
  );
  return cut.length === 0 ? [] : [`the journal of its worker ${cut.join(', ')} is cut`];
}

/** A workload whose evidence nobody judged passes nothing. */
function workloadGaps({ plan, hosts }: RunInput, history: History | undefined): readonly string[] {
  if (plan.tasks.length === 0) return ['no task was planned'];
  const planned = plannedWorkloads(plan);
  if (planned.length === 0) return [];
  const judged = history === undefined ? 0 : 1;
  const gaps = planned.length > judged ? ['there is a workload in the plan that no check has judged'] : [];
  const isVerified = hosts.some((_, host) => history?.hosts[host]?.hasVerified === true);
  return isVerified ? gaps : [...gaps, 'nothing was read back'];
}

/** A file system that nobody asked anything has kept no promise: a stress of no time, or a profile that finds nothing to read. */
function idleGaps({ plan }: RunInput, hosts: readonly RunHost[]): readonly string[] {
  const isIdle = plannedWorkloads(plan).length > 0 && hosts.every(({ operations }) => operations === 0);
  return isIdle ? ['no host did an operation'] : [];
}

interface Verified {
  readonly filesVerified: number;
  readonly chunksVerified: number;
  readonly gaps: readonly string[];
}

const readKinds: ReadonlySet<number> = new Set([recordKinds.read, recordKinds.observe, recordKinds.scanRead]);

function verifiedOf(history: History): Verified {
  let chunksVerified = 0;
  for (const { views, count } of history.log.segments) {
    for (let at = 0; at < count; at++) {
      const isRead = readKinds.has(views.u8[at * 64 + layout.kind] ?? 0);
      const isOk = views.u8[at * 64 + layout.outcome] === outcomes.ok;
      if (isRead && isOk && views.u8[at * 64 + layout.content] === contents.data) {
        chunksVerified += views.u32[at * 16 + layout.count] ?? 0;
      }
    }
  }
  return { chunksVerified, ...coverageOf(history) };
}
