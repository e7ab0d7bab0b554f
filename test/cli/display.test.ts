import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import * as fc from 'fast-check';
import { makeColors, type ColorQuestion } from '../../src/cli/terminal/colors.ts';
import { describeError } from '../../src/cli/errors.ts';
import { makePlainDisplay } from '../../src/cli/progress/plain.ts';
import { findingLines, hostLines, outcomeLines } from '../../src/cli/run/recap.ts';
import { sanitize } from '../../src/cli/terminal/sanitize.ts';
import type { RunEventBody } from '../../src/controller/events/events.ts';
import { FunbricError } from '../../src/model/errors.ts';
import type { Finding } from '../../src/model/finding.ts';

const plainColors = makeColors({ isWanted: false, environment: {}, isTerminal: false });

/** Nothing looks at the time of day. */
const at = '1970-01-01T00:00:00.000Z';

describe('text of a host', () => {
  const cases: readonly (readonly [text: string, shown: string])[] = [
    ['plain \t text é 漢 😀', 'plain \t text é 漢 😀'],
    ['\u001b[31mred\u001b[0m', 'red'],
    ['a\u001b]0;title\u0007b', 'ab'],
    ['a\u001b]8;;http://x\u001b\\link\u001b]8;;\u001b\\b', 'alinkb'],
    ['a\u001bP1;2|x\u009cb', 'ab'],
    ['a\u009b31mb', 'ab'],
    ['a\u001b(Bb', 'ab'],
    ['a\rb\bc\u0000d\u007f', 'abcd'],
    ['a\u202egpj.exe', 'agpj.exe'],
    ['cut \u001b[', 'cut '],
    ['cut \u001b', 'cut '],
    ['cut \u001b]0;never ends', 'cut '],
    ['\u001b[31\u001b[2Jx', 'x'],
  ];
  for (const [text, shown] of cases) {
    it(`is shown without commands: ${JSON.stringify(text)}`, () => assert.equal(sanitize(text), shown));
  }

  const nasty = fc.constantFrom(
    '\u001b',
    '[',
    ']',
    '\u009b',
    'P',
    '\\',
    '\u0007',
    ';',
    '1',
    'm',
    'x',
    '\u202e',
    '(',
    '\n',
  );

  it('can be anything, and nothing of it reaches the terminal as a command', () => {
    const texts = fc.oneof(
      fc.array(nasty).map((parts) => parts.join('')),
      fc.string({ unit: 'binary' }),
    );
    fc.assert(
      fc.property(texts, (text) => {
        const shown = sanitize(text);
        assert.equal(stripVTControlCharacters(shown), shown);
        assert.doesNotMatch(shown.replaceAll('\t', ''), /[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/u);
      }),
    );
  });

  it('is cut where it is too long for anyone', () => {
    assert.match(sanitize('x'.repeat(100_000)), /^x{8192}\.\.\. \(91808 more characters\)$/);
  });
});

describe('a run as plain lines', () => {
  it('tells what happens, phases once, and only the hosts that are in trouble', () => {
    const said = show([
      { kind: 'run-started', run: 'r', folder: 'reports/r', hosts: ['web1', 'web2', 'db'], tasks: ['runtest'] },
      { kind: 'host-connected', host: 'web1', elapsedMs: 70 },
      { kind: 'host-connected', host: 'web2', elapsedMs: 70 },
      { kind: 'phase-started', host: 'web1', phase: 'setup' },
      { kind: 'phase-started', host: 'web2', phase: 'setup' },
      { kind: 'phase-ended', host: 'web1', phase: 'setup', end: 'completed' },
      { kind: 'phase-ended', host: 'web2', phase: 'setup', end: 'failed', message: 'no space' },
      { kind: 'line', host: 'db', stream: 'stdout', text: '\u001b[2Jhello' },
      { kind: 'host-ended', host: 'db', status: 'unreachable', reason: 'refused' },
      { kind: 'host-ended', host: 'web1', status: 'completed' },
      { kind: 'interrupted', isSecond: false },
    ]);
    assert.deepEqual(said, [
      'runtest on 3 hosts: db,web[1-2]\nfiles: reports/r',
      'setup',
      'web2: setup failed: no space',
      'db   | hello',
      'db: unreachable: refused',
      'interrupted: tearing down and reporting what there is; once more to stop at once',
    ]);
  });

  it('says once what several hosts say, and a host that failed is told at once, and only then', () => {
    const said = show([
      { kind: 'run-started', run: 'r', folder: 'reports/r', hosts: ['a1', 'a2'], tasks: ['t'] },
      { kind: 'line', host: 'a1', stream: 'stdout', text: 'same' },
      { kind: 'host-failed', host: 'a1', status: 'failed', reason: 'a1: no space' },
      { kind: 'line', host: 'a2', stream: 'stdout', text: 'same' },
      { kind: 'host-failed', host: 'a2', status: 'failed', reason: 'a2: no space' },
      { kind: 'host-ended', host: 'a1', status: 'failed', reason: 'a1: no space' },
      { kind: 'host-ended', host: 'a2', status: 'failed', reason: 'a2: no space' },
    ]);
    assert.deepEqual(said.slice(1), ['a[1-2] | same', 'a[1-2]: failed: no space']);
  });

  it('names the operation that hangs, its worker and its file', () => {
    const said: string[] = [];
    const { listen, tick } = makePlainDisplay((line) => said.push(line), plainColors);
    listen({ at, atMs: 0, kind: 'phase-started', host: 'a', phase: 'stress' });
    const oldest = { operation: 'fsync', worker: 3, ageMs: 9000, file: 'w3/f1' };
    listen({ at, atMs: 29_500, kind: 'heartbeat', host: 'a', heartbeat: { ...heartbeat(0), oldest } });
    tick(31_000);
    assert.match(said.at(-1) ?? '', /nothing finished for 5 s on a \(a: worker 3 in fsync of w3\/f1 for 9 s\)$/);
  });

  it("tells what is proven while the stress runs, a host's words without commands, and the number of findings with each heartbeat", () => {
    const said: string[] = [];
    const { listen, tick } = makePlainDisplay((line) => said.push(line), plainColors);
    listen({ at, atMs: 0, kind: 'phase-started', host: 'a', phase: 'stress' });
    const of = { code: 'D08', host: 'a', file: 'own/\u001b[2J0001/d0/f001', offset: 4096 };
    listen({ at, atMs: 900, kind: 'finding', ...of, expected: 'chunk 1', found: 'a stamp of another run' });
    listen({ at, atMs: 901, kind: 'looked', records: 500, findings: 1, elapsedMs: 20 });
    listen({ at, atMs: 1000, kind: 'heartbeat', host: 'a', heartbeat: heartbeat(10) });
    tick(31_000);
    assert.equal(
      said[1],
      'D08 proven by what a saw of own/0001/d0/f001 at byte 4096: expected chunk 1; found a stamp of another run',
    );
    assert.match(said[2] ?? '', /^stress 31 s: 1 host, 10 operations \(0\/s\), 0 errors, 1 finding so far/);
  });

  it('says a heartbeat after 30 s, then less and less often, and names hosts that fell silent', () => {
    const said: string[] = [];
    const { listen, tick } = makePlainDisplay((line) => said.push(line), plainColors);
    for (const host of ['a', 'b']) listen({ at, kind: 'phase-started', host, phase: 'stress', atMs: 0 });
    const beats: number[] = [];
    for (let second = 1; second <= 1200; second++) {
      const atMs = second * 1000;
      listen({ at, kind: 'heartbeat', host: 'a', heartbeat: heartbeat(1000 * second), atMs });
      if (second < 40) listen({ at, kind: 'heartbeat', host: 'b', heartbeat: heartbeat(0), atMs });
      const before = said.length;
      tick(atMs);
      if (said.length > before) beats.push(second);
    }
    assert.deepEqual(beats, [30, 90, 210, 450, 750, 1050]);
    assert.equal(said[1], 'stress 30 s: 2 hosts, 30,000 operations (1,000/s), 0 errors');
    assert.equal(said[2], 'stress 1:30 min: 2 hosts, 90,000 operations (1,000/s), 0 errors, no word for 10 s from b');
  });
});

describe('the recap', () => {
  it('has one line a status with the hosts folded, the reasons, and a line for scripts', () => {
    const ended = [
      { kind: 'host-ended', host: 'web2', status: 'completed' },
      { kind: 'host-ended', host: 'web1', status: 'completed' },
      { kind: 'host-ended', host: 'db1', status: 'lost', reason: 'gone\u001b[2J' },
      { kind: 'host-ended', host: 'db2', status: 'lost', reason: 'gone\u001b[2J' },
    ] as const;
    assert.deepEqual(hostLines(ended, plainColors), [
      'completed   2 web[1-2]',
      'lost        2 db[1-2]',
      '  db[1-2]: gone',
    ]);
    const outcome = { verdict: 'incomplete', reasons: ['2 hosts were lost'], reportPath: 'reports/r.html' } as const;
    assert.deepEqual(outcomeLines(outcome, { code: 2, colors: plainColors }), [
      '  2 hosts were lost',
      'verdict=incomplete code=2 report=reports/r.html',
    ]);
  });
});

describe('the findings of a recap', () => {
  const finding: Finding = {
    code: 'D05',
    grade: 'proven',
    host: 'web1',
    file: 'w1/f\u001b[2J7',
    offset: 4096,
    count: 2,
    expected: 'x',
    found: 'y',
    witness: [],
  };

  it('are one line each, proven ones first, with the hosts that saw the same folded', () => {
    const all: readonly Finding[] = [
      { ...finding, code: 'D12', grade: 'suspect', count: 1 },
      finding,
      { ...finding, host: 'web2', count: 1 },
    ];
    assert.deepEqual(findingLines(all, plainColors), [
      'D05 proven corrupt chunk: w1/f7 at byte 4,096, 3 times, seen by web[1-2]',
      'D12 suspect stale read: w1/f7 at byte 4,096, 1 time, seen by web1',
    ]);
  });

  it('say where wrong chunks are taken apart', () => {
    const forensic = { chunk: 1, chunkBytes: 4_096, found: { content: 'zeros' as const }, neighbours: [] };
    assert.match(
      findingLines([{ ...finding, forensic }], plainColors).at(-1) ?? '',
      /taken apart in the report, under Findings/,
    );
  });

  it('are ten, and how many more', () => {
    const many = Array.from({ length: 14 }, (_, at) => ({ ...finding, offset: at }));
    const lines = findingLines(many, plainColors);
    assert.deepEqual([lines.length, lines.at(-1)], [11, '  and 4 more findings in the report']);
  });
});

describe('an error', () => {
  it('says what happened and what to do, without obeying what it quotes', () => {
    const error = new FunbricError('usage', 'no \u001b[2Jhosts', { hint: 'name some' });
    assert.equal(describeError(error, plainColors), 'funbric: no hosts\nhint: name some\n');
  });

  it('of ours shows where it happened and asks to be told', () => {
    const text = describeError(new TypeError('x is undefined'), plainColors);
    assert.match(text, /a bug of ours: x is undefined\n[^]*display\.test[^]*hint: report it/);
  });
});

describe('colours', () => {
  const cases: readonly (readonly [question: Partial<ColorQuestion>, level: number])[] = [
    [{ isTerminal: true }, 1],
    [{ isTerminal: false }, 0],
    [{ isTerminal: true, environment: { NO_COLOR: '1' } }, 0],
    [{ isTerminal: true, environment: { NO_COLOR: '' } }, 1],
    [{ isTerminal: true, environment: { TERM: 'dumb' } }, 0],
    [{ isTerminal: false, environment: { FORCE_COLOR: '1' } }, 1],
    [{ isTerminal: false, environment: { FORCE_COLOR: '', NO_COLOR: '1' } }, 1],
    [{ isTerminal: true, environment: { FORCE_COLOR: '0' } }, 0],
    [{ isTerminal: true, environment: { FORCE_COLOR: '1' }, isWanted: false }, 0],
  ];
  for (const [question, level] of cases) {
    it(`are ${level === 1 ? 'used' : 'left out'} with ${JSON.stringify(question)}`, () => {
      assert.equal(makeColors({ isWanted: undefined, environment: {}, isTerminal: false, ...question }).level, level);
    });
  }
});

function show(events: readonly RunEventBody[]): readonly string[] {
  const said: string[] = [];
  const { listen, flush } = makePlainDisplay((line) => said.push(line), plainColors);
  for (const [atMs, event] of events.entries()) listen({ at, atMs, ...event });
  flush();
  return said;
}

function heartbeat(operations: number): Extract<RunEventBody, { kind: 'heartbeat' }>['heartbeat'] {
  return { phase: 'stress', atNs: 0, operations, errors: 0, bytes: 0, cpuSeconds: 0, rssBytes: 0, loadAverage: 0 };
}
