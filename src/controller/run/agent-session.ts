/**
 * The conversation with one agent, from its start marker to `bye`. Everything that comes up is decoded by schema, capped
 * and hostile; whatever goes wrong with it is this host's failure, never another's.
 */
import { createInterface } from 'node:readline';
import { FunbricError } from '../../model/errors.ts';
import type { Ping } from '../../model/ping.ts';
import type { AgentSpec } from '../../model/plan.ts';
import {
  agentEventSchema,
  type AgentEvent,
  type AgentPhase,
  type Command,
  type Heartbeat,
} from '../../model/protocol.ts';
import { describeExit, type RemoteProcess } from '../../transports/transport.ts';
import type { Emit } from '../events/events.ts';
import { LineCap } from './line-cap.ts';
import { schemaMistake } from './schema-mistake.ts';
import { TimeKeeper } from './time-keeper.ts';
import { abortable, deferred, interrupted, within, type Deferred } from '../fan-out/waiting.ts';

export type Hello = Extract<AgentEvent, { kind: 'hello' }>;
export type PhaseEnd = Extract<AgentEvent, { kind: 'phase-ended' }>;
type Delivered = Extract<AgentEvent, { kind: 'delivered' }>;

/** From the start of the process to `hello`. Node starts in 50 ms; a host under load may take long. */
const helloLimitMs = 30_000;
/** Closing journals and writing the result is local disk work. */
const deliverLimitMs = 120_000;
/** After `bye` the agent removes one folder. */
const byeLimitMs = 10_000;
/** An agent gives a hung operation up by itself, at the limit: only one that doesn't is lost. */
const hungGraceMs = 10_000;
/** For what ends a phase, beyond the limit on an operation: hosts under load are late. */
const phaseGraceMs = 30_000;
/** A timer of more than this fires at once. */
const maxTimerMs = 2 ** 31 - 1;
/** Kept of what the agent says on stderr, for the reason when it dies. */
const stderrKeptBytes = 4_096;

export interface SessionOptions {
  readonly host: string;
  readonly marker: string;
  readonly remote: RemoteProcess;
  readonly spec: AgentSpec;
  readonly silenceMs: number;
  /** For one operation, and for a setup. */
  readonly hungMs: number;
  readonly nowNs: () => number;
  readonly emit: Emit;
}

export class AgentSession {
  readonly #options: SessionOptions;
  readonly #keeper: TimeKeeper;
  readonly #lost = new AbortController();
  readonly #hello = deferred<Hello>();
  readonly #phases = new Map<AgentPhase, Deferred<PhaseEnd>>();
  readonly #delivered = deferred<Delivered>();
  #silence: NodeJS.Timeout | undefined;
  #lastHeartbeat: Heartbeat | undefined;
  /** Hung operations that were told of, each once. */
  readonly #told = new Set<string>();
  #progress: Pick<Heartbeat, 'phase' | 'operations' | 'atNs'> = { operations: 0, atNs: 0 };
  #stderr = '';
  #phase: AgentPhase | undefined;
  #phaseEnd: NodeJS.Timeout | undefined;
  #isLeaving = false;

  constructor(options: SessionOptions) {
    this.#options = options;
    // Every one of them may be rejected when nobody waits for it.
    for (const { promise } of [this.#hello, this.#delivered]) promise.catch(() => undefined);
    this.#listen();
    this.#send({ kind: 'spec', spec: options.spec });
    this.#keeper = new TimeKeeper((sentNs) => this.#send({ kind: 'ping', sentNs }), options.nowNs);
    this.#heard();
  }

  /** Aborts, with the reason, when the agent is gone or silent. */
  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  get pings(): readonly Ping[] {
    return this.#keeper.pings;
  }

  /** What was last heard of its workers: all there is of an agent that is lost. */
  get lastHeartbeat(): Heartbeat | undefined {
    return this.#lastHeartbeat;
  }

  hello(): Promise<Hello> {
    return this.#answer(this.#hello.promise, helloLimitMs, 'starting the agent');
  }

  /** Asks for a phase and waits for its end, as long as the agent lives. */
  async phase(phase: AgentPhase): Promise<PhaseEnd> {
    const ended = deferred<PhaseEnd>();
    ended.promise.catch(() => undefined);
    this.#phases.set(phase, ended);
    this.#send({ kind: 'phase', phase });
    this.#phase = phase;
    this.#limitPhase(phase, this.#longestMs(phase));
    try {
      return await abortable(ended.promise, this.lost);
    } finally {
      this.#phase = undefined;
      clearTimeout(this.#phaseEnd);
    }
  }

  /** By our own clock: an agent that counts operations for ever would hold all other hosts up. */
  #limitPhase(what: string, longestMs: number | undefined): void {
    clearTimeout(this.#phaseEnd);
    if (longestMs === undefined) return;
    const limitMs = longestMs + this.#options.hungMs + phaseGraceMs;
    const reason = `its ${what} didn't end within ${Math.round(limitMs / 1000)} s`;
    this.#phaseEnd = setTimeout(() => this.#lose(reason), Math.min(limitMs, maxTimerMs));
  }

  /** Reading all back takes as long as it takes; teardown has a limit of its own. */
  #longestMs(phase: AgentPhase): number | undefined {
    if (phase === 'stress') return this.#options.spec.workload.durationMs;
    return phase === 'setup' || phase === 'meet' ? 0 : undefined;
  }

  /** Ends the phase under way; `phase` then resolves with `stopped`. */
  stop(): void {
    this.#send({ kind: 'stop' });
    if (this.#phase !== undefined) this.#limitPhase(`${this.#phase}, which was stopped,`, 0);
  }

  deliver(): Promise<Delivered> {
    this.#send({ kind: 'deliver' });
    return this.#answer(this.#delivered.promise, deliverLimitMs, 'closing the journal');
  }

  /** Lets the agent clean up and exit. Whoever doesn't go is left to its lease. */
  async bye(): Promise<void> {
    this.#isLeaving = true;
    this.#send({ kind: 'bye' });
    try {
      await within(this.#options.remote.exit, byeLimitMs, 'ending the agent');
    } finally {
      this.close();
    }
  }

  /** Ends the channel; an agent that still lives sees its end of input and stops by itself. */
  close(): void {
    this.#isLeaving = true;
    clearTimeout(this.#silence);
    clearTimeout(this.#phaseEnd);
    this.#keeper.close();
    this.#options.remote.kill();
    // Whoever still waits for an answer (Ctrl-C came twice) gets none.
    if (!this.lost.aborted) this.#lost.abort(interrupted(`a talk with the agent of ${this.#options.host}`));
  }

  #answer<T>(promise: Promise<T>, limitMs: number, what: string): Promise<T> {
    const { host } = this.#options;
    return abortable(within(promise, limitMs, `${host}: ${what}`), this.lost);
  }

  #listen(): void {
    const { remote } = this.#options;
    const lines = createInterface({
      input: remote.stdout.pipe(new LineCap(() => this.#lose('it sent an overlong line'))),
    });
    let isMarked = false;
    lines.on('line', (line) => {
      if (isMarked) this.#receive(line);
      else if (line === this.#options.marker) isMarked = true;
    });
    remote.stderr.on('data', (bytes: Buffer) => {
      this.#stderr = (this.#stderr + bytes.toString('utf8')).slice(-stderrKeptBytes);
    });
    remote.stdin.on('error', () => undefined);
    void remote.exit.then((exit) => this.#lose(`its agent ${describeExit(exit)}${this.#lastWords()}`));
  }

  #lastWords(): string {
    const text = this.#stderr.trim();
    return text === '' ? '' : `: ${text.split('\n').slice(-3).join(' / ')}`;
  }

  #receive(line: string): void {
    this.#heard();
    let event: AgentEvent;
    try {
      event = agentEventSchema.parse(JSON.parse(line));
    } catch (error) {
      this.#lose(`its agent sent what isn't an event (${schemaMistake(error)})`);
      return;
    }
    this.#handle(event);
  }

  #handle(event: AgentEvent): void {
    const { host, emit } = this.#options;
    switch (event.kind) {
      case 'hello':
        this.#hello.resolve(event);
        break;
      case 'pong':
        this.#keeper.pong(event.sentNs, event.atNs);
        break;
      case 'heartbeat':
        this.#lastHeartbeat = event.heartbeat;
        emit({ kind: 'heartbeat', host, heartbeat: event.heartbeat });
        this.#tellOfHung(event.heartbeat);
        this.#watchProgress(event.heartbeat);
        break;
      case 'phase-started':
        emit({ kind: 'phase-started', host, phase: event.phase });
        break;
      case 'phase-ended': {
        const { phase, end, message } = event;
        emit({ kind: 'phase-ended', host, phase, end, ...(message === undefined ? {} : { message }) });
        this.#phases.get(phase)?.resolve(event);
        break;
      }
      case 'log':
        emit({ kind: 'line', host, stream: 'log', text: event.text });
        break;
      case 'delivered':
        this.#delivered.resolve(event);
        break;
    }
  }

  #tellOfHung({ atNs, oldest }: Heartbeat): void {
    const { host, hungMs, emit } = this.#options;
    if (oldest === undefined || oldest.ageMs < hungMs || this.#told.size > maxTold) return;
    const startedMs = atNs / 1e6 - oldest.ageMs;
    const key = `${oldest.worker} ${Math.round(startedMs)}`;
    if (this.#told.has(key)) return;
    this.#told.add(key);
    emit({ kind: 'line', host, stream: 'log', text: whereText(oldest) });
  }

  /**
   * Heartbeats come from a thread that is always free: they prove the agent alive, only its operations prove it at work.
   * Setup and the meeting count none, so they have the limit as a whole; teardown has a limit of its own.
   */
  #watchProgress(heartbeat: Heartbeat): void {
    const { phase, operations, oldest, atNs } = heartbeat;
    const before = this.#progress;
    const isUnlimited = phase === undefined || phase === 'teardown' || phase === 'sweep';
    // Who is paced rests between two operations, perhaps for longer than any operation may take.
    const isResting = phase === 'stress' && oldest === undefined && this.#options.spec.workload.rate !== undefined;
    if (isUnlimited || isResting || phase !== before.phase || operations !== before.operations)
      this.#progress = heartbeat;
    const stuckMs = (atNs - this.#progress.atNs) / 1e6;
    const graceMs = phase === 'stress' || phase === 'verify' ? hungGraceMs : 0;
    if (stuckMs < this.#options.hungMs + graceMs) return;
    const where = oldest === undefined ? '' : `; ${whereText(oldest)}`;
    this.#lose(`in ${phase} no operation has finished for ${Math.round(stuckMs / 1000)} s${where}`);
  }

  #heard(): void {
    clearTimeout(this.#silence);
    const { silenceMs } = this.#options;
    if (this.#isLeaving) return;
    this.#silence = setTimeout(() => this.#lose(`nothing was heard of it for ${silenceMs / 1000} s`), silenceMs);
  }

  #lose(reason: string): void {
    clearTimeout(this.#silence);
    this.#keeper.close();
    if (this.#isLeaving || this.#lost.signal.aborted) return;
    this.#lost.abort(new FunbricError('lost', `${this.#options.host} was lost: ${reason}`));
  }

  #send(command: Command): void {
    const { stdin } = this.#options.remote;
    if (stdin.writable && !this.#lost.signal.aborted) stdin.write(`${JSON.stringify(command)}\n`);
  }
}

/** Of one host. */
const maxTold = 100;

function whereText({ worker, operation, file, ageMs }: NonNullable<Heartbeat['oldest']>): string {
  const of = file === undefined ? '' : ` of ${file}`;
  return `worker ${worker} is in ${operation}${of} for ${Math.round(ageMs / 1000)} s`;
}
