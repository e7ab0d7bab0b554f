/** A host as the merge sees it, without files: for tests of what is worked out of its figures. */
import { timingOf, type HostTiming } from '../../src/controller/merge/timing.ts';
import { foldResult } from '../../src/controller/merge/result/folded-result.ts';
import type { AgentReport, HostResult } from '../../src/model/result.ts';

const facts = { hostname: 'h', platform: 'linux', kernel: '', arch: '', node: '', cpu: '', cpus: 1, memoryBytes: 1 };

/** A host whose clock is a second behind the controller's, known to a millisecond. */
export function timing(name: string, agent: Partial<AgentReport>): HostTiming {
  const report: AgentReport = {
    version: 1,
    run: 'r',
    host: 0,
    facts,
    phases: [],
    operations: [],
    samples: [],
    heartbeats: [],
    journal: { bytes: 0, records: 0, workers: 1 },
    ...agent,
  };
  const result: HostResult = {
    version: 1,
    run: 'r',
    index: 0,
    name,
    status: 'completed',
    gaps: [],
    commands: [],
    pings: Array.from({ length: 121 }, (_, at) => 30e9 * at).map((atNs) => [atNs + 1e9 - 5e5, atNs, atNs + 1e9 + 5e5]),
    agent: report,
  };
  return timingOf(foldResult(result, { hungMs: 60_000 }));
}
