/**
 * What is done before a run is checked in many parts: the journals of hosts that have records of many of them are sorted, so that no
 * part has to read them from end to end. Where there is no room for that, parts do, which takes longer and says the same.
 */
import { closeSync, openSync, rmSync, statfsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { RowRange } from '../../checks/journal/record-log.ts';
import { recordBytes } from '../../model/record.ts';
import type { Checkers } from './checkers.ts';
import type { HostBasis, JournalBasis, RunBasis } from './parts.ts';
import { hasAny, type RowCounts } from './rows.ts';

export interface SortedRun extends Disposable {
  readonly basis: RunBasis;
}

export async function sortRun(basis: RunBasis, parts: readonly RowRange[], checkers: Checkers): Promise<SortedRun> {
  const chosen = basis.hosts.flatMap(({ journal }) =>
    journal !== undefined && isWorthIt(journal.rows, parts) ? [journal] : [],
  );
  const starts = startsOf(chosen);
  const scratch = openScratch(chosen, starts.at(-1) ?? 0);
  if (scratch === undefined) return { basis, [Symbol.dispose]: () => undefined };
  const owners = basis.hosts.length * basis.facts.workers;
  const sort = async (host: HostBasis): Promise<HostBasis> => {
    const at = host.journal === undefined ? -1 : chosen.indexOf(host.journal);
    if (host.journal === undefined || at < 0) return host;
    const { path, version, blocks } = host.journal;
    const [start = 0, end = 0] = [starts[at], starts[at + 1]];
    const records = (end - start) / recordBytes;
    try {
      const request = { journal: { path, version, blocks }, owners, records, file: scratch.file, start };
      return { ...host, journal: { ...host.journal, sorted: await checkers.sort(request) } };
    } catch {
      return host;
    }
  };
  const hosts = await Promise.all(basis.hosts.map(sort));
  return { basis: { ...basis, hosts }, [Symbol.dispose]: () => scratch[Symbol.dispose]() };
}

/**
 * To sort a journal, to write it and to read it once more takes as long as to look through it some ten times while it is in the system's
 * cache, and fewer times where it isn't.
 */
const worthParts = 8;

function isWorthIt(rows: RowCounts, parts: readonly RowRange[]): boolean {
  return parts.filter((part) => hasAny(rows, part)).length >= worthParts;
}

/** Where each journal's records begin in the file of all, and where they end. */
function startsOf(journals: readonly JournalBasis[]): readonly number[] {
  const starts = [0];
  for (const { rows } of journals) {
    starts.push((starts.at(-1) ?? 0) + rows.counts.reduce((sum, count) => sum + count, 0) * recordBytes);
  }
  return starts;
}

interface Scratch extends Disposable {
  readonly file: number;
}

/** Of what is free on the disk; the rest is for others. */
const maxShare = 0.5;

/**
 * Beside the journals, because the place for temporary files is often memory. It loses its name at once, so that nothing is left of it
 * however this process ends.
 */
function openScratch([first]: readonly JournalBasis[], bytes: number): Scratch | undefined {
  if (first === undefined) return undefined;
  const folder = dirname(first.path);
  try {
    const { bavail, bsize } = statfsSync(folder);
    if (bytes > bavail * bsize * maxShare) return undefined;
    const path = join(folder, `.sorted-${process.pid}`);
    const file = openSync(path, 'wx+', 0o600);
    const scratch = { file, [Symbol.dispose]: () => closeSync(file) };
    try {
      rmSync(path);
    } catch {
      scratch[Symbol.dispose]();
      rmSync(path, { force: true });
      return undefined;
    }
    return scratch;
  } catch {
    return undefined;
  }
}
