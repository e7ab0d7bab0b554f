/** Reading a host's result: its long lists are read from the bytes where we wrote them, and by the schema where anybody did. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { foldResult, type FoldedResult } from '../../src/controller/merge/result/folded-result.ts';
import { decodeAsWritten, decodeBySchema, type Decoded } from '../../src/controller/merge/result/read-result.ts';
import { NumberScanner } from '../../src/controller/merge/result/number-scanner.ts';
import { hostResultSchema, type HostResult } from '../../src/model/result.ts';
import type { Heartbeat } from '../../src/model/protocol.ts';
import { syntheticFacts, uniform } from '../support/synthetic-run.ts';

const second = 1e9;

const inFlight = { operation: 'read', worker: 2, file: 'own/d\u00e9', ageMs: 2 };

function beat(at: number): Heartbeat {
  const bytes = 4096 * at;
  return {
    atNs: at * second,
    operations: 10 * at,
    errors: 0,
    bytes,
    cpuSeconds: 0.1 * at,
    rssBytes: 1e8 + at,
    loadAverage: 1.25,
  };
}

/** Short, and with all that a list may have. */
const result: HostResult = hostResultSchema.parse({
  version: 1,
  run: 'r',
  index: 0,
  name: 'a',
  status: 'completed',
  gaps: [],
  commands: [],
  pings: [0, 1, 2, 3].map((at) => [at * second, at * second + 1e6 + 0.25, at * second + 2e6]),
  agent: {
    version: 1,
    run: 'r',
    host: 0,
    facts: syntheticFacts('a'),
    phases: [{ phase: 'stress', startNs: 0, endNs: 3 * second, end: 'completed' }],
    operations: [{ name: 'write', count: 3, bytes: 9, errors: { EIO: 1 }, histogram: [[4, 3]] }],
    samples: [0, 1, 2].map((at) => ({
      startNs: at * second,
      endNs: (at + 1) * second + 0.5,
      operations: 10 + at,
      errors: at,
      bytes: 4096 * at,
    })),
    heartbeats: [
      beat(0),
      { ...beat(1), phase: 'stress', oldest: { operation: 'write', worker: 1, ageMs: 1 } },
      { ...beat(2), phase: 'stress', p99Us: 123.4565, mismatches: 2, oldest: inFlight },
      { ...beat(3), phase: 'verify', oldest: { ...inFlight, ageMs: 3.5 } },
    ],
    journal: { bytes: 0, records: 0, workers: 1 },
  },
});

/** As far as it is data: a clock is asked at some times. */
function shown(decoded: Decoded | undefined): unknown {
  if (decoded === undefined) return undefined;
  const { clock, ...rest }: FoldedResult = foldResult(decoded.result, { hungMs: 1, lists: decoded.lists });
  return { ...rest, clock: [0, 0.5, 1, 2.5, 9].map((at) => clock.estimate(at * second)) };
}

function bytesOf(value: unknown, indent?: number): Buffer {
  return Buffer.from(JSON.stringify(value, null, indent));
}

describe('a result', () => {
  it('is read from its bytes where it is written as we do, and says the same as by the schema', () => {
    for (const bytes of [bytesOf(result), bytesOf(result, 2)]) {
      const decoded = decodeAsWritten(bytes);
      assert.equal(decoded?.lists?.samples.startNs.length, 3);
      assert.deepEqual(shown(decoded), shown(decodeBySchema(bytes)));
    }
  });

  it('that was damaged anywhere is never read from its bytes as anything that the schema would not read', () => {
    const whole = bytesOf(result, 1);
    const random = uniform(5);
    let taken = 0;
    const look = (bytes: Buffer, what: string): void => {
      const decoded = shown(decodeAsWritten(bytes));
      if (decoded === undefined) return;
      taken++;
      assert.deepEqual(decoded, shown(decodeBySchema(bytes)), what);
    };
    for (let at = 0; at < whole.length; at++) {
      const [before, behind] = [whole.subarray(0, at), whole.subarray(at + 1)];
      look(Buffer.concat([before, behind]), `without byte ${at}`);
      for (const text of [
        '0',
        '9',
        '-',
        '.',
        'e',
        '"',
        '\\',
        ' ',
        ',',
        ':',
        '[',
        ']',
        '{',
        '}',
        '\0',
        'é',
        '1e9',
        '00',
      ].filter(() => random() < 0.3))
        look(Buffer.concat([before, Buffer.from(text), behind]), `byte ${at} as ${JSON.stringify(text)}`);
    }
    assert.ok(taken > 100, `${taken} were still results`);
  });

  it('has the lists of its agent, and not what is called so elsewhere', () => {
    const text = JSON.stringify(result);
    const lists = '"samples":[],"heartbeats":[],"pings":[]';
    for (const bytes of [
      text.replace('"version":1', `"other":{${lists}},"version":1`),
      text.replace('"gaps":[]', `"gaps":["x\\"samples\\":[]"]`),
      text.replace('"gaps":[]', `"gaps":[],"x\\"samples":[]`),
      text.replace('"journal":', '"samples":[],"journal":'),
      text.replace('"phases":', '"samples":[{}],"phases":'),
      text.replace('"run":"r"', `${lists},"run":"r"`),
      text.replace('"samples":[', '"samples":["read already"],"other":['),
    ].map((one) => Buffer.from(one))) {
      const decoded = decodeAsWritten(bytes) ?? decodeBySchema(bytes);
      assert.deepEqual(shown(decoded), shown(decodeBySchema(bytes)), bytes.toString().slice(0, 200));
    }
  });
});

describe('a number in JSON', () => {
  const read = (text: string): number => new NumberScanner(Buffer.from(` ${text},`), 0).number();

  it('is read to the last bit', () => {
    const random = uniform(11);
    const drawn = Array.from({ length: 20_000 }, () => [
      random() * 10 ** Math.floor(random() * 18 - 5),
      Math.round(random() * 2 ** 53),
      -Math.round(random() * 1e9) / 1e4,
    ]).flat();
    for (const value of [0, -0, 0.1, 123.456, 2 ** 53, 1e21 - 2 ** 20, ...drawn]) {
      const text = JSON.stringify(value);
      if (!text.includes('e')) assert.ok(Object.is(read(text), JSON.parse(text)), text);
    }
    assert.ok(Object.is(read('-0'), -0));
  });

  it('is none where JSON has none, or it is written as we never do', () => {
    for (const text of ['', '-', '.5', '1.', '01', '-01', '+1', '1e3', '1E3', 'NaN', 'null', '"1"', '--1'])
      assert.ok(Number.isNaN(read(text)), text);
  });
});
