/** The program of the thread that looks, one request after the other, while the stress goes on. */
import { parentPort } from 'node:worker_threads';
import { look, type LookRequest } from './look.ts';

parentPort?.on('message', (request: LookRequest) => parentPort?.postMessage(look(request), []));
