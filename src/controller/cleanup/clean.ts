/**
 * `funbric cleanup`: lists on every host what runs left behind, decides with the knowledge of all hosts what may go (a folder
 * that they share is in use when one of them uses it), and removes that where it is asked to.
 */
import { FunbricError } from '../../model/errors.ts';
import type { Verdict } from '../../model/finding.ts';
import { runScript } from '../../transports/script.ts';
import { printable } from '../../transports/printable.ts';
import { describeExit, type Connection } from '../../transports/transport.ts';
import { askHosts, type FleetAccess, type HostAnswer } from '../asking/ask-hosts.ts';
import { loadAgentBundle } from '../deploy/agent.ts';
import { packageFiles } from '../package-files.ts';
import { readRemains, reasonToKeep, type HostRemains, type Remain } from './remains.ts';
import { listScript, removeScript } from './scripts.ts';

export interface CleanOptions {
  /** Directories that were under test. */
  readonly dirs: readonly string[];
  readonly olderThanMs: number;
  /** Also what the next run would use again. */
  readonly isAll: boolean;
  /** Remove it, instead of listing it. */
  readonly isMeant: boolean;
}

/** What became of one of them. */
export type Fate =
  | { readonly kind: 'listed' }
  | { readonly kind: 'removed' }
  | { readonly kind: 'kept'; readonly reason: string }
  | { readonly kind: 'left'; readonly reason: string };

export interface CleanedHost {
  readonly host: string;
  readonly remains: readonly (Remain & { readonly fate: Fate })[];
  readonly remarks: readonly string[];
  /** Why it could not be looked at, or not be cleaned to the end. */
  readonly trouble: { readonly kind: 'unreachable' | 'lost' | 'failed'; readonly reason: string } | undefined;
}

export interface Cleaning {
  readonly hosts: readonly CleanedHost[];
  readonly isMeant: boolean;
  readonly verdict: Verdict;
}

/** du of a full cache takes its time. */
const limitMs = 120_000;
const maxOutputBytes = 1 << 20;

export async function cleanFleet(fleet: FleetAccess, options: CleanOptions): Promise<Cleaning> {
  for (const dir of options.dirs) refuseRelative(dir);
  const { workDir, signal } = fleet;
  const { sha256 } = await loadAgentBundle(packageFiles.agent);
  const text = listScript({ ...options, workDir });
  const listed = await askHosts(fleet, async (connection) => readRemains(await say(connection, text, signal)));
  const seen = listed.flatMap((answer) => (answer.kind === 'answered' ? [answer.value] : []));
  const live = {
    tags: new Set(seen.flatMap(({ liveTags }) => liveTags)),
    hasUnknown: seen.some(({ hasUnknownAgent }) => hasUnknownAgent),
  };
  const used = new Set(
    seen
      .flatMap(({ remains }) => remains)
      .filter(isInUseElsewhere)
      .map(({ path }) => path),
  );
  const judge = (remain: Remain): Fate => {
    const shared = used.has(remain.path) ? 'another host uses it' : undefined;
    const reason = reasonToKeep(remain, live, { currentAgent: sha256, isAll: options.isAll }) ?? shared;
    return reason === undefined ? { kind: 'listed' } : { kind: 'kept', reason };
  };
  const judged = listed.map((answer) => judgedHost(answer, judge));
  const hosts = options.isMeant ? await removeFrom(fleet, judged) : judged;
  return { hosts, isMeant: options.isMeant, verdict: verdictOf(hosts) };
}

/** Homes and directories under test may be shared: what one host uses, none may remove. */
function isInUseElsewhere({ kind, state }: Remain): boolean {
  return state === 'used' || ((kind === 'run' || kind === 'part') && state === 'young');
}

function judgedHost(answer: HostAnswer<HostRemains>, judge: (remain: Remain) => Fate): CleanedHost {
  const { host } = answer;
  if (answer.kind !== 'answered') return { host, remains: [], remarks: [], trouble: answer };
  const { remains, remarks } = answer.value;
  return {
    host,
    remains: remains.map((remain) => Object.assign({ fate: judge(remain) }, remain)),
    remarks: remarks.map(printable),
    trouble: undefined,
  };
}

async function removeFrom(fleet: FleetAccess, judged: readonly CleanedHost[]): Promise<readonly CleanedHost[]> {
  const goingOf = new Map(
    judged.map(({ host, remains }) => [host, remains.filter(({ fate }) => fate.kind === 'listed')] as const),
  );
  const hosts = fleet.hosts.filter(({ name }) => (goingOf.get(name) ?? []).length > 0);
  const answers = await askHosts({ ...fleet, hosts }, async (connection, { name }) =>
    readFates(await say(connection, removeScript(goingOf.get(name) ?? []), fleet.signal)),
  );
  const answerOf = new Map(answers.map((answer) => [answer.host, answer]));
  return judged.map((one) => {
    const answer = answerOf.get(one.host);
    if (answer === undefined) return one;
    const fates = answer.kind === 'answered' ? answer.value : new Map<string, Fate>();
    const remains = one.remains.map((remain) =>
      remain.fate.kind === 'kept' ? remain : { ...remain, fate: fates.get(remain.path) ?? unanswered },
    );
    return { ...one, remains, trouble: answer.kind === 'answered' ? undefined : answer };
  });
}

const unanswered: Fate = { kind: 'left', reason: 'the host did not say what became of it' };

function readFates(output: string): ReadonlyMap<string, Fate> {
  const fates = new Map<string, Fate>();
  for (const line of output.split('\n')) {
    const [word, path = '', reason = ''] = line.split('\t');
    if (word === 'removed') fates.set(path, { kind: 'removed' });
    if (word === 'left') fates.set(path, { kind: 'left', reason: printable(reason) });
  }
  return fates;
}

async function say(connection: Connection, text: string, signal: AbortSignal): Promise<string> {
  const { exit, stdout, stderr } = await runScript(connection, text, { signal, timeoutMs: limitMs, maxOutputBytes });
  if (exit.kind === 'exited' && exit.code === 0) return stdout.toString();
  const said = printable(stderr.toString().trim().slice(-300));
  const code = exit.kind === 'lost' ? 'lost' : 'task';
  throw new FunbricError(code, `${connection.name}: cleaning up ${describeExit(exit)}: ${said}`);
}

function verdictOf(hosts: readonly CleanedHost[]): Verdict {
  const isLeft = hosts.some(({ remains }) => remains.some(({ fate }) => fate.kind === 'left'));
  if (isLeft || hosts.some(({ trouble }) => trouble?.kind === 'failed')) return 'fail';
  return hosts.every(({ trouble }) => trouble === undefined) ? 'pass' : 'incomplete';
}

function refuseRelative(dir: string): void {
  if (dir.startsWith('/')) return;
  throw new FunbricError('usage', `cleanup: --dir can't be ${JSON.stringify(dir)}`, {
    hint: 'write an absolute path, as it is on every host',
  });
}
