/** Every way to reach a host. A new one is a file beside this and a line here. */
import { FunbricError } from '../model/errors.ts';
import type { Host } from '../model/host.ts';
import { localTransport, type LocalOptions } from './local.ts';
import { sshTransport, type SshOptions } from './ssh.ts';
import type { Transport } from './transport.ts';

export type TransportOptions = SshOptions & LocalOptions;

export interface Transports {
  /** The transport that a host names; throws `usage` where there is none of that name. */
  of(host: Host): Transport;
  readonly schemes: readonly string[];
  /** Ends what connections shared, such as logins to jump hosts. */
  close(): Promise<void>;
}

const makers: readonly ((options: TransportOptions) => Transport)[] = [sshTransport, localTransport];

/** Made once a run: they keep what they learned of ssh_config, keys and agents. */
export function createTransports(options: TransportOptions): Transports {
  const transports = new Map(makers.map((make) => make(options)).map((transport) => [transport.scheme, transport]));
  const schemes = [...transports.keys()];
  return {
    schemes,
    close: async () => void (await Promise.all(Array.from(transports.values(), async (one) => one.close?.()))),
    of(host) {
      const scheme = host.transport ?? 'ssh';
      const transport = transports.get(scheme);
      if (transport !== undefined) return transport;
      throw new FunbricError('usage', `${host.name}: there is no transport ${JSON.stringify(scheme)}`, {
        hint: `hosts.json: transport may be ${schemes.join(' or ')}`,
      });
    },
  };
}
