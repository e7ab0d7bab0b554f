/** Drives the agent's real bundle as a controller would: commands in, events out, and it never outlives the test. */
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { runTagOf, type AgentSpec } from '../../src/model/plan.ts';
import {
  agentEventSchema,
  type AgentEvent,
  type AgentPhase,
  type Command,
  type Heartbeat,
} from '../../src/model/protocol.ts';
import type { FilesSpec } from '../../src/workloads/files-spec.ts';

export const bundlePath = fileURLToPath(new URL('../../agent/agent.cjs', import.meta.url));

type EventOf<K extends AgentEvent['kind']> = Extract<AgentEvent, { kind: K }>;

/** For hangs only: a phase of a second has taken half a minute where fifty processes shared two cores. */
const usualPatienceMs = 240_000;

export class AgentProcess implements AsyncDisposable {
  readonly child: ChildProcessWithoutNullStreams;
  readonly events: AgentEvent[] = [];
  readonly exited: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
  stderr = '';
  readonly #waiting = new Set<() => void>();
  #text = '';
  #hasEnded = false;
  readonly #patienceMs: number;

  /** `patienceMs`: the longest that any one event is waited for. */
  constructor(
    options: { readonly bundle?: string; readonly env?: NodeJS.ProcessEnv; readonly patienceMs?: number } = {},
  ) {
    this.#patienceMs = options.patienceMs ?? usualPatienceMs;
    const bundle = options.bundle ?? bundlePath;
    if (!existsSync(bundle)) throw new Error(`${bundle} is missing: npm run build makes it`);
    const marker = 'marker-0123456789';
    this.child = spawn(process.execPath, [bundle, marker], { env: { ...process.env, ...options.env } });
    this.child.stdin.on('error', () => undefined);
    this.child.stdout.setEncoding('utf8').on('data', (text: string) => this.#take(text, `\n${marker}\n`));
    this.child.stderr.setEncoding('utf8').on('data', (text: string) => (this.stderr += text));
    // An agent that doesn't end when it should must fail its test, not hang it.
    const timer = setTimeout(() => this.child.kill('SIGKILL'), 2 * this.#patienceMs);
    this.exited = once(this.child, 'close').then(() => {
      clearTimeout(timer);
      this.#hasEnded = true;
      this.#wake();
      return { code: this.child.exitCode, signal: this.child.signalCode };
    });
  }

  get isThere(): boolean {
    return !this.#hasEnded;
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  get heartbeats(): readonly Heartbeat[] {
    return this.events.flatMap((event) => (event.kind === 'heartbeat' ? [event.heartbeat] : []));
  }

  send(command: Command): void {
    this.child.stdin.write(`${JSON.stringify(command)}\n`);
  }

  /** The first such event, now or later. */
  async event<K extends AgentEvent['kind']>(
    kind: K,
    isWanted: (event: EventOf<K>) => boolean = () => true,
  ): Promise<EventOf<K>> {
    const isOfKind = (event: AgentEvent): event is EventOf<K> => event.kind === kind;
    const deadline = performance.now() + this.#patienceMs;
    for (;;) {
      const found = this.events.filter(isOfKind).find(isWanted);
      if (found !== undefined) return found;
      if (this.#hasEnded) throw new Error(`the agent ended without ${kind}: ${this.stderr}`);
      if (performance.now() > deadline) throw new Error(`no ${kind} within ${this.#patienceMs} ms: ${this.stderr}`);
      await this.#change();
    }
  }

  async start(spec: AgentSpec): Promise<EventOf<'hello'>> {
    this.send({ kind: 'spec', spec });
    return this.event('hello');
  }

  async phase(phase: AgentPhase): Promise<EventOf<'phase-ended'>> {
    this.send({ kind: 'phase', phase });
    return this.event('phase-ended', (event) => event.phase === phase);
  }

  async deliver(): Promise<EventOf<'delivered'>['delivery']> {
    this.send({ kind: 'deliver' });
    return (await this.event('delivered')).delivery;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // A closed channel lets it remove its folders; what doesn't end by that is a bug that a test should see, but not for ever.
    this.child.stdin.end();
    const timer = setTimeout(() => this.child.kill('SIGKILL'), 60_000);
    const { signal } = await this.exited;
    clearTimeout(timer);
    if (signal === 'SIGKILL') this.#removeWorkFolder();
  }

  /** A killed agent can't; the controller or `funbric cleanup` would. */
  #removeWorkFolder(): void {
    for (const event of this.events) {
      if (event.kind === 'hello') rmSync(event.workPath, { recursive: true, force: true });
    }
  }

  #take(text: string, marker: string): void {
    this.#text += text;
    const start = this.#text.indexOf(marker);
    if (start >= 0) this.#text = this.#text.slice(start + marker.length);
    const lines = this.#text.split('\n');
    this.#text = lines.pop() ?? '';
    for (const line of lines) this.events.push(agentEventSchema.parse(JSON.parse(line)));
    this.#wake();
  }

  #wake(): void {
    for (const wake of this.#waiting) wake();
    this.#waiting.clear();
  }

  #change(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, 100);
      this.#waiting.add(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }
}

export function filesSpec(dir: string, changes: Partial<FilesSpec> = {}): FilesSpec {
  return {
    engine: 'files',
    dir,
    isLocal: false,
    workers: 2,
    durationMs: 500,
    weights: { mkdir: 2, delete: 6, list: 3, touch: 10, stat: 8, read: 30, write: 25, rename: 5, truncate: 5 },
    chunkBytes: 1024,
    fileBytes: 16_384,
    filesPerFolder: 4,
    ...changes,
  };
}

export function agentSpec(workload: FilesSpec, changes: Partial<AgentSpec> = {}): AgentSpec {
  const run = changes.run ?? '20250101-000000-abcdef';
  // Most tests don't ping: a phase that takes long on a busy machine must not cost the agent its life.
  return { run, runTag: runTagOf({ run }), seed: 1, host: 0, hosts: 1, leaseMs: 600_000, workload, ...changes };
}
