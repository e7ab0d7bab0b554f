/** A hostile or broken agent spoils its own session, in bounded memory and time, and nothing else. */
import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { describe, it } from 'node:test';
import { AgentSession } from '../../src/controller/run/agent-session.ts';
import type { AgentSpec } from '../../src/model/plan.ts';
import { maxLineBytes, type AgentPhase, type Heartbeat } from '../../src/model/protocol.ts';
import type { Exit } from '../../src/transports/transport.ts';

const marker = 'funbric-start';
const spec: AgentSpec = {
  run: 'r',
  runTag: 1,
  seed: 1,
  host: 0,
  hosts: 1,
  leaseMs: 1000,
  workload: { engine: 'files', workers: 1 },
};

describe('the session with an agent', () => {
  it('ignores what a noisy shell says before the marker', async () => {
    const agent = openAgent();
    agent.stdout.write(`Welcome!\n{"kind":"nonsense"}\n${marker}\n`);
    agent.say({ kind: 'phase-ended', phase: 'setup', atNs: 1, end: 'completed' });
    agent.say({ kind: 'log', text: 'hello' });
    await agent.lineSeen;
    assert.equal(agent.session.lost.aborted, false);
    agent.session.close();
  });

  it('calls it lost for what is no event', async () => {
    const agent = openAgent();
    agent.stdout.write(`${marker}\n{"kind":"nonsense"}\n`);
    await agent.isLost;
    assert.match(agent.reason(), /isn't an event \(kind: [^\n]+\)$/);
  });

  it('calls it lost for a line that never ends, without keeping it', async () => {
    const agent = openAgent();
    agent.stdout.write(`${marker}\n`);
    const piece = Buffer.alloc(1 << 20, 0x61);
    for (let sent = 0; sent <= maxLineBytes + piece.length; sent += piece.length) {
      agent.stdout.write(piece);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await agent.isLost;
    assert.match(agent.reason(), /overlong/);
  });

  it('calls it lost after silence, and says how long that was', async () => {
    const agent = openAgent({ silenceMs: 50 });
    await agent.isLost;
    assert.match(agent.reason(), /0\.05 s/);
  });

  it('calls it lost when it ends, with its last words', async () => {
    const agent = openAgent();
    agent.stderr.write('Error: no space left\n');
    await new Promise((resolve) => setImmediate(resolve));
    agent.end({ kind: 'exited', code: 7 });
    await agent.isLost;
    assert.match(agent.reason(), /exit code 7.*no space left/);
  });

  it('calls it lost when heartbeats come but no operation finishes, and names the worker that hangs', async () => {
    const agent = openAgent({ hungMs: 2_500 });
    agent.stdout.write(`${marker}\n`);
    const beat = (second: number): Heartbeat => ({
      atNs: second * 1e9,
      phase: 'stress',
      operations: 5,
      errors: 0,
      bytes: 0,
      cpuSeconds: 0,
      rssBytes: 0,
      loadAverage: 0,
      oldest: { operation: 'write', worker: 3, file: 'own/0003/d1/f002', ageMs: second * 1000 },
    });
    // At its limit the agent gives the operation up by itself, and goes on: it has time for that.
    for (const second of [1, 2, 3, 12, 13]) agent.say({ kind: 'heartbeat', heartbeat: beat(second) });
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(agent.session.lost.aborted, false);
    for (const second of [14, 15]) agent.say({ kind: 'heartbeat', heartbeat: beat(second) });
    await agent.isLost;
    assert.match(agent.reason(), /worker 3 is in write of own\/0003\/d1\/f002 for 14 s/);
  });

  it('lets who is paced rest between two operations for longer than any may take, and not hang in one', async () => {
    const agent = openAgent({ hungMs: 2_500, rate: 0.01 });
    agent.stdout.write(`${marker}\n`);
    const idle = { operations: 1, errors: 0, bytes: 0, cpuSeconds: 0, rssBytes: 0, loadAverage: 0 };
    const beat = (second: number, ageMs?: number): void => {
      const oldest = ageMs === undefined ? {} : { oldest: { operation: 'write', worker: 3, ageMs } };
      agent.say({ kind: 'heartbeat', heartbeat: { ...idle, atNs: second * 1e9, phase: 'stress', ...oldest } });
    };
    for (const second of [1, 30, 60, 90]) beat(second);
    agent.say({ kind: 'log', text: 'so far' });
    await agent.lineSeen;
    assert.equal(agent.session.lost.aborted, false);
    for (const second of [91, 103]) beat(second, (second - 90) * 1000);
    await agent.isLost;
    assert.match(agent.reason(), /worker 3 is in write for 13 s/);
  });

  it('calls it lost when its setup hangs, but not for a long teardown, nor for two phases that are long together', async () => {
    const idle = { operations: 0, errors: 0, bytes: 0, cpuSeconds: 0, rssBytes: 0, loadAverage: 0 };
    const agent = openAgent({ hungMs: 2_500 });
    agent.stdout.write(`${marker}\n`);
    const beat = (second: number, phase: AgentPhase): void =>
      agent.say({ kind: 'heartbeat', heartbeat: { ...idle, atNs: second * 1e9, phase } });
    for (const second of [1, 2, 3, 4, 5, 6]) beat(second, 'teardown');
    for (const second of [7, 8, 9]) beat(second, 'setup');
    for (const second of [10, 11, 12]) beat(second, 'meet');
    agent.say({ kind: 'log', text: 'so far' });
    await agent.lineSeen;
    assert.equal(agent.session.lost.aborted, false);
    for (const second of [13, 14, 15, 16]) beat(second, 'setup');
    await agent.isLost;
    assert.match(agent.reason(), /in setup no operation has finished for 3 s/);
  });

  it('calls it lost when its stress goes on for ever, however busy it says it is, or when it does not stop', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    for (const isStopped of [false, true]) {
      const agent = openAgent({ silenceMs: 1e9, hungMs: 1000, durationMs: isStopped ? 1e9 : 5000 });
      const phase = agent.session.phase('stress');
      phase.catch(() => undefined);
      if (isStopped) agent.session.stop();
      const limitMs = (isStopped ? 0 : 5000) + 31_000;
      t.mock.timers.tick(limitMs - 1);
      assert.equal(agent.session.lost.aborted, false);
      t.mock.timers.tick(1);
      assert.match(agent.reason(), new RegExp(`didn't end within ${limitMs / 1000} s`));
      await assert.rejects(phase);
    }
  });

  it('ends a phase that waits when it is lost', async () => {
    const agent = openAgent();
    const phase = agent.session.phase('stress');
    agent.end({ kind: 'lost', reason: 'connection reset' });
    await assert.rejects(phase, /connection reset/);
  });
});

function openAgent({
  silenceMs = 60_000,
  hungMs = 60_000,
  durationMs = 1000,
  rate,
}: { silenceMs?: number; hungMs?: number; durationMs?: number; rate?: number } = {}) {
  const stdin = new PassThrough().resume();
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  let end: (exit: Exit) => void = () => undefined;
  const exit = new Promise<Exit>((resolve) => (end = resolve));
  let seeLine: () => void = () => undefined;
  const lineSeen = new Promise<void>((resolve) => (seeLine = resolve));
  const session = new AgentSession({
    host: 'a',
    marker,
    remote: { stdin, stdout, stderr, exit, kill: () => end({ kind: 'killed', signal: 'SIGTERM' }) },
    spec: { ...spec, workload: { ...spec.workload, durationMs, ...(rate === undefined ? {} : { rate }) } },
    silenceMs,
    hungMs,
    nowNs: () => performance.now() * 1e6,
    emit: (event) => {
      if (event.kind === 'line') seeLine();
    },
  });
  const isLost = new Promise<void>((resolve) => session.lost.addEventListener('abort', () => resolve()));
  return {
    session,
    stdout,
    stderr,
    isLost,
    lineSeen,
    end,
    reason: (): string => (session.lost.reason as Error).message,
    say: (event: unknown): void => void stdout.write(`${JSON.stringify(event)}\n`),
  };
}
