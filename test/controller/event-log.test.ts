import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { openEventLog } from '../../src/controller/events/event-log.ts';
import { runEventSchema, type RunEvent, type RunEventBody } from '../../src/controller/events/events.ts';
import { readLogLines, readRunLog, type LogQuestion } from '../../src/controller/events/run-log.ts';
import { FunbricError } from '../../src/model/errors.ts';

describe('the log of a run', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'funbric-log-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('has every event with the time of day and the time since the start, and hands the same on', () => {
    const heard = write([[250, line('a', 'hello')]]);
    const [event] = logged();
    assert.deepEqual(event, { at: '2026-01-31T12:00:00.250Z', atMs: 250, ...line('a', 'hello') });
    assert.deepEqual(heard, [event]);
  });

  it('stops keeping the lines of a host that never stops talking, says so, and goes on with the others', () => {
    const noisy = Array.from({ length: 50 }, (_, at) => [at, line('noisy', 'x'.repeat(100))] as const);
    const heard = write([...noisy, [60, line('quiet', 'still here')]], 1000);
    const texts = logged().map((event) => (event.kind === 'line' ? `${event.host} ${event.text.slice(0, 16)}` : ''));
    assert.equal(texts.length, 11 + 1 + 1);
    assert.deepEqual(texts.slice(-2), ['noisy it says too much', 'quiet still here']);
    assert.equal(heard.length, 51, 'whoever listens hears all');
  });

  it('keeps heartbeats of ten hours sparser and sparser, and the last ones too', () => {
    const beats = Array.from({ length: 36_000 }, (_, at) => [at * 1000, beat('a')] as const);
    write(beats);
    const times = logged().map(({ atMs }) => atMs / 1000);
    assert.ok(times.length > 2000 && times.length < 3500, `${times.length} heartbeats`);
    assert.deepEqual(
      times.slice(0, 300),
      Array.from({ length: 300 }, (_, at) => at),
    );
    assert.ok((times.at(-1) ?? 0) > 35_900);
  });

  it('is shown as time, hosts and line: equal lines folded, one host or one task picked', async () => {
    write([
      [0, { kind: 'run-started', run: 'r', folder, hosts: ['web1', 'web2', 'db'], tasks: ['one', 'two'] }],
      [1, { kind: 'task-started', task: 'one' }],
      [2, line('web1', 'same')],
      [3, line('web2', 'same')],
      [4, line('db', 'own\n12:00:00.000 web1 | forged')],
      [5, { kind: 'task-started', task: 'two' }],
      [5000, line('web1', 'same')],
    ]);
    assert.deepEqual(await shown(), [
      '12:00:00.002 web[1-2] | same',
      '12:00:00.002 db | own 12:00:00.000 web1 | forged',
      '12:00:05.000 web1 | same',
    ]);
    assert.deepEqual(await shown({ hosts: ['web2'] }), ['12:00:00.003 web2 | same']);
    assert.deepEqual(await shown({ hosts: [], task: 'two' }), ['12:00:05.000 web1 | same']);
    const lines = await allOf(readLogLines(folder, { hosts: ['db'] }));
    assert.deepEqual(
      lines.map(({ host, task, stream, atMs }) => [host, task, stream, atMs]),
      [['db', 'one', 'stdout', 4]],
    );
  });

  it('refuses hosts and tasks that the run never had, and files that are no log, with a way out', async () => {
    write([[0, { kind: 'run-started', run: 'r', folder, hosts: ['web1'], tasks: ['one'] }]]);
    await assert.rejects(shown({ hosts: ['web11'] }), refusal(/web11 is no host of run r/, /did you mean web1\?/));
    await assert.rejects(shown({ hosts: [], task: 'on' }), refusal(/on is no task of run r/, /one/));
    appendFileSync(join(folder, 'events.ndjson'), `${JSON.stringify({ at: '', atMs: 1, kind: 'line' })}\n{}\n`);
    await assert.rejects(shown(), refusal(/events\.ndjson: line 2 is no event/, /another version/));
    rmSync(join(folder, 'events.ndjson'));
    await assert.rejects(shown(), refusal(/can't be read: ENOENT/, /reports/));
  });

  it('refuses a pipe that nobody writes to, and a line without an end', async () => {
    execFileSync('mkfifo', [join(folder, 'events.ndjson')]);
    await assert.rejects(shown(), refusal(/events\.ndjson can't be read: it is no file/, /reports/));
    rmSync(join(folder, 'events.ndjson'));
    writeFileSync(join(folder, 'events.ndjson'), Buffer.alloc((64 << 20) + (1 << 17), 'x'));
    await assert.rejects(shown(), refusal(/events\.ndjson can't be read: a line is longer than/, /reports/));
  });

  it('reads a log whose last line was cut with its controller', async () => {
    write([[0, line('a', 'whole')]]);
    appendFileSync(join(folder, 'events.ndjson'), '{"at":"2026');
    assert.deepEqual(await shown(), ['12:00:00.000 a | whole']);
    writeFileSync(join(folder, 'events.ndjson'), '');
    assert.deepEqual(await shown(), []);
  });

  function write(events: readonly (readonly [atMs: number, body: RunEventBody])[], maxLineBytes?: number): RunEvent[] {
    const heard: RunEvent[] = [];
    let nowMs = 0;
    using log = openEventLog(folder, {
      now: () => new Date(Date.UTC(2026, 0, 31, 12) + nowMs),
      nowMs: () => nowMs + 77,
      listen: (event) => heard.push(event),
      ...(maxLineBytes === undefined ? {} : { maxLineBytes }),
    });
    for (const [atMs, body] of events) {
      nowMs = atMs;
      log.emit(body);
    }
    return heard;
  }

  function logged(): readonly RunEvent[] {
    const lines = readFileSync(join(folder, 'events.ndjson'), 'utf8').trimEnd().split('\n');
    return lines.map((text) => runEventSchema.parse(JSON.parse(text)));
  }

  async function shown(question: LogQuestion = { hosts: [] }): Promise<readonly string[]> {
    return await allOf(readRunLog(folder, question));
  }
});

function refusal(said: RegExp, hint: RegExp): (thrown: unknown) => boolean {
  return (thrown) => {
    assert.ok(thrown instanceof FunbricError && thrown.code === 'input', String(thrown));
    assert.match(thrown.message, said);
    assert.match(thrown.hint ?? '', hint);
    return true;
  };
}

function line(host: string, text: string): RunEventBody {
  return { kind: 'line', host, stream: 'stdout', text };
}

function beat(host: string): RunEventBody {
  const counts = { operations: 0, errors: 0, bytes: 0, cpuSeconds: 0, rssBytes: 0, loadAverage: 0 };
  return { kind: 'heartbeat', host, heartbeat: { atNs: 0, ...counts } };
}

async function allOf<T>(values: AsyncIterable<T>): Promise<readonly T[]> {
  const all: T[] = [];
  for await (const value of values) all.push(value);
  return all;
}
