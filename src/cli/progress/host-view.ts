/** How one host stands, in a word, and how bad that is: what sorts the board. All text of hosts is sanitized here. */
import type { Heartbeat } from '../../model/protocol.ts';
import { plural } from '../../report/format.ts';
import { countsOf, type HostState } from './board-state.ts';
import { durationOf } from '../terminal/duration.ts';
import { reasonOf } from './event-lines.ts';
import { sanitize } from '../terminal/sanitize.ts';

export interface HostView {
  readonly name: string;
  readonly state: string;
  /** 0: healthy. The worst is highest. */
  readonly trouble: number;
  readonly phase: string;
  readonly perSecond: number | undefined;
  /** Age of the operation that was longest in flight when the host spoke last. */
  readonly longestMs: number | undefined;
  /** Of the stress so far. */
  readonly p99Us: number | undefined;
  readonly errors: number;
  readonly mismatches: number;
  /** Since the last word of it. */
  readonly silentMs: number | undefined;
  readonly note: string;
}

/** A host says something each second: not heard for so long is worth naming. */
export const silentAfterMs = 10_000;
/** An operation in flight for so long hangs, as far as a person who watches is concerned. */
export const hungAfterMs = 5_000;
/** Some operations fail on every file system that others change at the same time; more than these are trouble. */
const errorShare = 0.05;

const troubles = { lost: 6, unreachable: 5, failed: 5, silent: 4, hung: 3, mismatch: 3, errors: 2, none: 0 } as const;

export function viewHost(host: HostState, nowMs: number): HostView {
  const { stage, beat, heardMs, perSecond } = host;
  const isEnded = stage.kind === 'ended';
  const silentMs = heardMs === undefined || isEnded ? undefined : Math.max(0, nowMs - heardMs);
  const isWorking = stage.kind === 'working';
  const longestMs = isWorking ? beat?.oldest?.ageMs : undefined;
  return {
    name: oneLine(host.name),
    phase: stage.kind === 'working' || stage.kind === 'waiting' ? stage.phase : '',
    perSecond: isWorking && !isSilent(host, silentMs) ? perSecond : undefined,
    longestMs,
    p99Us: isWorking ? beat?.p99Us : undefined,
    errors: countsOf(host).errors,
    mismatches: beat?.mismatches ?? 0,
    silentMs,
    ...judge(host, silentMs, longestMs),
  };
}

function judge(
  host: HostState,
  silentMs: number | undefined,
  longestMs: number | undefined,
): Pick<HostView, 'state' | 'trouble' | 'note'> {
  const { stage, beat } = host;
  if (stage.kind === 'ended') {
    const { status, reason } = stage;
    return {
      state: status,
      trouble: status === 'completed' ? errorTrouble(host) : troubles[status],
      note: reasonOf(host.name, oneLine(reason)),
    };
  }
  if (stage.kind === 'planned') return { state: 'connecting', trouble: troubles.none, note: '' };
  if (silentMs !== undefined && isSilent(host, silentMs)) {
    return { state: 'silent', trouble: troubles.silent, note: `no word for ${durationOf(silentMs)}` };
  }
  if (beat?.oldest !== undefined && longestMs !== undefined && longestMs > hungAfterMs) {
    return { state: 'hung', trouble: troubles.hung, note: hangText(beat.oldest, longestMs) };
  }
  if (beat?.mismatches !== undefined) {
    const note = `${plural(beat.mismatches, 'chunk')} not as written`;
    return { state: 'mismatch', trouble: troubles.mismatch, note };
  }
  const state = { connected: 'connected', working: 'running', waiting: 'waiting' }[stage.kind];
  return { state, trouble: errorTrouble(host), note: '' };
}

/** Between phases an agent may have been let go already. */
function isSilent({ stage }: HostState, silentMs: number | undefined): boolean {
  return stage.kind === 'working' && silentMs !== undefined && silentMs > silentAfterMs;
}

function errorTrouble(host: HostState): number {
  const { operations, errors } = countsOf(host);
  return errors > errorShare * operations ? troubles.errors : troubles.none;
}

/** `worker 5 in write of 3/f17 for 12 s`. */
export function hangText({ worker, operation, file }: NonNullable<Heartbeat['oldest']>, ageMs: number): string {
  const place = file === undefined ? '' : ` of ${oneLine(file)}`;
  return `worker ${worker} in ${oneLine(operation)}${place} for ${durationOf(ageMs)}`;
}

function oneLine(text: string): string {
  return sanitize(text.replaceAll(/\s+/g, ' '));
}
