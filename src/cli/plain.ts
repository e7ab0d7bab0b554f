/**
 * A run as lines, for logs, CI and pipes: a table over the events, and a heartbeat that comes less often the longer nothing
 * else is said. All text of hosts is sanitized here.
 */
import type { ChalkInstance } from 'chalk';
import { foldNodeSet } from '../model/nodeset.ts';
import type { Heartbeat } from '../model/protocol.ts';
import type { RunEvent } from '../controller/events.ts';
import { formatCount, plural } from '../report/format.ts';
import { sanitize, sanitizeLines } from './sanitize.ts';

export interface PlainDisplay {
  readonly listen: (event: RunEvent) => void;
  /** To be called about once a second: says the heartbeat when it is due. */
  readonly tick: (nowMs: number) => void;
}

const firstHeartbeatMs = 30_000;
const lastHeartbeatMs = 300_000;
/** A host that says something each second and was not heard for so long is worth naming. */
const silentMs = 10_000;

interface State {
  /** Of `host | line`, so that the bars stand below each other. */
  width: number;
  hosts: number;
  connected: number;
  ended: number;
  phase: string | undefined;
  phaseMs: number;
  readonly heard: Map<string, { readonly heartbeat: Heartbeat; readonly atMs: number }>;
}

/** `width`: of the hosts' names, where no run-started event will tell them. */
export function makePlainDisplay(write: (line: string) => void, colors: ChalkInstance, width = 0): PlainDisplay {
  const state: State = {
    width,
    hosts: 0,
    connected: 0,
    ended: 0,
    phase: undefined,
    phaseMs: 0,
    heard: new Map(),
  };
  let pauseMs = firstHeartbeatMs;
  let saidMs: number | undefined;
  return {
    listen(event) {
      const text = lineOf(event, state, colors);
      saidMs ??= event.atMs;
      if (text === undefined) return;
      write(text);
      saidMs = event.atMs;
      pauseMs = firstHeartbeatMs;
    },
    tick(nowMs) {
      if (saidMs === undefined || nowMs - saidMs < pauseMs) return;
      write(heartbeatLine(state, nowMs, colors));
      saidMs = nowMs;
      pauseMs = Math.min(2 * pauseMs, lastHeartbeatMs);
    },
  };
}

type EventOf<Kind extends RunEvent['kind']> = Extract<RunEvent, { readonly kind: Kind }>;

type Lines = {
  readonly [Kind in RunEvent['kind']]: (
    event: EventOf<Kind>,
    state: State,
    colors: ChalkInstance,
  ) => string | undefined;
};

const lines = {
  'run-started': ({ hosts, tasks, folder }, state, colors) => {
    state.width = Math.min(24, Math.max(0, ...hosts.map((host) => sanitize(host).length)));
    state.hosts = hosts.length;
    return `${colors.bold(tasks.join(', '))} on ${plural(hosts.length, 'host')}: ${fold(hosts)}\nfiles: ${sanitize(folder)}`;
  },
  'task-started': ({ task }, _, colors) => colors.bold(`task ${task}`),
  'host-connected': (_, state) => {
    state.connected++;
    return state.connected === state.hosts ? `connected to ${plural(state.hosts, 'host')}` : undefined;
  },
  'agent-started': ({ host, isUploaded }) => (isUploaded ? `${sanitize(host)}: agent uploaded` : undefined),
  // Once a phase, not once a host: all hosts pass the barrier before it together.
  'phase-started': ({ phase, atMs }, state, colors) => {
    if (state.phase === phase) return undefined;
    Object.assign(state, { phase, phaseMs: atMs });
    state.heard.clear();
    return colors.bold(phase);
  },
  'phase-ended': ({ host, phase, end, message = '' }, _, colors) =>
    end === 'completed' ? undefined : colors.yellow(`${sanitize(host)}: ${phase} ${end}${suffix(message)}`),
  heartbeat: ({ host, heartbeat, atMs }, state) => {
    state.heard.set(host, { heartbeat, atMs });
    return undefined;
  },
  barrier: ({ name, hosts }) => `${plural(hosts, 'host')}: ${sanitize(name)}`,
  waiting: ({ reason, ms }) => `waiting ${durationOf(ms)}: ${sanitize(reason)}`,
  'before-verify': ({ command, exit, output }) =>
    [
      `before-verify: ${sanitize(command)}: ${sanitize(exit)}`,
      ...(output === '' ? [] : [sanitizeLines(output.trimEnd())]),
    ].join('\n'),
  line: ({ host, stream, text }, state, colors) => {
    const shown = sanitize(text);
    return `${colors.cyan(sanitize(host).padEnd(state.width))} | ${stream === 'stderr' ? colors.yellow(shown) : shown}`;
  },
  'host-ended': ({ host, status, reason = '' }, state, colors) => {
    state.ended++;
    state.heard.delete(host);
    return status === 'completed' ? undefined : colors.red(`${sanitize(host)}: ${status}${suffix(reason)}`);
  },
  interrupted: ({ isSecond }, _, colors) =>
    colors.yellow(
      isSecond
        ? 'interrupted again: letting everything go'
        : 'interrupted: tearing down and reporting what there is; once more to stop at once',
    ),
  // The recap says it.
  'run-ended': () => undefined,
} as const satisfies Lines;

function lineOf(event: RunEvent, state: State, colors: ChalkInstance): string | undefined {
  // TypeScript can't see that the row and the event are of the same kind; Lines says that they are.
  const row = lines[event.kind] as (event: RunEvent, state: State, colors: ChalkInstance) => string | undefined;
  return row(event, state, colors);
}

function heartbeatLine(state: State, nowMs: number, colors: ChalkInstance): string {
  if (state.phase === undefined) return `connected ${state.connected} of ${state.hosts}, ended ${state.ended}`;
  const all = [...state.heard.values()].map(({ heartbeat }) => heartbeat);
  const operations = sum(all.map((heartbeat) => heartbeat.operations));
  const elapsedMs = nowMs - state.phaseMs;
  const rate = elapsedMs > 0 ? Math.round((operations * 1000) / elapsedMs) : 0;
  const silent = [...state.heard].filter(([, { atMs }]) => nowMs - atMs > silentMs).map(([host]) => host);
  return [
    `${state.phase} ${durationOf(elapsedMs)}: ${plural(all.length, 'host')}`,
    `${formatCount(operations)} operations (${formatCount(rate)}/s)`,
    `${formatCount(sum(all.map((heartbeat) => heartbeat.errors)))} errors`,
    ...(silent.length > 0 ? [colors.yellow(`no word for ${silentMs / 1000} s from ${fold(silent)}`)] : []),
    ...(state.ended > 0 ? [`${state.ended} ended`] : []),
  ].join(', ');
}

function fold(hosts: readonly string[]): string {
  return foldNodeSet(hosts.map(sanitize));
}

function suffix(text: string): string {
  return text === '' ? '' : `: ${sanitize(text)}`;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function durationOf(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (ms < 1000) return `${Math.round(ms)} ms`;
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')} min`;
}
