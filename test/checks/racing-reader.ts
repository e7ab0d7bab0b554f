/** The workers that only look, during stress and in verify. */
import { verifyPhase } from '../../src/checks/journal/phases.ts';
import { foldersOfTree, nameOf, objectOf } from '../../src/model/namespace.ts';
import type { Random } from '../../src/model/random.ts';
import { outcomes, recordKinds, type JournalRecord } from '../../src/model/record.ts';
import { blankRecord } from '../support/blank-record.ts';
import { attributeOf, lookAt, lookOf, racingNames, type Drafted, type Moment, type RacingDisk } from './racing-disk.ts';

export class RacingReader {
  readonly drafts: Drafted[] = [];
  readonly #random: Random;
  readonly #moments: Moment[];
  readonly #disk: RacingDisk;
  readonly #isLate: boolean;

  constructor(options: { random: Random; moments: Moment[]; disk: RacingDisk; isLate: boolean }) {
    this.#random = options.random;
    this.#moments = options.moments;
    this.#disk = options.disk;
    this.#isLate = options.isLate;
  }

  run(untilNs: number): void {
    const random = this.#random;
    const pauseNs = 1 + random.below(100_000);
    let sequence = 0;
    let nowNs = random.below(50_000);
    while (nowNs < untilNs - 20_000) {
      const startNs = nowNs + 1 + random.below(pauseNs);
      nowNs = startNs + 100 + random.below(random.below(20_000) + 1);
      sequence++;
      const names = racingNames;
      const look = { random, moments: this.#moments, drafts: this.drafts, isLate: this.#isLate, names };
      lookAt(this.#disk, { ...look, sequence, startNs, endNs: nowNs });
    }
  }
}

/** One scan of the whole tree by one worker, at one moment. */
export function scanOf(at: {
  readonly see: () => RacingDisk['names'];
  readonly moments: Moment[];
  readonly drafts: Drafted[];
  readonly atNs: number;
  readonly scan: number;
}): void {
  const { see, moments, drafts, atNs, scan } = at;
  moments.push({
    atNs,
    happen() {
      let sequence = 100_000 * (scan + 1);
      const add = (record: Partial<JournalRecord>, isSame = false): void => {
        if (!isSame) sequence++;
        const base = { ...blankRecord, outcome: outcomes.ok, sequence, flags: scan, startNs: atNs, endNs: atNs };
        drafts.push({ phase: verifyPhase, record: { ...base, ...record }, more: [] });
      };
      const names = [...see()];
      for (let folder = 0; folder < foldersOfTree; folder++) {
        const files = names.filter(([name]) => objectOf(name).folder === folder);
        add({ kind: recordKinds.scanList, name: nameOf({ kind: 'folder', folder }), size: files.length });
        for (const [name, file] of files) {
          const size = file.bytes;
          add({ kind: recordKinds.scanEntry, name, size });
          add({ kind: recordKinds.getxattr, name, ...attributeOf(file) });
          if (file.chunks === 0) add({ kind: recordKinds.scanRead, name });
          for (let first = 0; first < file.chunks; first++) {
            const kind = first === 0 ? recordKinds.scanRead : recordKinds.observe;
            add({ kind, name, first, count: 1, size, ...lookOf(file.stampAt(first)) }, first > 0);
          }
        }
      }
    },
  });
}
