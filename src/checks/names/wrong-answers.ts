/**
 * Errors in stress that can't be, as the state of a tree is exactly known: its owner alone changes it. Of a name that was
 * certainly there all the time no look may say that it isn't, whatever is renamed onto it meanwhile; and of the owner's own
 * changes none may fail for a state that the name isn't in.
 */
import { errnoNameOf } from '../../model/errno.ts';
import { layout, readRecord, recordKinds, type JournalRecord } from '../../model/record.ts';
import { effectOf } from '../journal/effect.ts';
import { clientOf, isElsewhere, type Evidence } from '../journal/evidence.ts';
import { windowOf, type Order } from '../order/order.ts';
import { errorTable } from '../journal/kinds.ts';
import { inStress } from '../journal/phases.ts';
import type { Segment, Slice } from '../journal/record-log.ts';
import { countBelow, steadyValue, stepValues, type Steps, type Window } from '../order/steps.ts';
import type { Looks } from '../tree/looks.ts';
import type { Tree } from '../tree/tree.ts';

export type AnswerCode = 'N05' | 'N10' | 'N13';

/** One name of which one host was told what can't be. */
export interface WrongAnswer {
  readonly code: AnswerCode;
  readonly name: number;
  readonly host: number;
  /** Id of the first operation that was told so. */
  readonly id: number;
  readonly errno: string;
  /** Ids of the change that left the name as it was, and of the rename onto it. */
  readonly because: readonly (number | undefined)[];
  sightings: number;
}

export interface AnswersInput {
  readonly evidence: Evidence;
  readonly tree: Tree;
  readonly order: Order;
  readonly looks: Looks;
}

export function findWrongAnswers(input: AnswersInput): readonly WrongAnswer[] {
  const { evidence, tree } = input;
  if (!tree.isWhole) return [];
  const found = new Map<string, WrongAnswer>();
  // A host whose directory was gone in the end may have lost sight of it before: what was unmounted is not lost.
  const isHere = (segment: Segment): boolean =>
    inStress(segment) &&
    evidence.hosts[segment.host]?.hasVerified === true &&
    !isElsewhere(evidence.facts, segment.host, tree.owner);
  for (const slice of evidence.log.slices(tree.owner, isHere)) {
    for (const answer of judgeSlice(input, slice)) {
      const key = `${answer.code}/${answer.host}/${answer.name}`;
      const known = found.get(key);
      if (known === undefined) found.set(key, answer);
      else known.sightings++;
    }
  }
  return [...found.values()];
}

function judgeSlice(input: AnswersInput, { segment, start, end }: Slice): readonly WrongAnswer[] {
  const { tags } = input.evidence.log;
  const judged = segment.worker === input.tree.owner ? errors : failedLooks;
  const wrong: WrongAnswer[] = [];
  for (let at = start; at < end; at++) {
    const tag = tags[at] ?? 0;
    if (judged[tag] !== 1) continue;
    const answer = failedLooks[tag] === 1 ? judgeLook(input, segment, at) : judgeChange(input, segment, at);
    if (answer !== undefined) wrong.push(answer);
  }
  return wrong;
}

const failedLooks = errorTable([recordKinds.read, recordKinds.stat, recordKinds.getxattr]);
const errors = errorTable();

/** Nearly all of them fail as there was nothing. */
function judgeLook(input: AnswersInput, segment: Segment, at: number): WrongAnswer | undefined {
  const { evidence, tree, order, looks } = input;
  const name = segment.views.u32[at * 16 + layout.name] ?? 0;
  const steps = tree.names.get(name)?.steps;
  const ended = looks.endedAt(at);
  if (steps === undefined || !isFileAt(steps, countBelow(steps.ids, ended) - 1)) return undefined;
  const window = windowOf(order, segment, at);
  if (!isFileThroughout(steps, window)) return undefined;
  const isSteady = steadyValue(steps, window) !== undefined;
  const next = steps.ids[countBelow(steps.ids, ended)];
  const because = [changeBefore(steps, ended), ...(isSteady ? [] : [next])];
  const answer = answerOf(evidence, segment, at);
  if (answer.errno === 'ENOENT') return { ...answer, code: isSteady ? 'N13' : 'N05', because };
  return answer.errno === 'ENOTDIR' || answer.errno === 'EISDIR' ? { ...answer, code: 'N10', because } : undefined;
}

/** By the owner. What a lost answer explains, or may still take effect, is unknown, not impossible. */
function judgeChange({ evidence, tree }: AnswersInput, segment: Segment, at: number): WrongAnswer | undefined {
  const record = readRecord(segment.views, at);
  const answer = answerOf(evidence, segment, at);
  const isKnown = effectOf(record, clientOf(evidence, segment.worker)) === 'none';
  if (!isKnown || !isImpossible(tree, record, answer)) return undefined;
  const steps = tree.names.get(record.name)?.steps;
  return { ...answer, code: 'N10', because: steps === undefined ? [] : [changeBefore(steps, answer.id)] };
}

function answerOf(
  evidence: Evidence,
  { host, worker, firstId, views }: Segment,
  at: number,
): Omit<WrongAnswer, 'code' | 'because'> {
  const name = views.u32[at * 16 + layout.name] ?? 0;
  const errno = errnoNameOf(views.u16[at * 32 + layout.errno] ?? 0, clientOf(evidence, worker).platform);
  return { name, host, id: firstId + at, errno, sightings: 1 };
}

/** There was a file when the window began, and all that may have happened since put another in its place. */
function isFileThroughout(steps: Steps, { ended, begun }: Window): boolean {
  const first = countBelow(steps.ids, ended);
  if (!isFileAt(steps, first - 1)) return false;
  for (let at = first; (steps.ids[at] ?? Infinity) < begun; at++) if (!isFileAt(steps, at)) return false;
  return true;
}

/** After a change. */
function isFileAt({ values }: Steps, change: number): boolean {
  return change >= 0 && (values[change] ?? stepValues.nothing) > 0;
}

/** Of errors that tell of the state of names. */
const ofNames: ReadonlySet<string> = new Set(['ENOENT', 'EEXIST', 'ENOTDIR', 'EISDIR', 'ENOTEMPTY']);

type State = 'file' | 'folder' | 'nothing' | 'unknown';

function isImpossible(
  tree: Tree,
  record: JournalRecord,
  { id, errno }: { readonly id: number; readonly errno: string },
): boolean {
  if (!ofNames.has(errno)) return false;
  const name = stateOf(tree, record.name, id);
  switch (record.kind) {
    case recordKinds.touch:
    case recordKinds.mkdir:
      return name === 'nothing';
    case recordKinds.rmdir:
      // Nobody makes anything in a sub-folder.
      return name === 'folder';
    case recordKinds.write:
    case recordKinds.append:
    case recordKinds.truncate:
    case recordKinds.fsync:
    case recordKinds.fdatasync:
    case recordKinds.chmod:
    case recordKinds.utimes:
    case recordKinds.setxattr:
    case recordKinds.fallocate:
    case recordKinds.punchHole:
    case recordKinds.delete:
      return name === 'file';
    case recordKinds.copy:
    case recordKinds.rename:
      return name === 'file' && stateOf(tree, record.target, id) === 'nothing';
    case recordKinds.renameOnto:
      return name === 'file' && stateOf(tree, record.target, id) === 'file';
    default:
      return false;
  }
}

/** Before the owner's operation with this id. */
function stateOf(tree: Tree, name: number, id: number): State {
  const steps = tree.names.get(name)?.steps;
  const value =
    steps === undefined ? stepValues.nothing : (steadyValue(steps, { ended: id, begun: id }) ?? stepValues.unknown);
  if (value === stepValues.folder) return 'folder';
  if (value === stepValues.nothing) return 'nothing';
  return value === stepValues.unknown ? 'unknown' : 'file';
}

function changeBefore({ ids }: Steps, id: number): number | undefined {
  return ids[countBelow(ids, id) - 1];
}
