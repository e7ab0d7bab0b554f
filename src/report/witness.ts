/** The operations of a proof, put in order on the controller's clock: as a drawing, and as a table with the same times. */
import type { Edge, Finding } from '../model/finding.ts';
import type { Witness } from '../model/witness.ts';
import { formatCount, formatNs } from './format.ts';
import type { TableBlock, TimedOperation, WitnessChart, WitnessEdge } from './section.ts';

/** Two to four operations prove a finding; more come only from a file that somebody made up. */
const maxOperations = 8;

/** Null where fewer than one operation has both of its times. */
export function witnessChart({ witness, edges }: Proof): WitnessChart | null {
  const drawn = witness
    .flatMap((one, place) => timed(one, place).map((operation) => ({ operation, place })))
    .toSorted((a, b) => a.operation.startNs - b.operation.startNs)
    .slice(0, maxOperations);
  const operations = drawn.map(({ operation }) => operation);
  if (operations.length === 0) return null;
  const places = drawn.map(({ place }) => place);
  return { title: conclusionOf(operations), operations, edges: edges?.flatMap((edge) => placed(edge, places)) };
}

type Proof = Pick<Finding, 'witness' | 'edges'>;

function placed({ from, to, by }: Edge, places: readonly number[]): readonly WitnessEdge[] {
  const [a, b] = [places.indexOf(from), places.indexOf(to)];
  if (a === -1 || b === -1 || a === b) return [];
  return [{ from: a, to: b, kind: sources.has(by) ? 'source' : 'order', tip: reasons[by] }];
}

const sources: ReadonlySet<Edge['by']> = new Set(['read-from', 'lock counter']);

const reasons: Readonly<Record<Edge['by'], string>> = {
  'read-from': 'is what it read: the stamp says so',
  'lock counter': 'wrote the counter that it read',
  'program order': 'ended before it began: one worker does one thing after another',
  barrier: 'ended before it began: a barrier of all hosts lay between them',
  'host clock': "ended before it began, by their host's own clock",
  'clock bounds': 'ended before it began, for every clock within its bounds',
};

/** `1 ended before 3 began: ...`: the numbers are those of the table. */
export function orderOf({ witness, edges = [] }: Proof): readonly string[] {
  return edges
    .filter(({ from, to }) => from < witness.length && to < witness.length)
    .slice(0, maxOperations)
    .map(({ from, to, by }) => `${from + 1} ${reasons[by].replace(/\bit\b/, `${to + 1}`)}`);
}

function timed(one: Witness, place: number): readonly TimedOperation[] {
  const { startNs, endNs } = one;
  if (startNs === undefined || endNs === undefined || !(endNs >= startNs)) return [];
  const within = (ns: number): number => Math.min(endNs, Math.max(startNs, ns));
  return [
    {
      lane: `${one.host}/${one.worker}`,
      words: `${place + 1} ${spoken(one.operation)}: ${one.did}`,
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
  ['setxattr', 'set attribute'],
  ['getxattr', 'look at attribute'],
  ['punchHole', 'punch hole'],
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
      { title: 'No.', align: 'right' },
      { title: 'Host', align: 'left' },
      { title: 'Worker', align: 'right' },
      { title: 'Operation no.', align: 'right' },
      { title: 'Operation', align: 'left' },
      { title: 'What it did', align: 'left' },
      { title: 'Began', align: 'right' },
      { title: 'Ended', align: 'right' },
    ],
    rows: witness.map((one, place) => ({
      cells: [
        formatCount(place + 1),
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
