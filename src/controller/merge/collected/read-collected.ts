/**
 * The result files of a run, read one after another: what can't be read, or isn't what was collected, is a fact about the
 * host that brought it.
 */
import { join } from 'node:path';
import { readResultFile } from '../../../formats/read-file.ts';
import { FunbricError } from '../../../model/errors.ts';
import type { ResultFile } from '../../../model/measured.ts';
import type { CollectedFile } from '../../../model/receipt.ts';
import type { HostResult } from '../../../model/result.ts';
import { reveal } from '../../../model/reveal.ts';
import { runFiles } from '../../run-folder/run-folder.ts';
import { CaseTable } from './case-table.ts';
import { Holding, type HeldResult } from './held-result.ts';

export type ReadFile =
  | (Pick<ResultFile, 'format' | 'bytes' | 'sha256' | 'solidSha256' | 'end' | 'warnings'> & {
      readonly kind: 'read';
      readonly results: readonly HeldResult[];
    })
  | { readonly kind: 'unreadable'; readonly reason: string; readonly hint?: string | undefined };

export interface ReadFiles {
  /** By their names in the run's folder. */
  readonly files: ReadonlyMap<string, ReadFile>;
  readonly cases: CaseTable;
}

export function pathOf({ of, n }: Pick<CollectedFile, 'of' | 'n'>): string {
  return runFiles.collected(of, n);
}

/** For people: what it was called where it came from, which a host may have said, and where it is now. */
export function shownName(file: Pick<CollectedFile, 'of' | 'n' | 'name'>): string {
  const name = reveal(file.name);
  const shown = name.length > maxName ? `${name.slice(0, maxName)}...` : name;
  return shown === '' ? pathOf(file) : `${shown} (${pathOf(file)})`;
}

const maxName = 200;

/** In the order of the hosts; a file that several of them have is read once. */
export async function readCollected(
  folder: string,
  hosts: readonly Pick<HostResult, 'collected'>[],
  cases: CaseTable = new CaseTable(),
): Promise<ReadFiles> {
  const holding = new Holding(cases);
  const files = new Map<string, ReadFile>();
  for (const { collected = [] } of hosts) {
    for (const file of collected) {
      const path = pathOf(file);
      if (!files.has(path)) files.set(path, await readHeld(join(folder, path), holding, shownName(file)));
    }
  }
  return { files, cases };
}

/** `name`: for what is said of it. */
export async function readHeld(path: string, holding: Holding, name: string): Promise<ReadFile> {
  try {
    const { results, warnings, name: _name, ...file } = await readResultFile(path, name);
    const held = results.map((measured) => holding.add(measured));
    return { kind: 'read', ...file, warnings: warnings.slice(0, maxWarnings), results: held };
  } catch (error) {
    if (!(error instanceof FunbricError) || error.code !== 'input') throw error;
    return { kind: 'unreadable', reason: error.message, hint: error.hint };
  }
}

const maxWarnings = 100;
