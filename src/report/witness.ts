/** The operations of a proof, put in order on the controller's clock: as a drawing, and as a table with the same times. */
import type { Witness } from '../model/finding.ts';
import { formatCount, formatNs } from './format.ts';
import type { TableBlock, TimedOperation, WitnessChart } from './section.ts';

/** Two to four operations prove a finding; more come only from a file that somebody made up. */
const maxOperations = 8;

/** Null where fewer than one operation has both of its times. */
export function witnessChart(witness: readonly Witness[]): WitnessChart | null {
  const operations = witness
    .flatMap((one) => timed(one))
    .toSorted((a, b) => a.startNs - b.startNs)
    .slice(0, maxOperations);
  return operations.length === 0 ? null : { title: conclusionOf(operations), operations };
}

function timed(one: Witness): readonly TimedOperation[] {
  const { startNs, endNs } = one;
  if (startNs === undefined || endNs === undefined || !(endNs >= startNs)) return [];
  const within = (ns: number): number => Math.min(endNs, Math.max(startNs, ns));
  return [
    {
      lane: `${one.host}/${one.worker}`,
      words: `${spoken(one.operation)}: ${one.did}`,
      tip: `${one.host}, worker ${one.worker}, operation ${formatCount(one.sequence)}: ${one.did}`,
      startNs,
      startNsMax: within(one.startNsMax ?? startNs),
      endNsMin: within(one.endNsMin ?? endNs),
      endNs,
    },
  ];
}

/** Kinds of records that are parts of what people call an operation. */
const names: ReadonlyMap<string, string> = new Map([
  ['observe', 'read'],
  ['listed', 'list'],
  ['renameOnto', 'rename onto'],
  ['scanRead', 'verify read'],
  ['scanEntry', 'verify list'],
  ['scanList', 'verify list'],
]);

function spoken(operation: string): string {
  return names.get(operation) ?? operation;
}

function conclusionOf(operations: readonly TimedOperation[]): string {
  const last = operations.at(-1);
  const before = operations.at(-2);
  if (last === undefined || before === undefined) return 'The operation that saw it';
  const gap = last.startNs - before.endNs;
  // One worker does one thing after another, whatever its clock says.
  if (last.lane === before.lane) {
    return gap > 0
      ? `${last.lane} did both: the last began ${formatNs(gap)} after the one before had ended`
      : `${last.lane} did both, one after the other`;
  }
  return gap >= 0
    ? `${last.lane} began ${formatNs(gap)} after ${before.lane} had ended, by every clock within its bounds`
    : `${last.lane} may have overlapped ${before.lane} by up to ${formatNs(-gap)}, as far as the clocks are known`;
}

/** Times count from the first of these operations: a proof is about order, not about the time of day. */
export function witnessTable(witness: readonly Witness[]): TableBlock {
  const zero = witness.reduce((least, { startNs, endNs }) => Math.min(least, startNs ?? endNs ?? Infinity), Infinity);
  const since = (ns: number): string => `+${((ns - zero) / 1e6).toFixed(3)}`;
  const range = (from: number | undefined, to: number | undefined): string => {
    const [low, high] = [from ?? to, to ?? from];
    if (low === undefined || high === undefined) return '-';
    return since(low) === since(high) ? since(low) : `${since(low)} to ${since(high)}`;
  };
  return {
    kind: 'table',
    caption: 'The operations that prove it, in ms from the first',
    columns: [
      { title: 'Host', align: 'left' },
      { title: 'Worker', align: 'right' },
      { title: 'Operation no.', align: 'right' },
      { title: 'Operation', align: 'left' },
      { title: 'What it did', align: 'left' },
      { title: 'Began', align: 'right' },
      { title: 'Ended', align: 'right' },
    ],
    rows: witness.map((one) => ({
      cells: [
        one.host,
        formatCount(one.worker),
        formatCount(one.sequence),
        spoken(one.operation),
        one.did,
        range(one.startNs, one.startNsMax),
        range(one.endNsMin, one.endNs),
      ],
      tone: 'plain',
    })),
  };
}
