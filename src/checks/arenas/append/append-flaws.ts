/**
 * What is wrong with the files of the arena `append`: one pass over their final bytes, as the host whose turn it was told them.
 * Every acknowledged line must be there, whole, once, and behind those that its worker added before. Where hosts don't read
 * the same, that is what is wrong, and no more is said. No clock takes part.
 */
import { contents, readFlags, recordKinds } from '../../../model/record.ts';
import { gatherAppends, isInDetail, type AppendedFile, type LinesView } from './appends.ts';
import { hostOf, type Evidence } from '../../journal/evidence.ts';
import { groupsOf, presenceOf } from '../presence.ts';
import type { Scan } from '../../verify/scan.ts';

export type AppendCode = 'A01' | 'A02' | 'A03' | 'A04' | 'A05' | 'D03' | 'D07' | 'D08' | 'D21' | 'D22';

/** Of one line, or of several of a kind in one file. */
export interface AppendFlaw {
  readonly code: AppendCode;
  readonly name: number;
  /** Records: whose lines, and who read the file. */
  readonly ids: readonly number[];
  readonly position?: number;
  readonly count: number;
  /** An operation of unknown outcome may explain it. */
  readonly isOpen: boolean;
  /** All who appended to the file did it through one client. */
  readonly isOfOneClient: boolean;
}

export interface AppendJudgement {
  readonly flaws: readonly AppendFlaw[];
  /** Files whose lines no host told. */
  readonly unread: readonly number[];
}

export function judgeAppends(evidence: Evidence, scan: Scan): AppendJudgement {
  const flaws: AppendFlaw[] = [];
  const unread: number[] = [];
  for (const group of groupsOf(evidence)) {
    for (const file of gatherAppends(evidence, group)) {
      const presence = presenceOf(evidence, { scan, group }, file.name);
      flaws.push(...flawsOf(evidence, { file, group, presence }));
      if (presence !== false && !file.views.some((view) => isInDetail(view))) unread.push(file.name);
    }
  }
  return { flaws, unread };
}

interface Judged {
  readonly file: AppendedFile;
  readonly group: ReadonlySet<number>;
  readonly presence: boolean | undefined;
}

function flawsOf(evidence: Evidence, { file, group, presence }: Judged): readonly AppendFlaw[] {
  const { views } = file;
  const [first] = views;
  if (first === undefined) return presence === false ? new Lines(evidence, file).lost([]) : [];
  const other = views.find(({ size, check }) => size !== first.size || check !== first.check);
  if (other !== undefined) return [divergence(file, first, other)];
  // On a weak mount a host that didn't look might have seen more.
  if (evidence.consistency !== 'posix' && new Set(views.map(({ host }) => host)).size < group.size) return [];
  const detail = views.find((view) => isInDetail(view));
  return detail === undefined ? [] : new Lines(evidence, file).flawsIn(detail);
}

function divergence(file: AppendedFile, a: LinesView, b: LinesView): AppendFlaw {
  const sameHost = file.views.find((view) => {
    const before = file.views.find(({ host }) => host === view.host);
    return before !== undefined && (before.size !== view.size || before.check !== view.check);
  });
  const pair = sameHost === undefined ? [a, b] : file.views.filter(({ host }) => host === sameHost.host).slice(0, 2);
  return flaw(file, sameHost === undefined ? 'D21' : 'D22', { ids: pair.map(({ id }) => id), isOpen: file.hasUnknown });
}

function flaw(
  file: AppendedFile,
  code: AppendCode,
  rest: Pick<AppendFlaw, 'ids'> & Partial<Pick<AppendFlaw, 'position' | 'count' | 'isOpen'>>,
): AppendFlaw {
  return { code, name: file.name, count: 1, isOpen: false, isOfOneClient: file.hosts.size <= 1, ...rest };
}

class Lines {
  readonly #evidence: Evidence;
  readonly #file: AppendedFile;
  /** By writer: how often each of its lines was seen. */
  readonly #seen = new Map<number, Uint32Array>();
  /** By writer: the highest number so far. */
  readonly #highest = new Map<number, number>();
  readonly #flaws: AppendFlaw[] = [];
  #strayBytes = 0;
  #strayAt = 0;
  #isDamaged = false;

  constructor(evidence: Evidence, file: AppendedFile) {
    this.#evidence = evidence;
    this.#file = file;
  }

  flawsIn(view: LinesView): readonly AppendFlaw[] {
    for (const id of view.seen) this.#take(id, view);
    const lost = view.isCut ? [] : this.lost([view.id]);
    this.#flaws.push(...lost);
    // Where a line is lost or damaged, that is what the rest of it is.
    if (this.#strayBytes > 0 && !this.#isDamaged && lost.length === 0 && !this.#file.hasUnknown) {
      this.#flaws.push(flaw(this.#file, 'A05', { ids: [view.id], position: this.#strayAt, count: this.#strayBytes }));
    }
    if (this.#file.writers.size === 0 && !this.#file.hasUnknown && this.#flaws.length === 0) {
      return [flaw(this.#file, 'D03', { ids: [view.id] })];
    }
    return this.#flaws;
  }

  /** A finding a writer. */
  lost(views: readonly number[]): readonly AppendFlaw[] {
    return [...this.#file.writers].flatMap(([writer, { ids }]) => {
      const seen = this.#seenOf(writer);
      const lost = ids.filter((_, at) => this.#isCertain(writer, at + 1) && seen[at] === 0);
      const [first] = lost;
      return first === undefined ? [] : [flaw(this.#file, 'A01', { ids: [first, ...views], count: lost.length })];
    });
  }

  #take(id: number, view: LinesView): void {
    const record = this.#evidence.log.entry(id)?.record;
    if (record === undefined) return;
    const { writer, first, count, incarnation: position } = record;
    if (record.kind === recordKinds.lines) {
      // No worker has more lines than it tried to append; a record may say so all the same.
      const end = Math.min(first + count, (this.#file.writers.get(writer)?.ids.length ?? 0) + 1);
      for (let number = Math.max(1, first); number < end; number++) this.#see(writer, number, { view, position });
      if (end < first + count) this.#stray(position, 1);
      return;
    }
    switch (record.content) {
      case contents.foreign:
        return this.#damage('D08', [id], position);
      case contents.misplaced:
        return this.#damage('D07', [id], position);
      case contents.badBody:
        return this.#seeBroken(writer, first, { view, position, isCovered: (record.flags & readFlags.covered) !== 0 });
      default:
        return this.#stray(position, count);
    }
  }

  #see(writer: number, number: number, { view, position }: { view: LinesView; position: number }): void {
    const seen = this.#seenOf(writer);
    const highest = this.#highest.get(writer) ?? 0;
    const times = seen[number - 1] ?? 0;
    seen[number - 1] = times + 1;
    this.#highest.set(writer, Math.max(highest, number));
    if (!this.#isCertain(writer, number)) return;
    const id = this.#idOf(writer, number);
    if (times > 0) this.#damage('A03', [id, view.id], position);
    // The earlier of the two had its answer before the later one was begun.
    else if (number < highest) this.#damage('A04', [id, this.#idOf(writer, highest), view.id], position);
  }

  #seeBroken(
    writer: number,
    number: number,
    { view, position, isCovered }: { view: LinesView; position: number; isCovered: boolean },
  ): void {
    const seen = this.#seenOf(writer);
    if (seen[number - 1] !== undefined) seen[number - 1] = (seen[number - 1] ?? 0) + 1;
    if (!this.#isCertain(writer, number) || this.#file.hasUnknown) return;
    this.#damage(isCovered ? 'A02' : 'A05', [this.#idOf(writer, number), view.id], position);
  }

  #damage(code: AppendCode, ids: readonly number[], position: number): void {
    this.#isDamaged = true;
    this.#flaws.push(flaw(this.#file, code, { ids, position }));
  }

  #stray(position: number, bytes: number): void {
    if (this.#strayBytes === 0) this.#strayAt = position;
    this.#strayBytes += bytes;
  }

  /** It was acknowledged, and its client reported nothing that may have lost it. */
  #isCertain(writer: number, number: number): boolean {
    const host = hostOf(this.#evidence.facts, writer);
    return !this.#file.clouded.has(host) && this.#file.writers.get(writer)?.effects[number - 1] === 'done';
  }

  #idOf(writer: number, number: number): number {
    return this.#file.writers.get(writer)?.ids[number - 1] ?? -1;
  }

  #seenOf(writer: number): Uint32Array {
    const known = this.#seen.get(writer);
    if (known !== undefined) return known;
    const seen = new Uint32Array(this.#file.writers.get(writer)?.ids.length ?? 0);
    this.#seen.set(writer, seen);
    return seen;
  }
}
