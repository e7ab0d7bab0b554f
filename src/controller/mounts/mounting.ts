/**
 * A task's mount on every host: made before its agents start, so that they find it and say what it promises, and undone
 * when they are gone. Only what this run mounted is unmounted. Both are kept beside the commands of the task.
 */
import { FunbricError, messageOf } from '../../model/errors.ts';
import { mountCommandOf, sourceOf, type MountSpec } from '../../model/mount-spec.ts';
import { fileStemOf } from '../../model/plan.ts';
import type { CommandOutcome } from '../../model/result.ts';
import { runScript } from '../../transports/script.ts';
import { readable } from '../../transports/shell.ts';
import { describeExit } from '../../transports/transport.ts';
import type { Emit } from '../events/events.ts';
import type { HostRun } from '../run/host-run.ts';
import { MountAnswer, mountRefusal, unmountRefusal } from './answer.ts';
import type { MountCredentials } from './credentials.ts';
import { mountScript, unmountScript, type MountJob } from './script.ts';

/** mount.nfs itself tries for two minutes to reach a server. */
const mountLimitMs = 180_000;
const maxOutputBytes = 64 << 10;

export interface MountingOptions {
  readonly spec: MountSpec;
  readonly task: string;
  readonly run: string;
  readonly credentials: MountCredentials | undefined;
  readonly teardownMs: number;
  readonly emit: Emit;
}

export class Mounting {
  readonly #options: MountingOptions;
  /** Hosts where something may be mounted, and what it is: undefined where a mount was cut off before it told. */
  readonly #begun = new Map<HostRun, string | undefined>();

  constructor(options: MountingOptions) {
    this.#options = options;
  }

  /** Where something may be to undo. */
  get hosts(): readonly HostRun[] {
    return [...this.#begun.keys()];
  }

  async mount(host: HostRun, signal: AbortSignal): Promise<void> {
    const { spec, credentials } = this.#options;
    signal.throwIfAborted();
    this.#begun.set(host, undefined);
    const command = readable(mountCommandOf(spec, host.index));
    const script = mountScript(this.#jobOf(host));
    const stdin = credentials?.text ?? '';
    const answer = await this.#ask(host, { phase: 'setup', command, script, signal, timeoutMs: mountLimitMs, stdin });
    const identity = answer.one('identity');
    if (identity === undefined) {
      if (answer.one('remains') === undefined) this.#begun.delete(host);
      throw mountRefusal({ host: host.name, spec, command }, answer);
    }
    this.#begun.set(host, identity);
    this.#say(host, `mounted at ${spec.at}: ${answer.one('mounted') ?? ''}`);
  }

  async unmount(host: HostRun, signal: AbortSignal): Promise<void> {
    const { spec, teardownMs } = this.#options;
    const command = readable(['umount', spec.at]);
    const script = unmountScript(this.#jobOf(host), this.#begun.get(host));
    const answer = await this.#ask(host, {
      phase: 'teardown',
      command,
      script,
      signal,
      timeoutMs: teardownMs,
      stdin: '',
    });
    if (answer.one('refused') !== undefined) throw unmountRefusal({ host: host.name, spec, command }, answer);
    this.#begun.delete(host);
    const kept = answer.one('kept');
    if (kept !== undefined) this.#say(host, `${kept}, which was made for the mount, is not empty, and stays`);
  }

  async #ask(
    host: HostRun,
    given: {
      readonly phase: CommandOutcome['phase'];
      readonly command: string;
      readonly script: string;
      readonly signal: AbortSignal;
      readonly timeoutMs: number;
      readonly stdin: string;
    },
  ): Promise<MountAnswer> {
    const { phase, command, script, ...options } = given;
    const started = performance.now();
    const record = (exit: CommandOutcome['exit'], stdout = '', stderr = ''): void => {
      const elapsedMs = Math.round(performance.now() - started);
      host.commands.push({ task: this.#options.task, phase, command, exit, stdout, stderr, elapsedMs });
    };
    try {
      if (!host.isConnected) throw this.#leftMounted(host, 'the connection is gone');
      const running = runScript(host.connection, script, { ...options, maxOutputBytes });
      const { exit, stdout, stderr } = await running.catch((error: unknown) => {
        const isLost = error instanceof FunbricError && error.code === 'lost';
        throw isLost ? this.#leftMounted(host, messageOf(error)) : error;
      });
      if (exit.kind !== 'exited' || exit.code !== 0) throw this.#leftMounted(host, describeExit(exit));
      const answer = new MountAnswer(this.#clean(stdout.toString()), this.#clean(stderr.toString()));
      record(answer.exit, answer.one('mounted'), answer.said);
      return answer;
    } catch (error) {
      record(messageOf(error));
      throw error;
    }
  }

  #leftMounted(host: HostRun, why: string): FunbricError {
    const { spec } = this.#options;
    const what = `${host.name}: ${sourceOf(spec, host.index)} may still be mounted at ${spec.at}: ${why}`;
    return new FunbricError('lost', what, {
      hint: `undo it: funbric -H ${host.name} -- ${readable(['umount', spec.at])}`,
    });
  }

  #jobOf(host: HostRun): MountJob {
    const { spec, run } = this.#options;
    return { spec, source: sourceOf(spec, host.index), tag: `${run}.${fileStemOf(host.index)}` };
  }

  #say(host: HostRun, text: string): void {
    this.#options.emit({ kind: 'line', host: host.name, stream: 'log', text });
  }

  /** No program should repeat a password; if one does, what it says is kept without. */
  #clean(text: string): string {
    return (this.#options.credentials?.secrets ?? []).reduce((left, secret) => left.replaceAll(secret, '***'), text);
  }
}
