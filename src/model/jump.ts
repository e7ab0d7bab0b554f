/**
 * Jump hosts as ssh writes them: `[user@]host[:port],...`, each also as `ssh://[user@]host[:port]`, or `none`. Their names may
 * come from a configuration and go to other programs, so they may hold nothing that a shell would take for something else.
 */
import { FunbricError } from './errors.ts';
import type { Hop } from './host.ts';

/** The first hop first. Throws `usage`. */
export function parseJumps(text: string): readonly Hop[] {
  if (text.toLowerCase() === 'none') return [];
  return text.split(',').map((part) => parseHop(part.trim()));
}

const hopPattern = /^(?:(?<user>.+)@)?(?:\[(?<address>[^\]]+)\]|(?<name>[^:@[\]]+))(?::(?<port>\d{1,5}))?$/s;

function parseHop(text: string): Hop {
  const match = hopPattern.exec(text.replace(/^ssh:\/\/(.*?)\/?$/i, '$1'));
  const { user, address, name, port: portText } = match?.groups ?? {};
  const host = address ?? name ?? '';
  const port = portText === undefined ? undefined : Number(portText);
  if (!isPlainName(host) || (user !== undefined && !isPlainName(user)) || port === 0 || (port ?? 1) > 65_535) {
    throw new FunbricError('usage', `${JSON.stringify(text)} is no jump host`, {
      hint: 'jump hosts are written [user@]host[:port], several with commas, IPv6 addresses in brackets; none is no jump host',
    });
  }
  return { name: host, ...(user === undefined ? {} : { user }), ...(port === undefined ? {} : { port }) };
}

/** Nothing that a shell or ssh would read as anything but a name. */
export function isPlainName(text: string): boolean {
  return text !== '' && !text.startsWith('-') && !/[\s\p{Cc}'"`$\\;&<>|(){}]/u.test(text);
}

/** As it is typed. */
export function hopText({ name, user, port }: Hop): string {
  const host = name.includes(':') ? `[${name}]` : name;
  return `${user === undefined ? '' : `${user}@`}${host}${port === undefined ? '' : `:${port}`}`;
}
