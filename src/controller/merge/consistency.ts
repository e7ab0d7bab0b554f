/** What a run shows of consistency, from what each part shows: the models that held, and how long changes took to be seen. */
import { fingerprintPartOf, joinFingerprint, type FingerprintPart } from '../../checks/fingerprint.ts';
import type { History } from '../../checks/history.ts';
import { checks as allChecks } from '../../checks/registry.ts';
import { joinVisibility, visibilityPartOf, type VisibilityPart } from '../../checks/visibility-matrix.ts';
import type { Consistency } from '../../model/consistency.ts';
import type { Run } from '../../model/run.ts';
import type { CheckPart } from './examine.ts';

export interface ConsistencyPart {
  readonly declared: Consistency;
  readonly fingerprint: FingerprintPart;
  readonly visibility: VisibilityPart;
}

/** Undefined where a check crashed, which keeps the run from passing and is told there. */
export function consistencyPartOf(history: History, checked: readonly CheckPart[]): ConsistencyPart | undefined {
  if (checked.some(({ crashed }) => crashed !== undefined)) return undefined;
  const findings = checked.flatMap((part) => part.findings);
  try {
    return {
      declared: history.consistency,
      fingerprint: fingerprintPartOf({ history, checks: allChecks, findings }),
      visibility: visibilityPartOf(history),
    };
  } catch {
    return undefined;
  }
}

/** Nothing where any part has none: what isn't known of all of the run isn't said of it. */
export function joinConsistency(
  parts: readonly (ConsistencyPart | undefined)[],
  hosts: readonly string[],
): Pick<Run, 'fingerprint' | 'visibility'> {
  const known = parts.flatMap((part) => part ?? []);
  const [first] = known;
  if (first === undefined || known.length < parts.length) return {};
  const visibility = joinVisibility(
    known.map((part) => part.visibility),
    hosts,
  );
  return {
    fingerprint: joinFingerprint(
      first.declared,
      known.map((part) => part.fingerprint),
      allChecks.map(({ code }) => code),
    ),
    ...(visibility === undefined ? {} : { visibility }),
  };
}
