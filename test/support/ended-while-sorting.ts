/** FOLDER: merges a run in parts, and sends itself the signal SIGNAL, which its threads can't be told in words, when one of its journals has been sorted. */
import { isMainThread, parentPort } from 'node:worker_threads';
import { jobRunner, type Job } from '../../src/controller/merge/jobs.ts';
import { mergeRun } from '../../src/controller/merge/merge.ts';

const [folder = ''] = process.argv.slice(2);
if (isMainThread) await mergeRun(folder, { threads: 1, records: 1, program: new URL(import.meta.url) });

const run = jobRunner();
parentPort?.on('message', (job: Job) => {
  const answer = run(job);
  if (job.kind === 'sort') process.kill(process.pid, process.env['SIGNAL']);
  parentPort?.postMessage(answer, []);
});
