/** What the board knows: the plan, and the events of a run folded into it. Times are the events' own, ms since the start. */
import type { Plan } from '../../model/plan.ts';
import type { AgentPhase, Heartbeat } from '../../model/protocol.ts';
import type { HostStatus } from '../../model/result.ts';
import type { RunEvent } from '../../controller/events/events.ts';

export interface BoardState {
  /** What each task's stress is to do, as far as its workload says. */
  readonly goals: ReadonlyMap<string, Goal>;
  readonly task: string;
  readonly phase: AgentPhase | undefined;
  readonly phaseMs: number;
  /** What the whole run waits for now. */
  readonly waiting: { readonly reason: string; readonly untilMs: number } | undefined;
  readonly interruptions: number;
  /** What the last look at the journals so far has proven, and of how much. */
  readonly looked: { readonly findings: number; readonly records: number } | undefined;
  readonly hosts: ReadonlyMap<string, HostState>;
}

export interface Goal {
  readonly durationMs: number | undefined;
  /** Of one host. */
  readonly operations: number | undefined;
}

export type Stage =
  | { readonly kind: 'planned' }
  | { readonly kind: 'connected' }
  | { readonly kind: 'working' | 'waiting'; readonly phase: AgentPhase }
  | { readonly kind: 'ended'; readonly status: HostStatus; readonly reason: string };

interface Counts {
  readonly operations: number;
  readonly errors: number;
}

export interface HostState {
  readonly name: string;
  readonly stage: Stage;
  /** Of phases that are over. */
  readonly before: Counts;
  /** The last one of the phase under way, and when it came. */
  readonly beat: Heartbeat | undefined;
  readonly heardMs: number | undefined;
  readonly perSecond: number | undefined;
}

export function newBoard(plan: Pick<Plan, 'hosts' | 'tasks'> = { hosts: [], tasks: [] }): BoardState {
  return {
    goals: new Map(plan.tasks.map(({ name, workload }) => [name, goalOf(workload)])),
    task: plan.tasks.map(({ name }) => name).join(', '),
    phase: undefined,
    phaseMs: 0,
    waiting: undefined,
    interruptions: 0,
    looked: undefined,
    hosts: new Map(plan.hosts.map(({ name }) => [name, newHost(name)])),
  };
}

/** Engines have specs of their own; what they say of an end is called the same in all. */
function goalOf(workload: Plan['tasks'][number]['workload']): Goal {
  const durationMs = workload?.['durationMs'];
  const limit = workload?.['operationsLimit'];
  return {
    durationMs: typeof durationMs === 'number' ? durationMs : undefined,
    operations: typeof limit === 'number' ? limit * (workload?.workers ?? 1) : undefined,
  };
}

function newHost(name: string): HostState {
  return {
    name,
    stage: { kind: 'planned' },
    before: { operations: 0, errors: 0 },
    beat: undefined,
    heardMs: undefined,
    perSecond: undefined,
  };
}

export function reduceBoard(state: BoardState, event: RunEvent): BoardState {
  switch (event.kind) {
    case 'task-started':
      return { ...state, task: event.task, phase: undefined, waiting: undefined };
    case 'host-connected':
      return withHost(state, event.host, (host) => ({ ...host, stage: { kind: 'connected' } }));
    case 'phase-started': {
      const isNew = state.phase !== event.phase;
      const now = isNew ? { ...state, phase: event.phase, phaseMs: event.atMs, waiting: undefined } : state;
      return withHost(now, event.host, (host) => startPhase(host, event.phase, event.atMs));
    }
    case 'phase-ended':
      return withHost(state, event.host, (host) => endPhase(host, event.phase));
    case 'heartbeat':
      return withHost(state, event.host, (host) => hear(host, event.heartbeat, event.atMs));
    case 'waiting':
      return { ...state, waiting: { reason: event.reason, untilMs: event.atMs + event.ms } };
    case 'host-failed':
    case 'host-ended':
      return withHost(state, event.host, (host) => ({
        ...host,
        stage: { kind: 'ended', status: event.status, reason: event.reason ?? '' },
        perSecond: undefined,
      }));
    case 'looked':
      return { ...state, looked: event };
    case 'interrupted':
      return { ...state, interruptions: state.interruptions + 1 };
    case 'run-started':
    case 'agent-started':
    case 'barrier':
    case 'batch-started':
    case 'before-verify':
    case 'command-started':
    case 'finding':
    case 'line':
    case 'runtime-sending':
    case 'run-ended':
      return state;
  }
}

function withHost(state: BoardState, name: string, change: (host: HostState) => HostState): BoardState {
  const hosts = new Map(state.hosts);
  hosts.set(name, change(hosts.get(name) ?? newHost(name)));
  return { ...state, hosts };
}

function endPhase(host: HostState, phase: AgentPhase): HostState {
  if (host.stage.kind === 'ended') return host;
  return { ...host, stage: { kind: 'waiting', phase }, perSecond: undefined };
}

/** A host that has failed may still be torn down: that it failed stays what counts. Counts of heartbeats are since the start of their phase. */
function startPhase(host: HostState, phase: AgentPhase, atMs: number): HostState {
  if (host.stage.kind === 'ended') return host;
  return {
    ...host,
    stage: { kind: 'working', phase },
    before: countsOf(host),
    beat: undefined,
    heardMs: atMs,
    perSecond: undefined,
  };
}

function hear(host: HostState, beat: Heartbeat, atMs: number): HostState {
  const heard = { ...host, heardMs: atMs };
  // A phase that is over counts no more; a beat of an older one may still have been under way.
  if (host.stage.kind !== 'working' || beat.phase !== host.stage.phase) return heard;
  const before = host.beat;
  const seconds = before === undefined ? 0 : (beat.atNs - before.atNs) / 1e9;
  const perSecond = before === undefined || seconds <= 0 ? undefined : (beat.operations - before.operations) / seconds;
  return { ...heard, beat, perSecond: perSecond ?? host.perSecond };
}

/** Over all phases. */
export function countsOf({ before, beat }: HostState): Counts {
  return {
    operations: before.operations + (beat?.operations ?? 0),
    errors: before.errors + (beat?.errors ?? 0),
  };
}
