/** What a run of result files was made of: each file with what became of it, who was done when, and that nothing got lost. */
import type { Receipt, ReceiptInput } from '../../model/receipt.ts';
import { foldHosts } from '../fold.ts';
import { formatBytes, formatCount, formatInstant, formatMs, plural } from '../format.ts';
import type { Block, Row, Section, TableBlock } from '../section.ts';

export const inputsSection: Section = {
  id: 'inputs',
  title: 'Inputs',
  blocks({ receipt }) {
    if (receipt === undefined) return [];
    return [
      ...warnings(receipt),
      filesTable(receipt),
      ...(receipt.differences.length === 0 ? [] : [differencesTable(receipt)]),
      timesOf(receipt),
      ...(receipt.sums.length === 0 ? [] : [sumsTable(receipt)]),
      ...claimsTable(receipt),
    ];
  },
};

function warnings({ isForced, isHostCountKnown }: Receipt): readonly Block[] {
  const paragraphs = [
    ...(isForced
      ? [
          "Merged by force (--force): these results don't belong together, and figures over all of them are of no one test.",
        ]
      : []),
    ...(isHostCountKnown
      ? []
      : [
          'How many hosts there should have been is not known: the files are the hosts. With --plan, one that is missing is seen.',
        ]),
  ];
  return paragraphs.length === 0 ? [] : [{ kind: 'text', tone: 'warn', paragraphs }];
}

function filesTable({ inputs }: Receipt): TableBlock {
  const kept = inputs.filter(({ isKept }) => isKept).length;
  return {
    kind: 'table',
    caption: `${plural(inputs.length, 'file')}, ${formatCount(kept)} of them merged`,
    columns: [
      { title: 'File', align: 'left', isMono: true },
      { title: 'Host', align: 'left' },
      { title: 'Is', align: 'left' },
      { title: 'Size', align: 'right' },
      { title: 'End', align: 'left' },
      { title: 'Merged', align: 'left' },
      { title: 'Noticed', align: 'left' },
      { title: 'Kept as', align: 'left', isMono: true },
      { title: 'sha256', align: 'left', isMono: true },
    ],
    rows: inputs.map(rowOf),
  };
}

function rowOf(input: ReceiptInput): Row {
  const { name, file, hosts, format, bytes, sha256, end, isKept, reason, warnings: noticed } = input;
  const place = end?.line === undefined ? '' : ` at line ${formatCount(end.line)}, byte ${formatCount(end.byte ?? 0)}`;
  const isWhole = end?.kind === 'whole';
  return {
    cells: [
      name,
      hosts.length === 0 ? '-' : foldHosts(hosts),
      format ?? '-',
      bytes === undefined ? '-' : formatBytes(bytes),
      end === undefined ? '-' : `${end.kind}${place}${end.reason === undefined ? '' : `: ${end.reason}`}`,
      isKept ? 'yes' : `no${reason === undefined ? '' : `: ${reason}`}`,
      noticed.length === 0 ? '-' : noticed.join('; '),
      file ?? '-',
      sha256 === undefined || sha256 === '' ? '-' : sha256.slice(0, 16),
    ],
    tone: !isKept || (end !== undefined && !isWhole) ? 'warn' : 'plain',
  };
}

function differencesTable({ differences }: Receipt): TableBlock {
  return {
    kind: 'table',
    caption: "In what the results don't agree",
    columns: [
      { title: 'Of', align: 'left' },
      { title: 'Value', align: 'left' },
      { title: 'Hosts', align: 'left' },
    ],
    rows: differences.flatMap(({ trait, values }) =>
      values.map(({ value, hosts }) => ({ cells: [trait, value, foldHosts(hosts)], tone: 'warn' as const })),
    ),
  };
}

function timesOf({ zeroEpochMs, overlap, firstDone, lastDone }: Receipt): Block {
  const began = zeroEpochMs === undefined ? undefined : new Date(zeroEpochMs);
  const isDate = began !== undefined && Number.isFinite(began.getTime());
  const unknown = 'not known: the results have no times that can be compared';
  return {
    kind: 'facts',
    facts: [
      { label: 'Began', value: isDate ? `${formatInstant(began.toISOString())}, by the hosts' own clocks` : unknown },
      {
        label: 'Rates are of',
        value:
          overlap === undefined
            ? "each host's own time: there is none that all have in common"
            : `the ${formatMs(overlap.endMs - overlap.startMs)} in which all hosts were at work, from ${formatMs(overlap.startMs)} on; those of a cycle of the time that all had in common in it`,
      },
      {
        label: 'First done',
        value: firstDone === undefined ? '-' : `${firstDone.host}, after ${formatMs(firstDone.atMs)}`,
      },
      {
        label: 'Last done',
        value:
          lastDone === undefined || firstDone === undefined
            ? '-'
            : `${lastDone.host}, ${formatMs(lastDone.atMs - firstDone.atMs)} later`,
      },
    ],
  };
}

function sumsTable({ sums }: Receipt): TableBlock {
  return {
    kind: 'table',
    caption: 'What all files hold, and what the run holds: nothing is lost, and nothing counts twice',
    isFolded: true,
    columns: [
      { title: 'Sum of', align: 'left' },
      { title: 'in the files', align: 'right' },
      { title: 'in the run', align: 'right' },
    ],
    rows: sums.map(({ what, parts, whole }) => ({
      cells: [what, formatCount(parts), formatCount(whole)],
      tone: parts === whole ? 'plain' : 'bad',
    })),
  };
}

/** Sums that a file states of itself and that aren't what is in it. */
function claimsTable({ inputs }: Receipt): readonly TableBlock[] {
  const rows = inputs.flatMap(({ name, falseClaims }) =>
    falseClaims.map(({ what, said, counted }) => ({
      cells: [name, what, formatCount(said), formatCount(counted)],
      tone: 'warn' as const,
    })),
  );
  if (rows.length === 0) return [];
  return [
    {
      kind: 'table',
      caption: 'What files say of themselves and is not so; what was counted is in the run',
      columns: [
        { title: 'File', align: 'left', isMono: true },
        { title: 'Of', align: 'left' },
        { title: 'says', align: 'right' },
        { title: 'counted', align: 'right' },
      ],
      rows,
    },
  ];
}
