/** Checks while the stress runs, with real agents on this machine's own shell: what is found is told before the stress ends. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import type { RunEventBody } from '../../src/controller/events/events.ts';
import type { FilesSpec } from '../../src/workloads/files-spec.ts';
import { faults } from '../faults/registry.ts';
import { liveRun, type LiveRunOptions } from '../support/live-run.ts';
import { buildFaultyAgent, buildHeldAgent } from '../support/staged-run.ts';

const root = mkdtempSync(join(tmpdir(), 'funbric-test-'));
after(() => rmSync(root, { recursive: true, force: true }));
// Where the agents are kept: not among those of this machine's user.
process.env['HOME'] = root;

const names = { mkdir: 2, delete: 6, touch: 10, rename: 5, renameOnto: 3, copy: 6 };
const data = { write: 25, append: 8, truncate: 10, fsync: 2, list: 5, stat: 15, read: 40, chmod: 4 };
const everything = { weights: { ...names, ...data }, arenas: { own: 6, race: 1, append: 1, shared: 1, locks: 1 } };
/** Nobody waits for the end of these. */
const endless = { durationMs: 600_000, operationsLimit: 1_000_000 };

describe('checks while the stress runs', () => {
  it('look, find nothing in a clean run, and leave nothing behind', async () => {
    const { bundle, release } = await buildHeldAgent(root);
    const onEvent = (event: RunEventBody): void => {
      if (event.kind === 'looked' && event.records > 0) release();
    };
    const workload = { ...everything, durationMs: 10_000 };
    const { run, events, files } = await liveRun(root, { workload, bundle, onEvent });
    assert.deepEqual([run.verdict, run.reasons], ['pass', []]);
    const looks = events.flatMap((event) => (event.kind === 'looked' ? [event] : []));
    assert.ok(looks.length >= 1, `${looks.length} looks`);
    assert.ok(looks.some(({ records }) => records > 0));
    assert.deepEqual([...new Set(looks.map(({ findings }) => findings))], [0]);
    assert.deepEqual(events.filter(isFinding), []);
    assert.ok(!files.includes('live'), files.join(' '));
  });

  for (const code of ['D12', 'N03', 'N07', 'M03']) {
    it(`tell of ${code} before the stress ends, and --strict ends it there on every host`, async () => {
      const { run, events } = await faulty(code, { ...endless, isStrict: true });
      const told = events.findIndex(isFinding);
      const ended = events.findIndex((event) => event.kind === 'phase-ended' && event.phase === 'stress');
      assert.ok(told >= 0 && told < ended, `told ${told}, ended ${ended}`);
      assert.equal(run.verdict, 'fail');
      const found = events.find(isFinding);
      assert.equal(found?.code, code);
      assert.ok(
        run.findings.some(({ code: own, file, grade }) => own === code && file === found.file && grade === 'proven'),
      );
      const stress = run.hosts.flatMap(({ phases }) => phases.filter(({ phase }) => phase === 'stress'));
      assert.deepEqual(
        stress.map(({ end }) => end),
        ['stopped', 'stopped'],
      );
      const operations = run.operations.reduce((sum, { count }) => sum + count, 0);
      assert.ok(operations < 2 * 2 * endless.operationsLimit);
      assert.deepEqual(
        run.hosts.map(({ status }) => status),
        ['completed', 'completed'],
        'it fails the run by its findings, and no host',
      );
    });
  }

  it('say once that their thread died, and the run goes on to its end', async () => {
    const program = new URL('../support/dead-looker.js', import.meta.url);
    const { bundle, release } = await buildHeldAgent(root);
    const workload = { durationMs: 2_000 };
    const { run, events, files } = await liveRun(root, {
      workload,
      bundle,
      pace: { program },
      onEvent: onSaid(release),
    });
    assert.deepEqual([run.verdict, run.reasons], ['pass', []]);
    assert.deepEqual(saidIn(events), [
      'checks during the stress ended: its thread ended with code 7; all is judged at the end',
    ]);
    assert.ok(!files.includes('live'));
  });

  it('end with a word where the journals are more than they may be', async () => {
    const { bundle, release } = await buildHeldAgent(root);
    const workload = { durationMs: 2_000 };
    const { run, events } = await liveRun(root, { workload, bundle, pace: { maxBytes: 1 }, onEvent: onSaid(release) });
    assert.equal(run.verdict, 'pass');
    const [said, ...more] = saidIn(events);
    assert.match(said ?? '', /^checks during the stress end here: journals have \d+ MiB; all is judged at the end$/);
    assert.deepEqual(more, []);
    assert.ok(!events.some(({ kind }) => kind === 'looked'));
  });

  it('are not there where the workload says so', async () => {
    const { run, events } = await liveRun(root, { workload: { durationMs: 2_000, isCheckedLive: false } });
    assert.equal(run.verdict, 'pass');
    assert.ok(!events.some(({ kind }) => kind === 'looked'));
  });

  it('end with the stress that Ctrl-C ends, and leave nothing', async () => {
    const stop = new AbortController();
    const { run, events, files } = await liveRun(root, {
      workload: { ...everything, ...endless },
      signal: stop.signal,
      onEvent: ({ kind }) => {
        if (kind === 'looked') stop.abort();
      },
    });
    assert.equal(run.verdict, 'incomplete');
    assert.deepEqual(saidIn(events), []);
    assert.ok(!files.includes('live'));
    assert.deepEqual(
      run.hosts.map(({ isInterrupted }) => isInterrupted),
      [true, true],
    );
  });

  it('go on with the other hosts when one is lost', async () => {
    const stop = new AbortController();
    let [isLost, looks] = [false, 0];
    const { run, events } = await faulty(
      'H03',
      { ...endless, durationMs: 120_000 },
      {
        signal: stop.signal,
        onEvent: ({ kind }) => {
          isLost ||= kind === 'host-failed';
          if (isLost && kind === 'looked') looks++;
          // The first of them may have begun before.
          if (looks === 2) stop.abort();
        },
      },
    );
    assert.equal(run.verdict, 'incomplete');
    assert.deepEqual(
      run.hosts.map(({ status }) => status),
      ['lost', 'completed'],
    );
    assert.ok(looks >= 2, `${looks} looks`);
    assert.deepEqual(events.filter(isFinding), []);
  });
});

type Found = Extract<RunEventBody, { readonly kind: 'finding' }>;

function isFinding(event: RunEventBody): event is Found {
  return event.kind === 'finding';
}

function isSaid(event: RunEventBody): event is Extract<RunEventBody, { readonly kind: 'line' }> {
  return event.kind === 'line' && event.host === '';
}

function saidIn(events: readonly RunEventBody[]): readonly string[] {
  return events.filter(isSaid).map(({ text }) => text);
}

function onSaid(act: () => void): (event: RunEventBody) => void {
  return (event) => {
    if (isSaid(event)) act();
  };
}

async function faulty(
  code: string,
  changes: Partial<FilesSpec>,
  more: Pick<LiveRunOptions, 'signal' | 'onEvent'> = {},
): ReturnType<typeof liveRun> {
  const fault = faults.find((one) => one.code === code);
  assert.ok(fault !== undefined);
  const workload = { weights: everything.weights, ...fault.workload, ...changes };
  const bundle = await buildFaultyAgent(`${fault.name}:1:0`);
  return await liveRun(root, { workload, bundle, ...more });
}
