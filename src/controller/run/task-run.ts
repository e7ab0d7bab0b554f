/** One task on all its hosts: setup, run, teardown, with a barrier between them that lost hosts don't hold up. */
import { settleMsOf } from '../../model/consistency.ts';
import { messageOf } from '../../model/errors.ts';
import type { MountSpec } from '../../model/mount-spec.ts';
import { runFolderName } from '../../model/namespace.ts';
import { agentSpecOf, defaultBeforeVerifyMs, type WorkloadSpec } from '../../model/plan.ts';
import type { AgentPhase } from '../../model/protocol.ts';
import type { CommandOutcome } from '../../model/result.ts';
import { LocalDigests } from '../../transports/copy/local-tree.ts';
import { onAbort } from '../../transports/on-abort.ts';
import type { LiveChecks } from '../live/live-checks.ts';
import { Mounting } from '../mounts/mounting.ts';
import type { TaskHost } from '../tasks/task.ts';
import { interrupted, sleep, within } from '../fan-out/waiting.ts';
import { Barriers } from './barrier.ts';
import { runBeforeVerify } from './before-verify.ts';
import type { HostRun } from './host-run.ts';
import { liveChecksOf } from './live.ts';
import { refuseSeparateDirectories } from './meeting.ts';
import type { ChosenTask } from './planning.ts';
import type { Stage } from './stage.ts';
import { misuse, Steps } from './steps.ts';
import { StrictEnd } from './strict-end.ts';
import { taskHost } from './task-host.ts';
import { callUserCode } from './user-code.ts';

export class TaskRun {
  readonly #stage: Stage;
  readonly #chosen: ChosenTask;
  readonly #workload: WorkloadSpec | undefined;
  readonly #mounting: Mounting | undefined;
  readonly #hosts: readonly HostRun[];
  readonly #barriers: Barriers;
  /** Ctrl-C, as the reason that every wait of this task ends with. */
  readonly #interrupt = new AbortController();
  /** Hosts whose setup began: these are torn down. */
  readonly #begun = new Set<HostRun>();
  readonly #steps = new Steps();
  readonly #digests = new LocalDigests();
  readonly #strict: StrictEnd;
  readonly #live: LiveChecks | undefined;
  /** What each host's meeting saw. */
  readonly #seen = new Map<number, readonly number[]>();

  constructor(stage: Stage, chosen: ChosenTask, hosts: readonly HostRun[]) {
    this.#stage = stage;
    this.#chosen = chosen;
    const planned = stage.plan.tasks.find(({ name }) => name === chosen.name);
    this.#workload = planned?.workload;
    this.#mounting = planned?.mount === undefined ? undefined : this.#mountingOf(planned.mount);
    this.#hosts = hosts;
    this.#strict = new StrictEnd(stage.emit);
    this.#live = liveChecksOf(stage, { workload: this.#workload, hosts, strict: this.#strict });
    this.#barriers = new Barriers(hosts.map(({ index }) => index));
  }

  /** Never throws for a host: each ends with its own reason. */
  async conduct(): Promise<void> {
    const { signal } = this.#stage;
    const interrupt = (): void => this.#interrupt.abort(interrupted(this.#chosen.name, signal));
    if (signal.aborted) interrupt();
    const stopListening = onAbort(signal, interrupt);
    try {
      await Promise.all(this.#hosts.map((host) => this.#work(host)));
      await this.#live?.stop();
      await this.#tearDown();
    } finally {
      stopListening();
    }
  }

  async #work(host: HostRun): Promise<void> {
    const { task, options } = this.#chosen;
    try {
      await this.#mounting?.mount(host, this.#signal);
      if (this.#workload !== undefined)
        await host.startAgent(agentSpecOf(this.#stage.plan, host.index, this.#workload), this.#signal);
      // Whatever can't run at all is known before any setup changes anything.
      await this.#arrive('ready', host);
      this.#begun.add(host);
      await this.#call(host, 'setup', (taskHost) => task.setup?.(taskHost, options));
      if (this.#workload !== undefined) await this.#meet(host, this.#workload);
      await this.#arrive('set up', host);
      await this.#call(host, 'run', (taskHost) => task.run?.(taskHost, options));
      const error = this.#strict.errorOf(host);
      if (error !== undefined) throw error;
    } catch (error) {
      host.fail(error);
    }
    this.#barriers.leave(host.index);
    await host.collect();
  }

  /** Makes the run's folder on the file system under test, and proves that all hosts see the same one. */
  async #meet(host: HostRun, workload: WorkloadSpec): Promise<void> {
    await host.phase('setup', this.#signal);
    await this.#arrive('folder made', host);
    const { sees } = await host.phase('meet', this.#signal);
    this.#seen.set(host.index, sees ?? []);
    if (workload.isLocal !== true)
      await this.#arrive('met', host, async () => {
        const present = this.#hosts.filter(({ index }) => this.#barriers.members.has(index));
        const sights = present.map(({ name, index }) => ({ name, index, sees: this.#seen.get(index) ?? [] }));
        refuseSeparateDirectories(workload.dir ?? '', sights);
      });
  }

  async #stress(host: HostRun, signal: AbortSignal): Promise<void> {
    const opening = this.#opening('stress', async () => this.#live?.start());
    await this.#barriers.arrive('stress', host.index, signal, opening);
    const ending = host.phase('stress', signal);
    const stopListening = onAbort(this.#strict.signal, () => host.stop());
    // Where another host was faster, its stop came before this stress.
    if (this.#strict.signal.aborted) host.stop();
    try {
      const { firstError } = await ending;
      if (firstError !== undefined) this.#strict.byError(host, firstError);
    } finally {
      stopListening();
    }
  }

  async #verify(host: HostRun, signal: AbortSignal): Promise<void> {
    const opening = this.#opening('verify', async () => {
      await this.#live?.stop();
      await this.#beforeVerify();
    });
    await this.#barriers.arrive('verify', host.index, signal, opening);
    await host.phase('verify', signal);
  }

  /** With all agents idle: the user's command, then as long as the clients' caches may keep the truth back. */
  async #beforeVerify(): Promise<void> {
    const { plan, folder, emit } = this.#stage;
    if (plan.beforeVerify !== undefined) {
      const directory = `${this.#workload?.dir ?? ''}/${runFolderName(plan.run)}`;
      const limitMs = plan.limits.beforeVerifyMs ?? defaultBeforeVerifyMs;
      await runBeforeVerify(plan.beforeVerify, { folder, directory, limitMs, signal: this.#signal, emit });
    }
    const targets = this.#hosts.map((host) => host.hello?.facts.target).filter((target) => target !== undefined);
    const settleMs = Math.max(0, ...targets.map(settleMsOf));
    if (settleMs === 0) return;
    const types = [...new Set(targets.map(({ type }) => type))].join(', ');
    emit({ kind: 'waiting', reason: `the caches that ${types} may keep are waited out before verify`, ms: settleMs });
    await sleep(settleMs, this.#signal);
  }

  /** All hosts are done with the data by now: nobody's teardown takes away what another still reads. */
  async #tearDown(): Promise<void> {
    const { plan } = this.#stage;
    const begun = this.#hosts.filter((host) => this.#begun.has(host));
    if (this.#workload !== undefined && !plan.isKept) {
      await this.#removeData(
        begun.filter((host) => host.hasAgent),
        this.#workload,
      );
    }
    await Promise.all(this.#hosts.map((host) => this.#attempt(host, 'ending its agent', () => host.dismissAgent())));
    await Promise.all(
      begun
        .filter((host) => host.isConnected)
        .map((host) => this.#attempt(host, 'teardown', async () => this.#userTeardown(host))),
    );
    await this.#unmount();
  }

  async #unmount(): Promise<void> {
    const mounting = this.#mounting;
    if (mounting === undefined) return;
    await Promise.all(
      mounting.hosts.map((host) =>
        this.#attempt(host, 'unmounting', () => mounting.unmount(host, this.#stage.killSignal)),
      ),
    );
  }

  #mountingOf(spec: MountSpec): Mounting {
    const { plan, emit, mountCredentials } = this.#stage;
    return new Mounting({
      spec,
      task: this.#chosen.name,
      run: plan.run,
      credentials: spec.credentials === undefined ? undefined : mountCredentials?.get(spec.credentials),
      teardownMs: plan.limits.teardownMs,
      emit,
    });
  }

  async #removeData(hosts: readonly HostRun[], workload: WorkloadSpec): Promise<void> {
    await Promise.all(
      hosts.map((host) => this.#attempt(host, 'teardown', () => this.#agentTeardown(host, 'teardown'))),
    );
    if (hosts.length === 0 && this.#begun.size > 0) this.#tellOfData(workload);
    const sweepers = workload.isLocal === true ? hosts : hosts.slice(0, 1);
    await Promise.all(sweepers.map((host) => this.#attempt(host, 'sweep', () => this.#agentTeardown(host, 'sweep'))));
  }

  /** Only an agent removes data, as only it looks for our marker first. */
  #tellOfData({ dir }: WorkloadSpec): void {
    const path = `${dir ?? ''}/${runFolderName(this.#stage.plan.run)}`;
    const text = `no agent is left to remove what the run wrote: look for ${path} on the hosts`;
    this.#stage.emit({ kind: 'line', host: '', stream: 'log', text });
  }

  async #agentTeardown(host: HostRun, phase: AgentPhase): Promise<void> {
    if (host.hasAgent) await host.phase(phase, this.#stage.killSignal);
  }

  async #userTeardown(host: HostRun): Promise<void> {
    const { task, options } = this.#chosen;
    await this.#call(host, 'teardown', (taskHost) => task.teardown?.(taskHost, options));
  }

  /** Teardown goes on whatever fails, has a limit of its own, and is tried on every host. */
  async #attempt(host: HostRun, what: string, act: () => Promise<void>): Promise<void> {
    try {
      await within(act(), this.#stage.plan.limits.teardownMs, `${host.name}: ${what}`);
    } catch (error) {
      this.#stage.emit({ kind: 'line', host: host.name, stream: 'log', text: `${what} failed: ${messageOf(error)}` });
      host.fail(error);
    }
  }

  #arrive(name: string, host: HostRun, opening?: () => Promise<void>): Promise<void> {
    return this.#barriers.arrive(name, host.index, this.#signal, this.#opening(name, opening));
  }

  #opening(name: string, act?: () => Promise<void>): () => Promise<void> {
    return async () => {
      await act?.();
      this.#stage.emit({ kind: 'barrier', name, hosts: this.#barriers.members.size });
    };
  }

  get #signal(): AbortSignal {
    return this.#interrupt.signal;
  }

  async #call(
    host: HostRun,
    phase: CommandOutcome['phase'],
    act: (taskHost: TaskHost) => Promise<unknown> | undefined,
  ): Promise<void> {
    const signal = phase === 'teardown' ? this.#stage.killSignal : this.#signal;
    await callUserCode((callSignal) => this.#taskHost(host, phase, callSignal), signal, act);
  }

  #taskHost(host: HostRun, phase: CommandOutcome['phase'], signal: AbortSignal): TaskHost {
    const { plan, emit, sudoPassword } = this.#stage;
    return taskHost({
      run: host,
      arguments: this.#chosen.positionals ?? [],
      digests: this.#digests,
      sudoPassword,
      task: this.#chosen.name,
      phase,
      hosts: this.#hosts.length,
      plan,
      commandMs: plan.limits.commandMs,
      idleMs: plan.limits.idleMs,
      isChecked: plan.isWarnOnly !== true,
      signal,
      emit,
      stress: async () => {
        this.#refuseMisuse(host, phase, 'stress');
        await this.#steps.stress(host, () => this.#stress(host, signal));
      },
      verify: async () => {
        this.#refuseMisuse(host, phase, 'verify');
        await this.#steps.verify(host, () => this.#verify(host, signal));
      },
    });
  }

  #refuseMisuse(host: HostRun, phase: CommandOutcome['phase'], step: AgentPhase): void {
    if (this.#workload === undefined) throw misuse(host, `${step} was called, but this task has no workload`);
    if (phase !== 'run') throw misuse(host, `${step} was called in ${phase}`);
  }
}
