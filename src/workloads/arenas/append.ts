/**
 * Appending: all workers add lines to the same few files, opened with O_APPEND, where the file system alone decides what comes
 * behind what. A file is never removed or cut, so that in the end every line that was acknowledged must be in it, whole, once,
 * and behind those that the same worker added before: which its bytes tell, without a clock.
 */
import { constants } from 'node:fs';
import { constants as os } from 'node:os';
import { appendLanes, maxAppendFileBytes } from '../../model/append.ts';
import { lineHeaderBytes } from '../../model/line.ts';
import { foldersOfTree, namesOfKind, nameOf, pathOf } from '../../model/namespace.ts';
import { recordKinds } from '../../model/record.ts';
import { chunkBuffer } from '../chunk-buffer.ts';
import { fillLine, maxLineBytes } from '../lines.ts';
import { closeQuietly } from '../operations.ts';
import type { ArenaOptions, ArenaRules } from './arena.ts';

export const append: ArenaRules = { arena: 'append', open: (options) => new Appender(options) };

/** Where this worker is in one folder. */
interface Lane {
  readonly folder: number;
  /** From one file of the folder to the next. */
  readonly first: number;
  readonly stride: number;
  file: number;
  /** Lines that it added, or tried to, to that file. */
  lines: number;
}

class Appender {
  readonly #options: ArenaOptions;
  readonly #lanes: readonly Lane[];
  readonly #buffer = chunkBuffer(maxLineBytes);
  /** A lane takes as much room as a worker's own tree. */
  readonly #filesOfLane: number;
  readonly #fileBytes: number;

  constructor(options: ArenaOptions) {
    const { spec, worker, workers } = options;
    this.#options = options;
    this.#fileBytes = Math.min(spec.fileBytes, maxAppendFileBytes);
    this.#filesOfLane = Math.min(namesOfKind, spec.filesPerFolder * foldersOfTree);
    const hosts = workers / spec.workers;
    const ofHost = Math.floor((worker % workers) / spec.workers);
    this.#lanes = [
      ...appendLanes.shared.map((folder): Lane => ({ folder, first: 0, stride: 1, file: 0, lines: 0 })),
      { folder: appendLanes.ofHost, first: ofHost, stride: hosts, file: 0, lines: 0 },
    ];
  }

  step(): void {
    const lane = this.#lanes[this.#options.random.below(this.#lanes.length)];
    const index = lane === undefined ? namesOfKind : lane.first + lane.file * lane.stride;
    if (lane === undefined || index >= Math.max(this.#filesOfLane, lane.stride) || index >= namesOfKind)
      return this.#look();
    this.#add(lane, nameOf({ kind: 'file', folder: lane.folder, index }));
  }

  #add(lane: Lane, name: number): void {
    const { worker, owner, runPath, trace, operations, content } = this.#options;
    const bytes = this.#drawBytes();
    const number = ++lane.lines;
    const operation = trace.nextSequence;
    fillLine(content, this.#buffer, { runTag: content.runTag, file: name, writer: worker, number, operation, bytes });
    const path = `${runPath}/${pathOf(owner, name)}`;
    let fd = -1;
    trace.begin(recordKinds.addLine, owner, name);
    trace.setChange(worker, number, bytes, 0);
    try {
      fd = operations.open(path, constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT, 0o644);
      const written = operations.append(fd, this.#buffer.bytes, 0, bytes);
      const isFull = operations.fsize(fd) >= this.#fileBytes;
      // What close answers is a part of the answer.
      const open = fd;
      fd = -1;
      operations.close(open);
      trace.setSize(written);
      trace.succeed(written);
      if (isFull) this.#goOn(lane);
    } catch (error) {
      trace.fail(error);
      if (fd >= 0) closeQuietly(operations, fd);
    }
  }

  /** Those who are behind find full files, add a line to each, and so catch up. */
  #goOn(lane: Lane): void {
    lane.file++;
    lane.lines = 0;
  }

  /** Any number of bytes, small ones more often, and now and then one that is many pages long. */
  #drawBytes(): number {
    const { random } = this.#options;
    const longest = Math.min(maxLineBytes, Math.max(256, Math.floor(this.#fileBytes / 8)));
    const limit = random.below(16) === 0 ? longest : Math.min(longest, 2_048);
    return lineHeaderBytes + 1 + random.below(random.below(limit - lineHeaderBytes) + 1);
  }

  /** All files are full: nobody may remove one, so that only looking is left. */
  #look(): void {
    const { random, owner, runPath, trace, operations } = this.#options;
    const folder = random.below(appendLanes.ofHost);
    const name = nameOf({ kind: 'file', folder, index: random.below(this.#filesOfLane) });
    trace.begin(recordKinds.stat, owner, name);
    try {
      trace.setSize(operations.stat(`${runPath}/${pathOf(owner, name)}`).size);
      trace.succeed();
    } catch (error) {
      trace.fail(error, (errno) => errno === os.errno.ENOENT);
    }
  }
}
