/** Why: what broke, where, and the operations that prove it; or, where nothing broke, what was looked for. */
import type { Finding, Grade } from '../../model/finding.ts';
import type { Run } from '../../model/run.ts';
import { signatureOf } from '../../model/signature.ts';
import { nameOfCode } from '../codes.ts';
import { foldHosts, groupBy } from '../fold.ts';
import { viewForensic } from '../forensics.ts';
import { formatCount, plural } from '../format.ts';
import { hexDump } from '../hex.ts';
import type { Block, Fact, FindingBlock, Section, TableBlock, Tone } from '../section.ts';
import { orderOf, witnessChart, witnessTable } from '../witness.ts';

/** Signatures shown in full; a run that breaks in more ways than these is understood by the first ones. */
const maxGroups = 50;

export const findingsSection: Section = {
  id: 'findings',
  title: 'Findings',
  blocks(run) {
    if (run.findings.length === 0) return [nothingFound(run)];
    const groups = groupBy(run.findings, signatureOf(run.hosts.map(({ name }) => name))).toSorted(
      (a, b) => rankOf(a) - rankOf(b),
    );
    const overview = groups.length === 1 ? [] : [overviewOf(groups)];
    const shown = [...overview, ...groups.slice(0, maxGroups).flatMap((group) => findingBlocks(group, run.zeroNs))];
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

/** One row a kind: what to look at first. */
function overviewOf(groups: readonly (readonly Finding[])[]): TableBlock {
  return {
    kind: 'table',
    caption: `${plural(groups.flat().length, 'finding')} of ${plural(groups.length, 'kind')}, the gravest first`,
    columns: [
      { title: 'Code', align: 'left' },
      { title: 'Finding', align: 'left' },
      { title: 'Grade', align: 'left' },
      { title: 'Seen by', align: 'left' },
      { title: 'Places', align: 'right' },
      { title: 'Times', align: 'right' },
      { title: 'First in', align: 'left', isMono: true },
    ],
    rows: groups.flatMap((group) => {
      const [first] = group;
      if (first === undefined) return [];
      const cells = [
        first.code,
        nameOfCode(first.code),
        first.grade,
        foldHosts(group.map(({ host }) => host)),
        formatCount(placesOf(group).length),
        formatCount(sightingsOf(group)),
        first.file,
      ];
      return [{ cells, tone: tones[first.grade] }];
    }),
  };
}

/** The same place seen by several hosts is one place. */
function placesOf(group: readonly Finding[]): readonly (readonly Finding[])[] {
  return groupBy(group, ({ file, offset }) => `${offset ?? ''} ${file}`);
}

function sightingsOf(group: readonly Finding[]): number {
  return group.reduce((sum, finding) => sum + finding.count, 0);
}

function findingBlocks(group: readonly Finding[], zeroNs: number | undefined): readonly FindingBlock[] {
  const [first] = group;
  const forensic = group.find((finding) => finding.forensic !== undefined)?.forensic;
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
      // Taken apart they are shown beside what had to be there.
      hex: first.aroundHex === undefined || forensic?.bytes !== undefined ? [] : hexDump(first.aroundHex),
      forensic: forensic === undefined ? null : viewForensic(forensic, zeroNs),
      timeline: witnessChart(first),
      witness: first.witness.length === 0 ? null : witnessTable(first.witness),
      order: orderOf(first),
      places: placesOf(group).length === 1 ? null : placesTable(group),
    },
  ];
}

function factsOf(first: Finding, group: readonly Finding[]): readonly Fact[] {
  return [
    { label: 'Seen by', value: foldHosts(group.map(({ host }) => host)) },
    { label: 'Offset', value: offsetOf(first) },
    { label: 'Places', value: placesText(group) },
    { label: 'Seen', value: plural(sightingsOf(group), 'time') },
  ];
}

/** Those that run.json has, and how many more there were. */
function placesText(group: readonly Finding[]): string {
  const left = group.reduce((sum, { leftOut = 0 }) => sum + leftOut, 0);
  const listed = formatCount(placesOf(group).length);
  return left === 0 ? listed : `${listed} listed, ${formatCount(left)} more counted`;
}

function offsetOf({ offset }: Finding): string {
  return offset === undefined ? '-' : `${formatCount(offset)} (0x${offset.toString(16)})`;
}

function placesTable(group: readonly Finding[]): TableBlock {
  const places = placesOf(group);
  return {
    kind: 'table',
    caption: `All ${plural(places.length, 'place')} of the same kind`,
    columns: [
      { title: 'File', align: 'left', isMono: true },
      { title: 'Offset', align: 'right' },
      { title: 'Seen by', align: 'left' },
      { title: 'Times', align: 'right' },
    ],
    rows: places.flatMap((place) => {
      const [first] = place;
      if (first === undefined) return [];
      const hosts = foldHosts(place.map(({ host }) => host));
      return [{ cells: [first.file, offsetOf(first), hosts, formatCount(sightingsOf(place))], tone: 'plain' }];
    }),
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
