/** The hosts of a command line: what inventory.ts selects, from a file or stdin, then --rerun and --pick; and what became of them. */
import type { Readable } from 'node:stream';
import { join } from 'node:path';
import { FunbricError, messageOf } from '../model/errors.ts';
import type { Host } from '../model/host.ts';
import { foldNodeSet } from '../model/nodeset.ts';
import type { HostStatus } from '../model/result.ts';
import { findHostsFile } from '../controller/inventory/find-hosts-file.ts';
import type { Fleet } from '../controller/inventory/hosts-file.ts';
import { selectHosts } from '../controller/inventory/inventory.ts';
import { writeLastHosts, type LastHost, type LastHostsPlace } from '../controller/inventory/last-hosts.ts';
import { pickHosts } from '../controller/inventory/narrowing.ts';
import type { FleetValues } from './arguments/arguments.ts';
import { sanitize } from './terminal/sanitize.ts';

export interface HostsContext {
  readonly currentFolder: string;
  readonly homeFolder: string;
  readonly err: (text: string) => void;
  readonly prompt: { readonly input: Readable };
  readonly randomSeed: () => number;
}

/** None only where --rerun has nothing left to do. */
export async function chooseHosts(fleet: FleetValues, context: HostsContext): Promise<readonly Host[]> {
  const { currentFolder, homeFolder, err } = context;
  const known = await readFleet(fleet, context);
  const last = fleet.rerun === undefined ? undefined : await lastHosts(fleet.rerun, context);
  if (last?.length === 0) {
    err(`nothing to do: no host ${fleet.rerun === 'failed' ? 'failed' : 'was unreachable or lost'} the last time\n`);
    return [];
  }
  const isChosen = fleet.hosts.length > 0 || fleet.roles.length > 0 || known !== undefined;
  const selection = isChosen || last === undefined ? fleet : { ...fleet, hosts: last.map(({ name }) => name) };
  const selected = selectHosts(selection, { fleet: known, currentFolder, homeFolder });
  const hosts = last === undefined ? selected : selected.filter(({ name }) => last.some((one) => one.name === name));
  if (hosts.length === 0) {
    throw new FunbricError(
      'usage',
      `--rerun ${fleet.rerun ?? ''}: none of these hosts is among those of the last time`,
      {
        hint: `they are: ${foldNodeSet(last?.map(({ name }) => name) ?? [])}`,
      },
    );
  }
  if (fleet.pick === undefined) return hosts;
  const seed = fleet.seed ?? context.randomSeed();
  const picked = pickHosts(hosts, fleet.pick, seed);
  err(`picked ${foldNodeSet(picked.map(({ name }) => sanitize(name)))} (--seed ${seed} picks them again)\n`);
  return picked;
}

async function readFleet({ hostsFile }: FleetValues, context: HostsContext): Promise<Fleet | undefined> {
  const { currentFolder, homeFolder, prompt } = context;
  if (hostsFile === '-') {
    const { readHosts } = await late.hostsFile();
    return readHosts('stdin', await textOf(prompt.input), { folder: currentFolder, homeFolder });
  }
  const file = findHostsFile(currentFolder, hostsFile);
  if (file === undefined) return undefined;
  const { readHostsFile } = await late.hostsFile();
  return readHostsFile(file, homeFolder);
}

/** Their schemas are loaded where there is something to decode: many commands name their hosts, and have none. */
const late = {
  hostsFile: async () => import('../controller/inventory/hosts-file.ts'),
  lastHosts: async () => import('../controller/inventory/read-last-hosts.ts'),
};

/** As much as any list of hosts needs. */
const maxStdinBytes = 16 << 20;

async function textOf(input: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of input) {
    const piece = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk));
    bytes += piece.length;
    if (bytes > maxStdinBytes) {
      throw new FunbricError('input', `--hosts-file -: stdin has more than ${maxStdinBytes} bytes`, {
        hint: 'it should be a list of hosts or a hosts.json',
      });
    }
    chunks.push(piece);
  }
  return Buffer.concat(chunks).toString('utf8');
}

async function lastHosts(which: 'failed' | 'missing', context: HostsContext): Promise<readonly LastHost[]> {
  const { readLastHosts } = await late.lastHosts();
  const last = readLastHosts(placeOf(context));
  if (last === undefined) {
    throw new FunbricError('usage', `--rerun ${which}: nothing was started in this folder yet`, {
      hint: 'leave it out; --rerun knows the last command or run of the folder it is started in',
    });
  }
  const statuses: readonly HostStatus[] = which === 'failed' ? ['failed'] : ['unreachable', 'lost'];
  return last.filter(({ status }) => statuses.includes(status));
}

/** For the next --rerun. What can't be kept is no reason to fail. */
export async function rememberHosts(
  { rerun }: FleetValues,
  ended: readonly {
    readonly host: string;
    readonly status: HostStatus;
    readonly isInterrupted?: boolean | undefined;
  }[],
  context: HostsContext,
): Promise<void> {
  if (ended.length === 0) return;
  const place = placeOf(context);
  // What was interrupted is missing.
  const statusOf = (one: (typeof ended)[number]): HostStatus => (one.isInterrupted === true ? 'lost' : one.status);
  const now = ended.map((one) => ({ name: one.host, status: statusOf(one) }));
  const before = rerun === undefined ? [] : ((await late.lastHosts()).readLastHosts(place) ?? []);
  const others = before.filter(({ name }) => now.every((one) => one.name !== name));
  try {
    writeLastHosts(place, [...others, ...now]);
  } catch (error) {
    context.err(`--rerun won't know of this: ${sanitize(messageOf(error))}\n`);
  }
}

function placeOf({ homeFolder, currentFolder }: HostsContext): LastHostsPlace {
  return { cacheFolder: join(homeFolder, '.cache', 'funbric', 'last'), folder: currentFolder };
}
