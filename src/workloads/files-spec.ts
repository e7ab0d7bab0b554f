/** The part of the plan that the `files` engine reads: made by the task, decoded again by every agent. */
import * as z from 'zod/mini';
import { consistencies } from '../model/consistency.ts';

/** Three weeks: a timer of Node's ends at 24 days. */
const maxDurationMs = 21 * 86_400_000;

/** So that a stop is never far. */
export const maxTransferBytes = 1 << 20;

const weight = z.number().check(z.gte(0), z.lte(1e6));

/** How often each operation is drawn, relative to the others. */
export const filesWeightsSchema = z
  .strictObject({
    mkdir: weight,
    delete: weight,
    list: weight,
    touch: weight,
    stat: weight,
    read: weight,
    write: weight,
    rename: weight,
    truncate: weight,
    // Not done unless asked for, so that profiles and plans from before they were there mean the same.
    append: z.optional(weight),
    fsync: z.optional(weight),
    fdatasync: z.optional(weight),
    copy: z.optional(weight),
    renameOnto: z.optional(weight),
    chmod: z.optional(weight),
    utimes: z.optional(weight),
    setxattr: z.optional(weight),
    fallocate: z.optional(weight),
    punchHole: z.optional(weight),
    fsyncFolder: z.optional(weight),
  })
  .check(
    z.refine((weights) => Object.values(weights).some((value = 0) => value > 0), 'all weights are 0: nothing to do'),
  );

/** How often a worker's next operation is in its own tree, and how often in a tree that nobody owns. */
export const arenaSharesSchema = z
  .strictObject({
    own: weight,
    race: z.optional(weight),
    append: z.optional(weight),
    shared: z.optional(weight),
    locks: z.optional(weight),
  })
  .check(z.refine((shares) => Object.values(shares).some((value = 0) => value > 0), 'all shares are 0: nothing to do'));

export const syncModes = ['data', 'all'] as const;

const percent = z.number().check(z.gte(0), z.lte(100));

/** Of 100 reads or writes, how many are at a random offset of a random file, and how many go on where the last of these ended. */
export const filesAccessSchema = z
  .strictObject({ random: percent, sequential: percent })
  .check(z.refine(({ random, sequential }) => Math.abs(random + sequential - 100) < 1e-6, 'must sum to 100'));

export const filesSpecSchema = z
  .object({
    engine: z.literal('files'),
    /** The directory under test, absolute: the run makes its own folder below. */
    dir: z.string().check(z.regex(/^\/[^\0]*$/, 'the directory must be an absolute path')),
    /** Each host has a directory of its own: nobody sees the others. */
    isLocal: z.boolean(),
    /** What the file system promises, where the user says otherwise than its mounts. */
    consistency: z.optional(z.enum(consistencies)),
    /** The first unexpected error ends the stress on every host. */
    isStrict: z.optional(z.boolean()),
    /** The controller's: false where it doesn't check journals during the stress. */
    isCheckedLive: z.optional(z.boolean()),
    /** Threads a host. */
    workers: z.int('must be a whole number').check(z.gte(1), z.lte(256)),
    /** Operations a second that each worker is to begin; as many as it can where not given. */
    rate: z.optional(z.number().check(z.gt(0, 'must be more than 0'), z.lte(1e6))),
    durationMs: z.number().check(z.gte(0), z.lte(maxDurationMs)),
    /** Operations that each worker does at most. */
    operationsLimit: z.optional(z.int('must be a whole number').check(z.gte(0))),
    weights: filesWeightsSchema,
    /** All in its own tree where not given. */
    arenas: z.optional(arenaSharesSchema),
    /** All at random where not given. */
    access: z.optional(filesAccessSchema),
    chunkBytes: z.int().check(
      z.gte(512),
      z.lte(1 << 20),
      z.refine((bytes) => (bytes & (bytes - 1)) === 0, 'chunkBytes must be a power of two'),
    ),
    /** The largest size of a file. */
    fileBytes: z.int().check(z.gte(512), z.lte(2 ** 40)),
    /** The longest read or write; 1 MiB where not given. */
    transferBytes: z.optional(z.int().check(z.gte(512), z.lte(maxTransferBytes))),
    /** So many of a worker's own files stay open between its reads; none where not given. */
    openFiles: z.optional(z.int().check(z.gte(0), z.lte(4096))),
    /** Writes return when their data, or all of the file, is on the disk; when the cache has it where not given. */
    sync: z.optional(z.enum(syncModes)),
    /** Of so many writes of a worker the last is followed by an fsync of its file; none where not given. */
    fsyncEvery: z.optional(z.int().check(z.gte(1), z.lte(1e6))),
    /** Of 100 reads and writes of whole chunks, how many go past the page cache (O_DIRECT); none where not given. */
    direct: z.optional(percent),
    /** Of 100 writes, appends and truncates, how many end inside a chunk or at an edge of blocks and pages; at chunks' ends where not given. */
    edges: z.optional(percent),
    filesPerFolder: z.int().check(z.gte(1), z.lte(999)),
  })
  .check(
    z.refine((spec) => spec.fileBytes % spec.chunkBytes === 0, {
      path: ['fileBytes'],
      error: 'fileBytes must be a multiple of chunkBytes',
    }),
  );
export type FilesSpec = z.infer<typeof filesSpecSchema>;
