/** The run in a few tables, as Markdown: what a CI server shows beside the job. The report has all of it. */
import type { Run } from '../model/run.ts';
import { blockText, inline } from './markdown.ts';
import type { Section } from './section.ts';
import { consistencySection } from './sections/consistency.ts';
import { casesSection } from './sections/cases.ts';
import { errorsSection } from './sections/errors.ts';
import { expectationsSection } from './sections/expectations.ts';
import { findingsSection } from './sections/findings.ts';
import { hostsSection } from './sections/hosts.ts';
import { inputsSection } from './sections/inputs.ts';
import { operationsSection } from './sections/operations.ts';
import { verdictSection } from './sections/verdict.ts';

/** What matters most comes first: where it doesn't all fit, the last are left out. */
const shown: readonly Section[] = [
  verdictSection,
  findingsSection,
  casesSection,
  expectationsSection,
  hostsSection,
  operationsSection,
  errorsSection,
  consistencySection,
  inputsSection,
];

/** What pages bear: a comment on GitHub takes 65,536 characters. */
const maxBytes = 60_000;
/** Findings shown one by one; the table before them has all kinds. */
const maxBlocks = 8;

const marks = { pass: '✅', fail: '❌', incomplete: '⚠️' } as const;

/** At most 60,000 bytes, ends with a line feed. */
export function renderSummary(run: Run, { reportPath }: { readonly reportPath?: string | undefined } = {}): string {
  const end = `${inline(`run ${run.plan.run}, seed ${run.plan.seed}, funbric ${run.plan.funbric}`)}${
    reportPath === undefined ? '' : ` · report ${inline(reportPath)}`
  }\n`;
  let text = `## ${marks[run.verdict]} funbric: ${run.verdict.toUpperCase()}\n\n`;
  const left: string[] = [];
  for (const section of shown) {
    const part = sectionText(section, run);
    // Room for the last lines is kept.
    if (Buffer.byteLength(text) + Buffer.byteLength(part) < maxBytes - 2000) text += part;
    else left.push(section.title);
  }
  const rest = left.length === 0 ? '' : `There was no room for: ${left.join(', ')}.\n\n`;
  return `${text}${rest}${end}`;
}

function sectionText(section: Section, run: Run): string {
  const { title } = section;
  const texts = section.blocks(run).flatMap((block) => blockText(block) ?? []);
  if (texts.length === 0) return '';
  const heading = title === verdictSection.title ? [] : [`### ${title}`];
  const cut = texts.length > maxBlocks ? ['… and more in the report'] : [];
  return `${[...heading, ...texts.slice(0, maxBlocks), ...cut].join('\n\n')}\n\n`;
}
