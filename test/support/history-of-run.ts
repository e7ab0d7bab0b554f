/** The files of a run as one history in memory, for tests that look at its records, or change them. */
import { readFileSync } from 'node:fs';
import { makeHistory, type History } from '../../src/checks/history.ts';
import { readRun } from '../../src/controller/merge/read-run.ts';
import { clockOf } from '../../src/controller/merge/host-clock.ts';
import { evidenceOf, factsOf } from '../../src/controller/merge/run-history.ts';
import { decodeJournal } from '../../src/model/journal.ts';
import { runTagOf } from '../../src/model/plan.ts';

export async function historyOfRun(folder: string): Promise<History> {
  const { plan, hosts } = await readRun(folder);
  const planned = factsOf(plan);
  if (planned === undefined) throw new Error('a run without a workload that checks can judge');
  return makeHistory(
    planned.facts,
    hosts.map(({ result, journal }, host) => {
      const bytes = journal === undefined ? new Uint8Array(0) : new Uint8Array(readFileSync(journal));
      const { blocks, damage } = decodeJournal(bytes, { runTag: runTagOf(plan), host });
      const evidence = evidenceOf(result, { isTrusted: damage === undefined, declared: planned.consistency });
      return Object.assign({}, evidence, { blocks, clock: clockOf(result) });
    }),
  );
}
