/**
 * The entry of a faulty agent, a bundle of its own that is never shipped: FUNBRIC_FAULT=code:seed:host says which fault
 * its file operations have. A build may put the value in (esbuild's `define`) for hosts that take no environment.
 */
import { startAgent } from '../../src/agent/start.ts';
import { fileOperations } from '../../src/workloads/operations.ts';
import { faults } from './registry.ts';

const [code = '', seed = '', host = ''] = (process.env['FUNBRIC_FAULT'] ?? '').split(':');
const fault = faults.find((candidate) => candidate.code === code);
if (fault === undefined) throw new Error(`FUNBRIC_FAULT=code:seed:host names no fault: "${code}"`);
startAgent(fault.decorate(fileOperations, { seed: Number(seed), host: Number(host) }));
