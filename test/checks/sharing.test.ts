import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { checks } from '../../src/checks/registry.ts';
import { makeHistory, type History } from '../../src/checks/history.ts';
import { stressPhase, verifyPhase } from '../../src/checks/journal/phases.ts';
import { hostClock } from '../../src/model/clock.ts';
import type { Block } from '../../src/model/journal.ts';
import { nameOf, ownerOfArena } from '../../src/model/namespace.ts';
import { randomOf, type Random } from '../../src/model/random.ts';
import { contents, outcomes, recordKinds, type JournalRecord } from '../../src/model/record.ts';
import { encode } from '../support/record-history.ts';
import { blankRecord } from '../support/blank-record.ts';

/** FUNBRIC_RUNS=100000 takes some minutes. */
const runs = Number(process.env['FUNBRIC_RUNS'] ?? 2_000);
const owner = ownerOfArena('shared');
const name = nameOf({ kind: 'file', folder: 0, index: 0 });
const workersOfHost = 2;
const hostCount = 2;
const chunks = 3;

/** What one chunk holds, with the moment from which on it does. */
interface Version {
  readonly writer: number;
  readonly generation: number;
}

interface Operation {
  readonly worker: number;
  readonly record: JournalRecord;
  readonly atNs: number;
  readonly chunk: number;
}

/**
 * Workers of two hosts write and read the same chunks; each operation happens at one moment within its interval. Clocks are
 * off, drift, and are known by pings that took a while. With `fault`, one write is acknowledged and never happens, or one
 * read sees what was there before.
 */
function sharedRun(
  seed: number,
  fault: 'none' | 'lost' | 'stale',
): { readonly history: History; readonly isPlanted: boolean } {
  const random = randomOf(seed, 0x5ba2);
  const operations = draw(random);
  const state: (Version | undefined)[] = [];
  const before: (Version | undefined)[] = [];
  const records = Array.from({ length: hostCount * workersOfHost }, (): JournalRecord[] => []);
  const victim = random.below(operations.length);
  let isPlanted = false;
  const done = operations
    .toSorted((a, b) => a.atNs - b.atNs)
    .map((operation, at): Operation => {
      const { chunk, worker, record } = operation;
      const isVictim = fault !== 'none' && at >= victim && !isPlanted;
      if (record.kind === recordKinds.write) {
        if (isVictim && fault === 'lost') {
          isPlanted = true;
          return operation;
        }
        before[chunk] = state[chunk];
        state[chunk] = { writer: worker, generation: record.generation };
        return operation;
      }
      const isStale = isVictim && fault === 'stale' && before[chunk] !== undefined;
      isPlanted ||= isStale;
      return { worker, chunk, atNs: operation.atNs, record: seeing(record, isStale ? before[chunk] : state[chunk]) };
    });
  for (const { worker, record } of done.toSorted((a, b) => a.record.startNs - b.record.startNs))
    records[worker]?.push(record);
  const clocks = Array.from({ length: hostCount }, () => clockModel(random));
  return { isPlanted, history: historyOf({ records, clocks, state }) };
}

function draw(random: Random): readonly Operation[] {
  const operations: Operation[] = [];
  for (let worker = 0; worker < hostCount * workersOfHost; worker++) {
    let nowNs = random.below(5_000);
    for (let sequence = 1; sequence <= 12; sequence++) {
      const startNs = nowNs + random.below(random.below(2_000) + 1) + 1;
      const atNs = startNs + random.below(random.below(3_000) + 1);
      nowNs = atNs + random.below(random.below(3_000) + 1) + 1;
      const chunk = random.below(chunks);
      const isWrite = random.below(2) === 0;
      const base = {
        ...blankRecord,
        outcome: outcomes.ok,
        owner,
        name,
        sequence,
        first: chunk,
        count: 1,
        startNs,
        endNs: nowNs,
      };
      const record = isWrite
        ? {
            ...base,
            kind: recordKinds.write,
            writer: worker,
            generation: sequence,
            size: 1024,
            creator: owner,
            incarnation: name,
          }
        : { ...base, kind: recordKinds.read };
      operations.push({ worker, record, atNs, chunk });
    }
  }
  return operations;
}

function seeing(record: JournalRecord, version: Version | undefined): JournalRecord {
  if (version === undefined) return { ...record, content: contents.zeros };
  return { ...record, ...version, content: contents.data, creator: owner, incarnation: name };
}

interface ClockModel {
  readonly aheadNs: number;
  readonly drift: number;
  readonly pingNs: number;
}

function clockModel(random: Random): ClockModel {
  return {
    aheadNs: random.below(1e9),
    drift: (random.below(1_001) - 500) * 1e-6,
    pingNs: random.below(random.below(20_000) + 1),
  };
}

function historyOf({
  records,
  clocks,
  state,
}: {
  readonly records: readonly JournalRecord[][];
  readonly clocks: readonly ClockModel[];
  readonly state: readonly (Version | undefined)[];
}): History {
  const facts = { workers: workersOfHost, chunkBytes: 1024, maxChunks: 8, isLocal: false };
  return makeHistory(
    facts,
    clocks.map((model, host) => {
      const { aheadNs, drift, pingNs } = model;
      const here = (ns: number): number => aheadNs + ns * (1 + drift);
      const numbers = Array.from({ length: workersOfHost }, (_, at) => host * workersOfHost + at);
      const pings = [0, 20_000, 40_000].map((sentNs) => ({
        sentNs,
        hostNs: here(sentNs + pingNs / 3),
        receivedNs: sentNs + pingNs,
      }));
      return {
        name: ['a', 'b'][host] ?? '',
        blocks: numbers.flatMap((worker) => {
          const stressed = (records[worker] ?? []).map((record) => onHost(record, here));
          return blocksOf({ host, worker, stressed, verified: worker % workersOfHost === 0 ? scanOf(state) : [] });
        }),
        isTrusted: true,
        hasVerified: true,
        locks: { whole: 'data', ranges: 'data' },
        client: { isNetwork: false, platform: 'linux' },
        consistency: 'posix' as const,
        clock: hostClock(pings),
      };
    }),
  );
}

function onHost(record: JournalRecord, here: (ns: number) => number): JournalRecord {
  return { ...record, startNs: here(record.startNs), endNs: here(record.endNs) };
}

function scanOf(state: readonly (Version | undefined)[]): readonly JournalRecord[] {
  const base = { ...blankRecord, outcome: outcomes.ok, owner, name, count: 1, startNs: 1e12, endNs: 1e12 };
  return [0, 1].flatMap((flags) =>
    Array.from({ length: chunks }, (_, chunk) =>
      seeing(
        { ...base, kind: chunk === 0 ? recordKinds.scanRead : recordKinds.observe, flags, first: chunk },
        state[chunk],
      ),
    ),
  );
}

function blocksOf({
  host,
  worker,
  stressed,
  verified,
}: {
  readonly host: number;
  readonly worker: number;
  readonly stressed: readonly JournalRecord[];
  readonly verified: readonly JournalRecord[];
}): readonly Block[] {
  const header = { number: 0, host, worker, runTag: 1, boot: [0, 0] as const, writtenNs: 0 };
  return [
    { ...header, type: 'records', phase: stressPhase, records: encode(stressed) },
    { ...header, type: 'records', phase: verifyPhase, records: encode(verified) },
    { ...header, type: 'end', phase: verifyPhase },
  ];
}

function findingsOf(history: History): readonly { readonly code: string; readonly grade: string }[] {
  return checks.flatMap((check) => check.examine(history)).map(({ code, grade }) => ({ code, grade }));
}

describe('checks on chunks that several workers write and read', () => {
  it('find nothing where each operation has its moment, whatever the clocks say', () => {
    for (let seed = 0; seed < runs; seed++)
      assert.deepEqual(findingsOf(sharedRun(seed, 'none').history), [], `seed ${seed}`);
  });

  for (const [fault, codes] of [
    ['lost', ['D04', 'D11', 'D12']],
    ['stale', ['D04', 'D12']],
  ] as const) {
    it(`find a ${fault} ${fault === 'lost' ? 'write' : 'read'} where the clocks allow it, and call it by its name`, () => {
      let found = 0;
      for (let seed = 0; seed < 400; seed++) {
        const { history, isPlanted } = sharedRun(seed, fault);
        if (!isPlanted) continue;
        const findings = findingsOf(history);
        if (findings.length > 0) found++;
        for (const { code, grade } of findings) {
          assert.equal(grade, 'proven', `seed ${seed}`);
          assert.ok(
            codes.some((one) => one === code),
            `seed ${seed}: ${code}`,
          );
        }
      }
      assert.ok(found >= 40, `only ${found}`);
    });
  }
});
