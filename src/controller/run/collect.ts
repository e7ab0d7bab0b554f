/** Brings a host's result and journal home: streamed over exec, hashed on both ends, under names that we chose. */
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { FunbricError, messageOf } from '../../model/errors.ts';
import { agentReportSchema, type AgentReport, type HostResult } from '../../model/result.ts';
import { readRemoteFile } from '../../transports/copy/one-file.ts';
import type { Connection } from '../../transports/transport.ts';
import { runFiles } from '../run-folder/run-folder.ts';
import { schemaMistake } from './schema-mistake.ts';

/** 36,000 heartbeats and samples of ten hours are 20 MB. */
const maxResultBytes = 256 << 20;
/** At 64 bytes an operation, two billion operations. */
const maxJournalBytes = 128 * 2 ** 30;

export interface Collected {
  readonly agent?: AgentReport;
  readonly journal?: NonNullable<HostResult['journal']>;
  /** What could not be had, and why. */
  readonly gaps: readonly string[];
}

/** Never throws for what the host does: what couldn't be had is a gap in its evidence. */
export async function collect(
  connection: Connection,
  {
    folder,
    index,
    resultPath,
    journalPath,
    signal,
  }: { folder: string; index: number; resultPath?: string; journalPath?: string; signal: AbortSignal },
): Promise<Collected> {
  const gaps: string[] = [];
  const attempt = async <T extends object>(
    what: string,
    path: string | undefined,
    get: (path: string) => Promise<T>,
  ): Promise<T | undefined> => {
    try {
      return path === undefined ? undefined : await get(path);
    } catch (error) {
      gaps.push(`its ${what} could not be fetched: ${messageOf(error)}`);
      return undefined;
    }
  };
  const journal = await attempt('journal', journalPath, (path) =>
    readRemoteFile(connection, path, join(folder, runFiles.journal(index)), { maxBytes: maxJournalBytes, signal }),
  );
  const agent = await attempt('result', resultPath, (path) =>
    fetchReport(connection, path, join(folder, `${runFiles.result(index)}.agent`), signal),
  );
  return { gaps, ...(journal === undefined ? {} : { journal }), ...(agent === undefined ? {} : { agent }) };
}

async function fetchReport(
  connection: Connection,
  path: string,
  localPath: string,
  signal: AbortSignal,
): Promise<AgentReport> {
  try {
    await readRemoteFile(connection, path, localPath, { maxBytes: maxResultBytes, signal });
    return agentReportSchema.parse(JSON.parse(await readFile(localPath, 'utf8')));
  } catch (error) {
    if (error instanceof FunbricError) throw error;
    throw new FunbricError('evidence', `it is no result of an agent (${schemaMistake(error)})`);
  } finally {
    await rm(localPath, { force: true });
  }
}
