/** What is wrong with the directory under test: on one host, and between hosts. */
import { isNetworkMount } from '../../model/consistency.ts';
import type { Mount } from '../../model/mount.ts';
import type { Examination, Examined } from './examination.ts';
import type { Found, Trouble, TroubleContext } from './trouble.ts';

const littleRoom = 1 << 30;
const fewInodes = 10_000;

export function directoryRules({ directory }: Examination, { dir }: TroubleContext): readonly Found[] {
  if (directory === undefined || dir === undefined) return [];
  const stop = (what: string, change: string): readonly Found[] => [{ what, change, stops: true }];
  switch (directory.state) {
    case 'missing':
      return stop(`${dir} is not there`, `create it, or mount what should be there (--mount of runtest)`);
    case 'no directory':
      return stop(`${dir} is no directory`, 'name a directory with --dir');
    case 'closed':
      return stop(`${dir} can't be entered`, 'log in as another user with -u, or change its rights');
    case 'silent':
      return stop(
        `${dir} doesn't answer`,
        'is the server of its mount alive? dmesg there may say; else mount it again',
      );
    case 'not writable': {
      const isReadOnly = directory.mount?.options.includes('ro') === true;
      const change = isReadOnly
        ? 'mount it writable (rw)'
        : 'log in as another user with -u, or change its rights (on NFS: root_squash?)';
      return stop(`nothing can be made in ${dir}${directory.said === undefined ? '' : `: ${directory.said}`}`, change);
    }
    case 'usable':
      return roomRules(directory, dir);
  }
}

function roomRules({ freeBytes, freeInodes }: NonNullable<Examination['directory']>, dir: string): readonly Found[] {
  const found: Found[] = [];
  const change = 'free some, or test with fewer workers and smaller files (--workers, --file-size)';
  if (freeBytes !== undefined && freeBytes < littleRoom) {
    found.push({ what: `less than 1 GiB is free in ${dir}`, change, stops: freeBytes === 0 });
  }
  // File systems that make inodes as they go say 0.
  if (freeInodes !== undefined && freeInodes > 0 && freeInodes < fewInodes) {
    found.push({ what: `less than ${fewInodes} inodes are free in ${dir}`, change, stops: false });
  }
  return found;
}

/** What only several hosts together show. */
export function fleetRules(hosts: readonly Examined[], context: TroubleContext): readonly Trouble[] {
  const seen = hosts.flatMap((host) => (host.kind === 'answered' ? [{ host: host.host, ...host.value }] : []));
  return [...sameMachine(seen), ...mountRules(seen, context)];
}

type Seen = Examination & { readonly host: string };

function sameMachine(seen: readonly Seen[]): readonly Trouble[] {
  const byBoot = groupBy(seen, ({ facts }) => facts.boot);
  return [...byBoot.values()]
    .filter((group) => group.length > 1)
    .map((group) => ({
      hosts: namesOf(group),
      what: 'they share one kernel, and so one page cache: they see no differences between clients',
      change: 'use several machines to test a shared file system',
      stops: false,
    }));
}

function mountRules(seen: readonly Seen[], { dir, isLocal }: TroubleContext): readonly Trouble[] {
  const mounted = seen.flatMap((one) =>
    one.directory?.mount === undefined ? [] : [{ ...one, mount: one.directory.mount }],
  );
  if (dir === undefined || isLocal || mounted.length < 2) return [];
  const hosts = namesOf(mounted);
  const [first] = mounted;
  const machines = groupBy(mounted, ({ facts }) => facts.boot);
  if (mounted.every(({ mount }) => !isNetworkMount(mount)) && machines.size > 1) {
    const what = `${dir} is on a local file system (${first?.mount.type ?? '?'}) of different machines: it is not shared`;
    return [
      { hosts, what, change: 'mount a shared one there, or declare separate directories with --local', stops: true },
    ];
  }
  if (groupBy(mounted, ({ mount }) => keyOf(mount)).size === 1) return [];
  const what = `${dir} is mounted in different ways (see its lines above): what one promises, another may not`;
  return [
    { hosts, what, change: 'use the same type and options on all hosts, unless that is what you test', stops: false },
  ];
}

/** Without what differs by nature: the client's own address. The server's name may be an alias. */
function keyOf({ type, options }: Mount): string {
  return JSON.stringify([type, options.filter((option) => !/^(client)?addr=|^srcaddr=/.test(option)).sort()]);
}

function namesOf(seen: readonly Seen[]): readonly string[] {
  return seen.map(({ host }) => host);
}

/** Without those that don't say. */
function groupBy<T>(all: readonly T[], keyOfOne: (one: T) => string | undefined): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const one of all) {
    const key = keyOfOne(one);
    if (key === undefined) continue;
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  return groups;
}
