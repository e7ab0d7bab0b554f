/** What merging gives the report beside the verdict: errors, heartbeats, latency over time, figures of each host. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ErrorSightings, mergeErrors, type ErrorSighting } from '../../src/controller/merge/errors.ts';
import { FirstLook } from '../../src/controller/merge/first-look.ts';
import { HostLatency, latencyBySteps } from '../../src/controller/merge/latency.ts';
import { hostOperations, ratesOf } from '../../src/controller/merge/operations.ts';
import type { HostTiming } from '../../src/controller/merge/timing.ts';
import { maxStretches } from '../../src/controller/merge/result/stretches.ts';
import { vitalsOf } from '../../src/controller/merge/vitals.ts';
import { makeHistory, type History } from '../../src/checks/history.ts';
import { stressPhase, verifyPhase } from '../../src/checks/journal/phases.ts';
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
import type { AgentReport } from '../../src/model/result.ts';
import { blankRecord } from '../support/blank-record.ts';
import { timing } from '../support/host-timing.ts';

const blank: JournalRecord = {
  ...blankRecord,
  kind: recordKinds.read,
  outcome: outcomes.ok,
  sequence: 1,
  name: nameOf({ kind: 'file', folder: 2, index: 7 }),
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

function errorsOf(history: History, timings: readonly HostTiming[], zeroNs: number): readonly ErrorSighting[][] {
  return timings.map(({ toController }, host) => {
    const sightings = new ErrorSightings({ toController, zeroNs, platform: 'linux' });
    const look = new FirstLook({ latency: new HostLatency({ toController, zeroNs }), longNs: Infinity });
    const segments = history.log.segments.filter((segment) => segment.host === host);
    for (const segment of segments) sightings.take(segment, look.take(segment));
    return [...sightings.finish()];
  });
}

/** Of its only host. */
function latencyOf(history: History): Uint32Array {
  const latency = new HostLatency({ toController: timing('a', {}).toController, zeroNs: 1e9 });
  const look = new FirstLook({ latency, longNs: Infinity });
  for (const segment of history.log.segments) look.take(segment);
  return latency.finish();
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
    assert.deepEqual(mergeErrors(timings, errorsOf(history, timings, 1e9)), [
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
    const timings = [timing('a', {})];
    assert.deepEqual(mergeErrors(timings, errorsOf(history, timings, 0)), []);
  });

  it('are there without any journal, and the most frequent come first', () => {
    const groups = mergeErrors([timing('a', { operations: operations({ EIO: 1, ESTALE: 3 }) })], []);
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
    const steps = latencyBySteps([latencyOf(historyOf([[{ phase: stressPhase, records }]]))]);
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
    assert.equal(latencyBySteps([latencyOf(history)]).size, 0);
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
    const host = timing('a', { operations, phases });
    const [read, write] = hostOperations(host.result, ratesOf([host])[0] ?? NaN);
    assert.deepEqual([read?.name, read?.p99Us, read?.errors], ['read', null, 0]);
    assert.ok(Math.abs((write?.p99Us ?? 0) - 1000) < 5);
    assert.deepEqual([write?.perSecond, write?.errors], [184, 2]);
  });
});
