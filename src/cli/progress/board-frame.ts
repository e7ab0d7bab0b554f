/**
 * One frame of the board, as a pure function: what the run does and how long it still takes, the sums, then the hosts. It
 * never has more lines than the terminal has rows above its cursor, and no line reaches the last column, where terminals
 * differ in what they do next.
 */
import type { ChalkInstance } from 'chalk';
import { formatCount, plural } from '../../report/format.ts';
import type { BoardState, HostState } from './board-state.ts';
import { countStates, tableLines } from './board-table.ts';
import { clockOf, durationOf } from '../terminal/duration.ts';
import { viewHost, type HostView } from './host-view.ts';
import { sanitize } from '../terminal/sanitize.ts';
import type { Size } from '../terminal/screen.ts';
import type { Symbols } from '../terminal/symbols.ts';
import { cut } from '../terminal/text-width.ts';

export interface FrameOptions {
  /** Since the run's start. */
  readonly nowMs: number;
  readonly size: Size;
  readonly colors: ChalkInstance;
  readonly symbols: Symbols;
}

/** A long list of hosts in trouble must not fill a large terminal: what was printed before is worth something too. */
const enoughRows = 10;
const mostOfTerminal = 0.6;

export function boardFrame(state: BoardState, { nowMs, size, colors, symbols }: FrameOptions): readonly string[] {
  const width = Math.max(0, size.columns - 1);
  const most = Math.max(enoughRows, Math.floor(size.rows * mostOfTerminal));
  const height = Math.min(most, Math.max(0, size.rows - 1));
  const views = [...state.hosts.values()].map((host) => viewHost(host, nowMs));
  const line = (parts: readonly string[]): string =>
    cut(parts.filter((part) => part !== '').join(` ${symbols.dot} `), width, symbols.more);
  const head = [
    colors.bold(line([sanitize(state.task), phaseText(state), ...timeTexts(state, nowMs)])),
    line([`${plural(views.length, 'host')}: ${countStates(views)}`, ...sumTexts(views), findingsText(state)]),
  ];
  const table = tableLines(views, height - head.length - 1, { width, colors, symbols });
  return [...head, ...table].slice(0, height);
}

function phaseText({ phase, interruptions, hosts }: BoardState): string {
  if (interruptions > 1) return 'interrupted: letting everything go';
  if ([...hosts.values()].every(({ stage }) => stage.kind === 'ended')) return 'judging';
  return `${phase ?? 'connecting'}${interruptions === 1 ? ', interrupted: tearing down' : ''}`;
}

function timeTexts(state: BoardState, nowMs: number): readonly string[] {
  const { waiting, phase, phaseMs } = state;
  if (waiting !== undefined && waiting.untilMs > nowMs) {
    return [`waiting ${durationOf(waiting.untilMs - nowMs)}: ${sanitize(waiting.reason)}`];
  }
  if (phase === undefined) return [clockOf(nowMs)];
  const leftMs = timeLeft(state, nowMs);
  return [clockOf(nowMs - phaseMs), leftMs === undefined ? '' : `ETA ${clockOf(leftMs)}`];
}

/** Of the stress only: how much there is to verify shows in the end. Whichever of its goals is reached first ends it. */
function timeLeft({ phase, phaseMs, goals, task, hosts }: BoardState, nowMs: number): number | undefined {
  const goal = goals.get(task);
  if (phase !== 'stress' || goal === undefined) return undefined;
  const byTime = goal.durationMs === undefined ? undefined : phaseMs + goal.durationMs - nowMs;
  const byOperations = goal.operations === undefined ? undefined : operationsLeft([...hosts.values()], goal.operations);
  const known = [byTime, byOperations].filter((ms) => ms !== undefined);
  return known.length === 0 ? undefined : Math.max(0, Math.min(...known));
}

/** The slowest host that still works decides. */
function operationsLeft(hosts: readonly HostState[], operations: number): number | undefined {
  const times = hosts.flatMap(({ stage, beat, perSecond }) => {
    if (stage.kind !== 'working' || beat === undefined || perSecond === undefined || perSecond === 0) return [];
    return [(1000 * (operations - beat.operations)) / perSecond];
  });
  return times.length === 0 ? undefined : Math.max(...times);
}

function sumTexts(views: readonly HostView[]): readonly string[] {
  const rate = views.reduce((sum, { perSecond }) => sum + (perSecond ?? 0), 0);
  const errors = views.reduce((sum, view) => sum + view.errors, 0);
  const mismatches = views.reduce((sum, view) => sum + view.mismatches, 0);
  const seen = mismatches === 0 ? '' : plural(mismatches, 'mismatch', 'mismatches');
  return [`${formatCount(rate)} ops/s`, plural(errors, 'error'), seen];
}

/** What isn't proven yet may be in the end, by what verify sees and by what is still to come. */
function findingsText({ looked }: BoardState): string {
  if (looked === undefined) return 'findings: judged at the end';
  const { findings, records } = looked;
  const soFar = `${findings === 0 ? 'none' : formatCount(findings)} in ${plural(records, 'record')} so far`;
  return `findings: ${soFar}, judged at the end`;
}
