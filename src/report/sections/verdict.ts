/** The verdict and why, on one screen: what was judged, of how much, and what is missing. */
import type { Finding } from '../../model/finding.ts';
import type { Run } from '../../model/run.ts';
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
      dimensions: [integrityOf(run), coverageOf(run), tasksOf(run)],
      facts: factsOf(run),
    },
  ],
};

function headlineOf(run: Run): string {
  const proven = provenOf(run);
  switch (run.verdict) {
    case 'pass':
      return run.checks.length === 0
        ? 'Every task completed. No data was checked.'
        : 'The data survived: every check held on every host.';
    case 'fail':
      return proven.length > 0
        ? `The data did not survive: ${plural(proven.length, 'proven finding')}.`
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

function factsOf(run: Run): readonly Fact[] {
  const sum = (pick: (operation: Run['operations'][number]) => number): number =>
    run.operations.reduce((total, operation) => total + pick(operation), 0);
  const operations = sum((operation) => operation.count);
  const errors = sum((operation) => operation.errors);
  const heard = run.hosts.filter(({ status }) => status !== 'lost' && status !== 'unreachable').length;
  return [
    { label: 'Hosts heard', value: `${formatCount(heard)} of ${formatCount(run.plan.hosts.length)}` },
    { label: 'Operations', value: formatCount(operations) },
    { label: 'Operations/s', value: formatNumber(sum((operation) => operation.perSecond)) },
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
