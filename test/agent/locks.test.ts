import assert from 'node:assert/strict';
import { accessSync, closeSync, constants, mkdtempSync, openSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import os from 'node:os';
import { delimiter, join } from 'node:path';
import { after, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { decodeJournal } from '../../src/model/journal.ts';
import { lockFolders } from '../../src/model/locks.ts';
import { folderOf } from '../../src/model/namespace.ts';
import { outcomes, readRecord, recordBytes, recordKinds, viewRecords } from '../../src/model/record.ts';
import { openLocker } from '../../src/workloads/open-locker.ts';
import type { FilesSpec } from '../../src/workloads/files-spec.ts';
import { agentSpec, AgentProcess, filesSpec } from '../support/agent-process.ts';

const root = mkdtempSync(join(os.tmpdir(), 'funbric-test-'));
after(() => rmSync(root, { recursive: true, force: true }));

function locking(changes: Partial<FilesSpec> = {}): FilesSpec {
  return filesSpec(mkdtempSync(join(root, 'dir-')), { arenas: { own: 0, locks: 1 }, ...changes });
}

/** A PATH with these programs alone; undefined: one isn't here. */
function pathOf(...programs: readonly string[]): string | undefined {
  const folder = mkdtempSync(join(root, 'bin-'));
  for (const program of programs) {
    const found = (process.env['PATH'] ?? '').split(delimiter).find((place) => isExecutable(join(place, program)));
    if (found === undefined) return undefined;
    symlinkSync(join(found, program), join(folder, program));
  }
  return folder;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

describe('an agent whose workload wants locks', () => {
  it('has flock(1) take those of whole files where nothing else is there, and says so', async (t) => {
    const PATH = pathOf('flock');
    if (PATH === undefined) return t.skip('no flock here');
    await using agent = new AgentProcess({ env: { PATH } });
    const spec = agentSpec(locking({ operationsLimit: 40, durationMs: 60_000 }));
    const { facts } = await agent.start(spec);
    assert.equal(facts.locksBy, 'flock');
    for (const phase of ['setup', 'meet', 'stress', 'verify'] as const) {
      const { end, message } = await agent.phase(phase);
      assert.equal(end, 'completed', message);
    }
    const { journalPath } = await agent.deliver();
    const { blocks } = decodeJournal(readFileSync(journalPath), { runTag: spec.runTag, host: 0 });
    const got = blocks.flatMap((block) => {
      if (block.type !== 'records') return [];
      const copy = Uint8Array.from(block.records);
      const views = viewRecords(copy.buffer, 0, copy.length / recordBytes);
      return Array.from({ length: copy.length / recordBytes }, (_, at) => readRecord(views, at)).filter(
        ({ kind, outcome }) => kind === recordKinds.lock && outcome === outcomes.ok,
      );
    });
    assert.ok(got.length > 10);
    assert.ok(got.every(({ name }) => folderOf(name) === lockFolders.whole));
  });

  it('ends, with what to install, where nothing can take any', async () => {
    await using agent = new AgentProcess({ env: { PATH: pathOf() } });
    await assert.rejects(agent.start(agentSpec(locking())), /nothing here can take locks.*install perl/s);
  });

  it('holds none any more when it was killed', async (t) => {
    await using agent = new AgentProcess();
    const workload = locking({ workers: 1, durationMs: 60_000 });
    const spec = agentSpec(workload);
    const { workPath } = await agent.start(spec);
    t.after(() => rmSync(workPath, { recursive: true, force: true }));
    for (const phase of ['setup', 'meet'] as const) await agent.phase(phase);
    agent.send({ kind: 'phase', phase: 'stress' });
    await agent.event('heartbeat', ({ heartbeat }) => heartbeat.operations > 20);
    const file = join(workload.dir, `funbric-${spec.run}/locks/d2/f000`);
    const fd = openSync(file, constants.O_RDWR);
    const locker = openLocker([fd]);
    const request = { isShared: false, range: { start: 0, length: 1 } };
    if (!locker.hasRanges) return t.skip(`${locker.means} locks no ranges here`);
    assert.equal(locker.lock(fd, request), false);
    agent.child.kill('SIGKILL');
    await agent.exited;
    for (let tries = 0; !locker.lock(fd, request); tries++) {
      assert.ok(tries < 1_000, 'a killed agent still holds its lock');
      await sleep(20);
    }
    locker.close();
    closeSync(fd);
  });
});
