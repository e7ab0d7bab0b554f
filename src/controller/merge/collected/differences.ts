/**
 * Whether results belong together: hosts that took part in one test were asked the same, by the same tools, at the same
 * time. What differs is told trait by trait, with whose value is which.
 */
import type { Moment, Window } from '../../../model/measured.ts';
import { foldNodeSet } from '../../../model/nodeset.ts';
import type { Difference } from '../../../model/receipt.ts';
import { alignedRows } from '../../../report/aligned-rows.ts';
import { union, type BroughtResult } from './overlap.ts';

/**
 * None: they belong together. A host may bring results of several tools, and then all do. What hosts brought in one run was
 * at one time, however far apart their clocks are.
 */
export function differencesIn(
  brought: readonly BroughtResult[],
  { isOneRun = false }: { readonly isOneRun?: boolean } = {},
): readonly Difference[] {
  const tools = compare(brought, 'tool', (results) => list(results.map(({ held }) => held.tool)));
  if (tools.length > 0) return tools;
  const all = [...new Set(brought.map(({ held }) => held.tool))].toSorted();
  return all.flatMap((tool) => {
    const ours = brought.filter(({ held }) => held.tool === tool);
    const [, ...traits] = ours[0]?.held.traits ?? [];
    const named = (trait: string): string => (all.length === 1 ? trait : `${trait} of ${tool}`);
    const told = traits.flatMap(({ name }, at) =>
      compare(ours, named(name), (results) => list(results.map(({ held }) => held.traits[at + 1]?.value ?? ''))),
    );
    if (isOneRun) return told;
    return told.concat(windowDifference(ours, named('time')), beginDifference(ours, named('begin')));
  });
}

/** One value a host, whatever the order of its files. */
function compare(
  brought: readonly BroughtResult[],
  trait: string,
  valueOf: (ofHost: readonly BroughtResult[]) => string,
): readonly Difference[] {
  const byValue = new Map<string, string[]>();
  for (const ofHost of byHost(brought)) {
    const value = valueOf(ofHost);
    byValue.set(value, [...(byValue.get(value) ?? []), ofHost[0]?.name ?? '']);
  }
  if (byValue.size < 2) return [];
  const values = [...byValue].map(([value, hosts]) => ({
    value: value === '' ? '(none)' : value,
    hosts: hosts.toSorted(),
  }));
  // What most have comes first: the others are those to look at.
  return [
    { trait, values: values.toSorted((a, b) => b.hosts.length - a.hosts.length || (a.value < b.value ? -1 : 1)) },
  ];
}

function byHost(brought: readonly BroughtResult[]): Iterable<readonly BroughtResult[]> {
  const hosts = new Map<number, BroughtResult[]>();
  for (const result of brought) hosts.set(result.host, [...(hosts.get(result.host) ?? []), result]);
  return hosts.values();
}

/** A host's results of one tool are a set: in which order it brought them says nothing. */
function list(values: readonly string[]): string {
  return values.toSorted().join(' | ');
}

/** Times that don't overlap are of different runs. */
function windowDifference(brought: readonly BroughtResult[], trait: string): readonly Difference[] {
  const timed = timedGroups(brought);
  const lastStart = timed.reduce((most, { window }) => Math.max(most, window.fromMs), -Infinity);
  const firstEnd = timed.reduce((least, { window }) => Math.min(least, window.toMs), Infinity);
  const hosts = new Set(timed.flatMap((file) => [...file.hosts]));
  if (hosts.size < 2 || lastStart <= firstEnd) return [];
  const values = timed.map(({ window, hosts: having }) => ({
    value: `${instant(window.fromMs)} to ${instant(window.toMs)}`,
    hosts: [...having].toSorted(),
  }));
  return [{ trait, values: values.toSorted((a, b) => (a.value < b.value ? -1 : 1)) }];
}

interface TimedGroup {
  window: Window;
  readonly hosts: Set<string>;
}

/** A host may run one test after another, and hosts of one file may have taken turns: that is one time each. */
function timedGroups(brought: readonly BroughtResult[]): readonly TimedGroup[] {
  const groups = new Map<string, TimedGroup>();
  for (const { name, file, held } of brought) {
    if (held.window === undefined) continue;
    const keys = [`host ${name}`, `file ${file}`];
    const known = [...new Set(keys.flatMap((key) => groups.get(key) ?? []))];
    const joined: TimedGroup = { window: held.window, hosts: new Set([name]) };
    for (const group of known) {
      joined.window = union(joined.window, group.window);
      for (const host of group.hosts) joined.hosts.add(host);
    }
    for (const [key, group] of groups) if (known.includes(group)) groups.set(key, joined);
    for (const key of keys) groups.set(key, joined);
  }
  return [...new Set(groups.values())];
}

/**
 * Results without times of their own, as JUnit's, may say when they began. Tests need not begin at once; but a day apart they
 * are of different runs, and local times only if no two zones explain it.
 */
function beginDifference(brought: readonly BroughtResult[], trait: string): readonly Difference[] {
  const day = 24 * 3_600_000;
  const said = brought.flatMap(({ name, held }) =>
    held.said === undefined || held.window !== undefined
      ? []
      : [{ name, moment: held.said, ms: millisecondsOf(held.said) }],
  );
  const kinds = (['absolute', 'local'] as const).flatMap((kind) => {
    const ours = said.filter(({ moment, ms }) => moment.kind === kind && Number.isFinite(ms));
    const first = ours.reduce((least, { ms }) => Math.min(least, ms), Infinity);
    const last = ours.reduce((most, { ms }) => Math.max(most, ms), -Infinity);
    return last - first > (kind === 'local' ? day + zonesApartMs : day) ? ours : [];
  });
  if (new Set(kinds.map(({ name }) => name)).size < 2) return [];
  const values = kinds.map(({ name, moment }) => ({ value: textOf(moment), hosts: [name] }));
  return [{ trait, values: values.toSorted((a, b) => (a.value < b.value ? -1 : 1)) }];
}

/** From UTC-12 to UTC+14. */
const zonesApartMs = 26 * 3_600_000;

function millisecondsOf(moment: Moment): number {
  return moment.kind === 'absolute' ? moment.epochMs : Date.parse(`${moment.text.replace(/Z$/, '')}Z`);
}

function textOf(moment: Moment): string {
  return moment.kind === 'absolute' ? instant(moment.epochMs) : moment.text;
}

/** Beyond what a date can be, the number. */
function instant(ms: number): string {
  const date = new Date(ms);
  return Number.isFinite(date.getTime()) ? date.toISOString() : `${ms} ms`;
}

/** For one line each: `cycles: 1, 2 (web[01-03]); 1, 2, 4 (web04)`. */
export function differenceLines(differences: readonly Difference[]): readonly string[] {
  return differences.map(({ trait, values }) => {
    const shown = values.slice(0, maxValues).map(({ value, hosts }) => `${value} (${foldNodeSet(hosts)})`);
    const left = values.length - shown.length;
    return `${trait}: ${shown.join('; ')}${left > 0 ? `; and ${left} more` : ''}`;
  });
}

const maxValues = 6;

/** For a terminal: a row a value, with its trait at the first. */
export function differenceTable(differences: readonly Difference[]): readonly string[] {
  const rows = differences.flatMap(({ trait, values }) =>
    values.slice(0, maxRows).map(({ value, hosts }, at) => [at === 0 ? trait : '', value, foldNodeSet(hosts)] as const),
  );
  return alignedRows(rows, maxWidth).map((line) => `  ${line}`);
}

const maxRows = 40;
const maxWidth = 60;
