/**
 * Workload profiles: `--profile mixed` is tasks/profiles/mixed.json of the user, else ours; a path names any other file, of
 * ours or of pyFstress. What the request gives wins over the profile.
 */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { FunbricError } from '../../model/errors.ts';
import { filesSpecSchema, type FilesSpec } from '../../workloads/files-spec.ts';
import { packageFiles } from '../package-files.ts';
import { readProfile } from './read-profile.ts';

export interface FilesRequest {
  /** Absolute, the same path on every host. */
  readonly dir: string;
  /** A profile's name, or the path of its file. */
  readonly profile: string;
  readonly durationMs: number;
  /** Threads a host. */
  readonly workers: number;
  /** At most so many operations a worker. */
  readonly operationsLimit?: number | undefined;
  /** Operations a second that each worker is to begin; as many as it can where not given. */
  readonly rate?: number | undefined;
  /** The largest file, instead of the profile's. */
  readonly fileBytes?: number | undefined;
  /** What carries one stamp, instead of the profile's. */
  readonly chunkBytes?: number | undefined;
  /** The first unexpected error ends the stress everywhere, and fails the run. */
  readonly isStrict?: boolean | undefined;
  /** False: journals are checked only at the end of the run, and not during the stress. */
  readonly isCheckedLive?: boolean | undefined;
  /** posix, close-to-open, smb or eventual; as the mounts say where not given. */
  readonly consistency?: string | undefined;
  readonly isLocal?: boolean;
}

/** The workload `files`: every worker changes a tree of its own and reads everyone's. Throws `usage` for what it can't run with. */
export function filesWorkload({ profile: name, isLocal = false, ...request }: FilesRequest): FilesSpec {
  const profile = readProfile(profilePath(name));
  const given = Object.fromEntries(Object.entries(request).filter(([, value]) => value !== undefined));
  const wanted: Readonly<Record<string, unknown>> = { engine: 'files', isLocal, ...profile, ...given };
  const spec = filesSpecSchema.safeParse(wanted);
  if (spec.success) return spec.data;
  const [issue] = spec.error.issues;
  const [field = ''] = issue?.path.map(String) ?? [];
  const isOfProfile = field in profile && !(field in given);
  const what = `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'not valid'}`;
  const value = wanted[field];
  const found = typeof value === 'string' || typeof value === 'number' ? `, found ${value}` : '';
  throw new FunbricError('usage', `${isOfProfile ? `profile ${name}: ` : flagOf(field)}${what}${found}`, {
    hint: isOfProfile && !('chunkBytes' in given) ? 'mend the profile' : hintOf(field, wanted),
  });
}

/** The options of runtest that set these fields; a task of your own may name them otherwise. */
const flags: Readonly<Record<string, string>> = {
  dir: '--dir',
  durationMs: '--duration',
  rate: '--rate',
  operationsLimit: '--ops',
  workers: '--workers',
  fileBytes: '--file-size',
  chunkBytes: '--chunk',
  consistency: '--consistency',
};

function flagOf(field: string): string {
  const flag = flags[field];
  return flag === undefined ? '' : `${flag}: `;
}

function hintOf(field: string, { fileBytes, chunkBytes }: Readonly<Record<string, unknown>>): string {
  const isSize = field === 'fileBytes' || field === 'chunkBytes';
  return isSize
    ? `files of up to ${String(fileBytes)} bytes must be whole chunks of ${String(chunkBytes)} bytes: give --file-size and --chunk that fit`
    : "correct the task's option that sets it; see its --help";
}

function profilePath(name: string): string {
  if (name.endsWith('.json')) return resolve(name);
  const folders = [resolve('tasks/profiles'), packageFiles.profiles];
  const found = /^[\w-]+$/.test(name)
    ? folders.map((folder) => join(folder, `${name}.json`)).find((path) => existsSync(path))
    : undefined;
  if (found !== undefined) return found;
  throw new FunbricError('usage', `there is no profile ${name}`, {
    hint: `looked in ${folders.join(' and ')}; a profile of your own is a JSON file there, or --profile path/to/it.json`,
  });
}
