import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import * as fc from 'fast-check';
import { boardFrame, type FrameOptions } from '../../src/cli/progress/board-frame.ts';
import { newBoard, reduceBoard, type BoardState } from '../../src/cli/progress/board-state.ts';
import { makeColors } from '../../src/cli/terminal/colors.ts';
import { progressOf } from '../../src/cli/progress/choice.ts';
import { makeSymbols } from '../../src/cli/terminal/symbols.ts';
import { widthOf } from '../../src/cli/terminal/text-width.ts';
import type { RunEventBody } from '../../src/controller/events/events.ts';
import type { Heartbeat } from '../../src/model/protocol.ts';
import { testHost } from '../support/transports.ts';

const none = makeColors({ isWanted: false, environment: {}, isTerminal: false });
const ascii = makeSymbols({ LANG: 'C' });

describe('the board', () => {
  it('folds 200 healthy hosts into one line, with the sum of what they do', () => {
    const names = hostNames(200);
    const frame = show(stressing(names), { nowMs: 3000 });
    assert.deepEqual(frame, [
      'runtest - stress - 0:03 - ETA 0:57',
      '200 hosts: 200 running - 20,000 ops/s - 0 errors - findings: judged at the end',
      '  host          state    phase    ops/s      p99  longest  errors  seen',
      '+ web[001-200]  running  stress  20,000  1.50 ms     7 ms       0   1 s  200 hosts',
    ]);
  });

  it('shows the worst hosts first, each with its reason, and the healthy ones last', () => {
    const names = hostNames(200);
    const state = after(stressing(names), [
      [2100, beat('web003', { operations: 150, errors: 20 })],
      [2100, { kind: 'host-ended', host: 'web005', status: 'lost', reason: 'nothing was heard of it' }],
      [2200, beat('web009', { oldest: { operation: 'write', worker: 5, ageMs: 12_000, file: '3/f17' } })],
      [2300, { kind: 'host-ended', host: 'web100', status: 'failed', reason: 'no space' }],
    ]);
    const rows = show(state, { nowMs: 3000 }).slice(3);
    assert.deepEqual(
      rows.map((row) => row.split(/ +/).slice(0, 3).join(' ')),
      ['x web005 lost', 'x web100 failed', '! web009 hung', '! web003 running', '+ web[001-002,004,0... running'],
    );
    assert.match(rows[0] ?? '', /nothing was heard of it$/);
    assert.match(rows[2] ?? '', /worker 5 in write of 3\/f17 for 12 s$/);
  });

  it('names a host that has read what nobody wrote, though only the merge can say what that means', () => {
    const state = after(stressing(['a', 'b']), [[2100, beat('b', { operations: 150, mismatches: 2 })]]);
    const frame = show(state, { nowMs: 3000 });
    assert.match(frame[1] ?? '', /0 errors - 2 mismatches - findings: judged at the end$/);
    assert.match(frame[3] ?? '', /^! b +mismatch .*2 chunks not as written$/);
  });

  it('shows how much of the journals was checked so far, and how many findings there are', () => {
    const looked = (findings: number): RunEventBody => ({ kind: 'looked', records: 12_345, findings, elapsedMs: 250 });
    const [none_, three] = [0, 3].map((findings) => after(stressing(['a', 'b']), [[2100, looked(findings)]]));
    assert.ok(none_ !== undefined && three !== undefined);
    const rowOf = (state: BoardState): string =>
      show(state, { nowMs: 3000, size: { columns: 160, rows: 40 } })[1] ?? '';
    assert.match(rowOf(none_), /- findings: none in 12,345 records so far, judged at the end$/);
    assert.match(rowOf(three), /- findings: 3 in 12,345 records so far, judged at the end$/);
  });

  it('calls a host silent that has said nothing for more than 10 s', () => {
    const state = after(stressing(['a', 'b']), [[14_000, beat('a', { operations: 900 })]]);
    const rows = show(state, { nowMs: 14_500 });
    assert.match(rows[3] ?? '', /^x b +silent .*no word for 13 s$/);
    assert.match(rows[4] ?? '', /^\+ a +running/);
  });

  it('counts the hosts in trouble that have no room', () => {
    const names = hostNames(200);
    const lost = names.slice(0, 150).map((host) => [2500, ended(host)] as const);
    const rows = show(after(stressing(names), lost), { nowMs: 3000, size: { columns: 100, rows: 12 } });
    assert.equal(rows.length, 10);
    assert.match(rows.at(-2) ?? '', /^x web\[006-150\] +145 more .*145 lost$/);
    assert.match(rows.at(-1) ?? '', /^\+ web\[151-200\] +running .*50 hosts$/);
  });

  it('says when the stress will be over: by its time, or by its operations where these are done first', () => {
    const byOperations = stressing(['a', 'b'], { durationMs: 60_000, operationsLimit: 250, workers: 2 });
    // 200 of 500 operations are done, 100 a second.
    assert.match(show(byOperations, { nowMs: 3000 })[0] ?? '', /ETA 0:03$/);
    assert.match(show(stressing(['a'], {}), { nowMs: 3000 })[0] ?? '', /stress - 0:03$/);
  });

  it('says what the run waits for, that it tears down after Ctrl-C, and that it judges when all hosts are done', () => {
    const waiting = after(stressing(['a']), [[3000, { kind: 'waiting', reason: 'caches', ms: 30_000 }]]);
    assert.match(show(waiting, { nowMs: 5000 })[0] ?? '', /waiting 28 s: caches$/);
    const interrupted = after(stressing(['a']), [[3000, { kind: 'interrupted', isSecond: false }]]);
    assert.match(show(interrupted, { nowMs: 5000 })[0] ?? '', /interrupted: tearing down/);
    assert.match(show(after(stressing(['a']), [[3000, ended('a')]]), { nowMs: 5000 })[0] ?? '', /judging/);
  });

  it('takes rates from two heartbeats of one phase, and errors from all phases', () => {
    const state = after(stressing(['a']), [
      [2500, beat('a', { operations: 200, errors: 3 })],
      [3000, { kind: 'phase-ended', host: 'a', phase: 'stress', end: 'completed' }],
      [3100, { kind: 'phase-started', host: 'a', phase: 'verify' }],
      [3200, { ...beat('a', { operations: 7, errors: 1 }), host: 'a' }],
    ]);
    const row = show(state, { nowMs: 4000 })[3] ?? '';
    assert.match(row, /running +verify +- +- +- +3 /, 'a beat of the stress says nothing of the verify');
  });

  it('obeys nothing that a host says', () => {
    const nasty = 'a\u001b[2Jb\r\nc\td\u202e';
    const state = after(stressing(['a', 'b']), [
      [2100, { kind: 'host-ended', host: 'a', status: 'lost', reason: nasty }],
      [2100, beat('b', { oldest: { operation: nasty, worker: 1, ageMs: 9_000, file: nasty } })],
    ]);
    for (const line of show(state, { nowMs: 3000 })) assert.doesNotMatch(line, /[\p{Cc}\u202e]/u);
  });

  it('fits every terminal, whatever happens on 200 hosts', () => {
    const names = hostNames(198).concat('長い名前のホスト', 'x'.repeat(300));
    const size = fc.record({ columns: fc.integer({ min: 1, max: 250 }), rows: fc.integer({ min: 1, max: 80 }) });
    const happening = fc.record({ host: fc.constantFrom(...names), what: fc.integer({ min: 0, max: 4 }) });
    fc.assert(
      fc.property(size, fc.array(happening, { maxLength: 60 }), fc.boolean(), (given, all, isColored) => {
        const events = all.map(({ host, what }, at) => [2500 + at, happenings[what]?.(host) ?? ended(host)] as const);
        const colors = makeColors({ isWanted: isColored, environment: {}, isTerminal: true });
        const symbols = makeSymbols({ LANG: isColored ? 'C.UTF-8' : 'C' });
        const state = after(stressing(names), events);
        const frame = boardFrame(state, { nowMs: 20_000, size: given, colors, symbols });
        assert.ok(frame.length < given.rows || frame.length === 0, `${frame.length} lines`);
        for (const line of frame) assert.ok(widthOf(stripVTControlCharacters(line)) < given.columns, line);
      }),
      { numRuns: 60 },
    );
  });
});

describe('what is shown', () => {
  it('is a board where a person looks on, and lines in a pipe, in CI and where the terminal can do no more', () => {
    const auto = (isTerminal: boolean, environment = {}): string =>
      progressOf({ choice: 'auto', isTerminal, environment });
    assert.deepEqual([auto(true), auto(false)], ['tty', 'plain']);
    assert.deepEqual([auto(true, { TERM: 'dumb' }), auto(true, { CI: 'true' })], ['plain', 'plain']);
    for (const choice of ['tty', 'plain', 'json', 'quiet'] as const) {
      assert.equal(progressOf({ choice, isTerminal: false, environment: { TERM: 'dumb' } }), choice);
    }
  });
});

describe('marks', () => {
  it('are ASCII where the terminal may not know others', () => {
    for (const environment of [
      {},
      { LANG: 'C' },
      { LANG: 'de_DE.UTF-8', LC_ALL: 'C' },
      { LANG: 'C.UTF-8', TERM: 'linux' },
    ]) {
      assert.equal(makeSymbols(environment).good, '+', JSON.stringify(environment));
    }
    assert.equal(makeSymbols({ LANG: 'C.utf8', LC_ALL: '', TERM: 'xterm' }).good, '✓');
  });
});

const happenings: readonly ((host: string) => RunEventBody)[] = [
  (host) => ended(host),
  (host) => ({ kind: 'host-ended', host, status: 'failed', reason: `${host} 漢字 ${'why '.repeat(100)}` }),
  (host) => beat(host, { operations: 1e9, errors: 123_456 }),
  (host) => beat(host, { oldest: { operation: 'fsync', worker: 1000, ageMs: 1e8, file: '/😀'.repeat(50) } }),
  (host) => ({ kind: 'phase-ended', host, phase: 'stress', end: 'completed' }),
];

function hostNames(count: number): readonly string[] {
  return Array.from({ length: count }, (_, at) => `web${String(at + 1).padStart(3, '0')}`);
}

/** All hosts in the third second of a stress, at 100 operations a second. */
function stressing(
  names: readonly string[],
  { workers = 1, ...goal }: { durationMs?: number; operationsLimit?: number; workers?: number } = {
    durationMs: 60_000,
  },
): BoardState {
  const workload = { engine: 'files', workers, ...goal };
  const board = newBoard({
    hosts: names.map((name) => testHost(name)),
    tasks: [{ name: 'runtest', options: {}, workload }],
  });
  return after(board, [
    ...names.map((host) => [0, { kind: 'host-connected', host, elapsedMs: 1 }] as const),
    ...names.map((host) => [0, { kind: 'phase-started', host, phase: 'stress' }] as const),
    ...names.map((host) => [1000, beat(host, { atNs: 1e9, operations: 100 })] as const),
    ...names.map(
      (host) =>
        [
          2000,
          beat(host, { operations: 200, p99Us: 1500, oldest: { operation: 'read', worker: 0, ageMs: 7 } }),
        ] as const,
    ),
  ]);
}

function after(board: BoardState, events: readonly (readonly [atMs: number, event: RunEventBody])[]): BoardState {
  return events.reduce((state, [atMs, event]) => reduceBoard(state, { at: '', atMs, ...event }), board);
}

function beat(host: string, fields: Partial<Heartbeat>): Extract<RunEventBody, { kind: 'heartbeat' }> {
  const rest = { atNs: 2e9, phase: 'stress', operations: 200, errors: 0, bytes: 0 } as const;
  return { kind: 'heartbeat', host, heartbeat: { ...rest, cpuSeconds: 0, rssBytes: 0, loadAverage: 0, ...fields } };
}

function ended(host: string): RunEventBody {
  return { kind: 'host-ended', host, status: 'lost', reason: 'gone' };
}

function show(state: BoardState, options: Partial<FrameOptions>): readonly string[] {
  return boardFrame(state, { nowMs: 0, size: { columns: 100, rows: 30 }, colors: none, symbols: ascii, ...options });
}
