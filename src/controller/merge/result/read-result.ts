/** results/0007.json as a merge keeps it. What is no result of this host of this run is a fact about that host: it is lost. */
import { join } from 'node:path';
import * as z from 'zod/mini';
import { isChanged } from '../../../formats/checksum.ts';
import { errorCodeOf } from '../../../model/errors.ts';
import type { Plan } from '../../../model/plan.ts';
import {
  agentReportSchema,
  hostResultSchema,
  operationStatsSchema,
  type HostResult,
  type OperationStats,
} from '../../../model/result.ts';
import { runFiles } from '../../run-folder/run-folder.ts';
import { codeOf, parseJson, readBytes } from '../read-text.ts';
import { findHeartbeats } from './find-heartbeats.ts';
import { pingColumnsOf } from './columns.ts';
import { findPings, findSamples } from './find-samples.ts';
import { foldResult, type FoldedResult, type LongLists } from './folded-result.ts';

export interface ResultFile<T> {
  /** As it is in the file; undefined where that is no result at all. */
  readonly read: T | undefined;
  /** The same, or that the host is lost. */
  readonly result: T;
}

export async function readResult(folder: string, plan: Plan, index: number): Promise<ResultFile<FoldedResult>> {
  const { read, result } = await readDecoded(folder, plan, index);
  const fold = (decoded: Decoded): FoldedResult =>
    foldResult(decoded.result, { hungMs: plan.limits.hungMs, lists: decoded.lists });
  const folded = fold(result);
  if (read === undefined) return { read, result: folded };
  return { read: read === result ? folded : fold(read), result: folded };
}

/** For those who need nothing of what is worked out of its lists. */
export async function readDecoded(folder: string, plan: Plan, index: number): Promise<ResultFile<Decoded>> {
  const file = runFiles.result(index);
  const lost = (reason: string): Decoded => ({ result: lostResult(plan, index, reason), lists: undefined });
  let bytes: Buffer;
  try {
    bytes = await readBytes(join(folder, file));
  } catch (error) {
    const what = errorCodeOf(error) === 'ENOENT' ? 'is not there' : "can't be read";
    return { read: undefined, result: lost(`${file} ${what}: ${codeOf(error)}`) };
  }
  const read = decodeResult(bytes);
  if (read === undefined) return { read, result: lost(`${file} is cut or damaged`) };
  const stranger = strangerIn(read.result, plan, index);
  if (stranger !== undefined) return { read, result: lost(`${file} belongs to ${stranger}`) };
  if (!isChanged(read.result.sha256, bytes)) return { read, result: read };
  return { read, result: withoutProof(read, `${file} was changed since it was written`) };
}

/** Its figures are shown, as they are most of what is left; but no finding is to rest on its clock. */
function withoutProof({ result, lists }: Decoded, gap: string): Decoded {
  return {
    result: { ...result, pings: [], gaps: [...result.gaps, gap] },
    lists: lists === undefined ? undefined : { ...lists, pings: pingColumnsOf([]) },
  };
}

function lostResult(plan: Plan, index: number, reason: string): HostResult {
  const name = plan.hosts[index]?.name ?? '';
  return { version: 1, run: plan.run, index, name, status: 'lost', reason, gaps: [], commands: [], pings: [] };
}

export interface Decoded {
  /** Without what is in `lists`. */
  readonly result: HostResult;
  readonly lists: LongLists | undefined;
}

/** Undefined where it is no result. */
export function decodeResult(bytes: Buffer): Decoded | undefined {
  return decodeAsWritten(bytes) ?? decodeBySchema(bytes);
}

/** Any file, whoever wrote it. */
export function decodeBySchema(bytes: Buffer): Decoded | undefined {
  const decoded = hostResultSchema.safeParse(parseJson(bytes.toString('utf8')));
  return decoded.success ? { result: decoded.data, lists: undefined } : undefined;
}

/** Stands in the place of a list, so that the schema says whether it was the one that it is taken for. */
const markSchema = z.tuple([z.literal('read already')]);
const mark = Buffer.from(JSON.stringify(['read already']));

/** By hand: a histogram has thousands of pairs, and with a schema for each they take most of the time of reading a result. */
const pairsSchema = z.custom<OperationStats['histogram']>(arePairs);

function arePairs(value: unknown): boolean {
  return Array.isArray(value) && value.every((pair) => Array.isArray(pair) && pair.length === 2 && pair.every(isCount));
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

const markedSchema = z.extend(hostResultSchema, {
  pings: markSchema,
  agent: z.extend(agentReportSchema, {
    operations: z.array(z.extend(operationStatsSchema, { histogram: pairsSchema, response: z.optional(pairsSchema) })),
    samples: markSchema,
    heartbeats: markSchema,
  }),
});

/** A file as we write it; undefined where it is another, which says nothing of it. */
export function decodeAsWritten(bytes: Buffer): Decoded | undefined {
  const [pings, samples] = [findPings(bytes), findSamples(bytes)];
  const heartbeats = findHeartbeats(bytes);
  if (pings === undefined || samples === undefined || heartbeats === undefined) return undefined;
  const rest: Buffer[] = [];
  let from = 0;
  for (const found of [pings, samples, heartbeats].sort((a, b) => a.from - b.from)) {
    rest.push(bytes.subarray(from, found.from), mark);
    from = found.end;
  }
  rest.push(bytes.subarray(from));
  const decoded = markedSchema.safeParse(parseJson(Buffer.concat(rest).toString('utf8')));
  if (!decoded.success) return undefined;
  const agent = { ...decoded.data.agent, samples: [], heartbeats: [] };
  return {
    result: { ...decoded.data, pings: [], agent },
    lists: { pings: pings.list, samples: samples.list, heartbeats: heartbeats.list },
  };
}

/** Whose result this is, if not this host's of this run. */
function strangerIn(result: HostResult, plan: Plan, index: number): string | undefined {
  if (result.run !== plan.run) return 'another run';
  if (result.index !== index || result.name !== plan.hosts[index]?.name) return 'another host';
  if (result.agent !== undefined && result.agent.run !== plan.run) return 'a host of another run';
  return result.agent !== undefined && result.agent.host !== index ? 'another host' : undefined;
}
