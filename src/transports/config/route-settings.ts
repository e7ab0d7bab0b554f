/** Which way leads to a host: straight, over jump hosts, or through a command whose input and output are the connection. */
import { FunbricError, messageOf } from '../../model/errors.ts';
import type { Hop, Host } from '../../model/host.ts';
import { isPlainName, parseJumps } from '../../model/jump.ts';

export type RouteSettings =
  | { readonly kind: 'direct' }
  /** The nearest to the host is the last one. */
  | { readonly kind: 'jump'; readonly hops: readonly Hop[] }
  /** A line for the user's shell, with its tokens expanded. */
  | { readonly kind: 'command'; readonly line: string };

interface Target {
  readonly host: Host;
  readonly hostName: string;
  readonly port: number;
  readonly user: string;
}

/** `first` gives what `ssh -G` answered. What the host itself says of jump hosts wins. */
export function routeOf(target: Target, first: (name: string) => string | undefined): RouteSettings {
  const { host } = target;
  if (host.jump !== undefined) return over(host.jump);
  const jump = first('proxyjump') ?? 'none';
  const command = first('proxycommand') ?? 'none';
  try {
    if (jump.toLowerCase() !== 'none') return over(parseJumps(expandTokens(jump, target)));
    if (command.toLowerCase() === 'none') return { kind: 'direct' };
    return { kind: 'command', line: commandLine(command, target, first) };
  } catch (error) {
    const hint = error instanceof FunbricError ? error.hint : undefined;
    throw new FunbricError('unreachable', `${host.name}: ssh_config: ${messageOf(error)}`, {
      hint: hint ?? 'see `ssh -G HOST`',
    });
  }
}

function over(hops: readonly Hop[]): RouteSettings {
  return hops.length === 0 ? { kind: 'direct' } : { kind: 'jump', hops };
}

function commandLine(command: string, target: Target, first: (name: string) => string | undefined): string {
  if (command === '-') {
    throw new FunbricError('usage', 'ProxyCommand - can only serve a single connection', {
      hint: 'name a command, or give the host a jump host with -J',
    });
  }
  if (first('proxyusefdpass') === 'yes') {
    throw new FunbricError('usage', "ProxyUseFdpass: no file descriptor can be passed to funbric's SSH", {
      hint: 'give the host a ProxyCommand that copies its input and output, without ProxyUseFdpass',
    });
  }
  return expandTokens(command, target);
}

/** The tokens that ssh takes in both options. What they stand for ends in a shell. */
function expandTokens(text: string, { host, hostName, port, user }: Target): string {
  const tokens: Readonly<Record<string, string>> = {
    '%': '%',
    h: hostName,
    n: host.address ?? host.name,
    p: String(port),
    r: user,
  };
  return text.replaceAll(/%(.?)/gs, (token, letter: string) => {
    const value = tokens[letter];
    if (value === undefined) {
      throw new FunbricError('usage', `${JSON.stringify(text)}: ${token} isn't known here`, {
        hint: 'ssh takes %h, %n, %p, %r and %% there',
      });
    }
    if (letter !== '%' && !isPlainName(value)) {
      throw new FunbricError('usage', `${JSON.stringify(value)} can't stand for ${token} in a command for the shell`, {
        hint: 'give the host a name and a user of letters, digits and dots',
      });
    }
    return value;
  });
}
