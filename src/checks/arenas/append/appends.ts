/**
 * What was appended to the files of the arena `append` (see workloads/arenas/append.ts), by file and writer, and what every
 * host read of them in verify. A line that was acknowledged is certain unless an error of its client may have lost it later.
 */
import { ownerOfArena } from '../../../model/namespace.ts';
import { layout, outcomes, readFlags, readRecord, recordKinds, type JournalRecord } from '../../../model/record.ts';
import { effectOf, type Effect } from '../../journal/effect.ts';
import { clientOf, hostOf, type Evidence } from '../../journal/evidence.ts';
import { inStress } from '../../journal/phases.ts';
import type { Segment } from '../../journal/record-log.ts';

/** One worker's lines of one file; the first is number 1. */
export interface WriterLines {
  readonly ids: number[];
  readonly effects: Effect[];
}

/** One host read the file, whole. */
export interface LinesView {
  readonly host: number;
  readonly id: number;
  readonly size: number;
  readonly check: number;
  /** Records that tell what it holds; undefined: another host tells. */
  readonly told: number | undefined;
  readonly isCut: boolean;
  /** Of these, those that arrived. */
  readonly seen: number[];
}

/** A journal may end in the middle of what it tells. */
export function isInDetail({ told, seen }: LinesView): boolean {
  return told === seen.length;
}

export interface AppendedFile {
  readonly name: number;
  readonly writers: ReadonlyMap<number, WriterLines>;
  /** Bytes may be there, or come later, that no record tells of. */
  readonly hasUnknown: boolean;
  /** Hosts whose client may have lost lines that it had acknowledged. */
  readonly clouded: ReadonlySet<number>;
  /** Hosts that may have appended to it. */
  readonly hosts: ReadonlySet<number>;
  readonly views: readonly LinesView[];
}

/** Of the hosts that share one arena. */
export function gatherAppends(evidence: Evidence, group: ReadonlySet<number>): readonly AppendedFile[] {
  const gatherer = new Gatherer(evidence, group);
  evidence.log.visit(
    ownerOfArena('append'),
    (segment, at) => gatherer.take(segment, at),
    ({ host }) => group.has(host),
  );
  return gatherer.files();
}

interface OpenFile {
  readonly name: number;
  readonly writers: Map<number, WriterLines>;
  hasUnknown: boolean;
  readonly clouded: Set<number>;
  readonly hosts: Set<number>;
  readonly views: LinesView[];
}

class Gatherer {
  readonly #evidence: Evidence;
  readonly #files = new Map<number, OpenFile>();
  /** By worker: what it reads now. */
  readonly #reading = new Map<number, LinesView>();
  /** Hosts of which operations are unknown, in whatever file. */
  readonly #unknown: ReadonlySet<number>;

  constructor(evidence: Evidence, group: ReadonlySet<number>) {
    const { facts, whole } = evidence;
    this.#evidence = evidence;
    this.#unknown = new Set(
      [...group].filter((host) =>
        Array.from({ length: facts.workers }, (_, worker) => host * facts.workers + worker).some(
          (worker) => !whole.has(worker),
        ),
      ),
    );
  }

  files(): readonly AppendedFile[] {
    return [...this.#files.values()].sort((a, b) => a.name - b.name);
  }

  take(segment: Segment, at: number): void {
    const kind = segment.views.u8[at * 64 + layout.kind] ?? 0;
    if (!kinds.has(kind)) return;
    const record = readRecord(segment.views, at);
    const id = segment.firstId + at;
    if (kind === recordKinds.addLine && inStress(segment)) this.#takeLine(record, segment.worker, id);
    else if (kind === recordKinds.scanLines) this.#takeView(record, segment.worker, id);
    else if (kind !== recordKinds.addLine) this.#reading.get(segment.worker)?.seen.push(id);
  }

  #takeLine(record: JournalRecord, worker: number, id: number): void {
    const host = hostOf(this.#evidence.facts, worker);
    const file = this.#file(record.name);
    const lines = file.writers.get(worker) ?? { ids: [], effects: [] };
    file.writers.set(worker, lines);
    file.hosts.add(host);
    const effect = this.#effectOf(record, worker);
    // A worker counts its lines: where the numbers have a gap, its word counts for nothing.
    if (effect === 'unknown' || record.first !== lines.ids.length + 1) {
      file.hasUnknown = true;
      file.clouded.add(host);
    }
    lines.ids.push(id);
    lines.effects.push(effect);
  }

  /** A short count leaves a part. */
  #effectOf(record: JournalRecord, worker: number): Effect {
    if (record.outcome === outcomes.ok) return record.size === record.count ? 'done' : 'unknown';
    return effectOf(record, clientOf(this.#evidence, worker));
  }

  #takeView(record: JournalRecord, worker: number, id: number): void {
    this.#reading.delete(worker);
    if (record.outcome !== outcomes.ok) return;
    const view: LinesView = {
      host: hostOf(this.#evidence.facts, worker),
      id,
      size: record.size,
      check: record.target,
      told: (record.flags & readFlags.inDetail) === 0 ? undefined : record.count,
      isCut: (record.flags & readFlags.cut) !== 0,
      seen: [],
    };
    this.#reading.set(worker, view);
    this.#file(record.name).views.push(view);
  }

  #file(name: number): OpenFile {
    const known = this.#files.get(name);
    if (known !== undefined) return known;
    const file: OpenFile = {
      name,
      writers: new Map(),
      hasUnknown: this.#unknown.size > 0,
      clouded: new Set(this.#unknown),
      hosts: new Set(this.#unknown),
      views: [],
    };
    this.#files.set(name, file);
    return file;
  }
}

const kinds: ReadonlySet<number> = new Set([
  recordKinds.addLine,
  recordKinds.scanLines,
  recordKinds.lines,
  recordKinds.noLine,
]);
