/**
 * The operations that prove a finding, one lane a worker. A bar is the time in which an operation was under way for
 * certain, its whiskers the time in which it may have been. Idle time between operations is cut out, with its length
 * written there: a proof is about order, and its operations are often microseconds long and minutes apart.
 */
import { formatNs } from '../format.ts';
import type { TimedOperation, WitnessChart, WitnessEdge } from '../section.ts';
import { label, labelTo, path, rect, round, type Drawing, type Shape } from './drawing.ts';

const width = 1000;
const plot = { left: 160, right: width - 14, top: 34 };
const laneHeight = 54;
const barHeight = 14;
/** Where no moment is certain, a diamond stands between the whiskers. */
const leastBar = 3;
const cutWidth = 84;
const leastWidth = 46;
const letterWidth = 6.3;

export function drawWitness({ operations, edges: given }: WitnessChart): Drawing {
  const lanes = [...new Set(operations.map(({ lane }) => lane))];
  const spells = spellsOf(operations);
  const toX = axisOf(spells);
  const yOf = (operation: TimedOperation): number =>
    plot.top + lanes.indexOf(operation.lane) * laneHeight + laneHeight / 2 + 6;
  const bottom = plot.top + lanes.length * laneHeight + 8;
  return {
    width,
    height: bottom + 26,
    shapes: [
      ...lanes.flatMap((lane, index) => {
        const y = plot.top + index * laneHeight + laneHeight / 2 + 6;
        return [
          labelTo('end', 'loud', { x: plot.left - 14, y: y + 4, text: lane }),
          path('grid', `M${plot.left} ${y}H${plot.right}`),
        ];
      }),
      ...cuts(spells, toX, bottom),
      ...(given === undefined ? edgesInTime(operations) : given).map((edge) =>
        drawEdge(operations, edge, { toX, yOf }),
      ),
      ...operations.flatMap((_, index) => drawOperation(operations, index, { toX, yOf })),
      ...spells.map(([from, to]) =>
        labelTo('middle', 'quiet', { x: (toX(from) + toX(to)) / 2, y: bottom + 18, text: formatNs(to - from) }),
      ),
    ],
  };
}

/** Stretches of time in which some operation may have been under way. */
function spellsOf(operations: readonly TimedOperation[]): readonly (readonly [number, number])[] {
  const spells: [number, number][] = [];
  for (const { startNs, endNs } of operations.toSorted((a, b) => a.startNs - b.startNs)) {
    const last = spells.at(-1);
    if (last === undefined || startNs > last[1]) spells.push([startNs, endNs]);
    else last[1] = Math.max(last[1], endNs);
  }
  return spells;
}

/** Every spell gets room by its length, and no less than can be seen; what lies between two is as wide as its label. */
function axisOf(spells: readonly (readonly [number, number])[]): (ns: number) => number {
  const room = plot.right - plot.left - cutWidth * (spells.length - 1) - leastWidth * spells.length;
  const all = spells.reduce((sum, [from, to]) => sum + to - from, 0);
  let x = plot.left;
  const laid = spells.map(([from, to]) => {
    const length = leastWidth + (all === 0 ? 1 / spells.length : (to - from) / all) * Math.max(0, room);
    const place = { from, to, x, length };
    x += length + cutWidth;
    return place;
  });
  return (ns) => {
    const place = laid.findLast(({ from }) => ns >= from) ?? laid[0];
    if (place === undefined) return plot.left;
    const share = place.to === place.from ? 0.5 : (ns - place.from) / (place.to - place.from);
    return place.x + Math.min(1, Math.max(0, share)) * place.length;
  };
}

function cuts(
  spells: readonly (readonly [number, number])[],
  toX: (ns: number) => number,
  bottom: number,
): readonly Shape[] {
  return spells.slice(1).flatMap(([from], index) => {
    const before = spells[index]?.[1] ?? from;
    const [left, right] = [toX(before), toX(from)];
    return [
      path('cut', `M${round(left + 8)} ${plot.top - 6}V${bottom}M${round(right - 8)} ${plot.top - 6}V${bottom}`),
      labelTo('middle', 'value', { x: (left + right) / 2, y: plot.top - 16, text: `+ ${formatNs(from - before)}` }),
    ];
  });
}

/** Of a run that an earlier version judged: each follows the one before it, if only perhaps. */
function edgesInTime(operations: readonly TimedOperation[]): readonly WitnessEdge[] {
  return operations.slice(1).map((next, index) => {
    const one = operations[index] ?? next;
    // A worker's own operations follow each other, whatever its clock says.
    const isCertain = one.lane === next.lane || one.endNs <= next.startNs;
    const tip = isCertain ? 'ended before it began, by every clock' : 'may have overlapped it';
    return { from: index, to: index + 1, kind: isCertain ? 'order' : 'source', tip };
  });
}

/**
 * From the end of an operation to the start of the next, along the first one's lane and then across: whole where it was before
 * it for certain. Dashed, and bowed so that it isn't taken for time, from a write to what was read of it.
 */
function drawEdge(operations: readonly TimedOperation[], { from, to, kind, tip }: WitnessEdge, places: Places): Shape {
  const [one, next] = [operations[from], operations[to]];
  if (one === undefined || next === undefined) return path('grid', '');
  const { toX, yOf } = places;
  const isSource = kind === 'source';
  const [x1, y1] = [round(toX(isSource ? (one.startNs + one.endNs) / 2 : one.endNs)), yOf(one)];
  const [x2, y2] = [round(toX(isSource ? (next.startNs + next.endNs) / 2 : next.startNs)), yOf(next)];
  const down = y2 > y1 ? 1 : -1;
  if (y1 === y2) {
    const bow = isSource ? `Q${round((x1 + x2) / 2)} ${y1 + 34} ${x2} ${y2 + 9}` : `H${x2}`;
    const head = isSource ? 'm-4 5l4-5l5 3' : x2 >= x1 ? 'm-6-3l6 3l-6 3' : 'm6-3l-6 3l6 3';
    return path(isSource ? 'perhaps' : 'before', `M${x1} ${y1}${bow}${head}`, tip);
  }
  const head = `m-3 ${-6 * down}l3 ${6 * down}l3 ${-6 * down}`;
  const way = isSource ? `L${x2} ${y2 - 11 * down}` : `H${x2}V${y2 - 9 * down}`;
  return path(isSource ? 'perhaps' : 'before', `M${x1} ${y1}${way}${head}`, tip);
}

interface Places {
  readonly toX: (ns: number) => number;
  readonly yOf: (operation: TimedOperation) => number;
}

function drawOperation(operations: readonly TimedOperation[], index: number, { toX, yOf }: Places): readonly Shape[] {
  const operation = operations[index];
  if (operation === undefined) return [];
  const { startNs, startNsMax, endNsMin, endNs, tip } = operation;
  const y = yOf(operation);
  const [left, right] = [toX(startNs), toX(endNs)];
  const [sure, unsure] = [toX(startNsMax), toX(endNsMin)];
  const look = index === operations.length - 1 ? 'culprit' : 'operation';
  return [
    path('whisker', `M${round(left)} ${y - 5}v10M${round(left)} ${y}H${round(right)}M${round(right)} ${y - 5}v10`),
    unsure - sure >= leastBar
      ? rect(look, { x: sure, y: y - barHeight / 2, width: unsure - sure, height: barHeight }, tip)
      : path(look, `M${round((left + right) / 2)} ${y - 6}l6 6l-6 6l-6-6z`, tip),
    nameOf(operations, index, { toX, yOf }),
  ];
}

/** Beside the bar, on the side from which no edge comes, as long as its lane has room. */
function nameOf(operations: readonly TimedOperation[], index: number, { toX, yOf }: Places): Shape {
  const operation = operations[index];
  const before = operations[index - 1];
  const { lane, words, startNs, endNs } = operation ?? { lane: '', words: '', startNs: 0, endNs: 0 };
  const y = operation === undefined ? 0 : yOf(operation);
  const isFromAbove = operation !== undefined && before !== undefined && yOf(before) < y;
  const inLane = operations.filter((one) => one.lane === lane);
  const at = operation === undefined ? -1 : inLane.indexOf(operation);
  const [earlier, later] = [inLane[at - 1], inLane[at + 1]];
  // Where bounds overlap, so would the names of one worker's operations.
  const isBelow = earlier !== undefined && earlier.endNs > startNs;
  if (isBelow || (later !== undefined && later.startNs < endNs)) {
    const text = cut(words, (plot.right - toX(startNs)) / letterWidth);
    return label('value', { x: toX(startNs), y: isBelow ? y + 24 : y - 13 }, text);
  }
  const height = isFromAbove ? y + 24 : y - 13;
  const roomRight = (later === undefined ? plot.right : toX(later.startNs) - 8) - toX(startNs);
  const roomLeft = toX(endNs) - (earlier === undefined ? plot.left : toX(earlier.endNs) + 8);
  const isRight = roomRight >= Math.min(roomLeft, words.length * letterWidth);
  const text = cut(words, Math.max(isRight ? roomRight : roomLeft, 0) / letterWidth);
  return isRight
    ? label('value', { x: toX(startNs), y: height }, text)
    : labelTo('end', 'value', { x: toX(endNs), y: height, text });
}

function cut(words: string, room: number): string {
  const letters = Math.max(4, Math.floor(room));
  return words.length > letters ? `${words.slice(0, letters - 1)}…` : words;
}
