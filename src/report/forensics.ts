/** A wrong chunk taken apart, for the eye: its stamp field by field, where the data comes from, the bytes, and its neighbours. */
import type { BytesView, Forensic, StampView } from '../model/forensics.ts';
import type { Witness } from '../model/witness.ts';
import { formatCount, formatNs } from './format.ts';
import { compareHex } from './hex-compare.ts';
import type { Column, ForensicView, Row, TableBlock } from './section.ts';

/** Times count from the run's zero, where it has one. */
export function viewForensic(forensic: Forensic, zeroNs: number | undefined): ForensicView {
  const { chunk, bytes } = forensic;
  const lines = bytes === undefined ? [] : compareHex(bytes);
  return {
    title: `Chunk ${formatCount(chunk)}, taken apart`,
    story: storyOf(forensic, zeroNs),
    stamp: stampTable(forensic, zeroNs),
    bytes:
      bytes === undefined || lines.length === 0
        ? null
        : {
            caption: captionOf(forensic, bytes),
            isCompared: bytes.expected !== undefined,
            lines,
          },
    neighbours: neighbourTable(forensic),
  };
}

function storyOf({ found, behind, tornAt, chunk }: Forensic, zeroNs: number | undefined): readonly string[] {
  const torn =
    tornAt === undefined
      ? []
      : [
          behind === undefined
            ? `From byte ${formatCount(tornAt)} of the chunk on, the body is not what its stamp says, and no write that is known explains it.`
            : `Up to byte ${formatCount(tornAt)} it is what its stamp says; from there on it is what ${behind.writer ?? 'somebody'} wrote${whenOf(behind.written, zeroNs)}.`,
        ];
  return [...torn, sourceText(found, chunk, zeroNs)];
}

function sourceText(found: StampView, chunk: number, zeroNs: number | undefined): string {
  switch (found.content) {
    case 'zeros':
      return 'Nobody writes zeros: they are what a file system hands out where it has, or had, nothing.';
    case 'no stamp':
    case 'unknown':
      return 'Nothing in it says where it comes from.';
    case 'another run':
      return `It was written by another run, ${found.run ?? 'unknown'}: blocks that were handed out without being cleared, or written to the wrong place.`;
    case 'data':
    case 'damaged body': {
      const { file = 'a file that no journal names', writer = 'somebody', generation = 0 } = found;
      const part = found.chunk === undefined || found.chunk === chunk ? '' : `chunk ${formatCount(found.chunk)} of `;
      return `What its stamp names is generation ${formatCount(generation)} of ${part}${file}, which ${writer} wrote${whenOf(found.written, zeroNs)}. ${fates[found.fate ?? 'unknown']}`;
    }
  }
}

const fates = {
  there: 'That file is still there.',
  gone: 'That file is gone: it was removed, or replaced by another.',
  unknown: 'Whether that file is still there the history leaves open.',
} as const;

function whenOf(written: Witness | undefined, zeroNs: number | undefined): string {
  const { startNs, endNs } = written ?? {};
  if (startNs === undefined || endNs === undefined || zeroNs === undefined) return '';
  const [from, to] = [startNs, endNs].map((ns) => formatNs(Math.max(0, ns - zeroNs)));
  return from === to ? `, ${from} into the run` : `, between ${from} and ${to} into the run`;
}

interface Field {
  readonly label: string;
  readonly of: (stamp: StampView) => string | undefined;
}

function stampTable(forensic: Forensic, zeroNs: number | undefined): TableBlock {
  const { expected, found, behind } = forensic;
  const sides = [expected, found, behind].filter((side) => side !== undefined);
  return {
    kind: 'table',
    caption: 'Its stamp, field by field',
    columns: [
      { title: 'Field', align: 'left' },
      ...(expected === undefined ? [] : [sideColumn('Expected')]),
      sideColumn('Found'),
      ...(behind === undefined ? [] : [sideColumn('Behind the tear')]),
      { title: 'Differs', align: 'left' },
    ],
    rows: fieldsOf(zeroNs).flatMap(({ label, of }): readonly Row[] => {
      const values = sides.map((side) => of(side));
      if (values.every((value) => value === undefined)) return [];
      const isDifferent = new Set(values.filter((value) => value !== undefined)).size > 1;
      const cells = [label, ...values.map((value) => value ?? '-'), isDifferent ? '≠ differs' : ''];
      return [{ cells, tone: isDifferent ? 'bad' : 'plain' }];
    }),
  };
}

function sideColumn(title: string): Column {
  return { title, align: 'left', isMono: true };
}

function fieldsOf(zeroNs: number | undefined): readonly Field[] {
  const count = (value: number | undefined): string | undefined =>
    value === undefined ? undefined : formatCount(value);
  return [
    { label: 'Content', of: ({ content }) => content },
    { label: 'Run', of: ({ run }) => run },
    { label: 'File', of: ({ file }) => file },
    { label: 'Still there', of: ({ fate }) => (fate === undefined ? undefined : stillThere[fate]) },
    {
      label: 'Created by',
      of: ({ creator, incarnation }) =>
        creator === undefined || incarnation === undefined
          ? undefined
          : `${creator}, operation ${formatCount(incarnation)}`,
    },
    { label: 'Chunk', of: ({ chunk }) => count(chunk) },
    { label: 'Offset', of: ({ offset }) => count(offset) },
    { label: 'Generation', of: ({ generation }) => count(generation) },
    { label: 'Written by', of: ({ writer }) => writer },
    { label: 'As operation', of: ({ operation }) => count(operation) },
    { label: 'When', of: ({ written }) => whenOf(written, zeroNs).replace(/^, /, '') || undefined },
  ];
}

const stillThere = { there: 'yes', gone: 'no', unknown: 'nobody knows' } as const;

function captionOf({ chunk, chunkBytes, tornAt, found: { content } }: Forensic, bytes: BytesView): string {
  const { from, found, basis } = bytes;
  const where = `Bytes ${formatCount(from)} to ${formatCount(from + found.length / 2 - 1)} of the file`;
  const torn = tornAt === undefined ? '' : `, first wrong at ${formatCount(chunk * chunkBytes + tornAt)}`;
  if (basis === 'kept') return `${where}, as the reader kept them${torn}`;
  return content === 'zeros'
    ? `${where}: the reader saw nothing but zeros in the chunk`
    : `${where}, computed again from the stamp that the reader found to fit its body`;
}

function neighbourTable({ neighbours }: Forensic): TableBlock | null {
  if (neighbours.length === 0) return null;
  return {
    kind: 'table',
    caption: 'Beside it, the same look saw',
    columns: [
      { title: 'Chunk', align: 'right' },
      { title: 'What it held', align: 'left' },
      { title: 'Judged', align: 'left' },
    ],
    rows: neighbours.map(({ chunk, saw, isWrong }) => ({
      cells: [formatCount(chunk), saw, isWrong ? 'wrong too' : 'nothing wrong found'],
      tone: isWrong ? 'bad' : 'plain',
    })),
  };
}
