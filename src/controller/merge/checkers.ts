/**
 * Threads that share the jobs of a merge; none for a small run, whose merge is done sooner than a thread starts. A thread
 * that dies, of too little memory or of a bug, fails its job and no other.
 */
import { Worker } from 'node:worker_threads';
import { messageOf } from '../../model/errors.ts';
import type { RowRange } from '../../checks/journal/record-log.ts';
import { jobRunner, type Job, type JobAnswer, type PartAnswer } from './jobs.ts';
import type { RunBasis } from './parts.ts';
import type { SortedJournal, SortRequest } from './sorted-journal.ts';
import type { Survey, SurveyRequest } from './survey.ts';

export interface Checkers extends AsyncDisposable {
  /** All reject, with a short reason, where the job couldn't be done. */
  survey(request: SurveyRequest): Promise<Survey>;
  sort(request: SortRequest): Promise<SortedJournal>;
  part(basis: RunBasis, rows: RowRange): Promise<readonly PartAnswer[]>;
}

/** With no threads, jobs are done here; `program` is what each runs. */
export function openCheckers({ threads, program = usualProgram }: { threads: number; program?: URL }): Checkers {
  const crew = threads === 0 ? lonely() : new Crew(threads, program);
  return {
    async survey(request) {
      const answer = await crew.run({ kind: 'survey', request }, undefined);
      if (answer.kind !== 'survey') throw new Error(reasonOf(answer));
      return answer.survey;
    },
    async sort(request) {
      const answer = await crew.run({ kind: 'sort', request }, undefined);
      if (answer.kind !== 'sort') throw new Error(reasonOf(answer));
      return answer.sorted;
    },
    async part(basis, rows) {
      const answer = await crew.run({ kind: 'part', rows }, basis);
      if (answer.kind !== 'part') throw new Error(reasonOf(answer));
      return answer.parts;
    },
    [Symbol.asyncDispose]: () => crew.close(),
  };
}

interface Doers {
  run(job: Job, basis: RunBasis | undefined): Promise<JobAnswer>;
  close(): Promise<void>;
}

function reasonOf(answer: JobAnswer): string {
  return answer.kind === 'failed' ? answer.reason : 'a thread did another job than it was told';
}

function lonely(): Doers {
  const run = jobRunner();
  return {
    run: (job, basis) => Promise.resolve(run(withBasis(job, basis))),
    close: () => Promise.resolve(),
  };
}

function withBasis(job: Job, basis: RunBasis | undefined): Job {
  return job.kind === 'part' && basis !== undefined ? { ...job, basis } : job;
}

/** In the same folder and under the same name as this module, in the package's bundle and beside it. */
const usualProgram = new URL('./checker-thread.js', import.meta.url);

class Crew implements Doers {
  readonly #most: number;
  readonly #program: URL;
  readonly #all = new Set<Thread>();
  readonly #idle: Thread[] = [];
  readonly #waiting: (() => void)[] = [];

  constructor(most: number, program: URL) {
    this.#most = most;
    this.#program = program;
  }

  async run(job: Job, basis: RunBasis | undefined): Promise<JobAnswer> {
    while (this.#idle.length === 0 && this.#all.size >= this.#most) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    const thread = this.#living() ?? this.#start();
    const answer = await thread.run(job, basis);
    if (thread.isDead) this.#all.delete(thread);
    else this.#idle.push(thread);
    this.#waiting.shift()?.();
    return answer;
  }

  /** One that ended while it had nothing to do would never answer. */
  #living(): Thread | undefined {
    for (let thread = this.#idle.pop(); thread !== undefined; thread = this.#idle.pop()) {
      if (!thread.isDead) return thread;
      this.#all.delete(thread);
    }
    return undefined;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#all].map((thread) => thread.close()));
  }

  #start(): Thread {
    const thread = new Thread(this.#program);
    this.#all.add(thread);
    return thread;
  }
}

/** What a check works out about a tree lives as long as the tree is looked at: in less room it would be copied again and again. */
const youngMegabytes = 96;

class Thread {
  isDead = false;
  readonly #worker: Worker;
  #basis: RunBasis | undefined;
  #settle: ((answer: JobAnswer) => void) | undefined;

  constructor(program: URL) {
    this.#worker = new Worker(program, { resourceLimits: { maxYoungGenerationSizeMb: youngMegabytes } });
    this.#worker.on('message', (answer: JobAnswer) => this.#end(answer));
    this.#worker.on('error', (error) => this.#die(messageOf(error)));
    this.#worker.on('exit', (code) => this.#die(`its thread ended with code ${code}`));
  }

  run(job: Job, basis: RunBasis | undefined): Promise<JobAnswer> {
    const told = basis === this.#basis ? job : withBasis(job, basis);
    this.#basis = basis ?? this.#basis;
    return new Promise((resolve) => {
      this.#settle = resolve;
      this.#worker.postMessage(told, []);
    });
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }

  #die(reason: string): void {
    this.isDead = true;
    this.#end({ kind: 'failed', reason });
  }

  #end(answer: JobAnswer): void {
    this.#settle?.(answer);
    this.#settle = undefined;
  }
}
