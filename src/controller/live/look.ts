/**
 * What the beginnings of all hosts' journals prove already, by the very checks of the merge. A beginning is the journal of an
 * agent that died there: what its workers did after it is unknown, and what is proven all the same stays so, whatever comes.
 */
import type { Finding } from '../../model/finding.ts';
import { examinePart, joinParts } from '../merge/examine.ts';
import { loadPart, partsOf, type RunBasis } from '../merge/parts.ts';
import { basisOf, hostsPart, withoutHostClaims } from '../merge/prove.ts';
import type { HostInput } from '../merge/read-run.ts';
import { pingColumnsOf } from '../merge/result/columns.ts';
import { foldResult } from '../merge/result/folded-result.ts';
import { factsOf, type JudgedFacts } from '../merge/run-history.ts';
import { surveyJournal, type Survey } from '../merge/survey.ts';
import { runTagOf, type Plan } from '../../model/plan.ts';
import type { Facts } from '../../model/protocol.ts';
import type { AgentReport, HostResult } from '../../model/result.ts';

export interface LookRequest {
  readonly plan: Plan;
  /** By index in the plan; undefined: nothing is known of it. */
  readonly hosts: readonly (HostSoFar | undefined)[];
}

export interface HostSoFar {
  /** The beginning of its journal; undefined: there is none yet. */
  readonly path: string | undefined;
  /** Undefined: its agent is lost, and won't say them in the end either. */
  readonly facts: Facts | undefined;
  readonly pings: HostResult['pings'];
}

export interface LookAnswer {
  /** That were looked at. */
  readonly records: number;
  /** In the order of the codes, of each so many at most. */
  readonly proven: readonly ProvenSoFar[];
  /** Checks that crashed, with why. */
  readonly crashed: readonly string[];
}

export interface ProvenSoFar {
  readonly code: string;
  readonly host: string;
  readonly file: string;
  readonly offset?: number;
  readonly expected: string;
  readonly found: string;
}

/** Of one part in memory: a look shall cost less than the merge, not be faster. */
const recordsInMemory = 500_000;

export function look({ plan, hosts }: LookRequest): LookAnswer {
  const planned = factsOf(plan);
  if (planned === undefined) return { records: 0, proven: [], crashed: [] };
  const surveys = surveysOf(plan, planned, hosts);
  const inputs = hosts.map((host, index) => inputOf(plan, { host, index, survey: surveys[index] }));
  const whole = ofAll(basisOf({ plan, hosts: inputs, beforeVerify: undefined }, surveys, planned), hosts);
  const basis = withoutHostClaims(whole);
  const parts = partsOf(basis, recordsInMemory).flatMap((rows) =>
    Array.from(loadPart(basis, rows), (history) => examinePart(history)),
  );
  const names = whole.hosts.map(({ evidence }) => evidence.name);
  const { findings, checks } = joinParts([...parts, hostsPart(whole, surveys).checks], names);
  return {
    records: surveys.reduce((sum, survey) => sum + (survey?.records ?? 0), 0),
    proven: findings.filter(({ grade }) => grade === 'proven').map(soFar),
    crashed: checks.flatMap(({ code, crashed }) => (crashed === undefined ? [] : [`check ${code}: ${crashed}`])),
  };
}

function surveysOf(plan: Plan, { facts }: JudgedFacts, hosts: LookRequest['hosts']): readonly (Survey | undefined)[] {
  const runTag = runTagOf(plan);
  const owners = hosts.length * facts.workers;
  return hosts.map((host, index) => {
    if (host?.path === undefined) return undefined;
    const { path, pings, facts: ofHost } = host;
    const known = { pings: pingColumnsOf(pings), platform: ofHost?.platform ?? '', isTargetGone: false, zeroNs: 0 };
    return surveyJournal({ path, of: { runTag, host: index }, ...known, facts, owners });
  });
}

/** Who has an agent will have a journal: what its mount allows counts from the first look on. */
function ofAll(basis: RunBasis, hosts: LookRequest['hosts']): RunBasis {
  return { ...basis, hosts: basis.hosts.map((host, index) => ({ ...host, hasBlocks: hosts[index] !== undefined })) };
}

/** As the host's files will say in the end, as far as they say anything yet. */
function inputOf(
  plan: Plan,
  of: { readonly host: HostSoFar | undefined; readonly index: number; readonly survey: Survey | undefined },
): HostInput {
  const { host, index, survey } = of;
  const { bytes = 0, sha256 = '' } = survey?.file ?? {};
  const result: HostResult = {
    version: 1,
    run: plan.run,
    index,
    name: plan.hosts[index]?.name ?? '',
    status: 'completed',
    gaps: [],
    commands: [],
    pings: host?.pings ?? [],
    journal: { bytes, sha256 },
  };
  const facts = host?.facts;
  const { hungMs } = plan.limits;
  if (facts === undefined) return { result: foldResult(result, { hungMs }), journal: host?.path, gaps: [] };
  const agent: AgentReport = {
    version: 1,
    run: plan.run,
    host: index,
    facts,
    phases: [],
    operations: [],
    samples: [],
    heartbeats: [],
    journal: { bytes, records: survey?.records ?? 0, workers: 0 },
  };
  return { result: foldResult({ ...result, agent }, { hungMs }), journal: host?.path, gaps: [] };
}

function soFar({ code, host, file, offset, expected, found }: Finding): ProvenSoFar {
  return { code, host, file, ...(offset === undefined ? {} : { offset }), expected, found };
}
