/**
 * Functional tests of two runs: those that passed on a host and fail there now are worse, whatever the number of hosts, since a
 * case that fails is no figure that chance moves. What wasn't run in one of them leaves open what it would have said.
 */
import type { CaseOutcome } from '../../model/receipt.ts';
import { fullName } from '../merge/collected/cases.ts';
import { casesByKey, hostsOfCases, type CaseFigures, type ComparedCase } from './case-figures.ts';
import { timesOf, type CaseTimes } from './case-times.ts';

export interface CaseChange {
  readonly name: string;
  /** `passed`, `failed on 3 of 8`; how it was on all hosts. */
  readonly before: string;
  readonly after: string;
  readonly outcome: 'worse' | 'better' | 'cannot tell';
  readonly mayBeWorse: boolean;
  /** On which it changed. */
  readonly hosts: readonly string[];
  /** Why nobody can tell. */
  readonly why?: string;
}

export interface CaseComparison {
  /** Cases that both runs have. */
  readonly common: number;
  /** The worst first. */
  readonly changes: readonly CaseChange[];
  /** Of the cases that all hosts of both timed, in us by host: by class, and all of them. */
  readonly times: readonly CaseTimes[];
}

export function compareCases(before: CaseFigures, after: CaseFigures): CaseComparison {
  const [first, second] = [casesByKey(before), casesByKey(after)];
  const keys = [...new Set([...first.keys(), ...second.keys()])];
  const common = keys.filter((key) => first.has(key) && second.has(key));
  const isPaired = sameHosts(before, after);
  const changes = keys.flatMap((key) => changeOf(first.get(key), second.get(key), isPaired) ?? []);
  return {
    common: common.length,
    changes: [...changes, ...leftOut(before, after)].toSorted(
      (a, b) => rank(a) - rank(b) || (a.name < b.name ? -1 : 1),
    ),
    times: timesOf(
      common.map((key) => ({ before: first.get(key), after: second.get(key) })),
      { before, after },
    ),
  };
}

const order = ['worse', 'cannot tell', 'better'] as const;

function rank({ outcome }: CaseChange): number {
  return order.indexOf(outcome);
}

function sameHosts(before: CaseFigures, after: CaseFigures): boolean {
  const [first, second] = [hostsOfCases(before), hostsOfCases(after)];
  return first.length === second.length && first.every((host) => second.includes(host));
}

/** Undefined where nothing changed that matters. */
function changeOf(
  before: ComparedCase | undefined,
  after: ComparedCase | undefined,
  isPaired: boolean,
): CaseChange | undefined {
  const one = after ?? before;
  if (one === undefined) return undefined;
  const told = { name: fullName(one), before: wordsOf(before), after: wordsOf(after) };
  const outcome = isPaired ? pairedChange(before, after) : wholeChange(before, after);
  return outcome === undefined ? undefined : { ...told, ...outcome };
}

type Changed = Pick<CaseChange, 'outcome' | 'mayBeWorse' | 'hosts' | 'why'>;

/** Host by host. */
function pairedChange(before: ComparedCase | undefined, after: ComparedCase | undefined): Changed | undefined {
  const hosts = [...new Set([...(before?.outcomes.keys() ?? []), ...(after?.outcomes.keys() ?? [])])].toSorted();
  const where = (is: (was: Kind, now: Kind) => boolean): readonly string[] =>
    hosts.filter((host) => is(kindOf(before?.outcomes.get(host)), kindOf(after?.outcomes.get(host))));
  return firstOf([
    [where((was, now) => now === 'failing' && (was === 'passing' || was === 'flaky')), 'worse'],
    [where((was, now) => now === 'failing' && was === 'not run'), 'it was not run before'],
    [where((was, now) => now === 'not run' && was !== 'not run'), 'it is not run any more'],
    [where((was, now) => now === 'flaky' && was === 'passing'), 'it became flaky'],
    [where((was, now) => now !== 'failing' && was === 'failing'), 'better'],
  ]);
}

/** Hosts that have nothing to do with each other: by what became of it on any. */
function wholeChange(before: ComparedCase | undefined, after: ComparedCase | undefined): Changed | undefined {
  const [was, now] = [worstOf(before), worstOf(after)];
  const failing = [...(after?.outcomes ?? [])].filter(([, outcome]) => kindOf(outcome) === 'failing');
  const hosts = failing.map(([host]) => host).toSorted();
  const all = [...((after ?? before)?.outcomes.keys() ?? [])].toSorted();
  if (was === 'failing' && now === 'failing') {
    return shareOf(before) === shareOf(after) ? undefined : unsure(hosts, 'it fails on another share of other hosts');
  }
  return firstOf([
    [now === 'failing' && was !== 'not run' ? hosts : [], 'worse'],
    [now === 'failing' ? hosts : [], 'it was not run before'],
    [now === 'not run' && was !== 'not run' ? all : [], 'it is not run any more'],
    [now === 'flaky' && was === 'passing' ? all : [], 'it became flaky'],
    [was === 'failing' ? all : [], 'better'],
  ]);
}

function firstOf(ways: readonly (readonly [hosts: readonly string[], what: string])[]): Changed | undefined {
  const found = ways.find(([hosts]) => hosts.length > 0);
  if (found === undefined) return undefined;
  const [hosts, what] = found;
  if (what === 'worse' || what === 'better') return { outcome: what, mayBeWorse: what === 'worse', hosts };
  return unsure(hosts, what);
}

function unsure(hosts: readonly string[], why: string): Changed {
  return { outcome: 'cannot tell', mayBeWorse: true, hosts, why };
}

type Kind = 'passing' | 'flaky' | 'failing' | 'not run';

function kindOf(outcome: CaseOutcome | undefined): Kind {
  switch (outcome) {
    case 'passed':
      return 'passing';
    case 'flaky':
      return 'flaky';
    case 'failed':
    case 'error':
      return 'failing';
    case 'skipped':
    case undefined:
      return 'not run';
  }
}

const kinds: readonly Kind[] = ['failing', 'flaky', 'passing', 'not run'];

function worstOf(one: ComparedCase | undefined): Kind {
  const all = new Set([...(one?.outcomes.values() ?? [])].map(kindOf));
  return kinds.find((kind) => all.has(kind)) ?? 'not run';
}

function shareOf(one: ComparedCase | undefined): number {
  const all = [...(one?.outcomes.values() ?? [])].map(kindOf);
  return all.filter((kind) => kind === 'failing').length / Math.max(1, all.length);
}

function wordsOf(one: ComparedCase | undefined): string {
  const kind = worstOf(one);
  const word = kind === 'failing' ? 'failed' : kind === 'passing' ? 'passed' : kind;
  const all = [...(one?.outcomes.values() ?? [])].map(kindOf);
  const having = all.filter((own) => own === kind).length;
  return kind === 'not run' || having === all.length ? word : `${word} on ${having} of ${all.length}`;
}

/** The table of cases has an end: what it has no room for is not known to be as it was. */
function leftOut(before: CaseFigures, after: CaseFigures): readonly CaseChange[] {
  const count = ({ owners, table }: CaseFigures): number =>
    [...owners.keys()].reduce((sum, source) => sum + table.countsOf(source).leftOut, 0);
  const [first, second] = [count(before), count(after)];
  if (first + second === 0) return [];
  const why = 'there are more cases than can be told apart';
  return [{ name: '(more cases)', before: String(first), after: String(second), ...unsure([], why) }];
}
