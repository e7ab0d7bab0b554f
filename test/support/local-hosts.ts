/** Hosts that are this machine without SSH, in a bench's hosts.json, and tasks of a user beside it. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startFunbric, type Bench, type Ended, type Started } from './funbric.ts';

export interface LocalFleet {
  /** Writes tasks/<name>.ts: a task with a small `files` workload on the bench's directory. */
  writeTask(name: string, body: string): void;
  start(...words: readonly string[]): Started;
  run(...words: readonly string[]): Promise<Ended>;
}

export function localFleet(bench: Bench, names: readonly string[] = ['a', 'b', 'c']): LocalFleet {
  const hosts = Object.fromEntries(names.map((name) => [name, { transport: 'local' }]));
  writeFileSync(join(bench.folder, 'hosts.json'), JSON.stringify({ hosts }));
  mkdirSync(join(bench.folder, 'tasks'));
  const start = (...words: readonly string[]): Started =>
    startFunbric(['--reports', bench.reports, ...words], { cwd: bench.folder });
  return {
    writeTask(name, body) {
      const workload = `filesWorkload({ dir: ${JSON.stringify(bench.dir)}, profile: 'mixed', durationMs: 2000, workers: 1, isLocal: false, operationsLimit: 200 })`;
      writeFileSync(
        join(bench.folder, 'tasks', `${name}.ts`),
        `import { filesWorkload, task } from 'funbric';\nexport default task({ summary: 'a test', workload: () => ${workload}, ${body} });\n`,
      );
    },
    start,
    run: (...words) => start(...words).ended,
  };
}
