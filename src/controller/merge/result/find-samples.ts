/** The samples of a result, into columns, and its pings: rows of numbers alone. */
import type { PingColumns } from '../../../model/ping.ts';
import type { Sample } from '../../../model/result.ts';
import type { SampleColumns } from './columns.ts';
import { findList, keepsNumber, takesCount, takesNumber, type FoundList } from './find-list.ts';

/** What stands before each value but for blanks, in the order of the schema. A field that the schema gets has to get a line here. */
const texts = {
  startNs: Buffer.from('{"startNs"'),
  endNs: Buffer.from(',"endNs"'),
  operations: Buffer.from(',"operations"'),
  errors: Buffer.from(',"errors"'),
  bytes: Buffer.from(',"bytes"'),
} satisfies Record<keyof Sample, Buffer>;

const closing = 0x7d;

export function findSamples(bytes: Buffer): FoundList<SampleColumns> | undefined {
  const columns: Record<keyof Sample, number[]> = { startNs: [], endNs: [], operations: [], errors: [], bytes: [] };
  const found = findList(
    bytes,
    { key: 'samples', list: columns },
    (scanner) =>
      takesNumber(scanner, texts.startNs, columns.startNs) &&
      takesNumber(scanner, texts.endNs, columns.endNs) &&
      takesCount(scanner, texts.operations, columns.operations) &&
      takesCount(scanner, texts.errors, columns.errors) &&
      takesCount(scanner, texts.bytes, columns.bytes) &&
      scanner.takes(closing),
  );
  if (found === undefined) return undefined;
  const { startNs, endNs, operations, errors, bytes: ofBytes } = columns;
  return {
    ...found,
    list: {
      startNs: new Float64Array(startNs),
      endNs: new Float64Array(endNs),
      operations: new Float64Array(operations),
      errors: new Float64Array(errors),
      bytes: new Float64Array(ofBytes),
    },
  };
}

const [pingStart, pingComma, pingEnd] = [0x5b, 0x2c, 0x5d];

export function findPings(bytes: Buffer): FoundList<PingColumns> | undefined {
  const columns: Record<keyof PingColumns, number[]> = { sentNs: [], hostNs: [], receivedNs: [] };
  const { sentNs, hostNs, receivedNs } = columns;
  const found = findList(
    bytes,
    { key: 'pings', list: columns },
    (scanner) =>
      scanner.takes(pingStart) &&
      keepsNumber(scanner, sentNs) &&
      scanner.takes(pingComma) &&
      keepsNumber(scanner, hostNs) &&
      scanner.takes(pingComma) &&
      keepsNumber(scanner, receivedNs) &&
      scanner.takes(pingEnd),
  );
  if (found === undefined) return undefined;
  return {
    ...found,
    list: {
      sentNs: new Float64Array(sentNs),
      hostNs: new Float64Array(hostNs),
      receivedNs: new Float64Array(receivedNs),
    },
  };
}
