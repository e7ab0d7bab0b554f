/**
 * The entry of a faulty agent, a bundle of its own that is never shipped: FUNBRIC_FAULT=fault:seed:host says which fault its
 * file operations have, by its name or its code (then the first with it). A build may put the value in (esbuild's `define`) for hosts that take no environment.
 */
import { startAgent } from '../../src/agent/start.ts';
import { fileOperations } from '../../src/workloads/operations.ts';
import { faults } from './registry.ts';

const [wanted = '', seed = '', host = ''] = (process.env['FUNBRIC_FAULT'] ?? '').split(':');
const fault = faults.find(({ name, code }) => name === wanted || code === wanted);
if (fault === undefined) throw new Error(`FUNBRIC_FAULT=fault:seed:host names no fault: "${wanted}"`);
startAgent(fault.decorate(fileOperations, { seed: Number(seed), host: Number(host) }));
