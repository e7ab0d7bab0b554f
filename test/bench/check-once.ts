/** FOLDER THREADS: checks a run in a process of its own, and prints seconds of wall and of CPU, and the most MB that it had. */
import { mergeRun } from '../../src/controller/merge/merge.ts';

const [folder = '', threads = '0'] = process.argv.slice(2);
const started = performance.now();
const run = await mergeRun(folder, { threads: Number(threads), records: 8e6 });
const wallSeconds = (performance.now() - started) / 1000;
if (run.verdict !== 'pass') throw new Error(`a correct run was called ${run.verdict}: ${run.reasons.join('; ')}`);
const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
process.stdout.write(`${wallSeconds} ${(userCPUTime + systemCPUTime) / 1e6} ${Math.round(maxRSS / 1024)}\n`);
