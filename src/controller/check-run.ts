/** The checks of a run once more, as `funbric check` says them: by its plan, results and journals alone, and nothing is written. */
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { FunbricError, messageOf } from '../model/errors.ts';
import type { Thresholds } from '../model/expectation.ts';
import type { Finding } from '../model/finding.ts';
import { runSchema, type Run } from '../model/run.ts';
import { formatCount, plural } from '../report/format.ts';
import { readThresholds } from './expect/thresholds.ts';
import { loadFinish } from './finish.ts';
import { readJudgedRun } from './run-folder/judged-run.ts';
import { plannedWorkloads } from './merge/run-history.ts';
import { runFiles } from './run-folder/run-folder.ts';

export interface CheckedRun {
  readonly run: Run;
  /** What run.json says, where there is one. */
  readonly before: Run | undefined;
}

/** Throws `input` where the folder holds no run, none of its journals, or a run.json that isn't ours to compare with. */
export async function checkRun(folder: string): Promise<CheckedRun> {
  const [{ mergeRun }] = await loadFinish();
  const before = await readJudgedRun(folder);
  const run = await mergeRun(folder, undefined, { thresholds: thresholdsOf(before, folder) });
  await refuseWithoutJournals(folder, run);
  return { run, before };
}

/** What `funbric merge RUN --expect ...` judged by is not in the plan: what run.json says of it counts here, too. */
function thresholdsOf(before: Run | undefined, folder: string): Thresholds {
  if (before?.expectations === undefined) return {};
  const targets = before.operations.flatMap(({ name, apdex }) => (apdex === undefined ? [] : [{ name, ...apdex }]));
  const thresholds = {
    expect: before.expectations.map(({ asked }) => asked),
    apdex: [...targets.slice(0, 1).map(({ targetUs }) => `${targetUs}us`), ...targets.map(ofOperation)],
  };
  try {
    readThresholds([thresholds]);
  } catch (error) {
    throw new FunbricError('input', `${join(folder, runFiles.run)}: ${messageOf(error)}`, {
      hint: `it was changed: funbric merge ${folder} writes it again`,
    });
  }
  return thresholds;
}

function ofOperation({ name, targetUs }: { readonly name: string; readonly targetUs: number }): string {
  return `${name}=${targetUs}us`;
}

/**
 * One that is missing is that host's gap; where none is there, somebody copied a run without them, or without all that hosts
 * left. Of hosts that were never reached there is a result, and no journal. Result files of tools have none.
 */
async function refuseWithoutJournals(folder: string, { plan, hosts, evidence }: Run): Promise<void> {
  if (plannedWorkloads(plan).length === 0 || evidence.journals > 0) return;
  const areThere = await Promise.all(hosts.map(({ index }) => isThere(join(folder, runFiles.result(index)))));
  const first = areThere.includes(true) ? hosts.findIndex(({ operations }) => operations > 0) : 0;
  const path = join(folder, runFiles.journal(first));
  if (first < 0 || (await isThere(path))) return;
  throw new FunbricError('input', `${path} is not there, nor is any other journal of this run`, {
    hint: `the checks go by what is in ${runFiles.results}/ and ${runFiles.journals}/: copy them from where the run was made`,
  });
}

async function isThere(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  );
}

/** For people; the verdict is said behind them. */
export function checkLines({ run, before }: CheckedRun): readonly string[] {
  const { evidence, checks, findings, reasons } = run;
  const { records, journals, chunksVerified } = evidence;
  const looked = `${plural(records, 'record')} of ${plural(journals, 'journal')}, ${formatCount(chunksVerified)} chunks verified`;
  const kept = findings.slice(0, maxLines).map(findingLine);
  const left = findings.length - kept.length;
  return [
    `${plural(checks.length, 'check')} of ${looked}: ${plural(findings.length, 'finding')}`,
    ...kept,
    ...(left > 0 ? [`and ${plural(left, 'more finding')}: --json says all`] : []),
    ...reasons.map((reason) => `  ${reason}`),
    comparison(run, before),
  ];
}

const maxLines = 20;

function findingLine({ code, grade, host, file, offset, count, expected, found }: Finding): string {
  const place = offset === undefined ? file : `${file} at byte ${formatCount(offset)}`;
  return `${code} ${grade}: ${place}, ${plural(count, 'time')}, seen by ${host}: ${found}; expected: ${expected}`;
}

function comparison(run: Run, before: Run | undefined): string {
  if (before === undefined) return `there is no ${runFiles.run} to compare with: funbric merge writes it`;
  if (isSame(run, before)) return `as ${runFiles.run} says`;
  const was = `${before.verdict} with ${plural(before.findings.length, 'finding')}`;
  return `${runFiles.run} says otherwise (${was}): funbric merge writes what is found now`;
}

function isSame(a: Run, b: Run): boolean {
  const told = ({ verdict, reasons, findings, checks }: Run): string =>
    JSON.stringify([verdict, reasons, findings, checks]);
  return told(runSchema.parse(a)) === told(b);
}

/** For programs: a value a check, a value a finding, and what all of it came to. */
export function checkRecords({ run, before }: CheckedRun): readonly object[] {
  const { verdict, reasons, evidence, checks, findings } = run;
  return [
    ...checks.map((check) => Object.assign({ kind: 'check' }, check)),
    ...findings.map((finding) => Object.assign({ kind: 'finding' }, finding)),
    {
      kind: 'checked',
      verdict,
      reasons,
      evidence,
      before: before?.verdict ?? null,
      isAsBefore: before === undefined ? null : isSame(run, before),
    },
  ];
}
