/** The verdict and why, on one screen: what was judged, of how much, and what is missing. */
import type { Finding } from '../../model/finding.ts';
import type { Run } from '../../model/run.ts';
import { countedOnce } from '../../model/run-operations.ts';
import { formatBytes, formatCount, formatNumber, formatPercent, plural } from '../format.ts';
import type { Dimension, Fact, Section } from '../section.ts';

export const verdictSection: Section = {
  id: 'verdict',
  title: 'Verdict',
  blocks: (run) => [
    {
      kind: 'verdict',
      verdict: run.verdict,
      headline: headlineOf(run),
      reasons: run.reasons,
      dimensions: [
        integrityOf(run),
        coverageOf(run),
        tasksOf(run),
        ...expectationsOf(run),
        ...casesOf(run),
        ...inputsOf(run),
      ],
      facts: factsOf(run),
    },
  ],
};

function headlineOf(run: Run): string {
  const proven = provenOf(run);
  switch (run.verdict) {
    case 'pass':
      if (isOfFiles(run)) return 'Every result is there and whole, and none says that anything failed.';
      return run.checks.length === 0
        ? 'Every task completed. No data was checked.'
        : 'The data survived: every check held on every host.';
    case 'fail':
      return proven.length > 0
        ? `The data did not survive: ${plural(proven.length, 'proven finding')}.`
        : isMissed(run)
          ? 'Not what was expected of its figures; no damage to the data was proven.'
          : 'The run failed; no damage to the data was proven.';
    case 'incomplete':
      return 'Nobody can say: part of the evidence is missing.';
  }
}

function integrityOf(run: Run): Dimension {
  const label = 'Integrity';
  const proven = provenOf(run);
  const crashed = run.checks.filter((check) => check.crashed !== undefined);
  const others = run.findings.length - proven.length;
  const besides = others === 0 ? '' : `; ${plural(others, 'finding')} of a weaker grade`;
  if (proven.length > 0) {
    const codes = [...new Set(proven.map((finding) => finding.code))].toSorted().join(', ');
    return {
      label,
      word: 'Violated',
      tone: 'bad',
      detail: `${plural(proven.length, 'proven finding')}: ${codes}${besides}`,
    };
  }
  const byTools = run.checks.every(({ code }) => code === 'T01');
  if (run.checks.length > 0 && byTools && proven.length === 0) {
    return { label, word: 'By tools only', tone: 'plain', detail: `what they verified was right${besides}` };
  }
  if (run.checks.length === 0) return { label, word: 'Not checked', tone: 'warn', detail: 'no check ran' };
  if (crashed.length > 0) {
    const codes = crashed.map((check) => check.code).join(', ');
    return {
      label,
      word: 'Unknown',
      tone: 'warn',
      detail: `${plural(crashed.length, 'check')} crashed: ${codes}${besides}`,
    };
  }
  if (run.evidence.records === 0)
    return { label, word: 'Unknown', tone: 'warn', detail: 'no record of any operation came back' };
  return {
    label,
    word: run.verdict === 'pass' ? 'Held' : 'Nothing found',
    tone: run.verdict === 'pass' ? 'good' : 'warn',
    detail: `${plural(run.checks.length, 'check')} over ${plural(run.evidence.chunksVerified, 'verified chunk')}${besides}`,
  };
}

function coverageOf(run: Run): Dimension {
  const label = 'Coverage';
  const whole = run.hosts.filter(
    ({ status, gaps }) => (status === 'completed' || status === 'failed') && gaps.length === 0,
  );
  const missing = run.hosts.filter(({ status }) => status === 'lost' || status === 'unreachable');
  const planned = run.plan.hosts.length;
  const detail = `${formatCount(whole.length)} of ${plural(planned, 'host')} brought all of their evidence`;
  if (planned > 0 && whole.length === planned) return { label, word: 'Complete', tone: 'good', detail };
  return {
    label,
    word: 'Incomplete',
    tone: 'warn',
    detail: missing.length === 0 ? detail : `${detail}; ${formatCount(missing.length)} lost or never reached`,
  };
}

function tasksOf(run: Run): Dimension {
  const label = 'Tasks';
  const names = run.plan.tasks.map((task) => task.name).join(', ');
  const failed = run.hosts.filter((host) => host.status === 'failed').length;
  const completed = run.hosts.filter((host) => host.status === 'completed').length;
  if (failed > 0)
    return { label, word: 'Failed', tone: 'bad', detail: `${names}: failed on ${plural(failed, 'host')}` };
  const isWhole = completed === run.plan.hosts.length && completed > 0;
  return {
    label,
    word: isWhole ? 'Completed' : 'Not completed',
    tone: isWhole ? 'good' : 'warn',
    detail: `${names === '' ? 'none' : names}: completed on ${formatCount(completed)} of ${plural(run.plan.hosts.length, 'host')}`,
  };
}

/** Made of result files alone. */
function isOfFiles({ receipt, evidence }: Run): boolean {
  return receipt !== undefined && evidence.journals === 0;
}

function casesOf({ caseCounts }: Run): readonly Dimension[] {
  if (caseCounts === undefined) return [];
  const { cases, passed, skipped, flaky, failed, error } = caseCounts;
  const bad = failed + error;
  const others = [
    ...(flaky > 0 ? [`${formatCount(flaky)} flaky`] : []),
    ...(skipped > 0 ? [`${formatCount(skipped)} skipped`] : []),
  ];
  const detail = [`${formatCount(passed)} of ${formatCount(cases)} passed`, ...others].join(', ');
  if (bad > 0)
    return [{ label: 'Cases', word: 'Failed', tone: 'bad', detail: `${formatCount(bad)} failed; ${detail}` }];
  return [{ label: 'Cases', word: flaky > 0 ? 'Flaky' : 'Passed', tone: flaky > 0 ? 'warn' : 'good', detail }];
}

function inputsOf({ receipt }: Run): readonly Dimension[] {
  if (receipt === undefined) return [];
  const { inputs, isForced, isHostCountKnown } = receipt;
  const kept = inputs.filter(({ isKept }) => isKept);
  const whole = kept.filter(({ end }) => end?.kind === 'whole').length;
  const known = isHostCountKnown ? '' : '; how many hosts there should be is not known';
  const detail = `${formatCount(whole)} of ${plural(inputs.length, 'file')} merged as a whole${known}`;
  if (isForced)
    return [{ label: 'Inputs', word: 'Forced', tone: 'bad', detail: `they don't belong together; ${detail}` }];
  const isGood = whole === inputs.length && isHostCountKnown;
  return [{ label: 'Inputs', word: whole === kept.length ? 'Whole' : 'Cut', tone: isGood ? 'good' : 'warn', detail }];
}

/** None where nothing was expected. */
function expectationsOf({ expectations = [] }: Run): readonly Dimension[] {
  if (expectations.length === 0) return [];
  const label = 'Expectations';
  const of = (outcome: (typeof expectations)[number]['outcome']): readonly string[] =>
    expectations.filter((one) => one.outcome === outcome).map(({ asked }) => asked);
  const [missed, unknown] = [of('missed'), of('unknown')];
  const met = `${formatCount(of('met').length)} of ${formatCount(expectations.length)} met`;
  if (missed.length > 0) return [{ label, word: 'Missed', tone: 'bad', detail: `${missed.join(', ')}; ${met}` }];
  if (unknown.length > 0) return [{ label, word: 'Unknown', tone: 'warn', detail: `${unknown.join(', ')}; ${met}` }];
  return [{ label, word: 'Met', tone: 'good', detail: met }];
}

/** And nothing else failed. */
function isMissed({ expectations = [], hosts }: Run): boolean {
  return expectations.some(({ outcome }) => outcome === 'missed') && hosts.every(({ status }) => status !== 'failed');
}

function factsOf(run: Run): readonly Fact[] {
  const sum = (pick: (operation: Run['operations'][number]) => number): number =>
    countedOnce(run.operations).reduce((total, operation) => total + pick(operation), 0);
  const operations = sum((operation) => operation.count);
  const errors = sum((operation) => operation.errors);
  // Cycles of other tools follow each other: their rates don't add up.
  const rate = isOfFiles(run)
    ? run.hosts.reduce((total, host) => total + host.perSecond, 0)
    : sum((operation) => operation.perSecond);
  const heard = run.hosts.filter(({ status }) => status !== 'lost' && status !== 'unreachable').length;
  return [
    { label: 'Hosts heard', value: `${formatCount(heard)} of ${formatCount(run.plan.hosts.length)}` },
    { label: 'Operations', value: formatCount(operations) },
    { label: 'Operations/s', value: formatNumber(rate) },
    { label: 'Errors', value: errors === 0 ? '0' : `${formatCount(errors)} (${formatPercent(errors, operations)})` },
    { label: 'Data moved', value: formatBytes(sum((operation) => operation.bytes)) },
    { label: 'Records checked', value: formatCount(run.evidence.records) },
    { label: 'Chunks verified', value: formatCount(run.evidence.chunksVerified) },
    { label: 'Checks run', value: formatCount(run.checks.filter((check) => check.crashed === undefined).length) },
  ];
}

function provenOf(run: Run): readonly Finding[] {
  return run.findings.filter((finding) => finding.grade === 'proven');
}
