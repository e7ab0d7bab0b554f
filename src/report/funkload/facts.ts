/** What was configured and what a test is made of, in words: for the text and for the report. */
import type { Measured } from '../../model/measured.ts';
import type { Fact } from '../section.ts';
import type { FunkloadCycle } from './cycles.ts';
import { apdexSeconds } from './sums.ts';

/** What isn't said in the result is left out. */
export function configurationOf(nodes: readonly Measured[]): readonly Fact[] {
  const [first] = nodes;
  if (first === undefined) return [];
  const entry = (name: string): string => first.definitions.find((each) => each.name === name)?.value ?? '';
  const seconds = (name: string): string => (entry(name) === '' ? '' : `${entry(name)} s`);
  const sleep = [seconds('sleep_time_min'), seconds('sleep_time_max')];
  const module = entry('module') === '' ? '' : `${entry('module')}.py `;
  const meta = first.definitions.filter(({ name }) => name.startsWith('meta:'));
  return [
    { label: 'Launched', value: first.said?.kind === 'local' ? first.said.text.slice(0, 19).replace('T', ' ') : '' },
    { label: 'From', value: nodes.flatMap(({ host }) => (host === undefined ? [] : [host])).join(', ') },
    { label: 'Test', value: `${module}${first.test.name}` },
    { label: 'Label', value: entry('label') },
    { label: 'Description', value: [entry('class_description'), first.test.description].filter(Boolean).join(': ') },
    { label: 'Target server', value: first.asked.target ?? '' },
    {
      label: 'Cycles of concurrent users',
      value: `[${first.asked.cycles.map((users) => users * nodes.length).join(', ')}]`,
    },
    {
      label: 'Cycle duration',
      value: first.asked.durationSeconds === undefined ? '' : `${first.asked.durationSeconds} s`,
    },
    { label: 'Sleep between requests', value: sleep.includes('') ? '' : `from ${sleep.join(' to ')}` },
    { label: 'Sleep between tests', value: seconds('sleep_time') },
    { label: 'Delay between starts of users', value: seconds('startup_delay') },
    { label: 'Apdex T', value: `${apdexSeconds} s` },
    { label: 'FunkLoad version', value: first.toolVersion ?? '' },
    ...meta.map(({ name, value }) => ({ label: name.slice('meta:'.length), value })),
  ].filter(({ value }) => value !== '');
}

/** Of a test the most that a successful one had. */
export function contentsOf(nodes: readonly Measured[], cycles: readonly FunkloadCycle[]): readonly Fact[] {
  const suffix = ' in a test';
  const most = new Map<string, number>();
  for (const { name, value } of nodes.flatMap((node) => node.definitions)) {
    if (name.endsWith(suffix)) most.set(name, Math.max(most.get(name) ?? 0, Number(value)));
  }
  const sums = (pick: 'tests' | 'pages' | 'requests'): string => {
    const all = cycles.flatMap((cycle) => cycle[pick] ?? []);
    const failed = all.reduce((sum, each) => sum + each.failed, 0);
    const count = all.reduce((sum, each) => sum + each.count, 0);
    return failed === 0 ? `${count}` : `${count}, of them ${failed} failed`;
  };
  return [
    ...[...most].map(([name, value]) => ({ label: name, value: `${value}` })),
    { label: 'tests', value: sums('tests') },
    { label: 'pages', value: sums('pages') },
    { label: 'requests', value: sums('requests') },
  ];
}
