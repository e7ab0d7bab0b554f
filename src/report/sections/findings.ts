/** Why: what broke, where, and the operations that prove it; or, where nothing broke, what was looked for. */
import type { Finding, Grade, Witness } from '../../model/finding.ts';
import type { Run } from '../../model/run.ts';
import { nameOfCode } from '../codes.ts';
import { foldHosts, groupBy } from '../fold.ts';
import { formatCount, plural } from '../format.ts';
import { hexDump } from '../hex.ts';
import type { Block, Fact, FindingBlock, Section, TableBlock, Tone } from '../section.ts';

/** Signatures shown in full; a run that breaks in more ways than these is understood by the first ones. */
const maxGroups = 50;

export const findingsSection: Section = {
  id: 'findings',
  title: 'Findings',
  blocks(run) {
    if (run.findings.length === 0) return [nothingFound(run)];
    const groups = groupBy(run.findings, signatureOf).toSorted((a, b) => rankOf(a) - rankOf(b));
    const shown = groups.slice(0, maxGroups).flatMap((group) => findingBlocks(group));
    if (groups.length <= maxGroups) return shown;
    const left = groups.slice(maxGroups).flat().length;
    return [
      ...shown,
      {
        kind: 'text',
        tone: 'plain',
        paragraphs: [`${plural(left, 'more finding')} left out; run.json has all of them.`],
      },
    ];
  },
};

/** Shown first what counts most. */
const ranks: Readonly<Record<Grade, number>> = { proven: 0, suspect: 1, indeterminate: 2, allowed: 3 };

const tones: Readonly<Record<Grade, Tone>> = {
  proven: 'bad',
  suspect: 'warn',
  indeterminate: 'warn',
  allowed: 'plain',
};

const meanings: Readonly<Record<Grade, string>> = {
  proven: 'Holds whatever the clocks were within their bounds, and whatever became of operations without an answer.',
  suspect: 'Likely, but rests on clocks that are not known well enough. The verdict is not changed by it.',
  indeterminate: 'Depends on an operation whose outcome nobody knows. The verdict is not changed by it.',
  allowed: 'Permitted by what this file system promises. Shown so that you know; the verdict is not changed by it.',
};

function rankOf(group: readonly Finding[]): number {
  const first = group[0];
  return first === undefined ? Infinity : ranks[first.grade];
}

/** Two findings are the same trouble when only numbers tell them apart. */
function signatureOf({ code, grade, expected, found }: Finding): string {
  return [code, grade, expected, found].map((text) => text.replace(/\d+/g, '#')).join('\n');
}

function findingBlocks(group: readonly Finding[]): readonly FindingBlock[] {
  const [first] = group;
  if (first === undefined) return [];
  return [
    {
      kind: 'finding',
      code: first.code,
      name: nameOfCode(first.code),
      grade: first.grade.toUpperCase(),
      tone: tones[first.grade],
      meaning: meanings[first.grade],
      file: first.file,
      facts: factsOf(first, group),
      expected: first.expected,
      found: first.found,
      hex: first.aroundHex === undefined ? [] : hexDump(first.aroundHex),
      witness: first.witness.length === 0 ? null : witnessTable(first.witness),
      places: group.length === 1 ? null : placesTable(group),
    },
  ];
}

function factsOf(first: Finding, group: readonly Finding[]): readonly Fact[] {
  const sightings = group.reduce((sum, finding) => sum + finding.count, 0);
  return [
    { label: group.length === 1 ? 'Seen by' : 'First seen by', value: first.host },
    { label: 'Offset', value: offsetOf(first) },
    { label: 'Places', value: formatCount(group.length) },
    { label: 'Seen', value: plural(sightings, 'time') },
    ...(group.length === 1 ? [] : [{ label: 'All hosts', value: foldHosts(group.map((finding) => finding.host)) }]),
  ];
}

function offsetOf({ offset }: Finding): string {
  return offset === undefined ? '-' : `${formatCount(offset)} (0x${offset.toString(16)})`;
}

function placesTable(group: readonly Finding[]): TableBlock {
  return {
    kind: 'table',
    caption: `All ${plural(group.length, 'place')} of the same kind`,
    columns: [
      { title: 'File', align: 'left', isMono: true },
      { title: 'Offset', align: 'right' },
      { title: 'Seen by', align: 'left' },
      { title: 'Times', align: 'right' },
    ],
    rows: group.map((finding) => ({
      cells: [finding.file, offsetOf(finding), finding.host, formatCount(finding.count)],
      tone: 'plain',
    })),
  };
}

/** Times count from the first of these operations: a proof is about order, not about the time of day. */
function witnessTable(witness: readonly Witness[]): TableBlock {
  const zero = witness.reduce((least, { startNs, endNs }) => Math.min(least, startNs ?? endNs ?? Infinity), Infinity);
  const since = (ns: number | undefined): string => (ns === undefined ? '-' : `+${((ns - zero) / 1e6).toFixed(3)}`);
  return {
    kind: 'table',
    caption: 'The operations that prove it',
    columns: [
      { title: 'Host', align: 'left' },
      { title: 'Worker', align: 'right' },
      { title: 'Operation no.', align: 'right' },
      { title: 'Operation', align: 'left' },
      { title: 'What it did', align: 'left' },
      { title: 'Not before, ms', align: 'right' },
      { title: 'Not after, ms', align: 'right' },
    ],
    rows: witness.map((one) => ({
      cells: [
        one.host,
        formatCount(one.worker),
        formatCount(one.sequence),
        one.operation,
        one.did,
        since(one.startNs),
        since(one.endNs),
      ],
      tone: 'plain',
    })),
  };
}

function nothingFound(run: Run): Block {
  const { evidence, checks } = run;
  const ran = checks.filter((check) => check.crashed === undefined);
  if (ran.length === 0) {
    return {
      kind: 'text',
      tone: 'warn',
      paragraphs: ['No check ran, so nothing was looked for. This is not a sign of health.'],
    };
  }
  const looked = [
    plural(evidence.records, 'record'),
    `from ${plural(evidence.journals, 'journal')},`,
    `${plural(evidence.chunksVerified, 'verified chunk')} of ${plural(evidence.filesVerified, 'file')}.`,
  ].join(' ');
  const isWhole = run.verdict === 'pass';
  return {
    kind: 'text',
    tone: isWhole ? 'good' : 'warn',
    paragraphs: [
      `Nothing found. ${plural(ran.length, 'check')} looked at ${looked}`,
      `Looked for: ${ran.map(({ code }) => `${nameOfCode(code)} (${code})`).join(', ')}.`,
      ...(isWhole ? [] : ['The evidence has gaps, so this says nothing about what is missing.']),
    ],
  };
}
