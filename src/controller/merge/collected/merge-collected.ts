/**
 * Result files of tools that hosts brought, as parts of the run: operations, errors, cases, findings, and what keeps them from
 * being complete. A pure function of the files, whatever made them.
 */
import type { Finding } from '../../../model/finding.ts';
import type { Plan } from '../../../model/plan.ts';
import type { Receipt, RunFigure } from '../../../model/receipt.ts';
import type { CheckRun, ErrorGroup, Run, RunHost } from '../../../model/run.ts';
import { round } from '../round.ts';
import { shareCases } from './cases.ts';
import { gapsOfFiles, type HostFile, type HostFiles } from './completeness.ts';
import { differenceLines, differencesIn } from './differences.ts';
import { shareErrors } from './errors.ts';
import { toolCheck, toolFindings } from './faults.ts';
import { figuresOf } from './figures.ts';
import { hostFigures, mergeShared, shareOperations } from './operations.ts';
import { overlapOf, windowsOf, zeroOf, type BroughtResult, type HostWindow } from './overlap.ts';
import { pathOf, shownName, type ReadFiles } from './read-collected.ts';
import { makeReceipt, unbalanced } from './receipt.ts';
import { collectedTimeline } from './timeline.ts';
import { twinsIn } from './twins.ts';

export interface CollectedParts extends Pick<Run, 'operations' | 'timeline'> {
  readonly receipt: Receipt;
  readonly figures: RunFigure[];
  readonly errors: readonly ErrorGroup[];
  readonly cases: Pick<Run, 'cases' | 'caseCounts'>;
  /** By the index of the host. */
  readonly hosts: readonly HostParts[];
  readonly findings: readonly Finding[];
  readonly checks: readonly CheckRun[];
  /** What fails the run beside its findings. */
  readonly failures: readonly string[];
  /** Of no host in particular. */
  readonly gaps: readonly string[];
}

export interface HostParts extends Pick<
  RunHost,
  'operations' | 'errors' | 'bytes' | 'perSecond' | 'byOperation' | 'phases' | 'gaps'
> {
  readonly hasResults: boolean;
}

/** Undefined where no host brought any, and none was asked for. */
export function mergeCollected(
  plan: Plan,
  results: readonly HostFiles['result'][],
  read: ReadFiles,
): CollectedParts | undefined {
  const hosts = filesOf(results, read);
  const bringing = hosts.filter(({ files }) => files.length > 0).length;
  if (bringing === 0 && plan.merge === undefined) return undefined;
  const brought = broughtBy(hosts);
  const windows = windowsOf(brought);
  const zeroMs = zeroOf(windows);
  const shared = shareOperations(brought);
  const operations = mergeShared(shared);
  const cases = shareCases(brought, read.cases);
  const differences = differencesIn(brought, { isOneRun: plan.merge === undefined });
  const findings = toolFindings(brought);
  const caseCounts = cases?.caseCounts;
  const receipt = makeReceipt({ plan, hosts, brought, operations, caseCounts, differences });
  const stray = receipt.isForced || differences.length === 0 ? [] : differenceLines(differences);
  const whole = overlapOf(Array.from(windows.values(), ({ window }) => window));
  return {
    operations,
    timeline: zeroMs === undefined ? [] : [...collectedTimeline(brought, zeroMs)],
    errors: shareErrors(brought, zeroMs),
    receipt,
    figures: brought.flatMap(({ name, held }) => [...figuresOf(name, held.figures, zeroMs ?? 0)]),
    cases: cases === undefined ? {} : { cases: cases.cases, caseCounts: cases.caseCounts },
    hosts: Array.from(hosts, (host, index) => ({
      ...hostFigures(shared, operations, { host: index, hosts: hosts.length, whole }),
      phases: phasesOf(windows.get(index), zeroMs),
      gaps: [...gapsOfFiles(host, bringing)],
      hasResults: host.files.length > 0,
    })),
    findings,
    checks: toolCheck(brought, findings),
    failures: cases?.failures ?? [],
    gaps: [
      ...stray.map((line) => `the results don't belong together: ${line}`),
      ...(cases?.gaps ?? []),
      ...unbalanced(receipt),
    ],
  };
}

/** What each host brought, in the order of the hosts. */
export function filesOf(results: readonly HostFiles['result'][], { files }: ReadFiles): readonly HostFiles[] {
  const digests = [...files].flatMap(([path, file]) =>
    file.kind === 'read' ? [{ path, solidSha256: file.solidSha256 }] : [],
  );
  const collected = results.flatMap((result) => result.collected ?? []);
  const names = new Map(collected.map((file) => [pathOf(file), shownName(file)]));
  const twins = new Map([...twinsIn(digests)].map(([later, first]) => [later.path, names.get(first.path)]));
  return results.map((result) => ({
    result,
    files: (result.collected ?? []).flatMap((file): readonly HostFile[] => {
      const read = files.get(pathOf(file));
      return read === undefined ? [] : [{ file, read, twinOf: twins.get(pathOf(file)) }];
    }),
  }));
}

/** All that counts of it. */
export function broughtBy(hosts: readonly HostFiles[]): readonly BroughtResult[] {
  return hosts.flatMap(({ result, files }, host) =>
    files.flatMap(({ file, read, twinOf }) => {
      if (read.kind === 'unreadable' || twinOf !== undefined) return [];
      const { part } = file;
      const own = part === undefined ? read.results : read.results.slice(part, part + 1);
      return own.map((held) => ({ host, name: result.name, file: pathOf(file), held }));
    }),
  );
}

/** What the tool did on the host is its stress, by the host's own clock. */
function phasesOf(of: HostWindow | undefined, zeroMs: number | undefined): RunHost['phases'] {
  if (of === undefined || zeroMs === undefined) return [];
  const { fromMs, toMs } = of.window;
  return [{ phase: 'stress', startMs: round(fromMs - zeroMs), endMs: round(toMs - zeroMs), end: 'completed' }];
}
