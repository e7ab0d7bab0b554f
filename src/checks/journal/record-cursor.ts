/** A record where it lies, for those who look at a million and keep none: good until it is moved on. Only what is asked for is read. */
import { layout, type JournalRecord, type RecordViews } from '../../model/record.ts';

export class RecordCursor implements JournalRecord {
  readonly #views: RecordViews;
  #at = 0;

  constructor(views: RecordViews) {
    this.#views = views;
  }

  moveTo(at: number): this {
    this.#at = at;
    return this;
  }

  get kind(): number {
    return this.#views.u8[this.#at * 64 + layout.kind] ?? 0;
  }

  get outcome(): number {
    return this.#views.u8[this.#at * 64 + layout.outcome] ?? 0;
  }

  get errno(): number {
    return this.#views.u16[this.#at * 32 + layout.errno] ?? 0;
  }

  get sequence(): number {
    return this.#views.u32[this.#at * 16 + layout.sequence] ?? 0;
  }

  get owner(): number {
    return this.#views.u16[this.#at * 32 + layout.owner] ?? 0;
  }

  get content(): number {
    return this.#views.u8[this.#at * 64 + layout.content] ?? 0;
  }

  get flags(): number {
    return this.#views.u8[this.#at * 64 + layout.flags] ?? 0;
  }

  get name(): number {
    return this.#views.u32[this.#at * 16 + layout.name] ?? 0;
  }

  get target(): number {
    return this.#views.u32[this.#at * 16 + layout.target] ?? 0;
  }

  get first(): number {
    return this.#views.u32[this.#at * 16 + layout.first] ?? 0;
  }

  get count(): number {
    return this.#views.u32[this.#at * 16 + layout.count] ?? 0;
  }

  get generation(): number {
    return this.#views.u32[this.#at * 16 + layout.generation] ?? 0;
  }

  get creator(): number {
    return this.#views.u16[this.#at * 32 + layout.creator] ?? 0;
  }

  get writer(): number {
    return this.#views.u16[this.#at * 32 + layout.writer] ?? 0;
  }

  get incarnation(): number {
    return this.#views.u32[this.#at * 16 + layout.incarnation] ?? 0;
  }

  get startNs(): number {
    return this.#views.f64[this.#at * 8 + layout.startNs] ?? 0;
  }

  get endNs(): number {
    return this.#views.f64[this.#at * 8 + layout.endNs] ?? 0;
  }

  get size(): number {
    return this.#views.f64[this.#at * 8 + layout.size] ?? 0;
  }
}
