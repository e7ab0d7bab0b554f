/** What of a run is a metric: names that end in their unit, in base units (seconds, bytes), and what they count by. */
import { hostStatuses } from '../../model/result.ts';
import { expectationOutcomes } from '../../model/expectation.ts';
import { verdicts } from '../../model/finding.ts';
import type { Run } from '../../model/run.ts';
import { latencyFamilies } from './latency-metrics.ts';
import type { Family, Sample } from './metric-family.ts';

export function familiesOf(run: Run): readonly Family[] {
  return [
    ...runFamilies(run),
    ...operationFamilies(run),
    ...latencyFamilies(run),
    ...hostFamilies(run),
    ...findingFamilies(run),
  ];
}

function runFamilies({ plan, verdict, evidence, hosts, expectations = [] }: Run): readonly Family[] {
  const begun = Date.parse(plan.createdAt) / 1000;
  return [
    {
      name: 'funbric_run',
      type: 'info',
      help: 'The run that all of this is of.',
      samples: [
        { suffix: '_info', labels: { run: plan.run, funbric: plan.funbric, seed: String(plan.seed) }, value: 1 },
      ],
    },
    {
      name: 'funbric_run_created_seconds',
      type: 'gauge',
      unit: 'seconds',
      help: 'When the run was planned, since 1970.',
      samples: Number.isFinite(begun) ? [{ labels: {}, value: begun }] : [],
    },
    stateset('funbric_run_verdict', 'What the run came to.', verdicts, [{ labels: {}, state: verdict }]),
    stateset(
      'funbric_host_status',
      'What became of each planned host.',
      hostStatuses,
      hosts.map(({ name, status }) => ({ labels: { host: name }, state: status })),
    ),
    stateset(
      'funbric_expectation',
      'What became of what was expected of a figure.',
      expectationOutcomes,
      expectations.map(({ asked, outcome }) => ({ labels: { asked }, state: outcome })),
    ),
    {
      name: 'funbric_evidence_records',
      type: 'gauge',
      help: 'Records of journals that the checks looked at.',
      samples: [{ labels: {}, value: evidence.records }],
    },
    {
      name: 'funbric_evidence_chunks_verified',
      type: 'gauge',
      help: 'Chunks that were read back and compared.',
      samples: [{ labels: {}, value: evidence.chunksVerified }],
    },
  ];
}

function operationFamilies({ operations }: Run): readonly Family[] {
  const counted = operations.map((operation) => ({ ...operation, labels: labelsOf(operation) }));
  return [
    counter(
      'funbric_operations',
      'Operations of all hosts, failed ones included.',
      counted.map(({ labels, count }) => ({ labels, value: count })),
    ),
    counter(
      'funbric_operation_errors',
      'Operations that failed, by the name of the error.',
      counted.flatMap(({ labels, errorsByName }) =>
        Object.entries(errorsByName).map(([error, value]) => ({ labels: { ...labels, error }, value })),
      ),
    ),
    {
      ...counter(
        'funbric_operation_bytes',
        'Bytes that operations moved.',
        counted.map(({ labels, bytes }) => ({ labels, value: bytes })),
      ),
      unit: 'bytes',
    },
    {
      name: 'funbric_operation_rate',
      type: 'gauge',
      help: 'Operations a second over the time in which all hosts were at work.',
      samples: counted.map(({ labels, perSecond }) => ({ labels, value: perSecond })),
    },
  ];
}

/** `kind` tells what must not be added up: a page is made of requests. */
function labelsOf({ name, kind, cycle }: Run['operations'][number]): Sample['labels'] {
  return { operation: name, kind, cycle: cycle === undefined ? undefined : String(cycle.index) };
}

function hostFamilies({ hosts }: Run): readonly Family[] {
  const byOperation = hosts.flatMap(({ name, byOperation = [] }) =>
    byOperation.map((one) => ({ ...one, labels: { host: name, operation: one.name } })),
  );
  return [
    counter(
      'funbric_host_operations',
      'Operations of each host.',
      byOperation.map(({ labels, count }) => ({ labels, value: count })),
    ),
    counter(
      'funbric_host_errors',
      'Failed operations of each host.',
      byOperation.map(({ labels, errors }) => ({ labels, value: errors })),
    ),
    {
      ...counter(
        'funbric_host_bytes',
        'Bytes that each host moved.',
        hosts.map(({ name, bytes }) => ({ labels: { host: name }, value: bytes })),
      ),
      unit: 'bytes',
    },
    {
      name: 'funbric_host_rate',
      type: 'gauge',
      help: 'Operations a second of each host over the time in which all were at work.',
      samples: hosts.map(({ name, perSecond }) => ({ labels: { host: name }, value: perSecond })),
    },
    {
      name: 'funbric_host_gaps',
      type: 'gauge',
      help: 'Parts of its evidence that a host did not bring.',
      samples: hosts.map(({ name, gaps }) => ({ labels: { host: name }, value: gaps.length })),
    },
    {
      name: 'funbric_host_clock_bound_seconds',
      type: 'gauge',
      unit: 'seconds',
      help: 'How far the clock of a host may be from what is assumed, at best and at worst.',
      samples: hosts.flatMap(({ name: host, clock }) =>
        clock === undefined
          ? []
          : [
              { labels: { host, bound: 'best' }, value: clock.bestNs / 1e9 },
              { labels: { host, bound: 'worst' }, value: clock.worstNs / 1e9 },
            ],
      ),
    },
  ];
}

function findingFamilies({ findings, checks }: Run): readonly Family[] {
  const counts = new Map<string, Sample>();
  for (const { code, grade } of findings) {
    const key = JSON.stringify([code, grade]);
    counts.set(key, { labels: { code, grade }, value: (counts.get(key)?.value ?? 0) + 1 });
  }
  return [
    {
      name: 'funbric_findings',
      type: 'gauge',
      help: 'Findings by code and grade; only proven ones fail a run.',
      samples: [...counts.values()],
    },
    {
      name: 'funbric_check_findings',
      type: 'gauge',
      help: 'What each check found; 0 is a promise kept, as far as anybody looked.',
      samples: checks.map(({ code, findings: value }) => ({ labels: { code }, value })),
    },
    {
      name: 'funbric_check_crashed',
      type: 'gauge',
      help: '1 where a check did not end, so that nobody knows.',
      samples: checks.map(({ code, crashed }) => ({ labels: { code }, value: crashed === undefined ? 0 : 1 })),
    },
  ];
}

/** What somebody made of a run.json by hand may be negative, which no counter is. */
function counter(name: string, help: string, samples: readonly Omit<Sample, 'suffix'>[]): Family {
  const counted = samples.filter(({ value }) => value >= 0);
  const named = counted.map(({ labels, value }) => ({ suffix: '_total', labels, value }));
  return { name, type: 'counter', help, samples: named };
}

/** A sample a state, of which one is 1; the label of the state is called as the family is. */
function stateset(
  name: string,
  help: string,
  states: readonly string[],
  things: readonly { readonly labels: Sample['labels']; readonly state: string }[],
): Family {
  const samples = things.flatMap(({ labels, state }) =>
    states.map((one) => ({ labels: { ...labels, [name]: one }, value: one === state ? 1 : 0 })),
  );
  return { name, type: 'stateset', help, samples };
}
