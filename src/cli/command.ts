/** `funbric -H a,b -- uname -a`: one command on every host, its lines live, then what became of it. */
import type { ChalkInstance } from 'chalk';
import type { Host } from '../model/host.ts';
import { foldNodeSet } from '../model/nodeset.ts';
import type { HostExit } from '../controller/command.ts';
import { stamper, type RunEvent } from '../controller/events.ts';
import type { FleetValues } from './arguments.ts';
import type { Engine, Reach } from './engine.ts';
import { reasonOf } from './progress/event-lines.ts';
import { sanitize } from './terminal/sanitize.ts';
import { interruptedStatus, statusOf } from './status.ts';
import { makeStory, widest, type Story } from './progress/story.ts';

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
    readonly nowMs: () => number;
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
  const stamp = stamper(context);
  const listen = makeListener(hosts, fleet, context);
  const exits = await engine.runCommand({
    ...reach,
    hosts,
    words,
    commandMs: fleet.commandMs,
    emit: (body) => listen(stamp(body)),
  });
  const verdict = verdictOf(exits);
  const code = reach.signal.aborted ? interruptedStatus : statusOf(verdict);
  const reasons = recap(exits);
  if (fleet.progress === 'json') listen(stamp({ kind: 'run-ended', verdict, code, reasons }));
  for (const line of reasons) err(`${colors.red(line)}\n`);
  return code;
}

/** What hosts say on stderr goes to stderr, so that a pipe gets what it would get from one host. */
function makeListener(
  hosts: readonly Host[],
  { progress }: FleetValues,
  { out, err, colors }: CommandCall['context'],
): (event: RunEvent) => void {
  if (progress === 'json') return (event) => out(`${JSON.stringify(event)}\n`);
  if (progress === 'quiet') return () => undefined;
  const width = widest(hosts.map(({ name }) => name));
  const storyOf = (write: (text: string) => void): Story =>
    makeStory({ say: (line) => write(`${line}\n`), colors, width, foldMs: 0 });
  const stories = { out: storyOf(out), err: storyOf(err) };
  return (event) => {
    if (event.kind === 'line') stories[event.stream === 'stdout' ? 'out' : 'err'].listen(event);
  };
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

function verdictOf(exits: readonly HostExit[]): 'pass' | 'fail' | 'incomplete' {
  if (exits.some(({ status }) => status === 'failed')) return 'fail';
  return exits.every(({ status }) => status === 'completed') ? 'pass' : 'incomplete';
}
