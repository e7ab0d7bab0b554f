/** The run as a whole: its verdict, why, and how it went over time. */
import type { Run } from '../../../model/run.ts';
import { table, type Table } from './table.ts';

export const runTables: readonly Table[] = [
  table<Run>({
    name: 'run',
    of: [],
    rows: (run) => [run],
    columns: {
      run: ({ plan }) => plan.run,
      verdict: ({ verdict }) => verdict,
      createdAt: ({ plan }) => plan.createdAt,
      funbric: ({ plan }) => plan.funbric,
      seed: ({ plan }) => plan.seed,
      tasks: ({ plan }) => plan.tasks.map(({ name }) => name).join(' '),
      hosts: ({ plan }) => plan.hosts.length,
      findings: ({ findings }) => findings.length,
      journals: ({ evidence }) => evidence.journals,
      records: ({ evidence }) => evidence.records,
      chunksVerified: ({ evidence }) => evidence.chunksVerified,
      filesVerified: ({ evidence }) => evidence.filesVerified,
    },
  }),
  table({
    name: 'reasons',
    of: ['reasons'],
    rows: ({ reasons }) => reasons,
    columns: { reason: (reason) => reason },
  }),
  table({
    name: 'timeline',
    of: ['timeline'],
    rows: ({ timeline }) => timeline,
    columns: {
      startMs: ({ startMs }) => startMs,
      operationsPerSecond: ({ operationsPerSecond }) => operationsPerSecond,
      errorsPerSecond: ({ errorsPerSecond }) => errorsPerSecond,
      bytesPerSecond: ({ bytesPerSecond }) => bytesPerSecond,
      hosts: ({ hosts }) => hosts,
      p99Us: ({ p99Us }) => p99Us,
    },
  }),
  table({
    name: 'windows',
    of: [],
    rows: ({ windows }) =>
      windows === undefined
        ? []
        : [
            { window: 'whole', span: windows.whole },
            ...(windows.steady === undefined ? [] : [{ window: 'steady', span: windows.steady }]),
          ],
    columns: {
      window: ({ window }) => window,
      startMs: ({ span }) => span.startMs,
      endMs: ({ span }) => span.endMs,
      operationsPerSecond: ({ span }) => span.operationsPerSecond,
      errorsPerSecond: ({ span }) => span.errorsPerSecond,
      bytesPerSecond: ({ span }) => span.bytesPerSecond,
    },
  }),
  table({
    name: 'expectations',
    of: ['expectations'],
    rows: ({ expectations = [] }) => expectations,
    columns: {
      asked: ({ asked }) => asked,
      outcome: ({ outcome }) => outcome,
      found: ({ found }) => found,
      limit: ({ limit }) => limit,
      unit: ({ unit }) => unit,
      why: ({ why }) => why,
    },
  }),
];
