/** Reaches hosts over SSH with node-ssh: settings, then the host's key, then a login, then a connection for commands. */
import type { Client } from 'ssh2';
import { FunbricError, messageOf } from '../model/errors.ts';
import { makeKeyring } from './credentials.ts';
import { checkHostKey } from './host-key.ts';
import { knownHostsReader, type KnownHostsLine, type KnownHostsReader } from './known-hosts.ts';
import { makeLoginGate, type LoginAttempt } from './login-gate.ts';
import { onAbort } from './on-abort.ts';
import { connectionOf } from './ssh-connection.ts';
import { makeSshConfig, type HostSettings, type SshConfigOptions } from './ssh-config.ts';
import { ConnectLimit, droppedTooOften, type IdleLimit, type Place } from './ssh-errors.ts';
import { lineOf, type Line } from './ssh-line.ts';
import { login } from './ssh-login.ts';
import type { Transport } from './transport.ts';

export interface SshOptions extends SshConfigOptions {
  /** In [0, 1): pauses between tries differ by it. */
  readonly random: () => number;
  /** Between questions to a silent host, where ssh_config has no ServerAliveInterval for it. */
  readonly keepaliveMs?: number;
}

const defaultKeepaliveMs = 10_000;

export function sshTransport(options: SshOptions): Transport {
  const config = makeSshConfig(options);
  const keyring = makeKeyring();
  const readKnownHosts = knownHostsReader();
  const gate = makeLoginGate(options.random);
  return {
    scheme: 'ssh',
    async connect(host, connectOptions) {
      connectOptions.signal.throwIfAborted();
      const settings = await config.settingsOf(host);
      const place: Place = { name: host.name, address: settings.hostName, port: settings.port };
      const credentials = await keyring.credentialsOf(settings);
      const idle: IdleLimit = {
        keepaliveMs: settings.keepaliveMs ?? options.keepaliveMs ?? defaultKeepaliveMs,
        keepalives: settings.keepalives,
      };
      const open = async (signal: AbortSignal): Promise<Line> => {
        const limit = makeLimit(signal, connectOptions.connectMs);
        const attempt = async (): Promise<LoginAttempt<Client>> => {
          limit.start();
          // Read anew for each try: another host may have added the same key meanwhile.
          const known = knownLines(place, settings, readKnownHosts);
          const hostKey = checkHostKey({ ...connectOptions, place, settings, lines: known });
          return login({ place, user: settings.user, hostKey, credentials, signal: limit.signal, idle });
        };
        try {
          signal.throwIfAborted();
          const address = `${place.address}:${place.port}`;
          const outcome = await gate.login({ address, signal, isOver: () => limit.signal.aborted, attempt });
          if (outcome.kind === 'dropped') throw droppedTooOften(place, outcome.reason);
          return lineOf(outcome.value, place, idle);
        } finally {
          limit.end();
        }
      };
      return connectionOf(await open(connectOptions.signal), place, open, connectOptions.connectMs);
    },
  };
}

function knownLines(place: Place, settings: HostSettings, read: KnownHostsReader): readonly KnownHostsLine[] {
  const files = [...settings.userKnownHostsFiles, ...settings.globalKnownHostsFiles];
  try {
    return read(files);
  } catch (error) {
    throw new FunbricError('unreachable', `${place.name}: a known_hosts file can't be read: ${messageOf(error)}`, {
      hint: `make it readable, or name others with knownHostsFiles in hosts.json (${files.join(', ')})`,
    });
  }
}

/** The caller's signal and the connect limit in one; the time in line for a login isn't the host's and doesn't count. */
function makeLimit(
  signal: AbortSignal,
  connectMs: number,
): {
  readonly signal: AbortSignal;
  start(): void;
  end(): void;
} {
  const controller = new AbortController();
  const stopListening = onAbort(signal, () => controller.abort(signal.reason));
  let timer: NodeJS.Timeout | undefined;
  return {
    signal: controller.signal,
    start() {
      timer ??= setTimeout(() => controller.abort(new ConnectLimit(connectMs)), connectMs);
    },
    end() {
      clearTimeout(timer);
      stopListening();
    },
  };
}
