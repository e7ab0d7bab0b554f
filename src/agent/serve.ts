/**
 * The main thread: obeys the controller's commands, and goes when it is told, when the controller is gone (its lease runs
 * out, its channel closes) or when somebody ends the process. Whatever the reason, it leaves nothing behind.
 */
import { explain } from '../model/errors.ts';
import { defaultLimits, type AgentSpec } from '../model/plan.ts';
import type { AgentPhase, Command } from '../model/protocol.ts';
import { openChannel, type Channel } from './channel.ts';
import { agentClock, type ClockBase } from './clock.ts';
import { Session } from './session.ts';

/** Workers look at the stop flag between operations; one that takes longer is stuck in a call. */
const settleMs = 3_000;
const teardownMs = 5_000;
const flushMs = 500;
/** When even leaving hangs. */
const leaveMs = 15_000;
const leaseCheckMs = 250;

const exits = { done: 0, refused: 64, broken: 70, abandoned: 1 } as const;

export function serve(): void {
  const marker = process.argv[2] ?? '';
  if (!/^[\w.-]{8,200}$/.test(marker)) {
    process.stderr.write(
      'usage: node agent.cjs START-MARKER (8 to 200 letters and digits), commands on standard input\n',
    );
    process.exitCode = exits.refused;
    return;
  }
  new Agent(marker).listen();
}

class Agent {
  readonly #clockBase: ClockBase = process.hrtime();
  readonly #now = agentClock(this.#clockBase);
  readonly #channel: Channel;
  #session: Session | undefined;
  #leaseMs = defaultLimits.leaseMs;
  #lastHeardNs = 0;
  /** For how long the controller has said nothing, as far as it was looked at. */
  #silentMs = 0;
  #lookedNs = 0;
  #isLeaving = false;

  constructor(marker: string) {
    this.#channel = openChannel({
      input: process.stdin,
      output: process.stdout,
      marker,
      onCommand: (command) => this.#obey(command),
      onRefused: (reason) => this.#leave(exits.refused, reason),
      onEnd: (reason) => this.#leave(exits.abandoned, reason),
    });
  }

  listen(): void {
    // A controller that is gone takes standard error with it: nobody is left to tell.
    process.stderr.on('error', () => undefined);
    for (const signal of ['SIGTERM', 'SIGHUP', 'SIGINT'] as const) {
      process.on(signal, () => this.#leave(exits.abandoned, `ended by ${signal}`));
    }
    process.on('uncaughtException', (error) => this.#leave(exits.broken, error.stack ?? error.message));
    setInterval(() => this.#checkLease(), leaseCheckMs);
  }

  #obey(command: Command): void {
    if (this.#isLeaving) return;
    this.#lastHeardNs = this.#now();
    this.#lookedNs = this.#lastHeardNs;
    this.#silentMs = 0;
    switch (command.kind) {
      case 'ping':
        return this.#channel.send({ kind: 'pong', sentNs: command.sentNs, atNs: this.#lastHeardNs });
      case 'spec':
        return this.#open(command.spec);
      case 'phase':
        return this.#startPhase(command.phase);
      case 'stop':
        return this.#session?.stop();
      case 'deliver':
        return this.#deliver();
      case 'bye':
        return this.#leave(exits.done, undefined);
    }
  }

  #open(spec: AgentSpec): void {
    if (this.#session !== undefined) return this.#leave(exits.refused, 'a second spec: an agent serves one run');
    this.#leaseMs = spec.leaseMs;
    try {
      this.#session = new Session({
        spec,
        clockBase: this.#clockBase,
        now: this.#now,
        send: (event) => this.#channel.send(event),
        sendIfRoom: (event) => this.#channel.sendIfRoom(event),
        onBroken: (reason) => this.#leave(exits.broken, reason),
      });
    } catch (error) {
      this.#leave(exits.refused, explain(error));
    }
  }

  #startPhase(phase: AgentPhase): void {
    const session = this.#session;
    if (session === undefined) return this.#leave(exits.refused, `the phase ${phase} came before the spec`);
    if (session.phase !== undefined) {
      return this.#leave(exits.refused, `the phase ${phase} came during ${session.phase}`);
    }
    if (session.isDelivered && (phase === 'stress' || phase === 'verify')) {
      return this.#leave(exits.refused, `the phase ${phase} came after the journal was closed`);
    }
    session.start(phase);
  }

  #deliver(): void {
    const session = this.#session;
    if (session === undefined || session.phase !== undefined || session.isDelivered) {
      return this.#leave(
        exits.refused,
        `deliver came ${session === undefined ? 'before the spec' : 'at a wrong time'}`,
      );
    }
    session.deliver().catch((error: unknown) => this.#leave(exits.broken, explain(error)));
  }

  /**
   * After the process was held up, what the controller sent meanwhile is read before it is called silent; and where the clock
   * leapt, no more than a part of the lease counts as gone by.
   */
  #checkLease(): void {
    const nowNs = this.#now();
    this.#silentMs += Math.min(Math.max(0, (nowNs - this.#lookedNs) / 1e6), this.#leaseMs / 4);
    this.#lookedNs = nowNs;
    if (!this.#isLeaseOver()) return;
    setImmediate(() =>
      setImmediate(() => {
        if (this.#isLeaseOver()) this.#leave(exits.abandoned, `nothing from the controller for ${this.#leaseMs} ms`);
      }),
    );
  }

  #isLeaseOver(): boolean {
    return this.#silentMs > this.#leaseMs;
  }

  #leave(status: number, reason: string | undefined): void {
    if (this.#isLeaving) return;
    this.#isLeaving = true;
    setTimeout(killSelf, leaveMs).unref();
    if (reason !== undefined) {
      process.stderr.write(`funbric agent: ${reason}\n`);
      this.#channel.sendIfRoom({ kind: 'log', text: reason });
    }
    this.#cleanUp(status !== exits.done)
      .catch((error: unknown) => process.stderr.write(`funbric agent: ${explain(error)}\n`))
      .finally(() => {
        setTimeout(() => process.exit(status), flushMs).unref();
        this.#channel.flush(() => process.exit(status));
      });
  }

  /** A controller that says bye has seen to the teardown; else it is done here, unless the phase may hang in it. */
  async #cleanUp(isAlone: boolean): Promise<void> {
    const session = this.#session;
    if (session === undefined) return;
    const isInPhase = session.phase !== undefined;
    const isSettled = await session.settle(settleMs);
    session.removeWorkFolder();
    // A thread that is stuck in a call can't be ended by anything less, and process.exit would wait for it.
    if (!isSettled) killSelf();
    if (!session.needsTeardown || !(isAlone || isInPhase)) return;
    setTimeout(killSelf, teardownMs).unref();
    await session.teardown();
  }
}

function killSelf(): void {
  process.kill(process.pid, 'SIGKILL');
}
