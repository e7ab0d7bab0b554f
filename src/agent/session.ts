/**
 * One run on one host, from the spec to the result: walks the phases when it is told, keeps what they made, and takes it
 * all away again.
 */
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '../model/errors.ts';
import { defaultLimits, type AgentSpec } from '../model/plan.ts';
import type { Mount } from '../model/mount.ts';
import { agentPhases, type AgentEvent, type AgentPhase, type Facts } from '../model/protocol.ts';
import type { AgentReport, OperationStats, Pace, PhaseSpan } from '../model/result.ts';
import { workloadOf } from '../workloads/registry.ts';
import type { AgentContext, Workload } from '../workloads/workload.ts';
import type { ClockBase } from './clock.ts';
import { openCrew, type Crew, type PhaseEnd } from './crew.ts';
import { gatherFacts } from './facts.ts';
import { isWithin } from './is-within.ts';
import { openJournal, type JournalWriter } from './journal-writer.ts';
import { mountOf } from './mounts.ts';
import { Pulse } from './pulse.ts';
import { clearStatistics, paceOf, statisticsOf } from './statistics.ts';
import { departureOf } from './target.ts';
import { makeWorkFolder, type WorkFolder } from './work-folder.ts';

export interface SessionOptions {
  readonly spec: AgentSpec;
  readonly clockBase: ClockBase;
  readonly now: () => number;
  readonly send: (event: AgentEvent) => void;
  readonly sendIfRoom: (event: AgentEvent) => void;
  /** The session can't go on: the journal is broken. */
  readonly onBroken: (reason: string) => void;
}

type PhaseResult = Omit<Extract<AgentEvent, { kind: 'phase-ended' }>, 'kind' | 'phase' | 'atNs'>;

/** Threads that idle end at once. */
const closeMs = 2_000;

export class Session {
  readonly #options: SessionOptions;
  readonly #workload: Workload;
  readonly #workers: number;
  readonly #firstWorker: number;
  readonly #directory: string | undefined;
  readonly #facts: Facts;
  readonly #folder: WorkFolder;
  readonly #journal: JournalWriter;
  readonly #pulse: Pulse;
  readonly #phases: PhaseSpan[] = [];
  #crew: Crew | undefined;
  #running: { readonly phase: AgentPhase; readonly abort: AbortController; readonly ended: Promise<void> } | undefined;
  #operations: OperationStats[] = [];
  #pace: Pace | undefined;
  #isDelivered = false;
  #needsTeardown = false;
  /** The file system that the hosts met on: what is mounted on demand is there by then. */
  #metOn: Mount | undefined;
  #isTargetGone = false;

  /** Throws, with what to do, where the spec is none for this agent or there is no room for the journal. */
  constructor(options: SessionOptions) {
    const { spec, now, send } = options;
    this.#options = options;
    this.#workload = workloadOf(spec.workload.engine);
    this.#workload.check(spec.workload);
    this.#workers = this.#workload.workersOf(spec.workload);
    this.#firstWorker = spec.host * this.#workers;
    this.#directory = this.#workload.directoryOf(spec.workload);
    const target = this.#targetNow();
    this.#facts = gatherFacts(target, this.#workload.locksByOf(spec.workload));
    this.#folder = makeWorkFolder(spec.workDir, target);
    const random = randomBytes(8);
    const boot: [number, number] = [random.readUInt32LE(0), random.readUInt32LE(4)];
    this.#journal = this.#openJournal(boot);
    this.#pulse = new Pulse({
      firstWorker: this.#firstWorker,
      now,
      onBeat: (heartbeat) => options.sendIfRoom({ kind: 'heartbeat', heartbeat }),
    });
    send({
      kind: 'hello',
      pid: process.pid,
      boot,
      workPath: this.#folder.path,
      journalPath: this.#journalPath,
      facts: this.#facts,
    });
    if (this.#folder.remark !== undefined) send({ kind: 'log', text: this.#folder.remark });
  }

  /** The phase under way, if any: phases don't overlap. */
  get phase(): AgentPhase | undefined {
    return this.#running?.phase;
  }

  /** Setup began, and nothing has been taken away yet. */
  get needsTeardown(): boolean {
    return this.#needsTeardown;
  }

  get isDelivered(): boolean {
    return this.#isDelivered;
  }

  start(phase: AgentPhase): void {
    const abort = new AbortController();
    const startNs = this.#options.now();
    this.#journal.startPhase(agentPhases.indexOf(phase) + 1);
    this.#pulse.startPhase(phase);
    this.#options.send({ kind: 'phase-started', phase, atNs: startNs });
    const ended = this.#perform(phase, abort.signal).then((result) => {
      this.#journal.drain();
      this.#pulse.endPhase();
      this.#running = undefined;
      const endNs = this.#options.now();
      this.#phases.push({ phase, startNs, endNs, end: result.end });
      this.#options.send({ kind: 'phase-ended', phase, atNs: endNs, ...result });
    });
    this.#running = { phase, abort, ended };
  }

  stop(): void {
    this.#running?.abort.abort();
    this.#crew?.stop();
  }

  /** Stops, and waits until no thread of ours touches the file system any more. False: one is stuck. */
  async settle(withinMs: number): Promise<boolean> {
    this.stop();
    this.#pulse.stop();
    const isIdle = await isWithin(this.#running?.ended ?? Promise.resolve(), withinMs);
    const isClosed = (await this.#crew?.close(isIdle ? closeMs : 1)) ?? true;
    return isIdle && isClosed;
  }

  async teardown(): Promise<void> {
    await this.#workload.teardown(this.#contextOf(new AbortController().signal));
    this.#needsTeardown = false;
  }

  /** After this there is no journal to add to. */
  async deliver(): Promise<void> {
    await this.#crew?.close(closeMs);
    const { spec, send } = this.#options;
    const report: AgentReport = {
      version: 1,
      run: spec.run,
      host: spec.host,
      facts: this.#facts,
      phases: this.#phases,
      operations: this.#operations,
      samples: [...this.#pulse.samples],
      heartbeats: [...this.#pulse.heartbeats],
      ...(this.#pace === undefined ? {} : { pace: this.#pace }),
      journal: this.#journal.finish(),
      ...(this.#isTargetGone ? { isTargetGone: true } : {}),
    };
    this.#isDelivered = true;
    const resultPath = join(this.#folder.path, 'result.json');
    writeFileSync(resultPath, JSON.stringify(report), { mode: 0o600 });
    send({ kind: 'delivered', delivery: { resultPath, journalPath: this.#journalPath } });
  }

  removeWorkFolder(): void {
    this.#journal.abandon();
    this.#folder.remove();
  }

  /** Where it can't be opened (no room, no inode), the folder made for it goes again: nobody else knows of it yet. */
  #openJournal(boot: readonly [number, number]): JournalWriter {
    const { spec, now, onBroken } = this.#options;
    const { host, runTag } = spec;
    try {
      return openJournal({
        path: this.#journalPath,
        host,
        runTag,
        boot,
        firstWorker: this.#firstWorker,
        now,
        onBroken,
      });
    } catch (error) {
      this.#folder.remove();
      throw error;
    }
  }

  get #journalPath(): string {
    return join(this.#folder.path, 'journal.fbj');
  }

  async #perform(phase: AgentPhase, signal: AbortSignal): Promise<PhaseResult> {
    try {
      return await this.#do(phase, signal);
    } catch (error) {
      return signal.aborted ? { end: 'stopped' } : { end: 'failed', message: messageOf(error) };
    }
  }

  async #do(phase: AgentPhase, signal: AbortSignal): Promise<PhaseResult> {
    const context = this.#contextOf(signal);
    switch (phase) {
      case 'setup':
        this.#needsTeardown = true;
        await this.#workload.setup(context);
        return { end: endOf(signal) };
      case 'meet': {
        const sees = await this.#workload.meet(context);
        this.#metOn = this.#targetNow();
        return { end: endOf(signal), sees: [...sees] };
      }
      case 'stress':
        return this.#stress();
      case 'verify':
        return this.#verify();
      case 'teardown':
        await this.teardown();
        return { end: endOf(signal) };
      case 'sweep':
        await this.#workload.sweep(context);
        return { end: endOf(signal) };
    }
  }

  async #stress(): Promise<PhaseResult> {
    const crew = this.#openCrew();
    clearStatistics(crew.memories);
    const end = await crew.run('stress', this.#workload.durationMsOf(this.#options.spec.workload));
    this.#operations = statisticsOf(crew.memories);
    this.#pace = paceOf(crew.memories, this.#options.now());
    return stressResult(end);
  }

  /** Asked only afterwards: what is mounted on demand is there again by then. */
  async #verify(): Promise<PhaseResult> {
    const { run } = this.#options.spec;
    const end = await this.#openCrew().run('verify', Infinity);
    const dir = this.#directory;
    const departure = dir === undefined ? undefined : await departureOf({ dir, run }, this.#metOn);
    this.#isTargetGone = departure !== undefined;
    return verifyResult(end, departure);
  }

  #targetNow(): Mount | undefined {
    return this.#directory === undefined ? undefined : mountOf(this.#directory);
  }

  #openCrew(): Crew {
    if (this.#crew !== undefined) return this.#crew;
    const { spec, clockBase, now } = this.#options;
    const crew = openCrew({
      spec,
      workers: this.#workers,
      clockBase,
      now,
      hungMs: spec.hungMs ?? defaultLimits.hungMs,
      onNote: (worker, note) => {
        this.#pulse.note(worker, note);
        this.#journal.note(worker, note);
      },
      onGivenUp: (worker) => {
        this.#journal.giveUp(worker);
        this.#pulse.beat();
      },
    });
    this.#journal.attach(crew.memories);
    this.#pulse.attach(crew.memories);
    this.#crew = crew;
    return crew;
  }

  #contextOf(signal: AbortSignal): AgentContext {
    return { spec: this.#options.spec, signal };
  }
}

function endOf(signal: AbortSignal): PhaseResult['end'] {
  return signal.aborted ? 'stopped' : 'completed';
}

/** What hangs is told, and judged from the journal; the others have done their part, and go on to verify. */
function stressResult({ isStopped, failures, hung, firstError }: PhaseEnd): PhaseResult {
  if (failures.length > 0) return { end: 'failed', message: failures.join('; ') };
  const end = isStopped || firstError !== undefined ? 'stopped' : 'completed';
  const message = hung.length === 0 ? {} : { message: hung.join('; ') };
  return { end, ...message, ...(firstError === undefined ? {} : { firstError }) };
}

/** Whoever hangs, also since the stress, leaves its share unread. */
function verifyResult({ isStopped, failures, hung }: PhaseEnd, departure: string | undefined): PhaseResult {
  const missing = [...failures, ...hung, ...(departure === undefined ? [] : [departure])];
  if (missing.length > 0) return { end: 'failed', message: missing.join('; ') };
  return { end: isStopped ? 'stopped' : 'completed' };
}
