/** What this host is, for the report's environment. */
import os from 'node:os';
import type { Mount } from '../model/mount.ts';
import type { Facts } from '../model/protocol.ts';

export function gatherFacts(target: Mount | undefined, locksBy: string | undefined): Facts {
  const cpus = os.cpus();
  return {
    hostname: os.hostname(),
    platform: os.platform(),
    kernel: os.release(),
    arch: os.arch(),
    node: process.version,
    cpu: cpus[0]?.model.trim() ?? 'unknown',
    cpus: cpus.length,
    memoryBytes: os.totalmem(),
    ...(target === undefined ? {} : { target }),
    ...(locksBy === undefined ? {} : { locksBy }),
  };
}
