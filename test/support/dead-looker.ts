/** In place of the thread that looks during a stress: it dies of the first request. */
import { parentPort } from 'node:worker_threads';

parentPort?.on('message', () => process.exit(7));
