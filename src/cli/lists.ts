/** What --list, --list-hosts and --dry-run show. */
import type { ChalkInstance } from 'chalk';
import type { Host } from '../model/host.ts';
import { messageOf } from '../model/errors.ts';
import { describeMount } from '../model/mount-spec.ts';
import { foldNodeSet } from '../model/nodeset.ts';
import type { Plan, Rolling } from '../model/plan.ts';
import type { TaskFile } from '../controller/tasks/find-tasks.ts';
import { loadTask, type LoadContext } from '../controller/tasks/load-tasks.ts';
import { flagOf, placeholderOf } from '../controller/tasks/options.ts';
import type { Task } from '../controller/tasks/task.ts';
import { alignedRows } from '../report/aligned-rows.ts';
import { plural } from '../report/format.ts';
import { sanitize } from './terminal/sanitize.ts';

/** A task that can't be loaded is a row with its error: the others can still be used. */
export type TaskRow =
  | { readonly name: string; readonly path: string; readonly task: Task }
  | { readonly name: string; readonly path: string; readonly error: string };

export async function taskRows(files: readonly TaskFile[], context: LoadContext): Promise<readonly TaskRow[]> {
  return await Promise.all(
    files.map(async (file): Promise<TaskRow> => {
      try {
        return { ...file, task: await loadTask(file, context) };
      } catch (error) {
        return { ...file, error: messageOf(error) };
      }
    }),
  );
}

export function taskListText(rows: readonly TaskRow[], colors: ChalkInstance): string {
  const width = Math.max(0, ...rows.map(({ name }) => name.length));
  const lines = rows.flatMap((row) => {
    const name = colors.bold(row.name.padEnd(width));
    if ('error' in row) return [`${name}  ${colors.red(sanitize(`can't be used: ${firstLine(row.error)}`))}`];
    return [`${name}  ${sanitize(row.task.summary)}`].concat(optionLines(row.task, ' '.repeat(width + 4)));
  });
  return lines.length === 0 ? 'no tasks: put one into ./tasks\n' : `${lines.join('\n')}\n`;
}

function optionLines(task: Task, indent: string): readonly string[] {
  const options = Object.entries(task.options ?? {}).map(([name, option]) => [
    `--${flagOf(name)} ${placeholderOf(option)}`.trimEnd(),
    `${option.describe}${option.required === true ? ' (required)' : defaultText(option.default)}`,
  ]);
  return alignedRows(options.map((cells) => cells.map(sanitize))).map((line) => `${indent}${line}`);
}

function defaultText(value: string | number | boolean | undefined): string {
  return value === undefined || value === false ? '' : ` (${String(value)})`;
}

export function taskListJson(rows: readonly TaskRow[]): string {
  const values = rows.map((row) =>
    'error' in row
      ? { name: row.name, path: row.path, error: row.error }
      : { name: row.name, path: row.path, summary: row.task.summary, options: row.task.options ?? {} },
  );
  return `${JSON.stringify(values, null, 2)}\n`;
}

const hostColumns: readonly (readonly [title: string, cell: (host: Host) => string])[] = [
  ['name', ({ name }) => name],
  ['address', ({ name, address }) => address ?? name],
  ['port', ({ port }) => (port === undefined ? '-' : String(port))],
  ['user', ({ user }) => user ?? '-'],
  ['transport', ({ transport }) => transport ?? 'ssh'],
  ['groups', ({ groups }) => (groups.length === 0 ? '-' : groups.join(','))],
  ['roles', ({ roles }) => (roles.length === 0 ? '-' : roles.join(','))],
];

export function hostListText(hosts: readonly Host[], colors: ChalkInstance): string {
  const rows = hosts.map((host) => hostColumns.map(([, cell]) => sanitize(cell(host))));
  const titles = hostColumns.map(([title]) => title);
  const [head = '', ...lines] = alignedRows([titles, ...rows]);
  return [colors.bold(head), ...lines, ''].join('\n');
}

/** What would be done, in words; with --json the plan itself. `previews`: what each task says of it. */
export function planText(plan: Plan, previews: readonly (readonly string[])[], colors: ChalkInstance): string {
  const tasks = plan.tasks.flatMap(({ name, options, workload, mount }, at) => [
    colors.bold(`task ${name}`),
    ...Object.entries(options).map(([key, value]) => `  --${flagOf(key)} ${sanitize(String(value))}`),
    ...(workload === undefined ? [] : [`  workload: ${sanitize(JSON.stringify(workload))}`]),
    ...(mount === undefined ? [] : [`  mount: ${sanitize(describeMount(mount))}`]),
    ...(previews[at] ?? []).map((line) => `  ${sanitize(line)}`.trimEnd()),
  ]);
  const names = foldNodeSet(plan.hosts.map(({ name }) => sanitize(name)));
  return [
    `nothing was done: this is what a run would do on ${plural(plan.hosts.length, 'host')}: ${names}`,
    hostListText(plan.hosts, colors).trimEnd(),
    ...tasks,
    `seed ${plan.seed}`,
    ...(plan.rolling === undefined ? [] : [rollingText(plan.rolling)]),
    ...(plan.beforeVerify === undefined
      ? []
      : [`before verify: ${sanitize(plan.beforeVerify)}${plan.isAfterCrash === true ? ' (a crash)' : ''}`]),
    '',
  ].join('\n');
}

function rollingText({ batches, maxFailed }: Rolling): string {
  const bound = maxFailed === undefined ? '' : `; no further host once more than ${maxFailed} have failed`;
  return `batches of ${batches.join(', ')}${bound}`;
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? '';
}
