/** What other tools' result files brought: functional tests, monitored counters, and what was merged. */
import { foldNodeSet } from '../../../model/nodeset.ts';
import { table, type Table } from './table.ts';

export const toolTables: readonly Table[] = [
  table({
    name: 'cases',
    of: ['cases', 'cases[].suites', 'cases[].missing'],
    rows: ({ cases = [] }) => cases,
    columns: {
      suites: ({ suites }) => suites.join(' > '),
      className: ({ className }) => className,
      name: ({ name }) => name,
      outcome: ({ outcome }) => outcome,
      reruns: ({ reruns }) => reruns,
      missing: ({ missing }) => foldNodeSet(missing),
      secondsMin: ({ seconds }) => seconds?.min,
      secondsMax: ({ seconds }) => seconds?.max,
    },
  }),
  table({
    name: 'case-outcomes',
    of: ['cases[].outcomes', 'cases[].outcomes[].hosts'],
    rows: ({ cases = [] }) =>
      cases.flatMap(({ className, name, outcomes }) => outcomes.map((one) => ({ className, name, ...one }))),
    columns: {
      className: ({ className }) => className,
      name: ({ name }) => name,
      outcome: ({ outcome }) => outcome,
      hosts: ({ hosts }) => foldNodeSet(hosts),
    },
  }),
  table({
    name: 'case-failures',
    of: ['cases[].failures', 'cases[].failures[].hosts'],
    rows: ({ cases = [] }) =>
      cases.flatMap(({ className, name, failures }) => failures.map((one) => ({ className, name, ...one }))),
    columns: {
      className: ({ className }) => className,
      name: ({ name }) => name,
      hosts: ({ hosts }) => foldNodeSet(hosts),
      message: ({ message }) => message,
      text: ({ text }) => text,
    },
  }),
  table({
    name: 'figures',
    of: ['figures', 'figures[].stretches'],
    rows: ({ figures = [] }) =>
      figures.flatMap(({ stretches, ...figure }) => stretches.map((stretch) => ({ ...figure, ...stretch }))),
    columns: {
      host: ({ host }) => host,
      of: ({ of }) => of,
      name: ({ name }) => name,
      cycle: ({ cycle }) => cycle,
      startMs: ({ startMs }) => startMs,
      endMs: ({ endMs }) => endMs,
      min: ({ min }) => min,
      max: ({ max }) => max,
    },
  }),
  table({
    name: 'receipt',
    of: ['receipt.inputs', 'receipt.inputs[].hosts', 'receipt.inputs[].warnings'],
    rows: ({ receipt }) => receipt?.inputs ?? [],
    columns: {
      name: ({ name }) => name,
      file: ({ file }) => file,
      hosts: ({ hosts }) => foldNodeSet(hosts),
      format: ({ format }) => format,
      bytes: ({ bytes }) => bytes,
      sha256: ({ sha256 }) => sha256,
      end: ({ end }) => end?.kind,
      endByte: ({ end }) => end?.byte,
      endReason: ({ end }) => end?.reason,
      isKept: ({ isKept }) => isKept,
      reason: ({ reason }) => reason,
      warnings: ({ warnings }) => warnings.join('; '),
    },
  }),
  table({
    name: 'receipt-claims',
    of: ['receipt.inputs[].falseClaims'],
    rows: ({ receipt }) =>
      (receipt?.inputs ?? []).flatMap(({ name: input, falseClaims }) => falseClaims.map((one) => ({ input, ...one }))),
    columns: {
      input: ({ input }) => input,
      what: ({ what }) => what,
      said: ({ said }) => said,
      counted: ({ counted }) => counted,
    },
  }),
  table({
    name: 'receipt-sums',
    of: ['receipt.sums'],
    rows: ({ receipt }) => receipt?.sums ?? [],
    columns: { what: ({ what }) => what, parts: ({ parts }) => parts, whole: ({ whole }) => whole },
  }),
  table({
    name: 'receipt-differences',
    of: ['receipt.differences', 'receipt.differences[].values', 'receipt.differences[].values[].hosts'],
    rows: ({ receipt }) =>
      (receipt?.differences ?? []).flatMap(({ trait, values }) => values.map((one) => ({ trait, ...one }))),
    columns: {
      trait: ({ trait }) => trait,
      value: ({ value }) => value,
      hosts: ({ hosts }) => foldNodeSet(hosts),
    },
  }),
];
