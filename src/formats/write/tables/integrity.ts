/** What was found, what proves it, and what was looked at. */
import type { Run } from '../../../model/run.ts';
import type { Finding } from '../../../model/finding.ts';
import { table, type Columns, type Table } from './table.ts';

const finding: Columns<Finding> = {
  code: ({ code }) => code,
  grade: ({ grade }) => grade,
  host: ({ host }) => host,
  file: ({ file }) => file,
  offset: ({ offset }) => offset,
  count: ({ count }) => count,
  leftOut: ({ leftOut }) => leftOut,
  expected: ({ expected }) => expected,
  found: ({ found }) => found,
  aroundHex: ({ aroundHex }) => aroundHex,
};

/** Tables of what a finding has several of say which it is, by its place from 0. */
export const integrityTables: readonly Table[] = [
  table({
    name: 'findings',
    of: ['findings'],
    rows: ({ findings }) => findings.map((one, finding) => ({ ...one, finding })),
    columns: { finding: ({ finding }) => finding, ...finding },
  }),
  table({
    name: 'witnesses',
    of: ['findings[].witness'],
    rows: (run) => ofEach(run, ({ witness }) => witness),
    columns: {
      finding: ({ finding }) => finding,
      witness: ({ place }) => place,
      host: ({ one }) => one.host,
      worker: ({ one }) => one.worker,
      sequence: ({ one }) => one.sequence,
      operation: ({ one }) => one.operation,
      did: ({ one }) => one.did,
      startNs: ({ one }) => one.startNs,
      startNsMax: ({ one }) => one.startNsMax,
      endNsMin: ({ one }) => one.endNsMin,
      endNs: ({ one }) => one.endNs,
    },
  }),
  table({
    name: 'edges',
    of: ['findings[].edges'],
    rows: (run) => ofEach(run, ({ edges }) => edges),
    columns: {
      finding: ({ finding }) => finding,
      from: ({ one }) => one.from,
      to: ({ one }) => one.to,
      by: ({ one }) => one.by,
    },
  }),
  table({
    name: 'checks',
    of: ['checks'],
    rows: ({ checks }) => checks,
    columns: {
      code: ({ code }) => code,
      claim: ({ claim }) => claim,
      findings: ({ findings }) => findings,
      crashed: ({ crashed }) => crashed,
    },
  }),
  table({
    name: 'consistency',
    of: ['fingerprint.models', 'fingerprint.strongest'],
    rows: ({ fingerprint }) => (fingerprint?.models ?? []).map((one) => ({ one, fingerprint })),
    columns: {
      model: ({ one }) => one.model,
      isDeclared: ({ one, fingerprint }) => fingerprint?.declared === one.model,
      isHeld: ({ one }) => one.isHeld,
      isStrongest: ({ one, fingerprint }) => fingerprint?.strongest.includes(one.model),
      brokenBy: ({ one }) => one.breach?.code,
      clause: ({ one }) => one.breach?.clause,
      count: ({ one }) => one.breach?.count,
    },
  }),
  table({
    name: 'untested',
    of: ['fingerprint.untested'],
    rows: ({ fingerprint }) => fingerprint?.untested ?? [],
    columns: { untested: (untested) => untested },
  }),
  table({
    name: 'visibility',
    of: ['visibility.pairs'],
    rows: ({ visibility }) => visibility?.pairs ?? [],
    columns: {
      writer: ({ writer }) => writer,
      reader: ({ reader }) => reader,
      changes: ({ changes }) => changes,
      unseen: ({ unseen }) => unseen,
      boundNs: ({ boundNs }) => boundNs,
      atLeastP50Ns: ({ atLeast }) => atLeast.p50Ns,
      atLeastP99Ns: ({ atLeast }) => atLeast.p99Ns,
      atLeastMaxNs: ({ atLeast }) => atLeast.maxNs,
      atMostP50Ns: ({ atMost }) => atMost.p50Ns,
      atMostP99Ns: ({ atMost }) => atMost.p99Ns,
      atMostMaxNs: ({ atMost }) => atMost.maxNs,
    },
  }),
];

function ofEach<T>(
  { findings }: Run,
  pick: (finding: Finding) => readonly T[] | undefined,
): readonly { readonly finding: number; readonly place: number; readonly one: T }[] {
  return findings.flatMap((finding, at) => (pick(finding) ?? []).map((one, place) => ({ finding: at, place, one })));
}
