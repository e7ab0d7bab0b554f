/**
 * Hosts that append to the same files of a file system that keeps every promise of its kind: answers get lost, appends without
 * one come late, in part or not at all, an error takes earlier lines of its client with it, agents die, clients of weak
 * mounts look late. The bytes are real ones, read by the agent's own reader.
 */
import { makeHistory, type History } from '../../src/checks/history.ts';
import type { HostEvidence } from '../../src/checks/journal/evidence.ts';
import { stressPhase, verifyPhase } from '../../src/checks/journal/phases.ts';
import { crc32 } from '../../src/model/checksum.ts';
import { consistencyOf, isNetworkMount, lockReachesOf } from '../../src/model/consistency.ts';
import type { Block } from '../../src/model/journal.ts';
import { lineHeaderBytes } from '../../src/model/line.ts';
import { nameOf, ownerOfArena } from '../../src/model/namespace.ts';
import { randomOf, type Random } from '../../src/model/random.ts';
import { outcomes, readFlags, recordKinds, type JournalRecord } from '../../src/model/record.ts';
import { chunkBuffer } from '../../src/workloads/chunk-buffer.ts';
import { contentOf } from '../../src/workloads/content.ts';
import { fillLine } from '../../src/workloads/lines.ts';
import { linesIn } from '../../src/workloads/scan-lines.ts';
import { encode } from '../support/record-history.ts';
import { blankRecord } from '../support/blank-record.ts';

const content = contentOf(1, 512);
const workersOfHost = 2;
const owner = ownerOfArena('append');
const longestLine = 150;

/** What one append put into the file; `late` and lost ones are empty until they come. */
export interface Piece {
  readonly worker: number;
  readonly number: number;
  bytes: Buffer;
}

interface Worker {
  readonly stressed: JournalRecord[];
  readonly verified: JournalRecord[];
  readonly lines: Map<number, number>;
  isStuck: boolean;
  /** Its journal ends before so many of its last records. */
  lost: number | undefined;
}

export interface AppendRun {
  readonly mount: string;
  readonly hosts: number;
  readonly workers: readonly Worker[];
  /** By file, in the order of the bytes. */
  readonly files: readonly Piece[][];
}

export const weakMounts: ReadonlySet<string> = new Set(['nfs4', 'cifs', 'fuse.sshfs']);
const mounts = ['ext4', 'ceph', ...weakMounts];

export class AppendModel {
  readonly #random: Random;
  readonly #isFaultless: boolean;
  readonly #late: (() => void)[] = [];
  readonly run: AppendRun;

  constructor(seed: number, { isFaultless }: { readonly isFaultless: boolean }) {
    this.#random = randomOf(seed, 0xa99e);
    this.#isFaultless = isFaultless;
    const hosts = 1 + this.#random.below(3);
    this.run = {
      mount: isFaultless ? 'ext4' : (mounts[this.#random.below(mounts.length)] ?? ''),
      hosts,
      workers: Array.from({ length: hosts * workersOfHost }, () => ({
        stressed: [],
        verified: [],
        lines: new Map(),
        isStuck: false,
        lost: undefined,
      })),
      files: [[], []],
    };
  }

  stress(): void {
    const steps = 20 + this.#random.below(60);
    for (let step = 0; step < steps; step++) {
      this.#landSome();
      const number = this.#random.below(this.run.workers.length);
      const worker = this.run.workers[number];
      if (worker !== undefined && !worker.isStuck)
        this.#append(number, worker, this.#random.below(this.run.files.length));
    }
  }

  /** Also where hosts look at different moments, and late ones at an earlier state. */
  verify(): void {
    const { hosts, mount, files, workers } = this.run;
    const before = files.map((pieces) => bytesOf(pieces).length);
    for (let pass = 0; pass < 2; pass++) {
      for (let host = 0; host < hosts; host++) {
        this.#landSome();
        const isLate = !this.#isFaultless && weakMounts.has(mount) && this.#random.below(4) === 0;
        for (const [file, pieces] of files.entries()) {
          const bytes = bytesOf(pieces);
          const end = isLate ? this.#random.below((before[file] ?? 0) + 1) : bytes.length;
          if (pieces.length > 0)
            scan(workers[host * workersOfHost], { file, pass, host, hosts, bytes: bytes.subarray(0, end) });
        }
      }
    }
    if (!this.#isFaultless && this.#random.below(4) === 0) {
      const dead = workers[this.#random.below(workers.length)];
      if (dead !== undefined) dead.lost = this.#random.below(dead.stressed.length + 4);
    }
  }

  #append(number: number, worker: Worker, file: number): void {
    const line = (worker.lines.get(file) ?? 0) + 1;
    worker.lines.set(file, line);
    const length = lineHeaderBytes + 1 + this.#random.below(longestLine - lineHeaderBytes);
    const bytes = lineBytes({ file, writer: number, number: line, length });
    const piece: Piece = { worker: number, number: line, bytes };
    const record = {
      ...blankRecord,
      kind: recordKinds.addLine,
      owner,
      name: fileName(file),
      writer: number,
      first: line,
      count: length,
    };
    const draw = this.#isFaultless ? 99 : this.#random.below(60);
    const { outcome, errno, size } = this.#answer(draw, { file, piece });
    if (outcome === outcomes.pending) worker.isStuck = true;
    worker.stressed.push({ ...record, sequence: worker.stressed.length + 1, outcome, errno, size });
  }

  #answer(
    draw: number,
    { file, piece }: { file: number; piece: Piece },
  ): Pick<JournalRecord, 'outcome' | 'errno' | 'size'> {
    const { bytes } = piece;
    const failed = { outcome: outcomes.error, size: 0 };
    switch (draw) {
      case 0:
        this.#mayCome(file, piece);
        return { outcome: outcomes.pending, errno: 0, size: 0 };
      case 1:
        this.#mayCome(file, piece);
        this.#loseSome(file, piece.worker);
        return { ...failed, errno: 5 };
      case 2:
        if (isNetworkMount(mountOf(this.run))) this.#mayCome(file, piece);
        return { ...failed, errno: 28 };
      case 3:
        return { ...failed, errno: 13 };
      case 4: {
        const size = this.#random.below(bytes.length);
        this.#put(file, { ...piece, bytes: bytes.subarray(0, size) });
        return { outcome: outcomes.ok, errno: 0, size };
      }
      default:
        this.#put(file, piece);
        return { outcome: outcomes.ok, errno: 0, size: bytes.length };
    }
  }

  #put(file: number, piece: Piece): void {
    this.run.files[file]?.push(piece);
  }

  /** Now, later or never; whole or in part. */
  #mayCome(file: number, piece: Piece): void {
    const { bytes } = piece;
    const kept = this.#random.below(2) === 0 ? bytes.length : this.#random.below(bytes.length + 1);
    const come = (): void => this.#put(file, { ...piece, bytes: bytes.subarray(0, kept) });
    const when = this.#random.below(3);
    if (when === 0) come();
    else if (when === 1) this.#late.push(come);
  }

  #landSome(): void {
    if (this.#late.length > 0 && this.#random.below(12) === 0) this.#late.shift()?.();
  }

  /** What a client had not yet sent is zeros then, or was never there. */
  #loseSome(file: number, worker: number): void {
    const host = Math.floor(worker / workersOfHost);
    for (const piece of this.run.files[file] ?? []) {
      if (Math.floor(piece.worker / workersOfHost) !== host || this.#random.below(4) > 0) continue;
      piece.bytes = this.#random.below(2) === 0 ? Buffer.alloc(piece.bytes.length) : Buffer.alloc(0);
    }
  }
}

/** A run whose bytes a caller may change before they are read. */
export function appendRun(
  seed: number,
  options: { readonly isFaultless: boolean; readonly plant?: (run: AppendRun, random: Random) => boolean },
): AppendRun | undefined {
  const model = new AppendModel(seed, options);
  model.stress();
  if (options.plant !== undefined && !options.plant(model.run, randomOf(seed, 0x91a7))) return undefined;
  model.verify();
  return model.run;
}

export function historyOfAppends(run: AppendRun): History {
  const mount = mountOf(run);
  const facts = { workers: workersOfHost, chunkBytes: 512, maxChunks: 64, isLocal: false };
  return makeHistory(
    facts,
    Array.from({ length: run.hosts }, (_, host): HostEvidence => {
      const numbers = Array.from({ length: workersOfHost }, (_each, at) => host * workersOfHost + at);
      return {
        name: ['a', 'b', 'c'][host] ?? '',
        blocks: numbers.flatMap((worker) => blocksOf(run.workers[worker], { host, worker })),
        isTrusted: true,
        hasVerified: numbers.every((worker) => run.workers[worker]?.lost === undefined),
        client: { isNetwork: isNetworkMount(mount), platform: 'linux' },
        consistency: consistencyOf(mount),
        locks: lockReachesOf(mount),
      };
    }),
  );
}

function mountOf({ mount }: AppendRun): Parameters<typeof consistencyOf>[0] {
  return { path: '/', type: mount, source: '', options: [] };
}

function blocksOf(given: Worker | undefined, { host, worker }: { host: number; worker: number }): readonly Block[] {
  if (given === undefined) return [];
  const header = { number: 0, host, worker, runTag: 1, boot: [0, 0] as const, writtenNs: 0 };
  const { stressed, verified, lost = 0 } = given;
  const keptVerified = verified.slice(0, Math.max(0, verified.length - lost));
  const keptStressed = stressed.slice(
    0,
    Math.max(0, Math.min(stressed.length, stressed.length + verified.length - lost)),
  );
  return [
    { ...header, type: 'records', phase: stressPhase, records: encode(keptStressed) },
    { ...header, type: 'records', phase: verifyPhase, records: encode(keptVerified) },
    ...(given.lost === undefined ? [{ ...header, type: 'end' as const, phase: verifyPhase }] : []),
  ];
}

export function lineBytes({
  file,
  writer,
  number,
  length,
}: {
  file: number;
  writer: number;
  number: number;
  length: number;
}): Buffer {
  const buffer = chunkBuffer(256);
  fillLine(content, buffer, { runTag: 1, file: fileName(file), writer, number, operation: number, bytes: length });
  return Buffer.from(buffer.bytes.subarray(0, length));
}

export function bytesOf(pieces: readonly Piece[]): Buffer {
  return Buffer.concat(pieces.map(({ bytes }) => bytes));
}

function fileName(file: number): number {
  return nameOf({ kind: 'file', folder: 0, index: file });
}

function scan(
  worker: Worker | undefined,
  { file, pass, host, hosts, bytes }: { file: number; pass: number; host: number; hosts: number; bytes: Buffer },
): void {
  const name = fileName(file);
  const isInDetail = (file + pass) % hosts === host;
  const flags = (pass === 1 ? readFlags.secondScan : 0) | (isInDetail ? readFlags.inDetail : 0);
  const own = { ...blankRecord, outcome: outcomes.ok, owner, name, flags };
  const all = isInDetail ? linesIn(content, bytes, name) : [];
  const read = { size: bytes.length, target: crc32(bytes), count: all.length };
  worker?.verified.push({ ...own, kind: recordKinds.scanLines, ...read });
  for (const seen of all) {
    const { kind, writer, first, count, position, target } = seen;
    const fields = { kind, content: seen.content, flags: flags | seen.flags, writer, first, count, target };
    worker?.verified.push({ ...own, ...fields, incarnation: position, generation: seen.bytes });
  }
}
