/** Functional tests over all hosts: what failed first, and on which hosts; those that passed everywhere are folded away. */
import type { RunCase } from '../../model/receipt.ts';
import type { Run } from '../../model/run.ts';
import { foldHosts } from '../fold.ts';
import { formatCount, plural } from '../format.ts';
import type { Block, OutputBlock, Section, TableBlock, Tone } from '../section.ts';

export const casesSection: Section = {
  id: 'cases',
  title: 'Cases',
  blocks(run) {
    const { cases = [] } = run;
    if (run.caseCounts === undefined) return [];
    const odd = cases.filter((one) => one.outcome !== 'passed' || one.missing.length > 0);
    const good = cases.filter((one) => one.outcome === 'passed' && one.missing.length === 0);
    return [
      { kind: 'text', tone: toneOf(worstOf(cases)), paragraphs: [sentence(run)] },
      ...(odd.length === 0 ? [] : [table(odd, 'Cases that did not pass on every host, the worst first')]),
      ...outputs(odd),
      ...(good.length === 0 ? [] : [{ ...table(good, 'Cases that passed on every host'), isFolded: true }]),
    ];
  },
};

function sentence({ cases = [], caseCounts }: Run): string {
  const { passed = 0, skipped = 0, flaky = 0, failed = 0, error = 0, leftOut = 0 } = caseCounts ?? {};
  const bad = cases.filter(({ outcome }) => outcome === 'failed' || outcome === 'error').length;
  const counts = [
    [passed, 'passed'],
    [failed + error, 'failed'],
    [flaky, 'passed only when run again'],
    [skipped, 'skipped'],
  ] as const;
  const words = counts.filter(([count]) => count > 0).map(([count, what]) => `${formatCount(count)} ${what}`);
  const left = leftOut === 0 ? '' : ` ${formatCount(leftOut)} are not listed.`;
  return `${plural(cases.length, 'case')} over all hosts: ${words.join(', ')}. ${bad === 0 ? 'None fails on any host.' : `${plural(bad, 'case')} ${bad === 1 ? 'fails' : 'fail'} on some host.`}${left}`;
}

function worstOf(cases: readonly RunCase[]): RunCase['outcome'] {
  return cases[0]?.outcome ?? 'passed';
}

function toneOf(outcome: RunCase['outcome']): Tone {
  switch (outcome) {
    case 'failed':
    case 'error':
      return 'bad';
    case 'flaky':
      return 'warn';
    case 'passed':
      return 'good';
    case 'skipped':
      return 'plain';
  }
}

function table(cases: readonly RunCase[], caption: string): TableBlock {
  return {
    kind: 'table',
    caption,
    columns: [
      { title: 'Case', align: 'left' },
      { title: 'Outcome', align: 'left' },
      { title: 'Suite', align: 'left' },
      { title: 'Run again', align: 'right' },
      { title: 'Took', align: 'right' },
    ],
    rows: cases.map((one) => ({
      cells: [
        one.className === '' ? one.name : `${one.className}.${one.name}`,
        outcomesOf(one),
        one.suites.length === 0 ? '-' : one.suites.join(' / '),
        one.reruns === 0 ? '-' : formatCount(one.reruns),
        secondsOf(one),
      ],
      tone: toneOf(one.outcome),
    })),
  };
}

/** `fails on 3 of 40: web[07,12,31]`. */
function outcomesOf({ outcomes, missing }: RunCase): string {
  const of = outcomes.reduce((sum, { hosts }) => sum + hosts.length, missing.length);
  const words = outcomes.map(({ outcome, hosts }) =>
    hosts.length === of
      ? `${verbs[outcome]} on all ${formatCount(of)}`
      : `${verbs[outcome]} on ${formatCount(hosts.length)} of ${formatCount(of)}: ${foldHosts(hosts)}`,
  );
  return [...words, ...(missing.length === 0 ? [] : [`not run on ${foldHosts(missing)}`])].join('; ');
}

const verbs: Readonly<Record<RunCase['outcome'], string>> = {
  passed: 'passes',
  skipped: 'is skipped',
  flaky: 'is flaky',
  failed: 'fails',
  error: 'ends in an error',
};

function secondsOf({ seconds }: RunCase): string {
  if (seconds === undefined) return '-';
  const [min, max] = [seconds.min.toFixed(3), seconds.max.toFixed(3)];
  return min === max ? `${min} s` : `${min} to ${max} s`;
}

/** The rest is in run.json. */
const maxOutputs = 20;

function outputs(cases: readonly RunCase[]): readonly Block[] {
  return cases
    .flatMap(({ className, name, outcome, failures }) =>
      failures.map(({ message, text, hosts }): OutputBlock => ({
        kind: 'output',
        title: className === '' ? name : `${className}.${name}`,
        hosts: foldHosts(hosts),
        exit: outcome,
        tone: toneOf(outcome),
        text: [message, text].filter((part) => part !== '').join('\n'),
        isOpen: false,
      })),
    )
    .slice(0, maxOutputs);
}
