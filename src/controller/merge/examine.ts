/** Runs every check over a history. A check that crashes is a fact about the run, which then proves less than it should. */
import type { Check } from '../../checks/check.ts';
import type { History } from '../../checks/history.ts';
import { checks as allChecks } from '../../checks/registry.ts';
import { messageOf } from '../../model/errors.ts';
import type { Finding } from '../../model/finding.ts';
import type { CheckRun } from '../../model/run.ts';

export interface Examination {
  readonly findings: readonly Finding[];
  readonly checks: readonly CheckRun[];
}

export function examine(history: History, checks: readonly Check[] = allChecks): Examination {
  const findings: Finding[] = [];
  const runs = checks.map((check): CheckRun => {
    const { code, claim } = check;
    try {
      const found = check.examine(history);
      for (const finding of found) findings.push(finding);
      return { code, claim, findings: found.length };
    } catch (error) {
      return { code, claim, findings: 0, crashed: messageOf(error) };
    }
  });
  return { findings, checks: runs };
}
