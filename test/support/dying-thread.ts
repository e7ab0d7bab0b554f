/** In place of a thread that checks: it looks through journals as that does, and dies of the first part that it gets. */
import { parentPort } from 'node:worker_threads';
import { jobRunner, type Job } from '../../src/controller/merge/jobs.ts';

const run = jobRunner();
parentPort?.on('message', (job: Job) => {
  if (job.kind === 'part') process.exit(7);
  parentPort?.postMessage(run(job), []);
});
