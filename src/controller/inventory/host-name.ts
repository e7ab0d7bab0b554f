/**
 * A host as it is typed: `[user@]host[:port]`, IPv6 in brackets. The name keeps the port when it was typed, never the user.
 * Names are data: they may hold anything but what a terminal or ssh would take for something else.
 */
import { FunbricError } from '../../model/errors.ts';
import type { Hop, Host } from '../../model/host.ts';

/** Longer than any DNS name (253) with a port; longer texts are a slip. */
const maxNameLength = 300;

/** What is wrong with a name; undefined: nothing. */
export function nameMistake(name: string): string | undefined {
  const shown = JSON.stringify(name.length > 60 ? `${name.slice(0, 60)}...` : name);
  if (name.trim() === '') return 'a name must not be empty';
  if (name !== name.trim()) return `${shown}: a name must not start or end with a space`;
  if (name.startsWith('-')) return `${shown}: a name must not start with '-', it would be an option`;
  if (name.startsWith('@')) return `${shown}: a name must not start with '@', which means a group`;
  if (hasControlCharacter(name)) return `${shown}: a name must not hold control characters`;
  return name.length > maxNameLength
    ? `${shown}: a name must not be longer than ${maxNameLength} characters`
    : undefined;
}

export function hasControlCharacter(text: string): boolean {
  return /\p{Cc}/u.test(text);
}

/** `root@web[1-3]:22` -> root, and the rest. A user may hold an `@` itself: the last one counts. */
export function splitUser(text: string): { readonly user: string | undefined; readonly rest: string } {
  const at = text.lastIndexOf('@');
  if (at === -1) return { user: undefined, rest: text };
  const user = text.slice(0, at);
  const mistake = user === '' || user.startsWith('-') || hasControlCharacter(user);
  if (mistake)
    throw new FunbricError('usage', `-H ${JSON.stringify(text)}: no valid user before '@'`, { hint: formHint });
  return { user, rest: text.slice(at + 1) };
}

const formHint = 'hosts are written [user@]host[:port], IPv6 addresses in brackets: root@[fe80::1]:22';

export interface Place {
  /** Without port, as typed: `[::1]` keeps its brackets. */
  readonly base: string;
  /** To connect to, where it isn't the name. */
  readonly address?: string;
  readonly port?: number;
}

const placePattern = /^(?<base>\[[^\]]*:[^\]]*\]|[^:]*)(?::(?<port>.*))?$/s;

/** Where a name leads by itself: `web1:2222` to port 2222 of web1, `[::1]` to ::1. Throws `usage`. */
export function placeOf(name: string): Place {
  const match = placePattern.exec(name);
  const base = match?.groups?.['base'] ?? '';
  const portText = match?.groups?.['port'];
  if (base === '' || base.startsWith('-')) {
    throw new FunbricError('usage', `${JSON.stringify(name)} is no host`, { hint: formHint });
  }
  const isAddress = base.startsWith('[');
  const address = isAddress ? base.slice(1, -1) : base;
  if (portText === undefined) return isAddress ? { base, address } : { base };
  return { base, address, port: parsePort(name, portText) };
}

function parsePort(name: string, text: string): number {
  const port = Number(text);
  if (/^\d{1,5}$/.test(text) && port >= 1 && port <= 65_535) return port;
  throw new FunbricError('usage', `${JSON.stringify(name)}: ${JSON.stringify(text)} is no port (1 to 65535)`, {
    hint: formHint,
  });
}

/** How to get to a host; what is undefined isn't said. */
export interface Way {
  readonly address?: string | undefined;
  readonly port?: number | undefined;
  readonly user?: string | undefined;
  readonly identityFiles?: string[] | undefined;
  readonly knownHostsFiles?: string[] | undefined;
  readonly transport?: string | undefined;
  readonly jump?: Hop[] | undefined;
}

/** The host with what the way says; the rest stays. */
export function withWay(host: Host, way: Way): Host {
  const { address, port, user, identityFiles, knownHostsFiles, transport, jump } = way;
  return {
    ...host,
    ...(address === undefined ? {} : { address }),
    ...(port === undefined ? {} : { port }),
    ...(user === undefined ? {} : { user }),
    ...(identityFiles === undefined ? {} : { identityFiles }),
    ...(knownHostsFiles === undefined ? {} : { knownHostsFiles }),
    ...(transport === undefined ? {} : { transport }),
    ...(jump === undefined ? {} : { jump }),
  };
}
