/** A recorder that keeps everything in memory, for engines without an agent around them. */
import type { Note } from '../../src/model/journal.ts';
import { layout, outcomes, readRecord, viewRecords, type JournalRecord } from '../../src/model/record.ts';
import type { Recorder } from '../../src/workloads/workload.ts';

export class MemoryRecorder implements Recorder {
  readonly views;
  readonly notes: Note[] = [];
  /** Sequences of operations that ended in an error nobody expected. */
  readonly unexpected: number[] = [];
  sequence = 0;
  #count = 0;
  #first = 0;

  constructor(capacity = 100_000) {
    this.views = viewRecords(new ArrayBuffer(capacity * 64), 0, capacity);
  }

  get records(): JournalRecord[] {
    return Array.from({ length: this.#count }, (_, at) => readRecord(this.views, at));
  }

  begin(kind: number): number {
    this.sequence++;
    this.#first = this.#count;
    return this.extend(kind);
  }

  extend(kind: number): number {
    this.views.u8[this.#count * 64 + layout.kind] = kind;
    this.views.u32[this.#count * 16 + layout.sequence] = this.sequence;
    return this.#count++;
  }

  mark(): void {}

  end(outcome: number, errno: number, _bytes: number, isExpected = false): void {
    if (outcome === outcomes.error && !isExpected) this.unexpected.push(this.sequence);
    for (let slot = this.#first; slot < this.#count; slot++) {
      this.views.u8[slot * 64 + layout.outcome] = outcome;
      this.views.u16[slot * 32 + layout.errno] = errno;
    }
  }

  note(note: Note): void {
    this.notes.push(note);
  }
}
