/** What an event is as a line for people: a table over the events. All text of hosts is sanitized here. */
import type { ChalkInstance } from 'chalk';
import { foldNodeSet } from '../../model/nodeset.ts';
import type { RunEvent } from '../../controller/events/events.ts';
import { plural } from '../../report/format.ts';
import { durationOf } from '../terminal/duration.ts';
import { sanitize, sanitizeLines } from '../terminal/sanitize.ts';

/** A line about the whole run, or of one host: then others may say the same, and `text` goes on behind the names of all. */
export interface Line {
  readonly host?: string;
  readonly text: string;
}

/** Stands before what a host itself says, so that its words are never taken for ours. */
export const hostBar = ' | ';

/** What is said once for all hosts. */
export interface Telling {
  hosts: number;
  connected: number;
  phase: string | undefined;
  /** Hosts whose end was told before it came. */
  readonly failed: Set<string>;
}

type EventOf<Kind extends RunEvent['kind']> = Extract<RunEvent, { readonly kind: Kind }>;

type Lines = {
  readonly [Kind in RunEvent['kind']]: (
    event: EventOf<Kind>,
    telling: Telling,
    colors: ChalkInstance,
  ) => Line | undefined;
};

const lines = {
  'run-started': ({ hosts, tasks, folder }, telling, colors) => {
    telling.hosts = hosts.length;
    const names = foldNodeSet(hosts.map(sanitize));
    return {
      text: `${colors.bold(tasks.join(', '))} on ${plural(hosts.length, 'host')}: ${names}\nfiles: ${sanitize(folder)}`,
    };
  },
  'task-started': ({ task }, _, colors) => ({ text: colors.bold(`task ${task}`) }),
  // Who typed it knows it.
  'command-started': () => undefined,
  'batch-started': ({ batch, batches, hosts }, _, colors) => ({
    text: colors.bold(`batch ${batch} of ${batches}: ${foldNodeSet(hosts.map(sanitize))}`),
  }),
  'host-connected': (_, telling) => {
    telling.connected++;
    return telling.connected === telling.hosts ? { text: `connected to ${plural(telling.hosts, 'host')}` } : undefined;
  },
  'runtime-sending': ({ host, runtime, bytes }) => ({
    host,
    text: `: sending ${sanitize(runtime)} (${Math.ceil(bytes / 1e6)} MB)`,
  }),
  'agent-started': ({ host, isUploaded }) => (isUploaded ? { host, text: ': agent uploaded' } : undefined),
  // Once a phase, not once a host: all hosts pass the barrier before it together.
  'phase-started': ({ phase }, telling, colors) => {
    if (telling.phase === phase) return undefined;
    telling.phase = phase;
    return { text: colors.bold(phase) };
  },
  'phase-ended': ({ host, phase, end, message }, _, colors) =>
    end === 'completed'
      ? undefined
      : { host, text: `: ${colors.yellow(`${phase} ${end}${suffix(reasonOf(host, message))}`)}` },
  heartbeat: () => undefined,
  barrier: ({ name, hosts }) => ({ text: `${plural(hosts, 'host')}: ${sanitize(name)}` }),
  finding: ({ code, host, file, offset, expected, found }, _, colors) => {
    const place = `${sanitize(file)}${offset === undefined ? '' : ` at byte ${offset}`}`;
    const why = `expected ${sanitize(expected)}; found ${sanitize(found)}`;
    return { text: `${colors.red(`${sanitize(code)} proven`)} by what ${sanitize(host)} saw of ${place}: ${why}` };
  },
  looked: () => undefined,
  waiting: ({ reason, ms }) => ({ text: `waiting ${durationOf(ms)}: ${sanitize(reason)}` }),
  'before-verify': ({ command, exit, output }) => ({
    text: [
      `before-verify: ${sanitize(command)}: ${sanitize(exit)}`,
      ...(output === '' ? [] : [sanitizeLines(output.trimEnd())]),
    ].join('\n'),
  }),
  line: ({ host, stream, text }, _, colors) => {
    const shown = sanitize(text);
    return { host, text: `${hostBar}${stream === 'stderr' ? colors.yellow(shown) : shown}` };
  },
  'host-failed': (event, telling, colors) => {
    telling.failed.add(event.host);
    return endLine(event, colors);
  },
  'host-ended': (event, telling, colors) =>
    event.status === 'completed' || telling.failed.has(event.host) ? undefined : endLine(event, colors),
  interrupted: ({ isSecond, reason }, _, colors) => ({
    text: colors.yellow(
      isSecond
        ? 'interrupted again: letting everything go'
        : `${reason ?? 'interrupted'}: tearing down and reporting what there is; ${reason === undefined ? 'once more' : 'Ctrl-C twice'} to stop at once`,
    ),
  }),
  // The recap says it.
  'run-ended': () => undefined,
} as const satisfies Lines;

export function lineOf(event: RunEvent, telling: Telling, colors: ChalkInstance): Line | undefined {
  // TypeScript can't see that the row and the event are of the same kind; Lines says that they are.
  const row = lines[event.kind] as (event: RunEvent, telling: Telling, colors: ChalkInstance) => Line | undefined;
  return row(event, telling, colors);
}

function endLine(
  { host, status, reason }: EventOf<'host-failed'> | EventOf<'host-ended'>,
  colors: ChalkInstance,
): Line {
  return { host, text: `: ${colors.red(`${status}${suffix(reasonOf(host, reason))}`)}` };
}

/** Without the host's own name and address in front: the name is said already, and the same reason of several hosts is one. */
export function reasonOf(host: string, reason = ''): string {
  const named = reason.startsWith(host) ? /^(?: \([^)]*\))?(?: was lost)?: ?/.exec(reason.slice(host.length)) : null;
  return sanitize(named === null ? reason : reason.slice(host.length + named[0].length));
}

function suffix(text: string): string {
  return text === '' ? '' : `: ${text}`;
}
