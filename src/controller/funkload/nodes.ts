/**
 * The results that FunkLoad's view is made of. It adds up what it is given, so what must not be added up is refused here:
 * with --compat only what FunkLoad itself gets wrong without a word, else whatever isn't of one bench.
 */
import { basename } from 'node:path';
import { FunbricError } from '../../model/errors.ts';
import { traitsOf } from '../../model/measured-traits.ts';
import type { Measured, ResultFile } from '../../model/measured.ts';
import { twinsIn } from '../merge/collected/twins.ts';

export interface Nodes {
  readonly results: readonly Measured[];
  /** Which files aren't whole, and from where on. */
  readonly gaps: readonly string[];
}

export interface Strictness {
  /** As FunkLoad merges: also results of different times, tests or targets. */
  readonly isCompat: boolean;
  /** The merge of their run has judged already whether they belong together. */
  readonly isJudged: boolean;
}

export function nodesOf(files: readonly ResultFile[], strictness: Strictness): Nodes {
  const nodes = files.map((file) => nodeOf(file));
  refuseTwice(files);
  const gaps = files.flatMap((file) => gapOf(file));
  const [gap] = gaps;
  if (strictness.isCompat && files.length > 1 && gap !== undefined) {
    throw new FunbricError('input', `${gap}; FunkLoad merges such a file as if it were whole`, {
      hint: 'leave it out, or see what could be read of it without --compat funkload',
    });
  }
  const isOnlyMerged = strictness.isCompat || strictness.isJudged;
  refuseDifferent(nodes, isOnlyMerged ? ['cycles', 'duration'] : undefined);
  if (!isOnlyMerged) refuseApart(nodes);
  return { results: nodes.map(({ result }) => result), gaps };
}

interface Node {
  readonly name: string;
  readonly result: Measured;
}

function nodeOf({ name, format, end, results: [result] }: ResultFile): Node {
  if (result?.tool !== 'FunkLoad') {
    throw new FunbricError('input', `${name}: it is ${format}, and this view is of FunkLoad's results`, {
      hint: 'the main view shows results of any tool: funbric merge FILE...',
    });
  }
  if (end.kind === 'unmarked') {
    throw new FunbricError('input', `${name}: fl-run-test wrote it, and FunkLoad reports on a bench only`, {
      hint: 'run the bench: fl-run-bench; or see this file in the main view: funbric merge FILE...',
    });
  }
  return { name, result };
}

/** FunkLoad doubles its throughput. */
function refuseTwice(files: readonly ResultFile[]): void {
  const [twin] = twinsIn(files);
  if (twin === undefined) return;
  const [{ name, solidSha256 }, first] = twin;
  throw new FunbricError('input', `${name} is the same result as ${first.name}; FunkLoad counts it twice`, {
    hint: `leave one of them out: they hold the same (sha256 ${solidSha256.slice(0, 12)}...)`,
  });
}

function gapOf({ name, end }: ResultFile): readonly string[] {
  return end.kind === 'cut' || end.kind === 'broken'
    ? [`${name} is not whole: ${end.reason} (line ${end.line}, byte ${end.byte})`]
    : [];
}

/** FunkLoad drops what has other cycles than the file before, and says so only in its log. */
function refuseDifferent(nodes: readonly Node[], traits: readonly string[] | undefined): void {
  const [first, ...others] = nodes;
  if (first === undefined) return;
  const expected = traitsOf(first.result).filter(({ name }) => traits?.includes(name) ?? true);
  const rows = expected.flatMap(({ name, value }) =>
    others.flatMap((other) => {
      const found = traitsOf(other.result).find((trait) => trait.name === name)?.value ?? '';
      return found === value ? [] : [`  ${name}: ${value} in ${first.name}, ${found} in ${other.name}`];
    }),
  );
  if (rows.length === 0) return;
  const tail = traits === undefined ? '' : '; FunkLoad leaves such files out without a word in its report';
  throw new FunbricError('input', `these are not results of one bench${tail}:\n${rows.join('\n')}`, {
    hint: 'name the files of one bench only',
  });
}

/** FunkLoad adds up runs of different days. */
function refuseApart(nodes: readonly Node[]): void {
  const timed = nodes.flatMap(({ name, result: { window } }) => (window === undefined ? [] : [{ name, ...window }]));
  const [lastToStart] = timed.toSorted((a, b) => b.fromMs - a.fromMs);
  const [firstToEnd] = timed.toSorted((a, b) => a.toMs - b.toMs);
  if (lastToStart === undefined || firstToEnd === undefined || lastToStart.fromMs < firstToEnd.toMs) return;
  const [late, early] = [lastToStart, firstToEnd].map(({ name }) => basename(name));
  const gap = Math.round((lastToStart.fromMs - firstToEnd.toMs) / 1000);
  throw new FunbricError('input', `${late} began ${gap} s after ${early} had ended: they did not run together`, {
    hint: 'name the files of one bench only; as FunkLoad adds them up: --compat funkload',
  });
}
