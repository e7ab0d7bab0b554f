/** `funbric -H a,b -- uname -a`: one command on every host, its lines live or gathered, then what became of it. */
import { resolve } from 'node:path';
import type { Host } from '../../model/host.ts';
import { foldNodeSet } from '../../model/nodeset.ts';
import type { CommandOutput, HostExit } from '../../controller/command/command.ts';
import { stamper } from '../../controller/events/stamper.ts';
import type { OutputFolder } from '../../controller/command/output-folder.ts';
import { rollingOf } from '../../controller/fan-out/rolling.ts';
import { readable } from '../../transports/shell.ts';
import type { Engine } from '../engine/engine.ts';
import { reasonOf } from '../progress/event-lines.ts';
import { brokenPipeStatus, statusAfter } from '../status.ts';
import { sanitize } from '../terminal/sanitize.ts';
import { blocksText, diffText, errorBlocksText } from './blocks.ts';
import type { CommandCall } from './command-call.ts';
import { Gathered } from './gather.ts';
import { makeListener } from './listener.ts';

/** The exit status, and how the command ended on each host; none where nothing was done. */
export interface CommandEnd {
  readonly code: number;
  readonly exits: readonly HostExit[];
}

/** 0: all hosts' commands ended with 0. 1: some didn't. 2: a host was unreachable or lost, or output that --out keeps was cut. 130: interrupted. 141: nobody reads the output any more. */
export async function runOnHosts(call: CommandCall): Promise<CommandEnd> {
  const { fleet, hosts, words, reach, context } = call;
  const { engine, out } = context;
  const [first = '', ...others] = words;
  const command = others.length === 0 ? first : readable(words);
  const rolling = rollingOf(fleet.batches, fleet.maxFail, hosts.length);
  if (fleet.isDryRun) {
    const plan = { command, hosts: hosts.map(({ name }) => name), batches: rolling?.batches ?? [hosts.length] };
    out(fleet.progress === 'json' ? `${JSON.stringify(plan, null, 2)}\n` : dryRunText(hosts, command, plan.batches));
    return { code: 0, exits: [] };
  }
  const gathered =
    fleet.isGathered || fleet.isDiffed ? new Gathered(Math.min(fleet.maxOutputBytes, maxShownBytes)) : undefined;
  const folder = await openFolder(call, command);
  const stamp = stamper(context);
  // What --out keeps is wanted whoever reads along.
  const signal = folder === undefined ? AbortSignal.any([reach.signal, context.unread]) : reach.signal;
  const exits: readonly HostExit[] = await (async () => {
    using listener = makeListener(call, gathered !== undefined);
    const emit: Parameters<Engine['runCommand']>[0]['emit'] = (body) => listener.listen(stamp(body));
    emit({ kind: 'command-started', command, hosts: hosts.map(({ name }) => name) });
    return await engine.runCommand({
      ...reach,
      signal,
      hosts,
      words,
      commandMs: fleet.commandMs,
      idleMs: fleet.idleMs,
      rolling,
      isWarnOnly: fleet.isWarnOnly,
      emit,
      output: outputTo([gathered, folder]),
    });
  })();
  if (signal.aborted && !reach.signal.aborted) return { code: brokenPipeStatus, exits };
  const cut = cutReasons(call, folder);
  const judged = verdictOf(exits, { isWarnOnly: fleet.isWarnOnly, isCut: reach.signal.aborted });
  const verdict = judged === 'pass' && cut.length > 0 ? 'incomplete' : judged;
  const code = statusAfter(reach.signal, verdict);
  if (gathered !== undefined) showGathered(gathered, call);
  await folder?.finish(exits, code);
  const reasons = [...recap(exits), ...cut];
  if (fleet.progress === 'json') out(`${JSON.stringify(stamp({ kind: 'run-ended', verdict, code, reasons }))}\n`);
  sayRecap(call, { exits, cut });
  return { code, exits };
}

/** Who asked for all of the output and has a part of it must hear so by the exit status too. */
function cutReasons({ hosts }: CommandCall, folder: OutputFolder | undefined): readonly string[] {
  const names = (folder?.cut() ?? []).map((host) => sanitize(hosts[host]?.name ?? ''));
  return names.length === 0 ? [] : [`${foldNodeSet(names)}: the files in --out end at --max-output`];
}

/** A terminal has an end, and so has what is compared for it; --out keeps all. */
const maxShownBytes = 4 << 20;

function dryRunText(hosts: readonly Host[], command: string, batches: readonly number[]): string {
  const names = foldNodeSet(hosts.map(({ name }) => sanitize(name)));
  const rolling = batches.length > 1 ? `, in batches of ${batches.join(', ')}` : '';
  return `nothing was done: this would run on ${names}${rolling}: ${sanitize(command)}\n`;
}

async function openFolder({ fleet, context }: CommandCall, command: string): Promise<OutputFolder | undefined> {
  const { outFolder, maxOutputBytes: maxBytes } = fleet;
  if (outFolder === undefined) return undefined;
  const { currentFolder, now } = context;
  // Loaded only where it is asked for: what writes XML would slow every start.
  const { openOutputFolder } = await import('../../controller/command/output-folder.ts');
  return await openOutputFolder(resolve(currentFolder, outFolder), { command, startedAt: now(), maxBytes });
}

function outputTo(given: readonly (CommandOutput | undefined)[]): CommandOutput | undefined {
  const outputs = given.filter((output) => output !== undefined);
  if (outputs.length === 0) return undefined;
  return {
    async write(...said) {
      for (const output of outputs) await output.write(...said);
    },
    async end(host) {
      for (const output of outputs) await output.end(host);
    },
  };
}

/** With --diff alone the largest group isn't shown: what all have in common is no news. */
function showGathered(gathered: Gathered, { fleet, hosts, context }: CommandCall): void {
  if (fleet.progress === 'quiet') return;
  const { out, err, colors } = context;
  const options = { names: hosts.map(({ name }) => name), colors };
  const groups = gathered.groups('stdout');
  const shown = fleet.isDiffed ? (fleet.isGathered ? groups.slice(0, 1) : []) : groups;
  out(blocksText(shown, options));
  if (fleet.isDiffed) out(diffText(groups, options));
  err(errorBlocksText(gathered.groups('stderr'), options));
}

function sayRecap(
  { fleet, context }: CommandCall,
  { exits, cut }: { readonly exits: readonly HostExit[]; readonly cut: readonly string[] },
): void {
  const { err, colors } = context;
  const warnings = fleet.isWarnOnly ? exits.filter(({ status }) => status === 'failed') : [];
  for (const line of recap(warnings)) err(`${colors.yellow(`warning: ${line}`)}\n`);
  for (const line of recap(exits.filter((exit) => !warnings.includes(exit)))) err(`${colors.red(line)}\n`);
  for (const line of cut) err(`${colors.red(line)}\n`);
}

/** Nothing where all went well: the output is all that was asked for. */
function recap(exits: readonly HostExit[]): readonly string[] {
  const hostsOf = new Map<string, string[]>();
  for (const { host, status, reason } of exits) {
    if (status === 'completed') continue;
    const what = reasonOf(host, reason ?? status);
    hostsOf.set(what, [...(hostsOf.get(what) ?? []), sanitize(host)]);
  }
  return Array.from(hostsOf, ([what, names]) => `${foldNodeSet(names)}: ${what}`);
}

/** `isCut`: what ended without an exit code then was ended by us, and proves nothing. */
function verdictOf(
  exits: readonly HostExit[],
  { isWarnOnly, isCut }: { readonly isWarnOnly: boolean; readonly isCut: boolean },
): 'pass' | 'fail' | 'incomplete' {
  const failed = exits.filter(({ status, code }) => status === 'failed' && !(isCut && code === undefined));
  if (!isWarnOnly && failed.length > 0) return 'fail';
  return exits.every((exit) => exit.status === 'completed' || failed.includes(exit)) ? 'pass' : 'incomplete';
}
