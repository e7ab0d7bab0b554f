/** The program of a thread that checkers.ts starts: it does the jobs that it is told, one after the other. */
import { parentPort } from 'node:worker_threads';
import { jobRunner, type Job } from './jobs.ts';

const run = jobRunner();
parentPort?.on('message', (job: Job) => parentPort?.postMessage(run(job), []));
