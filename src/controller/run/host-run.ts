/**
 * One planned host on its way through a run: its connection, its agent, and what became of it. It ends as exactly one
 * HostResult, whatever happens.
 */
import { dirname, join } from 'node:path';
import type { Ping } from '../../model/ping.ts';
import { explain, FunbricError, messageOf } from '../../model/errors.ts';
import type { Host } from '../../model/host.ts';
import type { AgentSpec, Plan } from '../../model/plan.ts';
import type { AgentPhase } from '../../model/protocol.ts';
import type { CollectedFile } from '../../model/receipt.ts';
import type { CommandOutcome, HostResult, HostStatus } from '../../model/result.ts';
import { readRemoteFile } from '../../transports/copy/one-file.ts';
import { makeFolders } from '../../transports/make-folders.ts';
import { onAbort } from '../../transports/on-abort.ts';
import type { Connection } from '../../transports/transport.ts';
import { AgentSession, type Hello, type PhaseEnd } from './agent-session.ts';
import { collect, type Collected } from './collect.ts';
import { startAgent, type AgentBundle } from '../deploy/agent.ts';
import { deployAgent, removeDeployed, type DeployedAgent } from '../deploy/deploy.ts';
import type { Runtimes } from '../deploy/runtime.ts';
import type { Emit } from '../events/events.ts';
import { runFiles } from '../run-folder/run-folder.ts';
import type { LiveHost } from '../live/live-checks.ts';
import { removeLeftovers } from './leftovers.ts';
import { refuseStale } from './stale-file.ts';

export interface HostRunOptions {
  readonly plan: Plan;
  readonly index: number;
  readonly host: Host;
  readonly folder: string;
  readonly bundle: AgentBundle;
  readonly runtimes: Runtimes;
  readonly emit: Emit;
  readonly nowNs: () => number;
}

/** A sick host must not keep the report from the others: what is fetched after a failure has this long. */
const salvageLimitMs = 60_000;

/** Of one result file of a tool. */
const maxFileBytes = 64 * 2 ** 30;

export class HostRun {
  readonly index: number;
  readonly host: Host;
  readonly commands: CommandOutcome[] = [];
  readonly #options: HostRunOptions;
  readonly #gaps: string[] = [];
  #connection: Connection | undefined;
  #closedReason: string | undefined;
  #reachedNs = 0;
  #isLetGo = false;
  #deployed: DeployedAgent | undefined;
  #session: AgentSession | undefined;
  #hello: Hello | undefined;
  #collected: Collected | undefined;
  #pings: readonly Ping[] = [];
  #status: HostStatus = 'completed';
  #reason: string | undefined;
  #interruption: string | undefined;
  readonly #files: CollectedFile[] = [];
  #nextFile = 0;

  constructor(options: HostRunOptions) {
    this.#options = options;
    this.index = options.index;
    this.host = options.host;
  }

  get name(): string {
    return this.host.name;
  }

  get status(): HostStatus {
    return this.#status;
  }

  get isCompleted(): boolean {
    return this.#status === 'completed';
  }

  /** Reached, and still there: commands can be tried. */
  get isConnected(): boolean {
    return this.#connection !== undefined && this.#closedReason === undefined;
  }

  /** Its agent is there and answers. */
  get hasAgent(): boolean {
    return this.#session !== undefined && !this.#session.lost.aborted;
  }

  /** What the agent said of itself first. */
  get hello(): Hello | undefined {
    return this.#hello;
  }

  /** What can be had of it while its agent is at work. */
  get live(): LiveHost | undefined {
    const hello = this.#hello;
    if (hello === undefined || this.#session === undefined) return undefined;
    const { journalPath, facts } = hello;
    const from = this.hasAgent && this.isConnected ? { connection: this.connection, journalPath } : undefined;
    return { from, facts: this.hasAgent ? facts : undefined, pings: this.#session.pings };
  }

  get connection(): Connection {
    if (this.#connection === undefined) throw new FunbricError('bug', `${this.name} is used before it is connected`);
    return this.#connection;
  }

  async connect(open: () => Promise<Connection>): Promise<void> {
    const startedNs = this.#options.nowNs();
    const connection = await open();
    this.#connection = connection;
    this.#reachedNs = this.#options.nowNs();
    void connection.closed.then((reason) => {
      this.#closedReason = reason;
    });
    const elapsedMs = Math.round((this.#options.nowNs() - startedNs) / 1e6);
    this.#options.emit({ kind: 'host-connected', host: this.name, elapsedMs });
  }

  /** A host that can take no agent (no Node.js, no room) did nothing wrong with the files: it counts as not reached. */
  async startAgent(spec: AgentSpec, signal: AbortSignal): Promise<void> {
    try {
      await this.#startAgent(spec, signal);
    } catch (error) {
      if (!(error instanceof FunbricError) || (error.code !== 'deploy' && error.code !== 'limit')) throw error;
      const hint = error.hint === undefined ? {} : { hint: error.hint };
      throw new FunbricError('unreachable', error.message, { ...hint, cause: error });
    }
  }

  async #startAgent(spec: AgentSpec, signal: AbortSignal): Promise<void> {
    const { bundle, runtimes, emit, nowNs, plan } = this.#options;
    const deployed = await deployAgent(this.connection, {
      bundle,
      runtimes,
      signal,
      onSending: (sending) => emit({ kind: 'runtime-sending', host: this.name, ...sending }),
    });
    this.#deployed = deployed;
    const { remote, marker } = await startAgent(this.connection, deployed, bundle);
    const { silenceMs, hungMs } = plan.limits;
    this.#session = new AgentSession({ host: this.name, marker, remote, spec, silenceMs, hungMs, nowNs, emit });
    this.#hello = await this.#session.hello();
    emit({ kind: 'agent-started', host: this.name, isUploaded: deployed.isUploaded });
  }

  /** Runs a phase to its end; `signal` ends it early, and then `interrupted` is thrown. A phase that fails throws its reason. */
  async phase(phase: AgentPhase, signal: AbortSignal): Promise<PhaseEnd> {
    const session = this.#session;
    if (session === undefined) throw new FunbricError('bug', `${this.name} has no agent for phase ${phase}`);
    signal.throwIfAborted();
    const stopListening = onAbort(signal, () => session.stop());
    try {
      const ended = await session.phase(phase);
      if (ended.end === 'failed')
        throw new FunbricError('task', `${this.name}: ${phase} failed: ${ended.message ?? 'no reason given'}`);
      signal.throwIfAborted();
      return ended;
    } finally {
      stopListening();
    }
  }

  /** Ends the phase under way; it then ends as `stopped`. */
  stop(): void {
    this.#session?.stop();
  }

  /** Notes why it can't go on. The first reason stands; an interruption, and what it cut off, is no failure of the host. */
  fail(error: unknown): void {
    const code = error instanceof FunbricError ? error.code : 'task';
    const isInterrupted = code === 'interrupted';
    // One that was never reached is just that.
    if (this.#isLetGo || (isInterrupted && this.#connection !== undefined)) {
      if (isInterrupted) this.#interruption ??= messageOf(error);
      this.#gaps.push(messageOf(error));
      return;
    }
    if (!this.isCompleted) return;
    this.#reason = explain(error);
    const isGone = code === 'lost' || this.#closedReason !== undefined;
    this.#status =
      code === 'unreachable' || this.#connection === undefined ? 'unreachable' : isGone ? 'lost' : 'failed';
    this.#options.emit({ kind: 'host-failed', host: this.name, status: this.#status, reason: this.#reason });
  }

  /** Brings a result file of a tool into the run's folder, under a name of ours. */
  async collectFile(
    remotePath: string,
    { name, mayBeOlder, signal }: { readonly name: string; readonly mayBeOlder: boolean; readonly signal: AbortSignal },
  ): Promise<void> {
    const sinceSeconds = (this.#options.nowNs() - this.#reachedNs) / 1e9;
    if (!mayBeOlder) await refuseStale(this.connection, remotePath, { sinceSeconds, signal });
    const n = this.#nextFile++;
    const path = join(this.#options.folder, runFiles.collected(this.index, n));
    await makeFolders(dirname(path));
    const { bytes, sha256 } = await readRemoteFile(this.connection, remotePath, path, {
      maxBytes: maxFileBytes,
      signal,
    });
    this.#files.push({ name, bytes, sha256, of: this.index, n });
  }

  /** Evidence that it should have brought. */
  missFile(what: string): void {
    this.#gaps.push(what);
  }

  /** Fetches the journal and the result, also from an agent that failed, and what is left of one that died. */
  async collect(): Promise<void> {
    const { folder } = this.#options;
    if (this.#hello === undefined || !this.isConnected || this.#collected !== undefined) return;
    const signal = this.isCompleted ? this.#aliveSignal() : AbortSignal.timeout(salvageLimitMs);
    const paths = await this.#delivery();
    this.#collected = await collect(this.connection, { folder, index: this.index, signal, ...paths });
    this.#gaps.push(...this.#collected.gaps);
  }

  async #delivery(): Promise<{ readonly resultPath?: string; readonly journalPath?: string }> {
    if (this.hasAgent && this.#session !== undefined) {
      try {
        return (await this.#session.deliver()).delivery;
      } catch (error) {
        this.fail(error);
      }
    }
    return this.#hello === undefined ? {} : { journalPath: this.#hello.journalPath };
  }

  #aliveSignal(): AbortSignal {
    return this.#session?.lost ?? AbortSignal.timeout(salvageLimitMs);
  }

  /** Lets the agent go, and removes what it can't remove itself. */
  async dismissAgent(): Promise<void> {
    const session = this.#session;
    if (session !== undefined) {
      this.#pings = session.pings;
      if (this.hasAgent) await session.bye();
      else {
        session.close();
        await this.#removeWorkFolder();
      }
    }
    if (this.isConnected && this.#deployed !== undefined) await removeDeployed(this.connection, this.#deployed);
  }

  async #removeWorkFolder(): Promise<void> {
    if (this.#hello === undefined || !this.isConnected) return;
    const left = await removeLeftovers(this.connection, this.#hello.workPath);
    if (left !== undefined) this.#log(left);
  }

  #log(text: string): void {
    this.#options.emit({ kind: 'line', host: this.name, stream: 'log', text });
  }

  async close(): Promise<void> {
    this.#isLetGo = true;
    this.#session?.close();
    await this.#connection?.[Symbol.asyncDispose]();
  }

  result(): HostResult {
    const { plan } = this.#options;
    const isInterrupted = this.isCompleted && this.#interruption !== undefined;
    const reason = isInterrupted ? this.#interruption : this.#reason;
    const lastHeartbeat = this.#session?.lastHeartbeat;
    const pings = this.#session === undefined || this.#pings.length > 0 ? this.#pings : this.#session.pings;
    return {
      version: 1,
      run: plan.run,
      index: this.index,
      name: this.name,
      status: this.#status,
      ...(reason === undefined ? {} : { reason }),
      ...(isInterrupted ? { isInterrupted } : {}),
      gaps: this.#gaps,
      commands: this.commands,
      pings: pings.map(({ sentNs, hostNs, receivedNs }) => [sentNs, hostNs, receivedNs]),
      ...(lastHeartbeat === undefined ? {} : { lastHeartbeat }),
      ...(this.#collected?.journal === undefined ? {} : { journal: this.#collected.journal }),
      ...(this.#collected?.agent === undefined ? {} : { agent: this.#collected.agent }),
      ...(this.#files.length === 0 ? {} : { collected: this.#files.toSorted((a, b) => a.n - b.n) }),
    };
  }
}
