/** `funbric export`: a judged run in the formats of other programs, beside its run.json or where somebody wants it. */
import { basename, join, resolve } from 'node:path';
import { FunbricError } from '../../model/errors.ts';
import type { WrittenFile } from '../../formats/write/writer.ts';
import { didYouMean } from '../input/closest.ts';
import { isFolder } from '../run-folder/file-kinds.ts';
import { requireJudgedRun } from '../run-folder/judged-run.ts';
import { findRunFolder } from '../run-folder/run-folder.ts';
import { writeOutputs, type OutputFile } from '../run-folder/write-outputs.ts';

/** For `--to`. */
export const exportFormats = ['csv', 'openmetrics', 'markdown', 'hdr', 'junit', 'json-schema'] as const;

export interface ExportRequest {
  readonly reportsFolder: string;
  readonly currentFolder: string;
  /** As it was typed; the latest where not given. */
  readonly run?: string | undefined;
  /** One of exportFormats. */
  readonly to: string;
  /** A file, a folder, or `-` for standard output; the run's folder where not given. */
  readonly output?: string | undefined;
  /** Of CSV: this one alone. */
  readonly table?: string | undefined;
}

export type Exported =
  | { readonly kind: 'printed'; readonly text: string }
  | { readonly kind: 'written'; readonly files: readonly { readonly path: string; readonly bytes: number }[] };

/** Throws `usage` for what can't be meant, `input` where there is no judged run, or no place for the files. */
export async function exportRun(request: ExportRequest): Promise<Exported> {
  const { to, output, table } = request;
  if (table !== undefined && to !== 'csv') {
    throw new FunbricError('usage', `export: --table is for CSV, not for ${to}`, { hint: 'leave it out' });
  }
  const { folder, files } = to === 'json-schema' ? await schemaFile(request) : await runFilesOf(request);
  const [first] = files;
  if (first !== undefined && files.length === 1 && (output ?? folder ?? '-') === '-') {
    return { kind: 'printed', text: first.text };
  }
  if (output === '-') {
    throw new FunbricError('usage', `export: ${to} is ${files.length} files, too many for standard output`, {
      hint: 'name one table: --table operations; or a folder: -o DIR',
    });
  }
  const places = await placesOf(files, request, folder ?? '.');
  const hint = 'make room there, name another place with -o, or print it with -o -';
  await writeOutputs(places, { hint, makesFolders: true });
  return { kind: 'written', files: places.map(({ path, text }) => ({ path, bytes: Buffer.byteLength(text) })) };
}

interface Files {
  /** Where they go if nobody says otherwise; without it they are printed. */
  readonly folder?: string;
  readonly files: readonly WrittenFile[];
}

/** It is the same for all runs. */
async function schemaFile({ run }: ExportRequest): Promise<Files> {
  if (run !== undefined) {
    throw new FunbricError('usage', `export: the JSON Schema is of every run.json, not of ${run}`, {
      hint: 'leave the run out: funbric export --to json-schema',
    });
  }
  const { schemas } = await import('../schemas/schemas.ts');
  return { files: [{ name: 'run.schema.json', text: `${JSON.stringify(schemas()['run'], null, 2)}\n` }] };
}

async function runFilesOf({ reportsFolder, run = 'latest', to, table }: ExportRequest): Promise<Files> {
  const { targets } = await import('./targets.ts');
  const target = targets.find(({ name }) => name === to);
  if (target === undefined) {
    throw new FunbricError('usage', `export: --to can't be ${JSON.stringify(to)}`, {
      hint: didYouMean(to, exportFormats, `formats: ${exportFormats.join(', ')}`),
    });
  }
  const folder = await findRunFolder(reportsFolder, run);
  const files = target.files(await requireJudgedRun(folder));
  if (table === undefined) return { folder: files.length > 1 ? join(folder, to) : folder, files };
  const names = files.map(({ name }) => basename(name, '.csv'));
  if (names.includes(table)) return { folder: join(folder, to), files: files.filter((_, at) => names[at] === table) };
  throw new FunbricError('usage', `export: there is no table ${JSON.stringify(table)}`, {
    hint: didYouMean(table, names, `tables: ${names.join(', ')}`),
  });
}

/** Several files, or one in a folder, have their own names there; else the output is the file. */
async function placesOf(
  files: readonly WrittenFile[],
  { output, currentFolder }: ExportRequest,
  folder: string,
): Promise<readonly OutputFile[]> {
  const named = output === undefined ? folder : resolve(currentFolder, output);
  const hasOwnNames = output === undefined || files.length > 1 || /[/\\]$/.test(output) || (await isFolder(named));
  return files.map(({ name, text }) => ({ path: hasOwnNames ? join(named, name) : named, text }));
}
