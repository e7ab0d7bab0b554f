/** What merging gives the report beside the verdict: errors, heartbeats, latency over time, figures of each host. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { mergeErrors } from '../../src/controller/merge/errors.ts';
import { latencyBySteps } from '../../src/controller/merge/latency.ts';
import { hostOperations } from '../../src/controller/merge/operations.ts';
import { timingOf, type HostTiming } from '../../src/controller/merge/timing.ts';
import { maxStretches, vitalsOf } from '../../src/controller/merge/vitals.ts';
import { makeHistory, type History } from '../../src/checks/history.ts';
import { stressPhase, verifyPhase } from '../../src/checks/phases.ts';
import { bucketOf } from '../../src/model/histogram.ts';
import { nameOf } from '../../src/model/namespace.ts';
import type { Heartbeat } from '../../src/model/protocol.ts';
import {
  outcomes,
  recordBytes,
  recordKinds,
  viewRecords,
  writeRecord,
  type JournalRecord,
} from '../../src/model/record.ts';
import type { AgentReport, HostResult } from '../../src/model/result.ts';

const facts = { hostname: 'h', platform: 'linux', kernel: '', arch: '', node: '', cpu: '', cpus: 1, memoryBytes: 1 };

/** A host whose clock is a second behind the controller's, known to a millisecond. */
function timing(name: string, agent: Partial<AgentReport>): HostTiming {
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
  return timingOf(result);
}

const blank: JournalRecord = {
  kind: recordKinds.read,
  outcome: outcomes.ok,
  errno: 0,
  sequence: 1,
  owner: 0,
  content: 0,
  flags: 0,
  name: nameOf({ kind: 'file', folder: 2, index: 7 }),
  target: 0,
  first: 0,
  count: 0,
  generation: 0,
  creator: 0,
  writer: 0,
  incarnation: 0,
  startNs: 0,
  endNs: 0,
  size: 0,
};

/** One worker a host; its records by phase. */
function historyOf(
  hosts: readonly (readonly { readonly phase: number; readonly records: readonly JournalRecord[] }[])[],
): History {
  return makeHistory(
    { workers: 1, chunkBytes: 4096, maxChunks: 16, isLocal: false },
    hosts.map((phases, host) => ({
      name: `h${host}`,
      isTrusted: true,
      hasVerified: true,
      client: { isNetwork: false, platform: 'linux' },
      consistency: 'posix',
      locks: { whole: 'data', ranges: 'data' },
      blocks: phases.map(({ phase, records }, number) => {
        const bytes = new Uint8Array(records.length * recordBytes);
        const views = viewRecords(bytes.buffer, 0, records.length);
        for (const [at, record] of records.entries()) writeRecord(views, at, record);
        return {
          type: 'records' as const,
          host,
          runTag: 1,
          boot: [1, 2] as const,
          writtenNs: 0,
          worker: host,
          phase,
          number,
          records: bytes,
        };
      }),
    })),
  );
}

function failed(kind: number, errno: number, endNs: number, index = 7): JournalRecord {
  const name = nameOf({ kind: 'file', folder: 2, index });
  return { ...blank, kind, outcome: outcomes.error, errno, name, startNs: endNs - 1e6, endNs };
}

describe('merged errors', () => {
  const operations = (errors: Record<string, number>): AgentReport['operations'] => [
    { name: 'write', count: 9, bytes: 0, errors, histogram: [] },
  ];

  it('are counted by the agents, and dated and placed by the journals of all hosts', () => {
    const timings = [
      timing('a', { operations: operations({ EIO: 5 }) }),
      timing('b', { operations: operations({ EIO: 2 }) }),
    ];
    const history = historyOf([
      [
        {
          phase: stressPhase,
          records: [2e9, 3e9, 4e9, 5e9].map((endNs, at) => failed(recordKinds.write, 5, endNs, at)),
        },
      ],
      [{ phase: stressPhase, records: [failed(recordKinds.write, 5, 1e9), failed(recordKinds.write, 5, 9e9)] }],
    ]);
    assert.deepEqual(mergeErrors(history, timings, 1e9), [
      {
        operation: 'write',
        error: 'EIO',
        count: 7,
        hosts: ['a', 'b'],
        examples: [
          { host: 'a', file: 'own/0000/d2/f000', atMs: 2000 },
          { host: 'b', file: 'own/0000/d2/f007', atMs: 1000 },
          { host: 'a', file: 'own/0000/d2/f002', atMs: 4000 },
        ],
        firstMs: 1000,
        lastMs: 9000,
      },
    ]);
  });

  it('leave out what the workload expects: the agent counts no error there', () => {
    const history = historyOf([[{ phase: stressPhase, records: [failed(recordKinds.read, 2, 1e9)] }]]);
    assert.deepEqual(mergeErrors(history, [timing('a', {})], 0), []);
  });

  it('are there without any journal, and the most frequent come first', () => {
    const groups = mergeErrors(undefined, [timing('a', { operations: operations({ EIO: 1, ESTALE: 3 }) })], 0);
    assert.deepEqual(
      groups.map(({ error, count, examples }) => [error, count, examples.length]),
      [
        ['ESTALE', 3, 0],
        ['EIO', 1, 0],
      ],
    );
  });
});

describe('latency over time', () => {
  const quick = (count: number, endNs: number): readonly JournalRecord[] =>
    Array.from({ length: count }, () => ({ ...blank, startNs: endNs - 1e5, endNs }));

  it("is the p99 of what ended in each second, on the run's time", () => {
    const slow = { ...blank, startNs: 1.5e9 - 5e7, endNs: 1.5e9 };
    const records = [...quick(1000, 0.5e9), ...quick(1000, 1.5e9), ...Array.from({ length: 20 }, () => slow)];
    const steps = latencyBySteps(historyOf([[{ phase: stressPhase, records }]]), [timing('a', {})], 1e9);
    assert.deepEqual([...steps.keys()], [0, 1]);
    const [first = 0, second = 0] = steps.values();
    assert.ok(Math.abs(first - 100) < 4 && Math.abs(second - 50_000) < 2_000, `${first} ${second}`);
  });

  it('says nothing of a second with 367 operations, of verify, nor of an operation without an answer', () => {
    const pending = Array.from({ length: 400 }, () => ({ ...blank, outcome: outcomes.pending }));
    const history = historyOf([
      [
        { phase: stressPhase, records: [...quick(367, 0.5e9), ...pending] },
        { phase: verifyPhase, records: quick(1000, 0.6e9) },
      ],
    ]);
    assert.equal(latencyBySteps(history, [timing('a', {})], 1e9).size, 0);
  });
});

describe('merged heartbeats', () => {
  const beat = (second: number, more: Partial<Heartbeat> = {}): Heartbeat => ({
    atNs: second * 1e9,
    phase: 'stress',
    operations: 100 * second,
    errors: 0,
    bytes: 0,
    cpuSeconds: 0.5 * second,
    rssBytes: 1e6,
    loadAverage: 1,
    ...more,
  });

  it("are rates between two of them, on the run's time", () => {
    const heartbeats = [beat(1), beat(2, { oldest: { operation: 'read', worker: 0, ageMs: 3 } })];
    assert.deepEqual(vitalsOf(timing('a', { heartbeats }), 1e9), [
      {
        startMs: 1000,
        endMs: 2000,
        phase: 'stress',
        operationsPerSecondMin: 100,
        operationsPerSecondMax: 100,
        cpuPercentMax: 50,
        rssBytesMax: 1e6,
        loadAverageMax: 1,
        oldest: { operation: 'read', ageMs: 3 },
      },
    ]);
  });

  it('start from nothing in a new phase', () => {
    const heartbeats = [beat(1, { operations: 1_000_000 }), beat(2, { phase: 'verify', operations: 40 })];
    assert.equal(vitalsOf(timing('a', { heartbeats }), 0)[0]?.operationsPerSecondMax, 40);
  });

  it('are sixty stretches of an hour, and keep its one stall and its one long operation', () => {
    let operations = 0;
    const heartbeats = Array.from({ length: 3600 }, (_, second) => {
      operations += second === 1234 ? 0 : 100;
      const oldest = { operation: 'write', worker: 0, ageMs: second === 2345 ? 9_000 : 1 };
      return beat(second, { operations, oldest });
    });
    const vitals = vitalsOf(timing('a', { heartbeats }), 0);
    assert.equal(vitals.length, maxStretches);
    assert.equal(Math.min(...vitals.map((one) => one.operationsPerSecondMin)), 0);
    assert.equal(Math.max(...vitals.map((one) => one.oldest?.ageMs ?? 0)), 9_000);
  });
});

describe('figures of one host', () => {
  it('have its own p99, and none from 367 samples', () => {
    const histogram = (count: number): [number, number][] => [[bucketOf(1e6), count]];
    const operations = [
      { name: 'write', count: 368, bytes: 0, errors: { EIO: 2 }, histogram: histogram(368) },
      { name: 'read', count: 367, bytes: 0, errors: {}, histogram: histogram(367) },
    ];
    const phases = [{ phase: 'stress' as const, startNs: 0, endNs: 2e9, end: 'completed' as const }];
    const [read, write] = hostOperations([timing('a', { operations, phases })], 0);
    assert.deepEqual([read?.name, read?.p99Us, read?.errors], ['read', null, 0]);
    assert.ok(Math.abs((write?.p99Us ?? 0) - 1000) < 5);
    assert.deepEqual([write?.perSecond, write?.errors], [184, 2]);
  });
});
