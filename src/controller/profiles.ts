/** Workload profiles: `--profile mixed` is tasks/profiles/mixed.json of the user, else ours; a path names any other file. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import * as z from 'zod';
import { FunbricError } from '../model/errors.ts';
import { filesAccessSchema, filesSpecSchema, filesWeightsSchema, type FilesSpec } from '../workloads/files-spec.ts';
import { packageFiles } from './package-files.ts';
import { readJsonFile } from './read-json.ts';

const filesProfileSchema = z.strictObject({
  summary: z.string(),
  weights: filesWeightsSchema,
  access: z.optional(filesAccessSchema),
  chunkBytes: z.number(),
  fileBytes: z.number(),
  filesPerFolder: z.number(),
  transferBytes: z.optional(z.number()),
  openFiles: z.optional(z.number()),
});

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
  readonly isLocal?: boolean;
}

/** The workload `files`: every worker changes a tree of its own and reads everyone's. Throws `usage` for what it can't run with. */
export function filesWorkload({ profile: name, isLocal = false, ...request }: FilesRequest): FilesSpec {
  const { summary: _, ...profile } = loadProfile(name);
  const spec = filesSpecSchema.safeParse({ engine: 'files', isLocal, ...profile, ...request });
  if (spec.success) return spec.data;
  const [issue] = spec.error.issues;
  const field = issue?.path.join('.') ?? '';
  const isOfProfile = field in profile;
  throw new FunbricError(
    'usage',
    `${isOfProfile ? `profile ${name}: ` : ''}${field}: ${issue?.message ?? 'not valid'}`,
    { hint: isOfProfile ? 'mend the profile' : "correct the task's option that sets it; see its --help" },
  );
}

function loadProfile(name: string): z.infer<typeof filesProfileSchema> {
  return readJsonFile(profilePath(name), filesProfileSchema);
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
