/**
 * A run as OpenMetrics text, for what scrapes or receives metrics. Labels are escaped, and nothing is there twice: one
 * repeated sample would make a receiver refuse all of it.
 */
import { reveal } from '../../model/reveal.ts';
import type { Family, Sample } from './metric-family.ts';
import { familiesOf } from './metrics.ts';
import type { Writer } from './writer.ts';

export const openmetrics: Writer = {
  name: 'openmetrics',
  summary: 'OpenMetrics text, for Prometheus and what else takes it',
  files: (run) => [{ name: 'run.prom', text: `${familiesOf(run).map(encodeFamily).join('')}# EOF\n` }],
};

/** One without a sample says nothing. */
function encodeFamily({ name, type, unit, help, samples }: Family): string {
  if (samples.length === 0) return '';
  const seen = new Map<string, number>();
  const lines = samples.map(({ suffix = '', labels, value }) => {
    const own = `${suffix}{${labelsText(labels)}}`;
    const count = (seen.get(own) ?? 0) + 1;
    seen.set(own, count);
    const text = labelsText(count === 1 ? labels : { ...labels, again: String(count) });
    return `${name}${suffix}${text === '' ? '' : `{${text}}`} ${value}\n`;
  });
  const unitLine = unit === undefined ? '' : `# UNIT ${name} ${unit}\n`;
  return `# TYPE ${name} ${type}\n${unitLine}# HELP ${name} ${escape(help)}\n${lines.join('')}`;
}

function labelsText(labels: Sample['labels']): string {
  const given = Object.entries(labels).flatMap(([name, value]) => (value === undefined ? [] : [{ name, value }]));
  return given.map(({ name, value }) => `${name}="${escape(reveal(value))}"`).join(',');
}

function escape(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"');
}
