/**
 * The first look at one host's journal, from end to end: whether it is whole and the one that the host sent, where which
 * records are, and all figures that need no more than one record at a time. What checks need is read later, part by part.
 */
import type { HistoryFacts, HostNote } from '../../checks/journal/evidence.ts';
import { countRows, rowCount, type BlockSegment } from '../../checks/journal/record-log.ts';
import { BlockSieve } from '../../checks/journal/segments.ts';
import { StrayListings } from '../../checks/journal/stray-listings.ts';
import { StrikingRecords } from '../../checks/journal/striking.ts';
import { blockHeaderBytes } from '../../model/journal.ts';
import type { PingColumns } from '../../model/ping.ts';
import { ErrorSightings, type ErrorSighting } from './errors.ts';
import { FirstLook } from './first-look.ts';
import { readJournalFile, type ReadJournal } from './journal-file.ts';
import { HostLatency } from './latency.ts';
import { clockOf } from './host-clock.ts';
import { rowsWithAny, type RowCounts } from './rows.ts';

export interface SurveyRequest {
  readonly path: string;
  readonly of: { readonly runTag: number; readonly host: number };
  readonly pings: PingColumns;
  /** Of the host, as Node names it. */
  readonly platform: string;
  /** What it saw in verify was another file system. */
  readonly isTargetGone: boolean;
  /** Of the run's axis, on the controller's clock. */
  readonly zeroNs: number;
  /** Undefined where there is nothing to judge. */
  readonly facts: HistoryFacts | undefined;
  /** Workers of all hosts. */
  readonly owners: number;
}

export interface Survey {
  readonly file: ReadJournal;
  readonly hasBlocks: boolean;
  readonly blocks: BlockTable;
  readonly rows: RowCounts;
  readonly records: number;
  readonly notes: readonly HostNote[];
  /** Workers all of whose blocks are there. */
  readonly whole: readonly number[];
  readonly refused: string | undefined;
  readonly isRunBack: boolean;
  readonly striking: readonly StrikingBlock[];
  readonly chunksVerified: number;
  readonly latency: Uint32Array;
  readonly errors: readonly ErrorSighting[];
}

/** Blocks of records that make sense: one place a block in every column. */
export interface BlockTable {
  /** In the file, of the first record. */
  readonly offsets: Float64Array;
  readonly counts: Uint32Array;
  readonly workers: Uint16Array;
  readonly phases: Uint8Array;
  readonly writtenNs: Float64Array;
}

export interface StrikingBlock extends Pick<BlockSegment, 'host' | 'worker' | 'phase' | 'writtenNs'> {
  readonly records: Uint8Array;
}

export function surveyJournal(request: SurveyRequest): Survey {
  const { facts, of } = request;
  if (facts === undefined) {
    let hasBlocks = false;
    const file = readJournalFile(request.path, of, () => (hasBlocks = true));
    return { ...new Surveyor(request, nothingToJudge).finish(file), hasBlocks };
  }
  const surveyor = new Surveyor(request, facts);
  const sieve = new BlockSieve(facts, { host: of.host, isTargetGone: request.isTargetGone });
  let hasBlocks = false;
  const file = readJournalFile(request.path, of, (block, at) => {
    hasBlocks = true;
    const segment = sieve.take(block);
    if (segment !== undefined) surveyor.take(segment, at + blockHeaderBytes);
  });
  const { notes, whole, refused, isRunBack } = sieve;
  return { ...surveyor.finish(file, notes), hasBlocks, notes, whole: [...whole], refused, isRunBack };
}

const nothingToJudge: HistoryFacts = { workers: 1, chunkBytes: 1, maxChunks: 0, isLocal: false };

class Surveyor {
  readonly #owners: number;
  readonly #rows: Float64Array;
  readonly #striking: StrikingRecords;
  readonly #latency: HostLatency;
  readonly #look: FirstLook;
  readonly #errors: ErrorSightings;
  readonly #listings = new StrayListings();
  readonly #kept: StrikingBlock[] = [];
  readonly #blocks: FoundBlock[] = [];
  #records = 0;

  constructor({ pings, platform, zeroNs, owners }: SurveyRequest, facts: HistoryFacts) {
    const clock = clockOf({ pings });
    const toController = (hostNs: number): number | undefined => clock.estimate(hostNs);
    this.#owners = owners;
    this.#rows = new Float64Array(rowCount(owners));
    this.#striking = new StrikingRecords(facts);
    this.#latency = new HostLatency({ toController, zeroNs });
    this.#look = new FirstLook({ latency: this.#latency, longNs: this.#striking.longNs });
    this.#errors = new ErrorSightings({ toController, zeroNs, platform });
  }

  take(segment: BlockSegment, offset: number): void {
    const { host, worker, phase, writtenNs, count } = segment;
    this.#blocks.push({ offset, count, worker, phase, writtenNs });
    this.#records += count;
    countRows(this.#rows, segment, this.#owners);
    const rare = this.#look.take(segment);
    this.#errors.take(segment, rare);
    this.#listings.take(segment, rare);
    const records = this.#striking.take(segment, rare);
    if (records !== undefined) this.#kept.push({ host, worker, phase, writtenNs, records });
  }

  finish(file: ReadJournal, notes: readonly HostNote[] = []): Survey {
    return {
      file,
      hasBlocks: this.#blocks.length > 0,
      blocks: tableOf(this.#blocks),
      rows: rowsWithAny(this.#rows),
      records: this.#records,
      notes: [],
      whole: [],
      refused: undefined,
      isRunBack: false,
      striking: [...this.#kept, ...this.#listings.finish(notes)],
      chunksVerified: this.#look.chunksVerified,
      latency: this.#latency.finish(),
      errors: this.#errors.finish(),
    };
  }
}

type FoundBlock = Pick<BlockSegment, 'count' | 'worker' | 'phase' | 'writtenNs'> & { readonly offset: number };

function tableOf(blocks: readonly FoundBlock[]): BlockTable {
  const table = {
    offsets: new Float64Array(blocks.length),
    counts: new Uint32Array(blocks.length),
    workers: new Uint16Array(blocks.length),
    phases: new Uint8Array(blocks.length),
    writtenNs: new Float64Array(blocks.length),
  };
  for (const [at, { offset, count, worker, phase, writtenNs }] of blocks.entries()) {
    table.offsets[at] = offset;
    table.counts[at] = count;
    table.workers[at] = worker;
    table.phases[at] = phase;
    table.writtenNs[at] = writtenNs;
  }
  return table;
}
