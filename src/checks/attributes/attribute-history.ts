/**
 * What a tree's owner did to the attributes of its files: which of its operations may have moved a file's times, which
 * permissions it has, and the value of its extended attribute. They follow the file, whatever its name.
 */
import { layout, recordKinds } from '../../model/record.ts';
import { effectOf } from '../journal/effect.ts';
import { clientOf, type Evidence } from '../journal/evidence.ts';
import {
  attributeKinds,
  contentKinds,
  joinTables,
  kindTable,
  renameKinds,
  syncKinds,
  unsureTable,
} from '../journal/kinds.ts';
import { inStress } from '../journal/phases.ts';
import { RecordCursor } from '../journal/record-cursor.ts';
import type { Segment } from '../journal/record-log.ts';
import { addStep, stepValues, type GrowingSteps, type Steps } from '../order/steps.ts';

/** The attributes of one incarnation. */
export interface AttributeHistory {
  /** Ids of those that set its time of change to one that they made up. */
  readonly set: readonly number[];
  /** Its permissions after each chmod; unknown for good after one of unknown outcome. */
  readonly modes: Steps;
  /** The operation that set its extended attribute, after each such; nothing: it has none. Unknown for good after one of unknown outcome. */
  readonly values: Steps;
  /** False where a change of unknown outcome may move its times at any later time. */
  readonly isSettled: boolean;
}

interface MutableHistory extends AttributeHistory {
  set: readonly number[];
  modes: GrowingSteps;
  values: GrowingSteps;
  isSettled: boolean;
}

export interface AttributeHistories {
  /** Undefined where nothing but its times was ever changed. */
  get(incarnation: number): AttributeHistory | undefined;
  /** Ids of all that may have moved its times. */
  moved(incarnation: number): readonly number[];
}

const moving = [
  ...contentKinds,
  // What a client that writes back sends late moves the times then.
  ...syncKinds,
  ...renameKinds,
  recordKinds.delete,
  ...attributeKinds,
];
/** Of attributes more is to be told than that they moved the times, also where they took effect. */
const told = joinTables(kindTable(attributeKinds), unsureTable(moving));
const toldWithCopies = joinTables(told, kindTable([recordKinds.copy]));
const moves = kindTable(moving.filter((kind) => kind !== recordKinds.copy));

export function indexAttributes(evidence: Evidence, owner: number): AttributeHistories {
  const client = clientOf(evidence, owner);
  const files = new Map<number, MutableHistory>();
  const isOwn = (segment: Segment): boolean => segment.worker === owner && inStress(segment);
  const record = new RecordCursor(evidence.log.views);
  // A copy may bring the source's attributes along.
  const bringsAlong = client.platform !== 'linux';
  for (const id of evidence.log.places(owner, isOwn, bringsAlong ? toldWithCopies : told)) {
    record.moveTo(id);
    const effect = effectOf(record, client);
    if (record.kind === recordKinds.copy) {
      if (bringsAlong) addStep(valuesOf(historyOf(files, record.sequence)), id, stepValues.unknown);
      // An error in reading it may be one of what was written before.
      if (effect === 'unknown') historyOf(files, record.incarnation).isSettled = false;
      continue;
    }
    if (effect === 'none') continue;
    const history = historyOf(files, record.incarnation);
    if (effect === 'unknown') history.isSettled = false;
    if (record.kind === recordKinds.utimes) history.set = [...history.set, id];
    const change = { id, value: record.generation, isDone: effect === 'done' };
    if (record.kind === recordKinds.chmod) addValue((history.modes = ownSteps(history.modes)), change);
    if (record.kind === recordKinds.setxattr) addValue(valuesOf(history), change);
  }
  // Few files are ever seen to go back in time, and no others are asked for.
  let moved: ReadonlyMap<number, readonly number[]> | undefined;
  return {
    get: (incarnation) => files.get(incarnation),
    moved: (incarnation) => (moved ??= indexMoves(evidence, owner, isOwn)).get(incarnation) ?? [],
  };
}

function indexMoves(
  { log }: Evidence,
  owner: number,
  isOwn: (segment: Segment) => boolean,
): ReadonlyMap<number, readonly number[]> {
  const files = new Map<number, number[]>();
  for (const id of log.places(owner, isOwn, moves)) {
    const incarnation = log.views.u32[id * 16 + layout.incarnation] ?? 0;
    const known = files.get(incarnation);
    if (known === undefined) files.set(incarnation, [id]);
    else known.push(id);
  }
  return files;
}

function historyOf(files: Map<number, MutableHistory>, incarnation: number): MutableHistory {
  const known = files.get(incarnation);
  if (known !== undefined) return known;
  const fresh = { set: [], modes: noSteps, values: noSteps, isSettled: true };
  files.set(incarnation, fresh);
  return fresh;
}

/** Most files have none of their own. */
const noSteps: GrowingSteps = { ids: [], values: [] };

function ownSteps(steps: GrowingSteps): GrowingSteps {
  return steps === noSteps ? { ids: [], values: [] } : steps;
}

function valuesOf(history: MutableHistory): GrowingSteps {
  return (history.values = ownSteps(history.values));
}

function addValue(
  steps: GrowingSteps,
  { id, value, isDone }: { readonly id: number; readonly value: number; readonly isDone: boolean },
): void {
  const isUnknown = !isDone || steps.values.at(-1) === stepValues.unknown;
  addStep(steps, id, isUnknown ? stepValues.unknown : value);
}
