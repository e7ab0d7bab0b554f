/** The way to a host, as its settings say: each login takes one, and gives it back when it has ended. */
import { userInfo } from 'node:os';
import { FunbricError } from '../../model/errors.ts';
import { hopText } from '../../model/jump.ts';
import type { RouteSettings } from '../config/route-settings.ts';
import { dial, type Dialled } from '../connection/dial.ts';
import type { Place } from '../place.ts';
import type { ConnectOptions } from '../transport.ts';
import type { Jumps } from './jump.ts';
import { startProxyCommand } from './proxy-command.ts';

export interface Route {
  /** The same for all hosts that go this way; the same address on another way is another host. */
  readonly name: string;
  dial(to: Place, signal: AbortSignal): Promise<Dialled>;
  readonly release: () => void;
}

const nothing = (): void => undefined;

/** Throws `unreachable` where a jump host can't be reached, with the host that it was for. */
export async function findRoute(
  way: {
    readonly place: Place;
    readonly settings: { readonly route: RouteSettings };
    readonly path: readonly string[];
  },
  through: { readonly jumps: Jumps; readonly shell: string | undefined; readonly given: ConnectOptions },
): Promise<Route> {
  const { route } = way.settings;
  switch (route.kind) {
    case 'direct':
      return { name: '', dial, release: nothing };
    case 'command': {
      const shell = through.shell ?? userInfo().shell ?? '/bin/sh';
      return { name: route.line, dial: async () => startProxyCommand(route.line, shell), release: nothing };
    }
    case 'jump':
      try {
        const lease = await through.jumps.take(route.hops, way.path, through.given);
        return { name: route.hops.map(hopText).join(','), ...lease };
      } catch (error) {
        if (!(error instanceof FunbricError) || error.code !== 'unreachable') throw error;
        const { hint } = error;
        throw new FunbricError('unreachable', `${way.place.name}: ${error.message}`, {
          cause: error,
          ...(hint === undefined ? {} : { hint }),
        });
      }
  }
}
