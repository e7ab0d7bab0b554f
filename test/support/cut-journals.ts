/** The journals of a run as they were at some moment of it: what a look during the stress has. */
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LookRequest } from '../../src/controller/live/look.ts';
import { readRun } from '../../src/controller/merge/read-run.ts';
import { decodeJournal, encodeBlock } from '../../src/model/journal.ts';
import type { HostResult } from '../../src/model/result.ts';
import { runTagOf } from '../../src/model/plan.ts';

export interface CutRun {
  /** A look at so much of each host's blocks, of 1, as `shareOf` says; the files are made in `root`. */
  at(root: string, shareOf: (host: number) => number): LookRequest;
}

/** `slackNs`: an answer of a host that came so long after its last block counts, too. */
export async function cutRunOf(folder: string, slackNs = 0): Promise<CutRun> {
  const { plan, hosts } = await readRun(folder);
  const known = hosts.map(({ result, journal }, host) => {
    const bytes = journal === undefined ? new Uint8Array(0) : new Uint8Array(readFileSync(journal));
    const { sentNs, hostNs, receivedNs } = result.pings;
    const pings = Array.from(hostNs, (atNs, at): HostResult['pings'][number] => [
      sentNs[at] ?? NaN,
      atNs,
      receivedNs[at] ?? NaN,
    ]);
    return { result, pings, blocks: decodeJournal(bytes, { runTag: runTagOf(plan), host }).blocks };
  });
  return {
    at(root, shareOf) {
      const at = mkdtempSync(join(root, 'cut-'));
      return {
        plan,
        hosts: known.map(({ result, pings: all, blocks }, host) => {
          const kept = blocks.slice(0, Math.round(blocks.length * shareOf(host)));
          const path = join(at, `${host}.fbj`);
          writeFileSync(path, Buffer.concat(kept.map((block) => encodeBlock(block))));
          const untilNs = (kept.at(-1)?.writtenNs ?? 0) + slackNs;
          const after = all.findIndex(([, hostNs]) => hostNs > untilNs);
          const pings = after < 0 ? all : all.slice(0, after + 1);
          return { path: kept.length === 0 ? undefined : path, facts: result.agent?.facts, pings };
        }),
      };
    },
  };
}
