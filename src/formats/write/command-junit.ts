/** What became of one command on many hosts as JUnit XML: one suite, a case a host. */
import type { HostStatus } from '../../model/result.ts';
import { encodeSuites, type Case } from './junit-xml.ts';

interface Exit {
  readonly host: string;
  readonly status: HostStatus;
  readonly reason?: string;
  readonly elapsedMs?: number;
}

/** `said`: the beginning of what the host at that position printed. */
export function encodeCommandJunit(command: string, exits: readonly Exit[], said: (index: number) => string): string {
  const cases = exits.map(({ host, status, reason, elapsedMs = 0 }, index): Case => {
    const isGone = status === 'lost' || status === 'unreachable';
    return {
      name: host,
      className: command,
      seconds: elapsedMs / 1000,
      failures: status === 'failed' ? [reason ?? status] : [],
      errors: isGone ? [`${status}: ${reason ?? status}`] : [],
      output: said(index),
    };
  });
  return encodeSuites(`funbric -- ${command}`, [{ name: command, cases }]);
}
