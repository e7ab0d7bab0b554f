/**
 * Checks while the stress runs: now and then what is new of every host's journal is fetched, and a thread looks at the beginnings
 * that there are. What they prove is told at once. The merge of the whole journals stays the only judge: nothing of this is kept.
 */
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import pMap from 'p-map';
import { messageOf } from '../../model/errors.ts';
import type { Plan } from '../../model/plan.ts';
import type { Facts } from '../../model/protocol.ts';
import type { Ping } from '../../model/ping.ts';
import type { Connection } from '../../transports/transport.ts';
import type { Emit } from '../events/events.ts';
import { abortable, sleep } from '../fan-out/waiting.ts';
import { fetchNew } from './fetch-new.ts';
import { JournalPrefix } from './journal-prefix.ts';
import type { HostSoFar, LookAnswer, ProvenSoFar } from './look.ts';
import { openLooker, type Looker } from './looker.ts';

/** A host whose agent is at work, or was. */
export interface LiveHost {
  /** Undefined where nothing can be fetched any more. */
  readonly from: { readonly connection: Connection; readonly journalPath: string } | undefined;
  readonly facts: Facts | undefined;
  readonly pings: readonly Ping[];
}

export interface LivePace {
  /** From the start of the stress to the first look. */
  readonly firstMs: number;
  /** Between two looks at least. */
  readonly pauseMs: number;
  /** Younger blocks aren't looked at: their host's clock is better known later. */
  readonly settleMs: number;
  /** As long as a look took, so often: at most a fifth of a core. */
  readonly restShare: number;
  /** Of all journals together. */
  readonly maxBytes: number;
  /** What the thread runs, if not what it should. */
  readonly program?: URL;
}

export interface LiveOptions {
  readonly plan: Plan;
  readonly folder: string;
  /** By index in the plan; undefined: there never was an agent. */
  readonly hostAt: (index: number) => LiveHost | undefined;
  readonly emit: Emit;
  readonly onProven: (proven: ProvenSoFar) => void;
  readonly pace?: Partial<LivePace>;
}

/** Answers of up to 5 s on either side say which pings are kept; eight million records are some 10 s of work. */
const usualPace: LivePace = { firstMs: 10_000, pauseMs: 5_000, settleMs: 5_000, restShare: 4, maxBytes: 512 << 20 };
/** Of all hosts together, and of one, between two looks. */
const maxRoundBytes = 64 << 20;
const maxHostBytes = 16 << 20;
/** Hosts that are asked at the same time. */
const parallel = 4;
/** More lines of findings say nothing more: the rest is only counted. */
const maxTold = 50;

export class LiveChecks {
  readonly #options: LiveOptions;
  readonly #pace: LivePace;
  readonly #folder: string;
  readonly #stop = new AbortController();
  readonly #prefixes = new Map<number, JournalPrefix>();
  readonly #told = new Set<string>();
  readonly #said = new Set<string>();
  #working: Promise<void> | undefined;

  constructor(options: LiveOptions) {
    this.#options = options;
    this.#pace = { ...usualPace, ...options.pace };
    this.#folder = join(options.folder, 'live');
  }

  start(): void {
    this.#working ??= this.#work();
  }

  /** After this nothing is told any more, and nothing of it is left. Never throws. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#working;
  }

  async #work(): Promise<void> {
    const { signal } = this.#stop;
    try {
      await sleep(this.#pace.firstMs, signal);
      await mkdir(this.#folder, { recursive: true, mode: 0o700 });
      await using looker = openLooker(this.#pace.program);
      while (await this.#round(looker));
    } catch (error) {
      if (!signal.aborted) this.#say(`checks during the stress ended: ${messageOf(error)}; all is judged at the end`);
    } finally {
      await Promise.all([...this.#prefixes.values()].map((prefix) => prefix[Symbol.asyncDispose]()));
      await rm(this.#folder, { recursive: true, force: true }).catch(() => undefined);
    }
  }

  /** False: no more of them. */
  async #round(looker: Looker): Promise<boolean> {
    const { signal } = this.#stop;
    const { pauseMs, restShare, maxBytes } = this.#pace;
    const startedMs = performance.now();
    await this.#fetchAll();
    const bytes = [...this.#prefixes.values()].reduce((sum, prefix) => sum + prefix.bytes, 0);
    if (bytes > maxBytes) {
      this.#say(`checks during the stress end here: journals have ${bytes >> 20} MiB; all is judged at the end`);
      return false;
    }
    if (bytes > 0) {
      const { plan } = this.#options;
      const answer = await abortable(looker.look({ plan, hosts: this.#hosts() }), signal);
      this.#tell(answer, performance.now() - startedMs);
    }
    await sleep(Math.max(pauseMs, restShare * (performance.now() - startedMs)), signal);
    return true;
  }

  async #fetchAll(): Promise<void> {
    const { plan } = this.#options;
    const maxBytes = Math.min(maxHostBytes, Math.ceil(maxRoundBytes / plan.hosts.length));
    const all = pMap(plan.hosts.keys(), (index) => this.#fetch(index, maxBytes), { concurrency: parallel });
    await abortable(all, this.#stop.signal);
  }

  /** What can't be had of a host now may be had later, or in the end: that it is lost is for others to say. */
  async #fetch(index: number, maxBytes: number): Promise<void> {
    const from = this.#options.hostAt(index)?.from;
    const prefix = this.#prefixes.get(index) ?? new JournalPrefix(join(this.#folder, `${index}.fbj`));
    this.#prefixes.set(index, prefix);
    if (from === undefined || prefix.isBroken || this.#stop.signal.aborted) return;
    const { connection, journalPath } = from;
    const bytes = await fetchNew(connection, journalPath, {
      from: prefix.fetched,
      maxBytes,
      signal: this.#stop.signal,
    }).catch(() => undefined);
    if (bytes === undefined) return;
    prefix.take(bytes);
    const lastNs = this.#options.hostAt(index)?.pings.at(-1)?.hostNs ?? 0;
    await prefix.settle(lastNs - this.#pace.settleMs * 1e6);
  }

  #hosts(): readonly (HostSoFar | undefined)[] {
    const { plan, hostAt } = this.#options;
    return plan.hosts.map((_, index) => {
      const host = hostAt(index);
      const prefix = this.#prefixes.get(index);
      if (host === undefined) return undefined;
      return {
        path: prefix === undefined || prefix.bytes === 0 ? undefined : prefix.path,
        facts: host.facts,
        pings: host.pings.map(({ sentNs, hostNs, receivedNs }) => [sentNs, hostNs, receivedNs] as const),
      };
    });
  }

  #tell({ records, proven, crashed }: LookAnswer, elapsedMs: number): void {
    const { emit, onProven } = this.#options;
    emit({ kind: 'looked', records, findings: proven.length, elapsedMs: Math.round(elapsedMs) });
    for (const text of crashed) this.#sayOnce(`checks during the stress: ${text}`);
    for (const one of proven) {
      // Chunks of a file that are wrong alike are one finding, which begins elsewhere as more of them come.
      const key = `${one.code} ${one.file}`;
      if (this.#told.has(key) || this.#told.size >= maxTold) continue;
      this.#told.add(key);
      emit({ kind: 'finding', ...one });
    }
    if (proven[0] !== undefined) onProven(proven[0]);
  }

  #sayOnce(text: string): void {
    if (this.#said.has(text)) return;
    this.#said.add(text);
    this.#say(text);
  }

  #say(text: string): void {
    this.#options.emit({ kind: 'line', host: '', stream: 'log', text });
  }
}
