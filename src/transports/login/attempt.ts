/** Tries to log in on a route: what known_hosts says, where it matters the host's certificate, then the login itself. */
import type { BaseAgent, Client } from 'ssh2';
import { FunbricError, messageOf } from '../../model/errors.ts';
import type { Keyring } from '../auth/credentials.ts';
import type { Secrets } from '../auth/secrets.ts';
import type { HostSettings } from '../config/ssh-config.ts';
import type { Dialled } from '../connection/dial.ts';
import { abortedAt, routeHint, type IdleLimit } from '../connection/errors.ts';
import { askForCertificate } from '../host-keys/certificate-offer.ts';
import { checkHostKey, knownOf } from '../host-keys/host-key.ts';
import type { KnownHostsReader, KnownKeys } from '../host-keys/known-hosts.ts';
import { readRevokedKeys } from '../host-keys/revoked-keys.ts';
import { unreachable, type Place } from '../place.ts';
import type { Route } from '../route/route.ts';
import type { ConnectLimit } from './connect-limit.ts';
import { judgeDrop, type Drop } from './drop.ts';
import { firstWords } from './first-words.ts';
import type { LoginAttempt } from './gate.ts';
import { login } from './login.ts';

export interface LoggedIn {
  readonly client: Client;
  readonly dialled: Dialled;
}

interface Target {
  readonly place: Place;
  readonly settings: HostSettings;
  readonly idle: IdleLimit;
  readonly forwardedAgent: BaseAgent | undefined;
  readonly route: Route;
  readonly limit: ConnectLimit;
  readonly isNewKeyAccepted: boolean;
  /** The hosts on the way so far: none where this is the host that is meant. */
  readonly path: readonly string[];
}

export interface Attempts {
  prepare(target: Target): Promise<() => Promise<LoginAttempt<LoggedIn>>>;
}

export function makeAttempts(means: {
  readonly keyring: Keyring;
  readonly secrets: Secrets;
  readonly readKnownHosts: KnownHostsReader;
  readonly now: () => Date;
}): Attempts {
  const { keyring, secrets, readKnownHosts, now } = means;
  return {
    async prepare(target) {
      const { place, settings, limit, route } = target;
      const credentials = await keyring.credentialsOf(settings, limit);
      let shown: CertificateShown | undefined;
      return async () => {
        limit.start();
        // Read anew for each try: another host may have added the same key meanwhile.
        const { known, compactFile } = knownKeysFor(place, settings, readKnownHosts);
        // A certificate counts only where an authority could have signed it, or must not have.
        if (shown === undefined && known.isCertificateWanted) {
          const offer = await certificateOf(target);
          if (offer.kind === 'dropped') return offer;
          shown = offer;
        }
        const hostKey = checkHostKey({ ...target, known, compactFile, certificate: shown?.blob, now });
        const dialled = await route.dial(place, limit.signal);
        const outcome = await login({
          ...target,
          dialled,
          hostKey,
          credentials,
          // The password of all hosts is none of a jump host's business.
          secrets: target.path.length === 0 ? secrets : { ...secrets, password: undefined },
          waiting: limit,
          signal: limit.signal,
        });
        return outcome.kind === 'connected'
          ? { kind: 'connected', value: { client: outcome.value, dialled } }
          : outcome;
      };
    },
  };
}

interface CertificateShown {
  readonly kind: 'shown';
  readonly blob: Buffer | undefined;
}

async function certificateOf({ place, route, limit }: Target): Promise<CertificateShown | Drop> {
  const dialled = await route.dial(place, limit.signal);
  const said = firstWords(dialled.stream);
  try {
    const offer = await askForCertificate(dialled.stream, limit.signal);
    const onTheWay = dialled.endedBecause();
    if (offer.kind === 'dropped' && onTheWay !== undefined) throw unreachable(place, onTheWay, routeHint);
    if (offer.kind === 'dropped') {
      const drop = judgeDrop({ place, dialled }, said(), offer.reason);
      if (drop instanceof FunbricError) throw drop;
      return drop;
    }
    return { kind: 'shown', blob: offer.kind === 'certificate' ? offer.blob : undefined };
  } catch (error) {
    throw limit.signal.aborted ? abortedAt(place, 'key exchange', limit.signal.reason) : error;
  }
}

interface Known {
  readonly known: KnownKeys;
  /** See RevokedKeys. */
  readonly compactFile: string | undefined;
}

function knownKeysFor(place: Place, settings: HostSettings, read: KnownHostsReader): Known {
  const files = [...settings.userKnownHostsFiles, ...settings.globalKnownHostsFiles];
  try {
    const [lines, revoked] = [read(files), readRevokedKeys(settings.revokedKeysFile)];
    const all = revoked.lines.length === 0 ? lines : [...lines, ...revoked.lines];
    return { known: knownOf(settings, all), compactFile: revoked.compactFile };
  } catch (error) {
    throw new FunbricError('unreachable', `${place.name}: a file of host keys can't be read: ${messageOf(error)}`, {
      hint: `make it readable, or name others with knownHostsFiles in hosts.json (${files.join(', ')}); see RevokedHostKeys, too`,
    });
  }
}
