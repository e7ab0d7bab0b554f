/** `funbric -H a,b -- uname -a`: one command on every host, its lines live, then what became of it. */
import type { ChalkInstance } from 'chalk';
import type { Host } from '../model/host.ts';
import { foldNodeSet } from '../model/nodeset.ts';
import type { HostExit } from '../controller/command.ts';
import type { RunEvent, RunEventBody } from '../controller/events.ts';
import type { FleetValues } from './arguments.ts';
import type { Engine, Reach } from './engine.ts';
import { makePlainDisplay, type PlainDisplay } from './plain.ts';
import { sanitize } from './sanitize.ts';

interface CommandCall {
  readonly fleet: FleetValues;
  readonly hosts: readonly Host[];
  readonly words: readonly string[];
  readonly reach: Reach;
  readonly context: {
    readonly engine: Engine;
    readonly out: (text: string) => void;
    readonly err: (text: string) => void;
    readonly colors: ChalkInstance;
    readonly now: () => Date;
  };
}

/** 0: all hosts' commands ended with 0. 1: some didn't. 2: a host was unreachable or lost. 130: interrupted. */
export async function runOnHosts({ fleet, hosts, words, reach, context }: CommandCall): Promise<number> {
  const { engine, out, err, colors } = context;
  if (fleet.isDryRun) {
    out(
      `nothing was done: this would run on ${foldNodeSet(hosts.map(({ name }) => sanitize(name)))}: ${sanitize(words.join(' '))}\n`,
    );
    return 0;
  }
  const listen = makeListener(hosts, fleet.isJson, context);
  const exits = await engine.runCommand({
    ...reach,
    hosts,
    words,
    commandMs: fleet.commandMs,
    emit: (body) => listen({ ...body, atMs: context.now().getTime() }),
  });
  for (const exit of exits) if (fleet.isJson) listen({ ...endOf(exit), atMs: context.now().getTime() });
  for (const line of recap(exits, colors)) err(`${line}\n`);
  return reach.signal.aborted ? 130 : statusOf(exits);
}

/** What hosts say on stderr goes to stderr, so that a pipe gets what it would get from one host. */
function makeListener(
  hosts: readonly Host[],
  isJson: boolean,
  context: CommandCall['context'],
): (event: RunEvent) => void {
  const { out, err, colors } = context;
  if (isJson) return (event) => out(`${JSON.stringify(event)}\n`);
  const width = Math.min(24, Math.max(0, ...hosts.map(({ name }) => sanitize(name).length)));
  const display = (write: (text: string) => void): PlainDisplay =>
    makePlainDisplay((line) => write(`${line}\n`), colors, width);
  const displays = { out: display(out), err: display(err) };
  return (event) => displays[event.kind === 'line' && event.stream !== 'stdout' ? 'err' : 'out'].listen(event);
}

function endOf({ host, code, reason }: HostExit): Extract<RunEventBody, { kind: 'host-ended' }> {
  if (code === undefined) return { kind: 'host-ended', host, status: 'unreachable', reason: reason ?? 'not reached' };
  if (code === 0) return { kind: 'host-ended', host, status: 'completed' };
  return { kind: 'host-ended', host, status: 'failed', reason: reason ?? `exit ${code}` };
}

/** Nothing where all went well: the output is all that was asked for. */
function recap(exits: readonly HostExit[], colors: ChalkInstance): readonly string[] {
  const hostsOf = new Map<string, string[]>();
  for (const { host, code, reason } of exits) {
    if (code === 0) continue;
    const what = reason ?? `exit ${String(code)}`;
    hostsOf.set(what, [...(hostsOf.get(what) ?? []), sanitize(host)]);
  }
  return Array.from(hostsOf, ([what, hosts]) => colors.red(`${foldNodeSet(hosts)}: ${sanitize(what)}`));
}

function statusOf(exits: readonly HostExit[]): number {
  if (exits.some(({ code }) => code !== undefined && code !== 0)) return 1;
  return exits.some(({ code }) => code === undefined) ? 2 : 0;
}
