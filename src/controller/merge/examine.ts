/**
 * Runs every check over the parts of a run, and makes one answer of them. A check that crashes is a fact about the run,
 * which then proves less than it should; what it found elsewhere stands.
 */
import type { Check } from '../../checks/check.ts';
import { joinFindings, type Found } from '../../checks/findings/fold.ts';
import type { History } from '../../checks/history.ts';
import { checks as allChecks } from '../../checks/registry.ts';
import { messageOf } from '../../model/errors.ts';
import type { Finding } from '../../model/finding.ts';
import type { CheckRun } from '../../model/run.ts';

export interface Examination {
  readonly findings: readonly Finding[];
  readonly checks: readonly CheckRun[];
}

/** What one check said of one part of a run. */
export interface CheckPart {
  readonly findings: readonly Found[];
  readonly crashed?: string;
}

export function examine(history: History, checks: readonly Check[] = allChecks): Examination {
  const hosts = history.hosts.map(({ name }) => name);
  return joinParts([examinePart(history, checks)], hosts, checks);
}

/** One answer a check. */
export function examinePart(history: History, checks: readonly Check[] = allChecks): readonly CheckPart[] {
  return checks.map((check) => {
    try {
      return { findings: check.examine(history) };
    } catch (error) {
      return { findings: [], crashed: messageOf(error) };
    }
  });
}

/** In the order of the parts, so that how many there are makes no difference. `hosts` are their names. */
export function joinParts(
  parts: readonly (readonly CheckPart[])[],
  hosts: readonly string[],
  checks: readonly Check[] = allChecks,
): Examination {
  const findings: Finding[] = [];
  const runs = checks.map(({ code, claim }, place): CheckRun => {
    const own = parts.flatMap((part) => part[place] ?? []);
    const found = joinFindings(
      own.flatMap((part) => part.findings),
      hosts,
    );
    const crashed = own.find((part) => part.crashed !== undefined)?.crashed;
    for (const finding of found) findings.push(finding);
    return { code, claim, findings: found.length, ...(crashed === undefined ? {} : { crashed }) };
  });
  return { findings, checks: runs };
}
