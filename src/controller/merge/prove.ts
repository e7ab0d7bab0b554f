/**
 * From the journals of a run to what is proven by them: every journal is looked through once, then the run is checked part by
 * part, in threads where it is worth it. What couldn't be looked through or checked is a gap, never silence.
 */
import { joinCoverage } from '../../checks/coverage.ts';
import { openHistory } from '../../checks/history.ts';
import type { BlockSegment, RowRange } from '../../checks/journal/record-log.ts';
import { RecordSorter } from '../../checks/journal/record-sorter.ts';
import { messageOf } from '../../model/errors.ts';
import type { Finding } from '../../model/finding.ts';
import { runTagOf } from '../../model/plan.ts';
import { recordBytes, viewRecords } from '../../model/record.ts';
import type { CheckRun, Run } from '../../model/run.ts';
import { openCheckers, type Checkers } from './checkers.ts';
import { consistencyPartOf, joinConsistency } from './consistency.ts';
import { examinePart, joinParts } from './examine.ts';
import type { PartAnswer } from './jobs.ts';
import { evidenceOfPart, isAboutArenas, namePart, partsOf, type RunBasis } from './parts.ts';
import { unreadable, type RunInput } from './read-run.ts';
import { sortRun } from './sort-run.ts';
import { evidenceOf, factsOf, type JudgedFacts } from './run-history.ts';
import type { Survey } from './survey.ts';

export interface Proof {
  /** By host; undefined where there is no journal, or it couldn't be looked through. */
  readonly surveys: readonly (Survey | undefined)[];
  /** By host: what is wrong with its journal. */
  readonly gaps: readonly (readonly string[])[];
  /** Undefined where no workload was planned that checks can judge. */
  readonly judged: Judged | undefined;
}

export interface Judged {
  readonly basis: RunBasis;
  readonly findings: readonly Finding[];
  readonly checks: readonly CheckRun[];
  readonly filesVerified: number;
  readonly gaps: readonly string[];
  readonly consistency: Pick<Run, 'fingerprint' | 'visibility'>;
}

export interface Means {
  /** 0: all is done here. */
  readonly threads: number;
  /** That the parts of all threads may have together. */
  readonly records: number;
  /** What a thread runs, if not what it should. */
  readonly program?: URL;
}

export async function prove(input: RunInput, zeroNs: number, means: Means): Promise<Proof> {
  await using checkers = openCheckers(means);
  const planned = factsOf(input.plan);
  const gaps = input.hosts.map((): string[] => []);
  const surveys = await surveyAll({ input, zeroNs, planned, checkers, gaps });
  if (planned === undefined) return { surveys, gaps, judged: undefined };
  const whole = basisOf(input, surveys, planned);
  const basis = withoutHostClaims(whole);
  const ranges = partsOf(basis, Math.ceil(means.records / Math.max(1, means.threads)));
  using sorted = await sortRun(basis, ranges, checkers);
  const unchecked: string[] = [];
  const answers = await Promise.all(
    ranges.map(async (rows) => {
      try {
        return await checkers.part(sorted.basis, rows);
      } catch (error) {
        unchecked.push(`${namePart(basis, rows)}: nobody checked it: ${messageOf(error)}`);
        return undefined;
      }
    }),
  );
  const parts = inOrder(ranges, answers, { basis, hosts: hostsPart(whole, surveys) });
  const names = whole.hosts.map(({ evidence }) => evidence.name);
  const { findings, checks } = joinParts(
    parts.map((part) => part.checks),
    names,
  );
  const consistency =
    unchecked.length > 0
      ? {}
      : joinConsistency(
          parts.map((part) => part.consistency),
          names,
        );
  const coverage = joinCoverage(parts.flatMap((part) => part.coverage ?? []));
  const { filesVerified } = coverage;
  return {
    surveys,
    gaps,
    judged: { basis: whole, findings, checks, filesVerified, gaps: [...coverage.gaps, ...unchecked], consistency },
  };
}

async function surveyAll(of: {
  readonly input: RunInput;
  readonly zeroNs: number;
  readonly planned: JudgedFacts | undefined;
  readonly checkers: Checkers;
  readonly gaps: readonly string[][];
}): Promise<readonly (Survey | undefined)[]> {
  const { input, zeroNs, planned, checkers, gaps } = of;
  const runTag = runTagOf(input.plan);
  const facts = planned?.facts;
  const owners = input.hosts.length * (facts?.workers ?? 0);
  return await Promise.all(
    input.hosts.map(async ({ journal: path, result }, host) => {
      if (path === undefined) return undefined;
      const { pings, agent } = result;
      const known = { pings, platform: agent?.facts.platform ?? '', isTargetGone: agent?.isTargetGone === true };
      try {
        return await checkers.survey({ path, of: { runTag, host }, ...known, zeroNs, facts, owners });
      } catch (error) {
        gaps[host]?.push(unreadable(host, error));
        return undefined;
      }
    }),
  );
}

/** By the files of the hosts, and what they show at first sight. */
export function basisOf(
  input: RunInput,
  surveys: readonly (Survey | undefined)[],
  { facts, consistency }: JudgedFacts,
): RunBasis {
  const trusted = input.hosts.map(({ result }, host) => isTrusted(result.journal?.sha256, surveys[host]));
  return {
    facts,
    runTag: runTagOf(input.plan),
    hosts: input.hosts.map(({ result, journal: path }, host) => {
      const survey = surveys[host];
      const journal =
        survey === undefined || path === undefined
          ? undefined
          : { path, version: survey.file.version, blocks: survey.blocks, rows: survey.rows };
      return {
        evidence: evidenceOf(result, { isTrusted: trusted[host] === true, declared: consistency }),
        pings: result.pings,
        isRunBack: survey?.isRunBack === true,
        hasBlocks: survey?.hasBlocks === true,
        journal,
      };
    }),
    notes: surveys.flatMap((survey) => survey?.notes ?? []),
    whole: new Set(surveys.flatMap((survey, host) => (trusted[host] === true ? (survey?.whole ?? []) : []))),
    refused: new Map(
      surveys.flatMap((survey, host) => (survey?.refused === undefined ? [] : [[host, survey.refused] as const])),
    ),
  };
}

/** These are the bytes that the host sent. */
export function isTrusted(sha256: string | undefined, survey: Survey | undefined): boolean {
  return survey !== undefined && survey.file.sha256 === sha256;
}

/** What parts about trees and arenas are told: what is said of hosts would be said by each of them again. */
export function withoutHostClaims(basis: RunBasis): RunBasis {
  const { limits: _, ...facts } = basis.facts;
  return {
    ...basis,
    facts,
    hosts: basis.hosts.map((host) => {
      const { gone: _gone, stress: _stress, heartbeats: _heartbeats, ...evidence } = host.evidence;
      return { ...host, evidence };
    }),
    notes: basis.notes.filter(({ note }) => note.kind === 'evidence'),
  };
}

/** Claims about hosts, and about names that no tree can hold: judged by few records, whatever tree they are about. */
export function hostsPart(basis: RunBasis, surveys: readonly (Survey | undefined)[]): HostsPart {
  const segments: BlockSegment[] = [];
  let firstId = 0;
  for (const { records, ...block } of surveys.flatMap((survey) => survey?.striking ?? [])) {
    const count = records.length / recordBytes;
    segments.push({ ...block, count, firstId, views: viewRecords(records.buffer, records.byteOffset, count) });
    firstId += count;
  }
  const owners = basis.hosts.length * basis.facts.workers;
  const sorter = new RecordSorter({ owners, rows: { first: 0, end: 0 }, counts: new Float64Array(0) });
  const history = openHistory(evidenceOfPart(basis, sorter.finish(segments)));
  const checks = examinePart(history);
  return { checks, consistency: consistencyPartOf(history, checks) };
}

type HostsPart = Pick<PartAnswer, 'checks' | 'consistency'>;

/** Trees, hosts, arenas. */
function inOrder(
  ranges: readonly RowRange[],
  answers: readonly (readonly PartAnswer[] | undefined)[],
  { basis, hosts }: { readonly basis: RunBasis; readonly hosts: HostsPart },
): readonly (HostsPart & Partial<PartAnswer>)[] {
  const told = (areArenas: boolean): readonly PartAnswer[] =>
    ranges.flatMap((rows, place) => (isAboutArenas(basis, rows) === areArenas ? (answers[place] ?? []) : []));
  return [...told(false), hosts, ...told(true)];
}
