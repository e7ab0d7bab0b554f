/** What keeps the results of a host from being complete: a file that was cut, a tool that gave up, no file where others brought one. */
import type { End } from '../../../model/measured.ts';
import type { CollectedFile } from '../../../model/receipt.ts';
import type { HostResult } from '../../../model/result.ts';
import { shownName, type ReadFile } from './read-collected.ts';

export interface HostFiles {
  readonly result: Pick<HostResult, 'name' | 'status' | 'collected'>;
  readonly files: readonly HostFile[];
}

export interface HostFile {
  readonly file: CollectedFile;
  readonly read: ReadFile;
  /** The name of the one that it is a copy of. */
  readonly twinOf: string | undefined;
}

/** Of one host; `others`: how many hosts brought any. */
export function gapsOfFiles({ result, files }: HostFiles, others: number): readonly string[] {
  const isThere = result.status === 'completed' || result.status === 'failed';
  if (files.length === 0) {
    return others === 0 || !isThere ? [] : [`it brought no result file, and ${others} of the hosts did`];
  }
  return files.flatMap((each) => gapsOfFile(each));
}

function gapsOfFile({ file, read, twinOf }: HostFile): readonly string[] {
  const name = shownName(file);
  if (read.kind === 'unreadable') return [read.reason];
  if (twinOf !== undefined) return [`${name} is the same result as ${twinOf}, and counts once`];
  const results = file.part === undefined ? read.results : read.results.slice(file.part, file.part + 1);
  return [
    ...(read.sha256 === file.sha256 ? [] : [`${name} is not what was collected`]),
    ...gapOfEnd(name, read.end),
    ...(results.some(({ tool }) => tool === 'funbric')
      ? [`${name} is a result of funbric without its journal: merge the folder of its run to have its data judged`]
      : []),
    ...(results.length === 0 ? [`${name} has no result in it`] : []),
    ...results.flatMap(({ tool, unfinished }) =>
      unfinished === undefined ? [] : [`${name}: ${tool} says: ${unfinished}`],
    ),
  ];
}

function gapOfEnd(name: string, end: End): readonly string[] {
  switch (end.kind) {
    case 'whole':
      return [];
    case 'unmarked':
      return [`${name}: ${end.reason}`];
    case 'cut':
    case 'broken':
      return [`${name} is ${end.kind} at line ${end.line}, byte ${end.byte}: ${end.reason}`];
  }
}
