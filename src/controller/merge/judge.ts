/** The verdict on a run, with every reason for it: evidence that fails it first, then what is missing to pass it. */
import type { JudgedExpectation } from '../../model/expectation.ts';
import { worstVerdict, type Verdict, type Finding } from '../../model/finding.ts';
import type { CheckRun, RunHost } from '../../model/run.ts';
import { reasonOf } from '../expect/judge-expectations.ts';
import type { RunInput } from './read-run.ts';

export interface Judged {
  readonly verdict: Verdict;
  readonly reasons: readonly string[];
}

export function judge(input: {
  readonly hosts: readonly RunHost[];
  readonly findings: readonly Finding[];
  readonly checks: readonly CheckRun[];
  /** What else fails the run. */
  readonly failures?: readonly string[];
  readonly expectations: readonly JudgedExpectation[];
  /** What else keeps the run from being proven right. */
  readonly gaps: readonly string[];
}): Judged {
  const { hosts, findings, checks, expectations, gaps } = input;
  const failures = [
    ...provenReasons(findings),
    ...(input.failures ?? []),
    ...hosts
      .filter(({ status }) => status === 'failed')
      .map(({ name, reason }) => `${name} failed${because(name, reason)}`),
    ...expectations.filter(({ outcome }) => outcome === 'missed').map(reasonOf),
  ];
  const missing = [
    ...hosts
      .filter(({ status }) => status === 'unreachable' || status === 'lost')
      .map(({ name, status, reason }) => `${name} is ${status}${because(name, reason)}`),
    ...hosts.flatMap(({ name, gaps: own }) => own.map((gap) => `${name}: ${gap}`)),
    ...checks
      .filter(({ crashed }) => crashed !== undefined)
      .map(({ code, crashed }) => `check ${code} crashed: ${crashed}`),
    ...expectations.filter(({ outcome }) => outcome === 'unknown').map(reasonOf),
    ...gaps,
  ];
  const verdicts: Verdict[] = [
    ...(hosts.length === 0 ? [] : (['pass'] as const)),
    ...failures.map(() => 'fail' as const),
    ...missing.map(() => 'incomplete' as const),
  ];
  const none = hosts.length === 0 ? ['no host was planned'] : [];
  return { verdict: worstVerdict(verdicts), reasons: [...failures, ...missing, ...none] };
}

function provenReasons(findings: readonly Finding[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const { code, grade } of findings) if (grade === 'proven') counts.set(code, (counts.get(code) ?? 0) + 1);
  return [...counts].map(([code, count]) => `integrity: ${count} ${count === 1 ? 'finding' : 'findings'} of ${code}`);
}

/** An error says which host itself: named once is enough. */
function because(name: string, reason: string | undefined): string {
  if (reason === undefined) return '';
  const own = `${name}: `;
  return `: ${reason.startsWith(own) ? reason.slice(own.length) : reason}`;
}

/** What --before-verify leaves unproven. */
export function beforeVerifyGaps({ plan, hosts, beforeVerify }: RunInput): readonly string[] {
  if (plan.beforeVerify === undefined) return [];
  if (beforeVerify === 'unreadable') return ['what --before-verify did is not readable'];
  if (beforeVerify?.limitMs !== undefined) {
    const seconds = beforeVerify.limitMs / 1000;
    return [`--before-verify took longer than ${seconds} s, and was ended (--before-verify-timeout sets its limit)`];
  }
  if (beforeVerify !== undefined) {
    return beforeVerify.exit === '0' ? [] : [`--before-verify ended with ${beforeVerify.exit}`];
  }
  const hadStress = hosts.some(({ result }) => result.agent?.phases.some(({ phase }) => phase === 'stress') === true);
  return hadStress ? ['--before-verify was planned and did not run'] : [];
}
