/** The two forms of a profile, told apart by what is in the file: our own, and the workload file of pyFstress, unchanged. */
import * as z from 'zod';
import {
  arenaSharesSchema,
  filesAccessSchema,
  filesWeightsSchema,
  syncModes,
  type FilesSpec,
} from '../../workloads/files-spec.ts';
import { decodeJson, readJsonValue } from '../input/read-json.ts';

type Profile = Pick<
  FilesSpec,
  | 'weights'
  | 'access'
  | 'chunkBytes'
  | 'fileBytes'
  | 'filesPerFolder'
  | 'transferBytes'
  | 'openFiles'
  | 'arenas'
  | 'sync'
  | 'fsyncEvery'
  | 'direct'
  | 'edges'
>;

export function readProfile(file: string): Profile {
  const value = readJsonValue(file);
  const isOfPyFstress = typeof value === 'object' && value !== null && ('file_ops' in value || 'io_types' in value);
  if (isOfPyFstress) return profileOf(decodeJson(file, value, pyFstressSchema, pyFstressKeys));
  const { summary: _, ...profile } = decodeJson(file, value, profileSchema, ownKeys);
  return profile;
}

const profileSchema = z.strictObject({
  summary: z.string(),
  weights: filesWeightsSchema,
  arenas: z.optional(arenaSharesSchema),
  access: z.optional(filesAccessSchema),
  chunkBytes: z.number(),
  fileBytes: z.number(),
  filesPerFolder: z.number(),
  transferBytes: z.optional(z.number()),
  openFiles: z.optional(z.number()),
  sync: z.optional(z.enum(syncModes)),
  fsyncEvery: z.optional(z.number()),
  direct: z.optional(z.number()),
  edges: z.optional(z.number()),
});
const ownKeys = [
  ...Object.keys(profileSchema.shape),
  ...Object.keys(filesWeightsSchema.shape),
  ...Object.keys(arenaSharesSchema.shape),
];

const share = z.number('must be a number').min(0, 'must not be negative').max(100, 'must be at most 100').default(0);

const ioTypesSchema = z.strictObject({ random: share, sequential: share });
const fileOpsSchema = z.strictObject({
  mkdir: share,
  list: share,
  delete: share,
  touch: share,
  stat: share,
  read: share,
  write: share,
  rename: share,
  rename_exist: share,
  move: share,
  truncate: share,
});

const pyFstressSchema = z.strictObject({
  io_types: ioTypesSchema.superRefine(mustSumTo100),
  file_ops: fileOpsSchema.superRefine(mustSumTo100),
});
const pyFstressKeys = [
  ...Object.keys(pyFstressSchema.shape),
  ...Object.keys(ioTypesSchema.shape),
  ...Object.keys(fileOpsSchema.shape),
];

function mustSumTo100(shares: Readonly<Record<string, number>>, context: z.RefinementCtx): void {
  const sum = Object.values(shares).reduce((total, one) => total + one, 0);
  // 33.3 + 33.3 + 33.4 is not quite 100 to a computer.
  if (Math.abs(sum - 100) > 1e-6) context.addIssue({ code: 'custom', message: `must sum to 100, not ${sum}` });
}

/** Sizes aren't in that file: those of our mixed profile. Its two words for a rename onto a name that is taken are one. */
function profileOf({ io_types: access, file_ops: shares }: z.infer<typeof pyFstressSchema>): Profile {
  const { rename_exist: renameExist, move, ...weights } = shares;
  return {
    weights: { ...weights, renameOnto: renameExist + move },
    access,
    chunkBytes: 4096,
    fileBytes: 262_144,
    filesPerFolder: 16,
  };
}
