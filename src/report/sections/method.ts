/** How the figures came about and what they don't say: a report that hides its limits is not to be trusted. */
import { dataCodesWithout, nameOfCode } from '../codes.ts';
import type { Run } from '../../model/run.ts';
import type { Fact, Section } from '../section.ts';

export const methodSection: Section = {
  id: 'method',
  title: 'Method and caveats',
  blocks: (run) => {
    const isOfFiles = run.receipt !== undefined && run.evidence.journals === 0;
    const own = isOfFiles ? [] : [...facts, loop(run), promise(run), notLookedFor(run)];
    return [{ kind: 'facts', facts: [...own, ...(run.receipt === undefined ? [] : resultFacts)] }];
  },
};

/** Of runs that hold results of other tools. */
const resultFacts: readonly Fact[] = [
  {
    label: 'What a result of a tool proves',
    value:
      'That the tool says so. funbric counts what is in each file, not what the file states of itself, and adds nothing that is there twice; whether data survived only a tool that verifies can say (T01).',
  },
  {
    label: 'Latencies of tools',
    value:
      'Where every single measurement is there, percentiles are exact (nearest rank over all hosts); where some are histograms, within 0.4 % of what went in. Percentiles alone are shown host by host and never averaged.',
  },
  {
    label: 'Rates of tools',
    value:
      "Of the time that all hosts have in common, by their own clocks; what a tool measured itself (fio's runtime) counts over that. Kinds overlap, as pages are made of requests: totals count requests only.",
  },
  {
    label: 'INCOMPLETE results',
    value:
      'A file that is cut, a tool that gave up, a planned host without a file, or a case that most hosts ran and some did not.',
  },
];

const facts: readonly Fact[] = [
  {
    label: 'What PASS means',
    value:
      'Every planned host completed, all evidence arrived undamaged, every check ran, and none proved that a promise of the file system was broken.',
  },
  {
    label: 'What PASS does not mean',
    value:
      'Not that the file system has no faults: only what this workload touched, in this time, on these hosts, was looked at. It says nothing about power loss, nor about data that no host read back.',
  },
  {
    label: 'INCOMPLETE',
    value:
      'Silence is not success. A host that was lost or never reached, a journal that is cut, or a check that crashed leaves the question open, however good the rest looks.',
  },
  {
    label: 'Grades',
    value:
      'Only PROVEN findings fail a run. SUSPECT rests on clocks, INDETERMINATE on operations without an answer, ALLOWED is within what the mount promises.',
  },
  {
    label: 'Percentiles',
    value:
      'Every host records a histogram with 128 buckets an octave; the histograms are added, then the percentile is read off (nearest rank, within 0.4 %). Percentiles are never averaged. "-" stands where fewer than 72 (p95), 368 (p99), 3,688 (p99.9) or 36,887 (p99.99) samples leave it open.',
  },
  {
    label: 'Latency over time',
    value:
      'p99 of each second is read off the journals, over all kinds of operations that ended in it (within 3 %), and left out where there are fewer than 368.',
  },
  {
    label: 'Hosts that stand out',
    value:
      'From four hosts on, operations/s and the p99 of each kind of operation are compared with the median host: a modified z-score above 3.5 (median absolute deviation, at least 1 % of the median) and more than 10 % apart. It says that a host differs, not why.',
  },
  {
    label: 'Heartbeats',
    value:
      'Once a second each agent says what it did and what it took. CPU and memory are of the agent, load is of the whole host; a stretch of several heartbeats shows its greatest values. What was in flight is seen only at the moment of a heartbeat.',
  },
  {
    label: 'Rates',
    value:
      'Operations per second are of the steady window: the time in which the stress of all hosts that took part was under way. The whole, from the first start to the last end, stands beside it under Lifelines.',
  },
  {
    label: 'Apdex',
    value:
      'Only where --apdex gives a time T: operations within T and half of those within 4 T, of all; errors frustrate, and are taken from the quickest operations, so that the score is the lowest that it can be. "-" below 100 samples.',
  },
  {
    label: 'Clocks',
    value:
      "Hosts' clocks are not trusted. Each one is known to lie in an interval, measured over the agent's channel about ten times a second and widened by the drift that kernels allow; one operation counts as earlier than another only if it is for every clock within these intervals.",
  },
  {
    label: 'Timeline',
    value:
      "Steps of all hosts are laid on the controller's clock by the middle of the interval. Nothing finer than the hosts' clock bounds can be read off it.",
  },
];

function loop({ plan }: Run): Fact {
  const rate = plan.tasks.find(({ workload }) => workload !== undefined)?.workload?.rate;
  if (rate !== undefined) {
    return {
      label: 'Paced',
      value: `Each worker was to begin ${rate} operations a second (--rate), at times that were fixed beforehand. Response time counts from that time, so that an operation that was held up by those before it counts as late; service time counts from when it began. What else an operation brings with it, as an fsync after a write, is due when it begins. A worker is woken up to a fraction of a millisecond late, which is in the response time. Latency over time is service time.`,
    };
  }
  return {
    label: 'Closed loop',
    value:
      'Each worker starts its next operation when the last one ended. While the storage stalls, fewer operations are started, so the percentiles are of service time and look kinder than what a user who arrives on schedule would see.',
  };
}

function promise({ plan }: Run): Fact {
  const declared = plan.tasks.find(({ workload }) => workload !== undefined)?.workload?.consistency;
  const value =
    declared === undefined
      ? "Each host's mount, by its type and options, says what the file system promises; the weakest promise of all hosts counts."
      : `The run was told to hold the file system to ${declared} (--consistency), whatever its mounts say.`;
  return { label: 'What is promised', value };
}

function notLookedFor(run: Run): Fact {
  const missing = dataCodesWithout(
    run.checks.filter((check) => check.crashed === undefined).map((check) => check.code),
  );
  return {
    label: 'Not looked for',
    value: missing.length === 0 ? '-' : missing.map((code) => `${nameOfCode(code)} (${code})`).join(', '),
  };
}
