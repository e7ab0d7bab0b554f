/** All that FunkLoad's report says, as plain text and by FunkLoad's own rules; its charts are bars here, and drawn in the main report. */
import type { ErrorGroup, Measured } from '../../model/measured.ts';
import { groupBy } from '../fold.ts';
import { formatBytes, formatNumber } from '../format.ts';
import type { Fact } from '../section.ts';
import { cleanLine } from '../text.ts';
import { bestCycle, slowestSteps } from './best-cycle.ts';
import { cyclesOf, type FunkloadCycle, type FunkloadStep } from './cycles.ts';
import { definitions } from './definitions.ts';
import { configurationOf, contentsOf } from './facts.ts';
import { monitoredOf, type MonitoredSeries } from './monitored.ts';
import { plainBars, plainTable } from './plain-table.ts';
import { fixed, ratingOf } from './printed.ts';
import { pageColumns, requestColumns, stepColumns, stepRows, tablesOf, testColumns } from './tables.ts';

/** One line each, clean. `notes` stand first: what is wrong with the files. */
export function funkloadLines(nodes: readonly Measured[], notes: readonly string[]): readonly string[] {
  const [first] = nodes;
  if (first === undefined) return [];
  const cycles = cyclesOf(nodes);
  const seconds = first.asked.durationSeconds ?? 0;
  const tables = tablesOf(cycles, seconds);
  const rateAt = (at: number) => (row: readonly string[]) => ({ label: row[0] ?? '', shown: row[at] ?? '' });
  const lines = [
    ...heading(`FunkLoad's view of ${first.test.name}`, '='),
    "By FunkLoad's own rules, also where they are wrong: the main view has the right figures.",
    ...notes,
    ...section('Bench configuration'),
    ...facts(configurationOf(nodes)),
    // As in FunkLoad, only where a test ended in the first cycle.
    ...(cycles[0]?.tests === undefined ? [] : [...section('Bench content'), ...facts(contentsOf(nodes, cycles))]),
    ...section('Test stats', 'Successful tests per second (STPS) by concurrent users (CUs)'),
    ...(tables.Test.length === 0
      ? ['No test ended within a cycle: the cycles were too short.']
      : [...plainTable(testColumns, tables.Test), '', ...bars('STPS', tables.Test.map(rateAt(1)))]),
    ...section('Page stats', 'Successful pages per second (SPPS) by concurrent users (CUs)'),
    ...plainTable(pageColumns, tables.Page),
    ...bars('SPPS', tables.Page.map(rateAt(3))),
    ...bars('AVG of pages, s', tables.Page.map(rateAt(9))),
    ...section('Request stats', 'Requests per second (RPS), successful or not, by concurrent users (CUs)'),
    ...plainTable(requestColumns, tables.Request),
    ...bars('RPS', tables.Request.map(rateAt(3))),
    ...bars('AVG of requests, s', tables.Request.map(rateAt(9))),
    ...slowest(cycles, seconds),
    ...monitored(nodes),
    ...pageDetail(cycles),
    ...failures(nodes),
    ...section('Definitions'),
    ...definitions.map(({ label, value }) => `${label}: ${value}`),
  ];
  return lines.map((line) => cleanLine(line));
}

function heading(title: string, rule: string): readonly string[] {
  const clean = cleanLine(title);
  return [clean, rule.repeat(clean.length), ''];
}

function section(title: string, words?: string): readonly string[] {
  return ['', '', ...heading(title, '-'), ...(words === undefined ? [] : [words, ''])];
}

function bars(title: string, rows: readonly { readonly label: string; readonly shown: string }[]): readonly string[] {
  if (rows.length === 0) return [];
  return ['', ` ${title}`, ...plainBars(rows.map((row) => ({ ...row, value: Number(row.shown) })))];
}

function facts(rows: readonly Fact[]): readonly string[] {
  const width = Math.max(0, ...rows.map(({ label }) => label.length));
  return rows.map(({ label, value }) => `${label.padEnd(width)}  ${value}`);
}

function slowest(cycles: readonly FunkloadCycle[], seconds: number): readonly string[] {
  const best = bestCycle(cycles, seconds);
  if (best === undefined || best.steps.size === 0) return [];
  return [
    ...section('Slowest requests', `Of the best cycle, the one with ${best.users} users, by average response time`),
    ...slowestSteps(best).map(
      ({ step, type, url, description, sums }) =>
        ` ${fixed(sums.meanSeconds, 2)} s  page ${step}, ${type} ${url}${description === '' ? '' : ` (${description})`}, Apdex ${ratingOf(sums.apdex)}`,
    ),
  ];
}

function monitored(nodes: readonly Measured[]): readonly string[] {
  const series = monitoredOf(nodes.flatMap(({ figures }) => figures));
  if (series.length === 0) return [];
  const shown = (value: number, unit: MonitoredSeries['unit']): string =>
    unit === 'B' || unit === 'B/s' ? `${formatBytes(value)}${unit.slice(1)}` : `${formatNumber(value)}${unit}`;
  const rows = series.map(({ host, name, unit, points }) => {
    const values = points.map(([, value]) => value);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const extremes = [values.reduce((a, b) => Math.min(a, b)), mean, values.reduce((a, b) => Math.max(a, b))];
    return [cleanLine(host), cleanLine(name)].concat(extremes.map((value) => shown(value, unit)));
  });
  return [...section('Monitored hosts'), ...plainTable(['host', 'figure', 'least', 'mean', 'most'], rows)];
}

/** The requests of the first cycle that has any, as FunkLoad shows them; the main report has those of all cycles. */
function pageDetail(cycles: readonly FunkloadCycle[]): readonly string[] {
  const steps = cycles.find((cycle) => cycle.steps.size > 0)?.steps ?? new Map<string, FunkloadStep>();
  const lines: string[] = [];
  let page: string | undefined;
  for (const [key, { step, number, type, url, description }] of steps) {
    if (step !== page) lines.push('', ...heading(`PAGE ${step}: ${description === '' ? url : description}`, '~'));
    page = step;
    lines.push(` Req ${number}: ${type} ${url}`, ...plainTable(stepColumns, stepRows(cycles, key), 4), '');
  }
  return [...section('Page detail stats'), ...lines];
}

/** Of requests: a test that fails without one is counted in its table only. */
function failures(nodes: readonly Measured[]): readonly string[] {
  const all = nodes.flatMap(({ operations }) => operations);
  const tests = new Set(all.flatMap(({ kind, name }) => (kind === 'test' ? [name] : [])));
  const groups = nodes.flatMap(({ errors }) => errors.filter(({ operation }) => !tests.has(operation)));
  const lines: string[] = [];
  for (const what of ['Failure', 'Error']) {
    const same = groupBy(
      groups.filter((group) => group.what === what),
      ({ code }) => code,
    ).toSorted(([a], [b]) => ((a?.code ?? '') < (b?.code ?? '') ? -1 : 1));
    if (same.length > 0) lines.push('', ...heading(`${what}s`, '~'), ...same.map((each) => failureLine(each)));
  }
  return lines.length === 0 ? [] : [...section('Failures and errors'), ...lines];
}

function failureLine(groups: readonly ErrorGroup[]): string {
  const count = groups.reduce((sum, group) => sum + group.count, 0);
  const message = groups.find((group) => group.message !== '')?.message ?? 'no traceback';
  return ` ${count} times, code ${groups[0]?.code ?? ''}: ${message}`;
}
