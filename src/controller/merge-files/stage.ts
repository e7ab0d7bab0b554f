/** A run in the making: our own copies of the files that it is made of, then its plan and its results. */
import { constants } from 'node:fs';
import { copyFile, mkdir, rename, rmdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { checksummedJson } from '../../formats/checksum.ts';
import { errorCodeOf, messageOf } from '../../model/errors.ts';
import type { Host } from '../../model/host.ts';
import type { Plan } from '../../model/plan.ts';
import type { CollectedFile } from '../../model/receipt.ts';
import type { HostResult } from '../../model/result.ts';
import { CaseTable } from '../merge/collected/case-table.ts';
import { Holding } from '../merge/collected/held-result.ts';
import { pathOf, readHeld, shownName, type ReadFile } from '../merge/collected/read-collected.ts';
import { runFiles, writeJson, writeWhole } from '../run-folder/run-folder.ts';
import { refused, type InputFile } from './expand.ts';

export interface ReadInput {
  readonly input: InputFile;
  /** Where it is for now. */
  readonly path: string;
  readonly bytes: number;
  readonly read: ReadFile;
}

/** Our own copies are read, so that nobody changes them between now and the next merge. */
export async function readInputs(
  files: readonly InputFile[],
  {
    stage,
    holding,
    signal,
  }: { readonly stage: string; readonly holding: Holding; readonly signal?: AbortSignal | undefined },
): Promise<readonly ReadInput[]> {
  await mkdir(join(stage, 'inputs'));
  const all: ReadInput[] = [];
  for (const [at, input] of files.entries()) {
    signal?.throwIfAborted();
    const path = join(stage, 'inputs', String(at));
    const stats = await stat(input.path);
    if (!stats.isFile()) throw refused(`${input.name} is no file`, 'name result files, or folders of them');
    try {
      await copyFile(input.path, path, constants.COPYFILE_FICLONE);
    } catch (error) {
      // Beside the place of the run in the making is the run's own.
      const folder = dirname(dirname(stage));
      throw refused(
        `${input.name} can't be copied into ${folder}: ${errorCodeOf(error) ?? messageOf(error)}`,
        'check its permissions, and make room there, or name another folder with --reports or --into',
      );
    }
    all.push({ input, path, bytes: stats.size, read: await readHeld(path, holding, input.name) });
  }
  return all;
}

export interface OwnedFiles {
  readonly hosts: readonly Host[];
  /** One a file, or a part of one that has several results. */
  readonly results: readonly OwnedResult[];
}

interface OwnedResult {
  readonly from: ReadInput;
  readonly part: number | undefined;
  /** The index of its host; undefined: of nobody. */
  readonly host: number | undefined;
}

/** Gives the files their names, and says whose they are. Returns what was read by these names, where that was in their order. */
export async function writeStage(
  stage: string,
  plan: Plan,
  { hosts, results }: OwnedFiles,
): Promise<ReadonlyMap<string, ReadFile> | undefined> {
  const places = new Map<ReadInput, Pick<CollectedFile, 'of' | 'n'>>();
  const counts = new Map<number, number>();
  for (const { from, host = 0 } of results.toSorted((a, b) => (a.host ?? 0) - (b.host ?? 0))) {
    if (places.has(from)) continue;
    const n = counts.get(host) ?? 0;
    counts.set(host, n + 1);
    places.set(from, { of: host, n });
  }
  const files = new Map<string, ReadFile>();
  await makeFolder(join(stage, 'collected'));
  for (const [from, place] of [...places].toSorted(([, a], [, b]) => a.of - b.of || a.n - b.n)) {
    const path = pathOf(place);
    await makeFolder(dirname(join(stage, path)));
    await rename(from.path, join(stage, path));
    files.set(
      path,
      // Here it is called as any later merge of the run will call it.
      from.read.kind === 'read'
        ? from.read
        : await readHeld(
            join(stage, path),
            new Holding(new CaseTable()),
            shownName({ name: from.input.name, ...place }),
          ),
    );
  }
  await rmdir(join(stage, 'inputs'));
  await makeFolder(join(stage, runFiles.results));
  await writeJson(join(stage, runFiles.plan), plan);
  for (const [index, { name }] of hosts.entries()) {
    const collected = results.flatMap(({ from, part, host }): readonly CollectedFile[] => {
      const place = places.get(from);
      if (host !== index || place === undefined) return [];
      const sha256 = from.read.kind === 'read' ? from.read.sha256 : '';
      return [{ name: from.input.name, bytes: from.bytes, sha256, ...place, ...(part === undefined ? {} : { part }) }];
    });
    await writeWhole(join(stage, runFiles.result(index)), checksummedJson(resultOf(plan, { index, name, collected })));
  }
  const order = [...new Set(results.map(({ from }) => from))];
  return [...files.values()].every((file, at) => file === order[at]?.read || file.kind === 'unreadable')
    ? files
    : undefined;
}

/** Not those above it: after Ctrl-C they are gone, and are to stay so. */
async function makeFolder(path: string): Promise<void> {
  await mkdir(path).catch((error: unknown) => {
    if (errorCodeOf(error) !== 'EEXIST') throw error;
  });
}

function resultOf(
  plan: Plan,
  { index, name, collected }: { readonly index: number; readonly name: string; readonly collected: CollectedFile[] },
): HostResult {
  const base = { version: 1 as const, run: plan.run, index, name, gaps: [], commands: [], pings: [] };
  if (collected.length > 0) return { ...base, status: 'completed', collected };
  return { ...base, status: 'lost', reason: 'no result file of it was given' };
}
