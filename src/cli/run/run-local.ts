/** A task that makes no run: `funbric merge`, `funbric doctor`. What it comes to is said as of a run. */
import { resolve } from 'node:path';
import type { ChalkInstance } from 'chalk';
import { runNameOf } from '../../controller/run/planning.ts';
import { stamper } from '../../controller/events/stamper.ts';
import type { LocalContext, RunOutcome } from '../../controller/tasks/task.ts';
import { abortable } from '../../controller/fan-out/waiting.ts';
import type { Verdict } from '../../model/finding.ts';
import type { Host } from '../../model/host.ts';
import type { FleetValues, LocalCall } from '../arguments/arguments.ts';
import type { Connector, Engine, Reach } from '../engine/engine.ts';
import { statusOf } from '../status.ts';
import { sanitizeLines } from '../terminal/sanitize.ts';
import { findingLines, outcomeLines, verdictLine } from './recap.ts';
import { appendStepSummary } from './step-summary.ts';

interface Around {
  readonly engine: Engine;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** For people: where it doesn't disturb data. */
  readonly say: (line: string) => void;
  readonly colors: ChalkInstance;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly currentFolder: string;
  readonly now: () => Date;
  readonly nonce: () => string;
  readonly version: string;
  readonly nowMs: () => number;
  readonly signal: AbortSignal;
  readonly hosts: () => Promise<readonly Host[]>;
  /** May ask for a password. */
  readonly reach: () => Promise<Reach>;
}

export async function runLocal(fleet: FleetValues, call: LocalCall, around: Around): Promise<number> {
  const { task, options } = call;
  const { out, say, colors, signal } = around;
  const isJson = fleet.progress === 'json';
  const data = (value: unknown): void => out(`${JSON.stringify(value)}\n`);
  const connectors: Connector[] = [];
  const context = await contextOf(fleet, call, { ...around, connectors, data: isJson ? data : undefined });
  let outcome: RunOutcome | Verdict | undefined;
  try {
    // Nothing is to be torn down here: the first Ctrl-C ends it.
    outcome = await abortable(Promise.resolve(task.local?.(context, options)), signal);
  } finally {
    for (const connector of connectors) await connector[Symbol.asyncDispose]();
  }
  if (outcome === undefined) return 0;
  const { verdict, reasons, reportPath, run } =
    typeof outcome === 'string'
      ? { verdict: outcome, reasons: [], reportPath: undefined, run: undefined }
      : { run: undefined, ...outcome };
  const code = statusOf(verdict);
  if (reportPath === undefined) say(verdictLine({ verdict, code, colors }));
  else {
    await appendStepSummary({ run, reportPath }, around);
    const lines = outcomeLines({ verdict, reasons, reportPath }, { code, colors });
    for (const line of [...findingLines(run?.findings ?? [], colors), ...lines]) say(line);
  }
  const report = reportPath === undefined ? {} : { report: reportPath };
  if (isJson) data(stamper(around)({ kind: 'run-ended', verdict, code, reasons, ...report }));
  return code;
}

async function contextOf(
  fleet: FleetValues,
  { positionals }: LocalCall,
  around: Around & Pick<LocalContext, 'data'> & { readonly connectors: Connector[] },
): Promise<LocalContext> {
  const { engine, hosts, reach, connectors, out, say, data, currentFolder, now, nowMs, signal } = around;
  const isChosen = fleet.hosts.length > 0 || fleet.roles.length > 0;
  return {
    arguments: positionals,
    reportsFolder: resolve(currentFolder, fleet.reportsFolder),
    newRun: () => {
      const begun = now();
      return { run: runNameOf(begun, around.nonce()), version: around.version, createdAt: begun.toISOString() };
    },
    hosts: isChosen ? (await hosts()).map(({ name }) => name) : [],
    fleet: async () => {
      const [chosen, way] = [await hosts(), await reach()];
      const connector = await engine.connector(way, chosen);
      connectors.push(connector);
      const { isNewKeyAccepted, parallel } = way;
      const { workDir, runtime } = fleet;
      const { connect } = connector;
      return {
        hosts: chosen,
        connect,
        isNewKeyAccepted,
        parallel,
        workDir,
        runtime,
        currentFolder,
        signal,
        now,
        nowMs,
      };
    },
    currentFolder,
    log: (text) => say(sanitizeLines(text)),
    print: out,
    data,
    signal,
  };
}
