/**
 * A run of millions of operations from a small real one: its hosts again and again, each time as other hosts whose workers have
 * other numbers and trees of their own. Every repetition is a run for itself, so that a correct run stays correct; arenas,
 * which all hosts share, are in the first one only.
 */
import { createHash } from 'node:crypto';
import { closeSync, mkdirSync, openSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { checksummedJson } from '../../src/formats/checksum.ts';
import { runFiles } from '../../src/controller/run-folder/run-folder.ts';
import { decodeJournal, encodeBlock, journalEnd, type Block } from '../../src/model/journal.ts';
import { arenaOf } from '../../src/model/namespace.ts';
import { planSchema, runTagOf, type Plan } from '../../src/model/plan.ts';
import { layout, recordBytes, recordKinds, viewRecords, type RecordViews } from '../../src/model/record.ts';
import { hostResultSchema, type HostResult } from '../../src/model/result.ts';

export interface Repeating {
  /** The folder of the real run. */
  readonly from: string;
  /** To be made. */
  readonly to: string;
  readonly times: number;
  /** May change any record into one that lies: gets its place in the run, counted from 0. */
  readonly plant?: (views: RecordViews, at: number, place: number) => void;
}

/** What the repeated run has. */
export interface Repeated {
  readonly records: number;
  readonly operations: number;
}

export function repeatRun({ from, to, times, plant }: Repeating): Repeated {
  const plan = planSchema.parse(readJson(join(from, runFiles.plan)));
  const template = plan.hosts.map((_, index) => readHost(from, plan, index));
  for (const folder of [runFiles.results, runFiles.journals]) mkdirSync(join(to, folder), { recursive: true });
  let records = 0;
  let operations = 0;
  for (let copy = 0; copy < times; copy++) {
    for (const [place, host] of template.entries()) {
      const index = copy * template.length + place;
      const shift = copy * template.length * (plan.tasks[0]?.workload?.workers ?? 1);
      const name = nameOf(host.result.name, copy);
      const written = writeJournal(join(to, runFiles.journal(index)), host.blocks, { index, shift, records, plant });
      const result = renamed(host.result, { index, name, written });
      writeFileSync(join(to, runFiles.result(index)), checksummedJson(result));
      records += written.records;
      operations += written.operations;
    }
  }
  const hosts = Array.from({ length: times }, (_, copy) =>
    plan.hosts.map((host) => ({ ...host, name: nameOf(host.name, copy) })),
  ).flat();
  writeFileSync(join(to, runFiles.plan), JSON.stringify({ ...plan, hosts }));
  return { records, operations };
}

interface TemplateHost {
  readonly result: HostResult;
  readonly blocks: readonly Block[];
}

function readHost(from: string, plan: Plan, index: number): TemplateHost {
  const { sha256: _, ...result } = hostResultSchema.parse(readJson(join(from, runFiles.result(index))));
  const { buffer, byteOffset, length } = readFileSync(join(from, runFiles.journal(index)));
  const journal = decodeJournal(new Uint8Array(buffer, byteOffset, length), { runTag: runTagOf(plan), host: index });
  if (journal.damage !== undefined) throw new Error(`the journal to repeat is not whole: ${journal.damage}`);
  return { result, blocks: journal.blocks };
}

interface Written extends Repeated {
  readonly bytes: number;
  readonly sha256: string;
}

function writeJournal(
  path: string,
  blocks: readonly Block[],
  at: {
    readonly index: number;
    readonly shift: number;
    readonly records: number;
    readonly plant: Repeating['plant'];
  },
): Written {
  const file = openSync(path, 'w');
  const hash = createHash('sha256');
  let bytes = 0;
  let records = 0;
  let operations = 0;
  const last = new Map<number, number>();
  try {
    for (const block of blocks) {
      const worker = block.worker === journalEnd ? journalEnd : block.worker + at.shift;
      const moved = { ...block, host: at.index, worker };
      const body = block.type === 'records' ? { records: shifted(block.records, at.shift) } : {};
      const whole = { ...moved, ...body };
      if (whole.type === 'records') {
        const count = whole.records.length / recordBytes;
        const views = viewRecords(whole.records.buffer, whole.records.byteOffset, count);
        for (let record = 0; record < count; record++) {
          at.plant?.(views, record, at.records + records + record);
          // Further records of an operation have its number.
          const sequence = views.u32[record * 16 + layout.sequence] ?? 0;
          if (last.get(worker) !== sequence) operations++;
          last.set(worker, sequence);
        }
        records += count;
      }
      const encoded = encodeBlock(whole);
      hash.update(encoded);
      writeSync(file, encoded);
      bytes += encoded.length;
    }
  } finally {
    closeSync(file);
  }
  return { bytes, records, operations, sha256: hash.digest('hex') };
}

/** Whose records have modes and link counts where others name workers. */
const attributeKinds: ReadonlySet<number> = new Set([recordKinds.stat, recordKinds.scanEntry]);

/** As workers of other numbers would have written them; but for the first time without those about arenas. */
function shifted(records: Uint8Array, shift: number): Uint8Array {
  const moved = records.slice();
  if (shift === 0) return moved;
  const { u8, u16 } = viewRecords(moved.buffer, 0, moved.length / recordBytes);
  let kept = 0;
  for (let at = 0; at < moved.length / recordBytes; at++) {
    if (arenaOf(u16[at * 32 + layout.owner] ?? 0) !== undefined) continue;
    const isOfAttributes = attributeKinds.has(u8[at * 64 + layout.kind] ?? 0);
    for (const field of isOfAttributes ? [layout.owner] : [layout.owner, layout.creator, layout.writer]) {
      u16[at * 32 + field] = (u16[at * 32 + field] ?? 0) + shift;
    }
    u8.copyWithin(kept * recordBytes, at * recordBytes, (at + 1) * recordBytes);
    kept++;
  }
  return moved.subarray(0, kept * recordBytes);
}

function renamed(
  result: HostResult,
  { index, name, written }: { readonly index: number; readonly name: string; readonly written: Written },
): HostResult {
  const { bytes, records, sha256 } = written;
  const { agent } = result;
  if (agent === undefined) throw new Error(`the run to repeat has no report of ${result.name}`);
  const journal = { ...agent.journal, bytes, records };
  return { ...result, index, name, journal: { bytes, sha256 }, agent: { ...agent, host: index, journal } };
}

function nameOf(name: string, copy: number): string {
  return copy === 0 ? name : `${name}-${copy}`;
}

function readJson(path: string): unknown {
  return JSON.parse(readFileSync(path, 'utf8'));
}
