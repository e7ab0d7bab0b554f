/** The heartbeats of a result, into columns: a merge asks for a few of them as they are, which are read again for it. */
import { agentPhases, heartbeatSchema, type Heartbeat } from '../../../model/protocol.ts';
import type { HeartbeatColumns } from './columns.ts';
import { findList, takesNumber, type FoundList } from './find-list.ts';
import type { NumberScanner } from './number-scanner.ts';

type Oldest = NonNullable<Heartbeat['oldest']>;

/** What stands before each value but for blanks, in the order of the schema. A field that the schema gets has to get a line here. */
const texts = {
  atNs: Buffer.from('{"atNs"'),
  phase: Buffer.from(',"phase"'),
  operations: Buffer.from(',"operations"'),
  errors: Buffer.from(',"errors"'),
  bytes: Buffer.from(',"bytes"'),
  cpuSeconds: Buffer.from(',"cpuSeconds"'),
  rssBytes: Buffer.from(',"rssBytes"'),
  loadAverage: Buffer.from(',"loadAverage"'),
  p99Us: Buffer.from(',"p99Us"'),
  mismatches: Buffer.from(',"mismatches"'),
  oldest: Buffer.from(',"oldest"'),
} satisfies Record<keyof Heartbeat, Buffer>;

const oldestTexts = {
  operation: Buffer.from('{"operation"'),
  worker: Buffer.from(',"worker"'),
  file: Buffer.from(',"file"'),
  ageMs: Buffer.from(',"ageMs"'),
} satisfies Record<keyof Oldest, Buffer>;

const phaseTexts = agentPhases.map((phase) => Buffer.from(JSON.stringify(phase)));
const closing = 0x7d;

export function findHeartbeats(bytes: Buffer): FoundList<HeartbeatColumns> | undefined {
  const rows = new HeartbeatRows();
  const found = findList(bytes, { key: 'heartbeats', list: rows }, (scanner) => rows.takes(scanner));
  return found === undefined ? undefined : { ...found, list: rows.columns(bytes) };
}

class HeartbeatRows {
  readonly #starts: number[] = [];
  readonly #ends: number[] = [];
  readonly #phase: Heartbeat['phase'][] = [];
  readonly #oldestMs: number[] = [];
  readonly #atNs: number[] = [];
  readonly #operations: number[] = [];
  readonly #cpuSeconds: number[] = [];
  readonly #rssBytes: number[] = [];
  readonly #loadAverage: number[] = [];

  takes(scanner: NumberScanner): boolean {
    this.#starts.push(scanner.at);
    const isOne =
      takesNumber(scanner, texts.atNs, this.#atNs) &&
      this.#takesPhase(scanner) &&
      takesNumber(scanner, texts.operations, this.#operations) &&
      takesNumber(scanner, texts.errors) &&
      takesNumber(scanner, texts.bytes) &&
      takesNumber(scanner, texts.cpuSeconds, this.#cpuSeconds) &&
      takesNumber(scanner, texts.rssBytes, this.#rssBytes) &&
      takesNumber(scanner, texts.loadAverage, this.#loadAverage) &&
      mayTakeNumber(scanner, texts.p99Us) &&
      mayTakeNumber(scanner, texts.mismatches) &&
      this.#takesOldest(scanner) &&
      scanner.takes(closing);
    this.#ends.push(scanner.at);
    return isOne;
  }

  columns(bytes: Buffer): HeartbeatColumns {
    return {
      atNs: this.#atNs,
      phase: this.#phase,
      operations: this.#operations,
      cpuSeconds: this.#cpuSeconds,
      rssBytes: this.#rssBytes,
      loadAverage: this.#loadAverage,
      oldestMs: this.#oldestMs,
      heartbeat: (at) => heartbeatSchema.parse(JSON.parse(bytes.toString('utf8', this.#starts[at], this.#ends[at]))),
    };
  }

  #takesPhase(scanner: NumberScanner): boolean {
    if (!scanner.takesKey(texts.phase)) {
      this.#phase.push(undefined);
      return true;
    }
    const phase = agentPhases[scanner.takesOneOf(phaseTexts)];
    this.#phase.push(phase);
    return phase !== undefined;
  }

  #takesOldest(scanner: NumberScanner): boolean {
    if (!scanner.takesKey(texts.oldest)) {
      this.#oldestMs.push(NaN);
      return true;
    }
    return (
      scanner.takesKey(oldestTexts.operation) &&
      scanner.takesPlainText() &&
      takesNumber(scanner, oldestTexts.worker) &&
      (!scanner.takesKey(oldestTexts.file) || scanner.takesPlainText()) &&
      takesNumber(scanner, oldestTexts.ageMs, this.#oldestMs) &&
      scanner.takes(closing)
    );
  }
}

/** One that only some heartbeats have. */
function mayTakeNumber(scanner: NumberScanner, key: Buffer): boolean {
  if (!scanner.takesKey(key)) return true;
  return Number.isFinite(scanner.number());
}
