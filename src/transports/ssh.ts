/**
 * Reaches hosts over SSH with node-ssh: settings, then the way there, then the host's key, then a login, then a connection
 * for commands. Jump hosts are reached in the same way, each for all hosts behind it.
 */
import type { BaseAgent } from 'ssh2';
import type { Host } from '../model/host.ts';
import { makeKeyring, type Keyring } from './auth/credentials.ts';
import { makeSecrets, type GivenSecrets } from './auth/secrets.ts';
import { makeSshConfig, type HostSettings, type SshConfigOptions } from './config/ssh-config.ts';
import { connectionOf } from './connection/connection.ts';
import type { IdleLimit } from './connection/errors.ts';
import { lineOf, type Line } from './connection/line.ts';
import { knownHostsReader } from './host-keys/known-hosts.ts';
import { makeAttempts, type Attempts } from './login/attempt.ts';
import { makeConnectLimit } from './login/connect-limit.ts';
import { droppedTooOften } from './login/errors.ts';
import { makeLoginGate } from './login/gate.ts';
import { unreachable, type Place } from './place.ts';
import { makeJumps, type JumpLogin } from './route/jump.ts';
import { findRoute, type Route } from './route/route.ts';
import type { ConnectOptions, Transport } from './transport.ts';

export interface SshOptions extends SshConfigOptions {
  /** In [0, 1): pauses between tries differ by it. */
  readonly random: () => number;
  /** Certificates are valid for a time. */
  readonly now: () => Date;
  /** Between questions to a silent host, where ssh_config has no ServerAliveInterval for it. */
  readonly keepaliveMs?: number;
  readonly secrets?: GivenSecrets;
  /** What runs on hosts, never on jump hosts, may use the keys of the user's agent. */
  readonly isAgentForwarded?: boolean;
}

const defaultKeepaliveMs = 10_000;

/** Of one login: what is known before it is tried. */
interface Way {
  readonly place: Place;
  readonly settings: HostSettings;
  readonly idle: IdleLimit;
  readonly forwardedAgent: BaseAgent | undefined;
  /** The hosts on the way so far, the target first. */
  readonly path: readonly string[];
}

export function sshTransport(options: SshOptions): Transport {
  const config = makeSshConfig(options);
  const secrets = makeSecrets(options.secrets ?? {});
  const keyring = makeKeyring(secrets);
  const gate = makeLoginGate(options.random);
  const attempts = makeAttempts({ keyring, secrets, readKnownHosts: knownHostsReader(), now: options.now });
  const prepare = async (host: Host, name: string, path: readonly string[]): Promise<Way> => {
    const settings = await config.settingsOf(host);
    const place: Place = { name, address: settings.hostName, port: settings.port };
    const isForwarded = options.isAgentForwarded === true && path.length === 0;
    return {
      place,
      settings,
      path,
      forwardedAgent: isForwarded ? agentToForward(keyring, place, settings) : undefined,
      idle: {
        keepaliveMs: settings.keepaliveMs ?? options.keepaliveMs ?? defaultKeepaliveMs,
        keepalives: settings.keepalives,
      },
    };
  };
  const open = async (way: Way, given: ConnectOptions): Promise<JumpLogin> => {
    const route = await findRoute(way, { jumps, shell: options.env['SHELL'], given });
    try {
      const login = await logIn({ way, route, given, gate, attempts });
      void login.line.closed.then(route.release);
      return login;
    } catch (error) {
      route.release();
      throw error;
    }
  };
  const jumps = makeJumps(async (jumpHost, path, given) =>
    open(await prepare(jumpHost, `jump host ${jumpHost.name}`, path), given),
  );
  return {
    scheme: 'ssh',
    async connect(host, given) {
      given.signal.throwIfAborted();
      const way = await prepare(host, host.name, []);
      const openLine = async (signal: AbortSignal): Promise<Line> => (await open(way, { ...given, signal })).line;
      return connectionOf(await openLine(given.signal), way.place, openLine, given.connectMs);
    },
    close: async () => jumps[Symbol.asyncDispose](),
  };
}

function agentToForward(keyring: Keyring, place: Place, { agentSocket }: HostSettings): BaseAgent {
  if (agentSocket !== undefined) return keyring.agentAt(agentSocket);
  throw unreachable(place, '-A has no agent to forward', 'start one (eval $(ssh-agent); ssh-add), or leave out -A');
}

/** The time in line for a login, and on the way to a jump host, isn't the host's and doesn't count. */
async function logIn({
  way,
  route,
  given,
  gate,
  attempts,
}: {
  readonly way: Way;
  readonly route: Route;
  readonly given: ConnectOptions;
  readonly gate: ReturnType<typeof makeLoginGate>;
  readonly attempts: Attempts;
}): Promise<JumpLogin> {
  const { place, idle } = way;
  const { signal } = given;
  const limit = makeConnectLimit(signal, given.connectMs);
  try {
    signal.throwIfAborted();
    const attempt = await attempts.prepare({ ...way, route, limit, isNewKeyAccepted: given.isNewKeyAccepted });
    const outcome = await gate.login({
      address: `${route.name} ${place.address}:${place.port}`,
      signal,
      isOver: () => limit.signal.aborted,
      attempt,
    });
    if (outcome.kind === 'dropped') throw droppedTooOften(place, outcome);
    const { client, dialled } = outcome.value;
    return {
      client,
      place,
      line: lineOf(client, { place, idle, dialled, isAgentForwarded: way.forwardedAgent !== undefined }),
    };
  } finally {
    limit.end();
  }
}
