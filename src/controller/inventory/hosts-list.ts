/**
 * A plain list of hosts: one `[user@]host[:port]` or NodeSet a line, `#` for remarks, and `[group]` above the hosts of a
 * group, as in simple Ansible inventories. Whatever else such an inventory may say belongs into a hosts.json, and is refused.
 */
import { FunbricError } from '../../model/errors.ts';
import { evaluateNodeSet, expandNodeSet } from '../../model/nodeset.ts';
import { nameMistake, placeOf, splitUser } from './host-name.ts';

interface Settings {
  readonly user?: string;
}

export interface HostsList {
  readonly own: ReadonlyMap<string, Settings>;
  readonly groups: ReadonlyMap<string, ReadonlySet<string>>;
}

export function readHostsList(file: string, text: string): HostsList {
  const own = new Map<string, Settings>();
  const groups = new Map<string, Set<string>>();
  let group: Set<string> | undefined;
  for (const [at, raw] of text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .entries()) {
    const line = raw.replace(/(^|\s)#.*$/, '').trim();
    if (line === '') continue;
    const place = `${file}: line ${at + 1}`;
    const header = headerOf(line, place);
    if (header !== undefined) {
      group = groups.get(header) ?? new Set();
      groups.set(header, group);
      continue;
    }
    for (const [name, settings] of hostsOfLine(line, place)) {
      const before = own.get(name);
      if (before !== undefined && before.user !== settings.user) {
        throw refuse(place, `names ${name} again, with another user`, 'names are unique: keep one of them');
      }
      own.set(name, settings);
      group?.add(name);
    }
  }
  return { own, groups };
}

/** `[web]`, which is neither a range (`[1-3]`) nor an address (`[::1]`). */
function headerOf(line: string, place: string): string | undefined {
  const name = /^\[([A-Za-z_][^\]]*)\]$/.exec(line)?.[1];
  if (name === undefined || isAddress(name)) return undefined;
  if (name.includes(':')) {
    throw refuse(
      place,
      `[${name}] is more than a plain list can say`,
      'write groups of groups and variables into a hosts.json',
    );
  }
  return name;
}

function isAddress(text: string): boolean {
  return /^[0-9a-f]*:[0-9a-f:.]*(%.*)?$/i.test(text);
}

function hostsOfLine(line: string, place: string): readonly (readonly [string, Settings])[] {
  if (/\s/.test(line.replaceAll(/\s*[,!&^]\s*/g, ','))) {
    const shown = JSON.stringify(line.slice(0, 80));
    throw refuse(
      place,
      `${shown} is more than a host`,
      'write one host or NodeSet a line; settings belong into a hosts.json',
    );
  }
  try {
    const hosts = evaluateNodeSet(line, ({ text }) => {
      const { user, rest } = splitUser(text);
      return expandNodeSet(rest).map((name) => {
        refuseMistake(name, place);
        return [name, user === undefined ? {} : { user }];
      });
    });
    return [...hosts];
  } catch (error) {
    if (!(error instanceof FunbricError) || error.code !== 'usage') throw error;
    throw refuse(place, error.message, error.hint ?? 'correct it');
  }
}

function refuseMistake(name: string, place: string): void {
  const mistake = nameMistake(name);
  if (mistake !== undefined) throw refuse(place, mistake, 'write hosts as [user@]host[:port]');
  placeOf(name);
}

function refuse(place: string, what: string, hint: string): FunbricError {
  return new FunbricError('input', `${place}: ${what}`, { hint });
}
