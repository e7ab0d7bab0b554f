/**
 * Each second, from the main thread however busy the workers are: a heartbeat for the controller, and during stress a
 * sample for the result. Both are kept within bounds, however long a run lasts.
 */
import { loadavg } from 'node:os';
import type { Note } from '../model/journal.ts';
import type { AgentPhase, Heartbeat } from '../model/protocol.ts';
import type { Sample } from '../model/result.ts';
import type { WorkerMemory } from './memory.ts';
import { isMismatch } from './mismatch.ts';
import { oldestOf, p99UsOf, totalsOf, totalsSince, type Totals } from './statistics.ts';

const beatMs = 1_000;

/** Beyond this heartbeats get sparser and samples longer, so that a day fits into a result too. */
const maxKept = 4_096;

export interface PulseOptions {
  readonly firstWorker: number;
  readonly now: () => number;
  readonly onBeat: (heartbeat: Heartbeat) => void;
}

export class Pulse {
  readonly #options: PulseOptions;
  readonly #timer: NodeJS.Timeout;
  #memories: readonly WorkerMemory[] = [];
  #phase: AgentPhase | undefined;
  #phaseTotals: Totals = { operations: 0, errors: 0, bytes: 0 };
  #sampled: (Totals & { readonly atNs: number }) | undefined;
  #heartbeats: Heartbeat[] = [];
  #samples: Sample[] = [];
  #mismatches = 0;

  constructor(options: PulseOptions) {
    this.#options = options;
    this.#timer = setInterval(() => this.beat(), beatMs);
  }

  attach(memories: readonly WorkerMemory[]): void {
    this.#memories = memories;
  }

  get heartbeats(): readonly Heartbeat[] {
    return this.#heartbeats;
  }

  get samples(): readonly Sample[] {
    return this.#samples;
  }

  startPhase(phase: AgentPhase): void {
    this.#phase = phase;
    this.#phaseTotals = totalsOf(this.#memories);
    this.#sampled = phase === 'stress' ? { ...this.#phaseTotals, atNs: this.#options.now() } : undefined;
  }

  endPhase(): void {
    this.#sample();
    this.#sampled = undefined;
    this.#phase = undefined;
  }

  note(worker: number, note: Note): void {
    if (isMismatch(note, this.#phase, this.#options.firstWorker + worker)) this.#mismatches++;
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** Also between the seconds, when something has happened that the last beat doesn't say. */
  beat(): void {
    const atNs = this.#options.now();
    const oldest = oldestOf(this.#memories, { firstWorker: this.#options.firstWorker, nowNs: atNs });
    const { user, system } = process.cpuUsage();
    const p99Us = this.#phase === 'stress' ? p99UsOf(this.#memories) : undefined;
    const heartbeat: Heartbeat = {
      atNs,
      ...(this.#phase === undefined ? {} : { phase: this.#phase }),
      ...totalsSince(totalsOf(this.#memories), this.#phaseTotals),
      cpuSeconds: (user + system) / 1e6,
      rssBytes: process.memoryUsage.rss(),
      loadAverage: loadavg()[0] ?? 0,
      ...(p99Us === undefined ? {} : { p99Us }),
      ...(this.#mismatches === 0 ? {} : { mismatches: this.#mismatches }),
      ...(oldest === undefined ? {} : { oldest }),
    };
    this.#heartbeats.push(heartbeat);
    if (this.#heartbeats.length > maxKept) this.#heartbeats = this.#heartbeats.filter((_, at) => at % 2 === 1);
    this.#sample();
    this.#options.onBeat(heartbeat);
  }

  #sample(): void {
    if (this.#sampled === undefined) return;
    const { atNs: startNs, ...before } = this.#sampled;
    const now = totalsOf(this.#memories);
    const endNs = this.#options.now();
    this.#samples.push({ startNs, endNs, ...totalsSince(now, before) });
    this.#sampled = { ...now, atNs: endNs };
    if (this.#samples.length > maxKept) this.#samples = joinPairs(this.#samples);
  }
}

function joinPairs(samples: readonly Sample[]): Sample[] {
  return samples.flatMap((sample, at) => {
    if (at % 2 === 1) return [];
    const next = samples[at + 1];
    if (next === undefined) return [sample];
    return [
      {
        startNs: sample.startNs,
        endNs: next.endNs,
        operations: sample.operations + next.operations,
        errors: sample.errors + next.errors,
        bytes: sample.bytes + next.bytes,
      },
    ];
  });
}
