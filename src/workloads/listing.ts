/** What a directory's listing said, as the journal keeps it: the names of ours as runs of numbers that follow each other. */
import { objectOf, parsePath } from '../model/namespace.ts';
import type { FileOperations } from './operations.ts';
import { visibleName } from './visible-name.ts';

export type DirectoryEntry = ReturnType<FileOperations['readdir']>[number];

export interface NameRun {
  readonly first: number;
  readonly count: number;
}

/** Of numbers in order: one that is there twice starts a second run, which overlaps the first. */
export function runsOfNames(numbers: readonly number[]): readonly NameRun[] {
  const runs: { first: number; count: number }[] = [];
  for (const number of numbers) {
    const run = runs.at(-1);
    if (run !== undefined && run.first + run.count === number) run.count++;
    else runs.push({ first: number, count: 1 });
  }
  return runs;
}

/** The number of an entry of a tree's folder, or undefined for a name or a type that we never make there. */
export function nameOfEntry(folder: string, entry: DirectoryEntry): number | undefined {
  const found = parsePath(`${folder}/${visibleName(entry.name)}`);
  return found !== undefined && typeOfEntry(entry) === types[objectOf(found.name).kind] ? found.name : undefined;
}

const types = { file: 'file', folder: 'folder', subfolder: 'folder', symlink: 'other' } as const;

export function typeOfEntry(entry: DirectoryEntry): 'file' | 'folder' | 'other' {
  return entry.isFile ? 'file' : entry.isDirectory ? 'folder' : 'other';
}

/** The longest path that a note keeps: names come from the host. */
const maxPathLength = 1_000;

export function cutPath(path: string): string {
  return path.length > maxPathLength ? `${path.slice(0, maxPathLength)}...` : path;
}
