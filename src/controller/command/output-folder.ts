/**
 * `--out DIR`: what a command said on each host, byte for byte, one file a stream, and index.json that says whose they are and
 * how it ended there. Names are ours: no host can choose where we write.
 */
import { createHash, type Hash } from 'node:crypto';
import { mkdir, open, readdir, type FileHandle } from 'node:fs/promises';
import { basename, join } from 'node:path';
import * as z from 'zod/mini';
import { encodeCommandJunit } from '../../formats/write/command-junit.ts';
import { errorCodeOf, FunbricError, messageOf } from '../../model/errors.ts';
import { fileStemOf } from '../../model/plan.ts';
import { hostStatuses } from '../../model/result.ts';
import { makeFolders } from '../../transports/make-folders.ts';
import { writeJson, writeWhole } from '../run-folder/run-folder.ts';
import type { CommandOutput, HostExit } from './command.ts';
import type { Stream } from './remote-command.ts';

const fileSchema = z.object({
  bytes: z.number(),
  /** Of the bytes in the file, in hex. */
  sha256: z.string(),
  /** It said more than --max-output keeps. */
  isCut: z.boolean(),
});

export const outputIndexSchema = z.object({
  version: z.literal(1),
  command: z.string(),
  /** ISO 8601, UTC. */
  startedAt: z.string(),
  /** The exit status of funbric. */
  code: z.number(),
  hosts: z.array(
    z.object({
      name: z.string(),
      /** Its folder beside this file; there is none where nothing was begun. */
      folder: z.optional(z.string()),
      status: z.enum(hostStatuses),
      code: z.optional(z.number()),
      reason: z.optional(z.string()),
      elapsedMs: z.optional(z.number()),
      stdout: z.optional(fileSchema),
      stderr: z.optional(fileSchema),
    }),
  ),
});
type OutputIndex = z.infer<typeof outputIndexSchema>;
type FileFacts = z.infer<typeof fileSchema>;

export interface OutputFolder extends CommandOutput {
  /** Positions of the hosts whose files end at `maxBytes`, once they have ended. */
  readonly cut: () => readonly number[];
  /** Writes index.json and junit.xml. */
  readonly finish: (exits: readonly HostExit[], code: number) => Promise<void>;
}

export interface OutputFolderOptions {
  readonly command: string;
  readonly startedAt: Date;
  /** Kept of each stream of each host. */
  readonly maxBytes: number;
}

export async function openOutputFolder(folder: string, options: OutputFolderOptions): Promise<OutputFolder> {
  await makeEmpty(folder);
  const hosts = new Map<number, HostFiles>();
  const filesOf = (host: number): HostFiles => {
    const known = hosts.get(host) ?? new HostFiles(join(folder, fileStemOf(host)), options.maxBytes);
    hosts.set(host, known);
    return known;
  };
  return {
    write: async (host, stream, bytes) => filesOf(host)[stream].write(bytes),
    end: async (host) => filesOf(host).end(),
    cut: () => [...hosts].filter(([, { isCut }]) => isCut).map(([host]) => host),
    async finish(exits, code) {
      const { command, startedAt } = options;
      const rows = exits.map(({ host: name, ...exit }, index) => ({ name, ...exit, ...hosts.get(index)?.facts }));
      const index = {
        version: 1,
        command,
        startedAt: startedAt.toISOString(),
        code,
        hosts: rows,
      } satisfies OutputIndex;
      await writeJson(join(folder, 'index.json'), index);
      const said = (host: number): string => hosts.get(host)?.stdout.head ?? '';
      await writeWhole(join(folder, 'junit.xml'), encodeCommandJunit(command, exits, said));
    },
  };
}

/** Files of another command must not be taken for this one's, nor be lost to it. */
async function makeEmpty(folder: string): Promise<void> {
  try {
    await makeFolders(folder);
    if ((await readdir(folder)).length === 0) return;
  } catch (error) {
    throw new FunbricError('input', `--out ${folder}: can't be used: ${messageOf(error)}`, {
      hint: 'name another folder',
      cause: error,
    });
  }
  throw new FunbricError('usage', `--out ${folder}: there are files in it`, {
    hint: 'name a new folder, or empty this one',
  });
}

class HostFiles {
  readonly stdout: OutputFile;
  readonly stderr: OutputFile;
  facts: Pick<OutputIndex['hosts'][number], 'folder' | Stream> = {};
  readonly #folder: string;

  constructor(folder: string, maxBytes: number) {
    this.#folder = folder;
    this.stdout = new OutputFile(folder, 'stdout', maxBytes);
    this.stderr = new OutputFile(folder, 'stderr', maxBytes);
  }

  get isCut(): boolean {
    return this.facts.stdout?.isCut === true || this.facts.stderr?.isCut === true;
  }

  /** Both files are there then, also where nothing was said. */
  async end(): Promise<void> {
    this.facts = { folder: basename(this.#folder), stdout: await this.stdout.end(), stderr: await this.stderr.end() };
  }
}

/** Of each stream, for junit.xml. */
const headBytes = 16 << 10;

class OutputFile {
  readonly #folder: string;
  readonly #name: Stream;
  readonly #maxBytes: number;
  readonly #hash: Hash = createHash('sha256');
  #handle: FileHandle | undefined;
  #bytes = 0;
  #head = '';
  #isCut = false;

  constructor(folder: string, name: Stream, maxBytes: number) {
    this.#folder = folder;
    this.#name = name;
    this.#maxBytes = maxBytes;
  }

  /** The beginning of it, as text. */
  get head(): string {
    return this.#head;
  }

  async write(bytes: Buffer): Promise<void> {
    const kept = bytes.subarray(0, this.#maxBytes - this.#bytes);
    if (kept.length < bytes.length) this.#isCut = true;
    if (kept.length === 0) return;
    await this.#try((handle) => handle.writeFile(kept));
    if (this.#bytes < headBytes) this.#head += kept.toString('utf8', 0, headBytes - this.#bytes);
    this.#hash.update(kept);
    this.#bytes += kept.length;
  }

  async end(): Promise<FileFacts> {
    await this.#try((handle) => handle.close());
    return { bytes: this.#bytes, sha256: this.#hash.digest('hex'), isCut: this.#isCut };
  }

  async #try(act: (handle: FileHandle) => Promise<void>): Promise<void> {
    try {
      this.#handle ??= await createFile(this.#folder, this.#name);
      await act(this.#handle);
    } catch (error) {
      throw new FunbricError('evidence', `${join(this.#folder, this.#name)} can't be written: ${messageOf(error)}`, {
        hint: 'make room there, or name another folder with --out',
        cause: error,
      });
    }
  }
}

async function createFile(folder: string, name: string): Promise<FileHandle> {
  await mkdir(folder).catch((error: unknown) => {
    if (errorCodeOf(error) !== 'EEXIST') throw error;
  });
  return await open(join(folder, name), 'wx');
}
