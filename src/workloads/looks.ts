/**
 * What a worker looks at, its own files and everybody's, all in the same way: the name is opened each time, so that what
 * is seen belongs to that name at that moment.
 */
import { constants } from 'node:fs';
import { constants as os } from 'node:os';
import { readFlags, recordKinds } from '../model/record.ts';
import { foldersOfTree, nameOf, pathOf } from '../model/namespace.ts';
import type { ChunkBuffer } from './chunk-buffer.ts';
import { directFlag, isDirect } from './direct.ts';
import { cutPath, nameOfEntry, typeOfEntry, type DirectoryEntry } from './listing.ts';
import { closed, type OpenFiles } from './open-files.ts';
import { closeQuietly } from './operations.ts';
import { isSequential, transferBuffer, transferOf, type StressOptions } from './stress-options.ts';
import type { ReadPlace } from './trace.ts';
import type { Tree } from './tree.ts';
import { lookAtXattr } from './xattr-looks.ts';
import { visibleName } from './visible-name.ts';
import { Walk, type WalkedFile } from './walk.ts';

const { O_RDONLY } = constants;

/** More strange names of one worker say nothing new, and verify notes them too. */
const maxStrangers = 100;

/** Others remove their files at any time: also while this worker has one open, which network file systems tell as ESTALE. */
const goneErrnos: ReadonlySet<number> = new Set([os.errno.ENOENT, os.errno.ESTALE]);

/** A stat is so much faster than a question to a helper that only one of so many is followed by one. */
const xattrShare = 4;

export class Looks {
  readonly #options: StressOptions;
  readonly #tree: Tree;
  readonly #openFiles: OpenFiles;
  readonly #buffer: ChunkBuffer;
  readonly #walk: Walk;
  readonly #strangers = new Set<string>();
  readonly #place = { owner: 0, name: 0, flags: 0, path: () => pathOf(this.#place.owner, this.#place.name) };

  constructor(options: StressOptions, tree: Tree, openFiles: OpenFiles) {
    this.#options = options;
    this.#tree = tree;
    this.#openFiles = openFiles;
    this.#buffer = transferBuffer(options.spec).buffer;
    this.#walk = new Walk(options, tree);
  }

  read(): void {
    const { spec, worker, owners, operations, trace } = this.#options;
    const { file, first, count } = isSequential(this.#options)
      ? this.#walk.goOn(() => this.#pickFile(owners))
      : this.#jump(this.#pickFile(owners));
    const { isKnown } = file;
    const isPastCache = isDirect(this.#options);
    const isKept = this.#openFiles.isKeeping && file.owner === worker && !isPastCache;
    this.#setPlace(file, isPastCache ? readFlags.direct : 0);
    const place: ReadPlace = this.#place;
    let fd = isKept ? this.#openFiles.descriptorOf(file.slot) : closed;
    const path = fd === closed ? this.#path(place.owner, place.name) : '';
    let bytes = 0;
    trace.beginRead(recordKinds.read, place, first);
    try {
      if (isKept && fd === closed) fd = this.#openFiles.open(file.slot, path);
      else if (!isKept) fd = operations.open(path, isPastCache ? O_RDONLY | directFlag : O_RDONLY);
      bytes = operations.read(fd, this.#buffer.bytes, 0, count * spec.chunkBytes, first * spec.chunkBytes);
      trace.mark();
      trace.setSize(bytes);
      if (bytes < count * spec.chunkBytes) trace.setShort();
      trace.observe(this.#buffer, bytes, first, place);
      trace.endRead(bytes);
    } catch (error) {
      trace.fail(error, (errno) => !isKnown && goneErrnos.has(errno));
    }
    if (fd !== closed && !isKept) closeQuietly(operations, fd);
    if (!isKnown && bytes < count * spec.chunkBytes) this.#walk.end(file);
  }

  stat(): void {
    const { random, owners, operations, trace, extra } = this.#options;
    const file = this.#pickFile(owners);
    this.#setPlace(file);
    const { owner, name } = this.#place;
    const path = this.#path(owner, name);
    trace.begin(recordKinds.stat, owner, name);
    try {
      trace.setStats(operations.stat(path));
      trace.succeed();
    } catch (error) {
      trace.fail(error, (errno) => !file.isKnown && goneErrnos.has(errno));
    }
    if (extra.has('setxattr') && random.below(xattrShare) === 0)
      lookAtXattr(this.#options, {
        owner,
        name,
        path,
        flags: 0,
        isGone: (errno) => !file.isKnown && goneErrnos.has(errno),
      });
  }

  list(): void {
    const { random, worker, owners, operations, trace } = this.#options;
    const owner = this.#pickOwner(owners);
    const name = nameOf({ kind: 'folder', folder: random.below(foldersOfTree) });
    const path = this.#path(owner, name);
    trace.begin(recordKinds.list, owner, name);
    try {
      const entries = operations.readdir(path);
      trace.mark();
      trace.setSize(entries.length);
      trace.setNames(owner, this.#namesOf(pathOf(owner, name), entries));
      trace.succeed();
    } catch (error) {
      // The tree of a host that never came to make it.
      trace.fail(error, (errno) => owner !== worker && errno === os.errno.ENOENT);
    }
  }

  #jump(file: WalkedFile): { readonly file: WalkedFile; readonly first: number; readonly count: number } {
    const { maxChunks, random } = this.#options;
    const first = random.below(random.below(maxChunks) + 1);
    return { file, first, count: transferOf(this.#options, maxChunks - first) };
  }

  /** In order. Names that we never make are notes, each once. */
  #namesOf(folder: string, entries: readonly DirectoryEntry[]): number[] {
    const names: number[] = [];
    for (const entry of entries) {
      const found = nameOfEntry(folder, entry);
      if (found === undefined) this.#noteStranger(`${folder}/${visibleName(entry.name)}`, entry);
      else names.push(found);
    }
    return names.sort((a, b) => a - b);
  }

  #noteStranger(path: string, entry: DirectoryEntry): void {
    if (this.#strangers.size >= maxStrangers || this.#strangers.has(path)) return;
    this.#strangers.add(path);
    this.#options.trace.note({ kind: 'entry', path: cutPath(path), size: 0, type: typeOfEntry(entry) });
  }

  /** About half of what is read is this worker's own. */
  #pickOwner({ from, to }: StressOptions['owners']): number {
    const { random, worker } = this.#options;
    if (to - from === 1 || random.below(2) === 0) return worker;
    const other = from + random.below(to - from - 1);
    return other < worker ? other : other + 1;
  }

  /** Of its own files one that is there; of others' any name, as nobody told this worker which are. */
  #pickFile(owners: StressOptions['owners']): WalkedFile {
    const { random, worker } = this.#options;
    const { files } = this.#tree;
    const owner = this.#pickOwner(owners);
    const isKnown = owner === worker && files.taken > 0;
    return { owner, slot: isKnown ? files.pickTaken(random) : random.below(files.all), isKnown };
  }

  #setPlace({ owner, slot }: WalkedFile, flags = 0): void {
    this.#place.owner = owner;
    this.#place.flags = flags;
    this.#place.name = this.#fileName(slot);
  }

  #fileName(file: number): number {
    return this.#tree.fileNames[file] ?? 0;
  }

  #path(owner: number, name: number): string {
    const { runPath, ownPath, worker } = this.#options;
    return owner === worker ? ownPath(name) : `${runPath}/${pathOf(owner, name)}`;
  }
}
