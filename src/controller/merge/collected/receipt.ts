/** What a run was made of: every file with what became of it, and that the parts add up to the whole. */
import type { Plan } from '../../../model/plan.ts';
import type { CaseCounts, Difference, Receipt, ReceiptInput } from '../../../model/receipt.ts';
import type { MergedOperation } from '../../../model/run.ts';
import type { HostFile, HostFiles } from './completeness.ts';
import { stragglersOf, windowsOf, type BroughtResult } from './overlap.ts';
import { pathOf } from './read-collected.ts';

export interface ReceiptRequest {
  readonly plan: Plan;
  readonly hosts: readonly HostFiles[];
  readonly brought: readonly BroughtResult[];
  readonly operations: readonly MergedOperation[];
  readonly caseCounts: CaseCounts | undefined;
  readonly differences: readonly Difference[];
}

export function makeReceipt(request: ReceiptRequest): Receipt {
  const { plan, hosts, brought, differences } = request;
  return {
    isHostCountKnown: plan.merge?.isPlanned ?? true,
    isForced: plan.merge?.isForced === true && differences.length > 0,
    differences: [...differences],
    inputs: [...inputsOf(hosts), ...leftOutOf(plan)],
    sums: sumsOf(request),
    ...stragglersOf(windowsOf(brought)),
  };
}

/** A file once, with all the hosts whose results are in it. */
function inputsOf(hosts: readonly HostFiles[]): readonly ReceiptInput[] {
  const byPath = new Map<string, { readonly of: HostFile; readonly hosts: string[] }>();
  for (const { result, files } of hosts) {
    for (const of of files) {
      const path = pathOf(of.file);
      const known = byPath.get(path);
      if (known === undefined) byPath.set(path, { of, hosts: [result.name] });
      else if (!known.hosts.includes(result.name)) known.hosts.push(result.name);
    }
  }
  return [...byPath].map(([path, { of, hosts: names }]) => inputOf(path, of, names));
}

function inputOf(path: string, { file, read, twinOf }: HostFile, hosts: string[]): ReceiptInput {
  const { name, bytes, sha256 } = file;
  const known = { name, file: path, hosts, bytes, sha256 };
  if (read.kind === 'unreadable')
    return { ...known, isKept: false, reason: read.reason, warnings: [], falseClaims: [] };
  const claims = read.results.flatMap(({ falseClaims }) => falseClaims);
  return {
    ...known,
    format: read.format,
    bytes: read.bytes,
    sha256: read.sha256,
    end: read.end,
    isKept: twinOf === undefined,
    ...(twinOf === undefined ? {} : { reason: `the same result as ${twinOf}` }),
    warnings: [...read.warnings],
    falseClaims: claims.map(({ what, said, counted }) => ({ what, said, counted })),
  };
}

function leftOutOf({ merge }: Plan): readonly ReceiptInput[] {
  return (merge?.leftOut ?? []).map(({ name, reason }) => ({
    name,
    hosts: [],
    isKept: false,
    reason,
    warnings: [],
    falseClaims: [],
  }));
}

/** All kinds of operations, though kinds overlap: nothing that was read may be lost, whatever it is. */
function sumsOf({ brought, operations, caseCounts }: ReceiptRequest): Receipt['sums'] {
  const parts = (pick: (sums: BroughtResult['held']['sums']) => number): number =>
    brought.reduce((total, { held }) => total + pick(held.sums), 0);
  const whole = (pick: (operation: MergedOperation) => number): number =>
    operations.reduce((total, operation) => total + pick(operation), 0);
  const { passed = 0, skipped = 0, flaky = 0, failed = 0, error = 0 } = caseCounts ?? {};
  return [
    { what: 'operations', parts: parts((sums) => sums.operations), whole: whole(({ count }) => count) },
    { what: 'errors', parts: parts((sums) => sums.errors), whole: whole(({ errors }) => errors) },
    { what: 'bytes', parts: parts((sums) => sums.bytes), whole: whole(({ bytes }) => bytes) },
    { what: 'cases', parts: parts((sums) => sums.cases), whole: passed + skipped + flaky + failed + error },
  ].filter((sum) => sum.parts > 0 || sum.whole > 0);
}

/** What was read and isn't in the run, or is in it twice: nobody may trust such a run. */
export function unbalanced({ sums }: Receipt): readonly string[] {
  return sums
    .filter(({ parts, whole }) => Math.abs(parts - whole) > 1e-9 * Math.abs(parts))
    .map(({ what, parts, whole }) => `the results have ${parts} ${what}, the run has ${whole}`);
}
