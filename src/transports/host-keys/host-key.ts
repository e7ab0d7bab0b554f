/** The decision on a host's key, before any credential is sent, for ssh2's hostVerifier. */
import { createHash } from 'node:crypto';
import type { ServerHostKeyAlgorithm } from 'ssh2';
import { FunbricError, messageOf } from '../../model/errors.ts';
import type { HostSettings } from '../config/ssh-config.ts';
import { unreachable, type Place } from '../place.ts';
import { certificateMistake, parseCertificate } from './certificate.ts';
import { keyNotAdded, keyRefused } from './errors.ts';
import {
  addKnownHost,
  knownKeysOf,
  nameOf,
  type HostAddress,
  type HostKeyVerdict,
  type KnownHostsLine,
  type KnownKeys,
} from './known-hosts.ts';
import { isRevokedIn } from './revoked-keys.ts';

export interface HostKeyCheck {
  /** For the key exchange: types that known_hosts has come first, as it could say nothing of another key. */
  readonly algorithms: ServerHostKeyAlgorithm[];
  /** Also called when keys are exchanged anew in a running connection, which must bring the same key. */
  verify(key: Buffer): boolean;
  /** Once the host has proven that it owns the key: adds it where it is new. Throws where that fails. */
  settle(): void;
  /** Why verify said no. */
  readonly refusal: FunbricError | undefined;
}

export function checkHostKey(given: {
  readonly place: Place;
  readonly settings: HostSettings;
  /** Of this address: see knownOf. */
  readonly known: KnownKeys;
  /** See RevokedKeys. */
  readonly compactFile?: string | undefined;
  readonly isNewKeyAccepted: boolean;
  /** What the host showed, where known_hosts says something of authorities. */
  readonly certificate?: Buffer | undefined;
  readonly now: () => Date;
}): HostKeyCheck {
  const { place, settings, known } = given;
  const at = addressOf(settings);
  const certified = judgeCertificate(known, given);
  const files = [...settings.userKnownHostsFiles, ...settings.globalKnownHostsFiles];
  let accepted: Buffer | undefined;
  let isNew = false;
  let refusal: FunbricError | undefined;
  return {
    algorithms: algorithmsFor(certified.keyTypes ?? known.keyTypes),
    get refusal() {
      return refusal;
    },
    verify(key) {
      if (accepted !== undefined) return accepted.equals(key);
      let verdict = certified.verdictOf(key) ?? known.verdictOf(key);
      try {
        verdict = compactlyRevoked(given, key) ?? verdict;
      } catch (error) {
        refusal = unreachable(
          place,
          messageOf(error),
          'see RevokedHostKeys in ssh_config, and that ssh-keygen is here',
        );
        return false;
      }
      isNew = verdict.kind === 'unknown';
      if (verdict.kind === 'known' || (isNew && given.isNewKeyAccepted)) {
        accepted = Buffer.from(key);
        return true;
      }
      const { mistake } = certified;
      refusal = keyRefused({ place, verdict, key: keyText(key), files, knownAs: nameOf(at), mistake });
      return false;
    },
    settle() {
      if (accepted === undefined || !isNew) return;
      isNew = false;
      addNewKey(place, settings, at, accepted);
    },
  };
}

function compactlyRevoked(
  {
    compactFile: file,
    certificate,
  }: { readonly compactFile?: string | undefined; readonly certificate?: Buffer | undefined },
  key: Buffer,
): HostKeyVerdict | undefined {
  if (file === undefined) return undefined;
  const shown = certificate === undefined ? [key] : [key, certificate];
  const isRevoked = shown.some((blob) => isRevokedIn(file, { type: keyTypeOf(blob), blob }));
  return isRevoked ? { kind: 'revoked', file } : undefined;
}

function addressOf(settings: HostSettings): HostAddress {
  return { host: settings.hostName, port: settings.port, alias: settings.hostKeyAlias };
}

/** What the lines say of the host that is reached with these settings. */
export function knownOf(settings: HostSettings, lines: readonly KnownHostsLine[]): KnownKeys {
  return knownKeysOf(lines, addressOf(settings));
}

interface Certified {
  /** Of the key in it, to be asked for. */
  readonly keyTypes?: readonly string[];
  /** Undefined: the plain key decides, as in ssh when no authority vouches for it. */
  verdictOf(key: Buffer): HostKeyVerdict | undefined;
  /** Why the certificate doesn't count. */
  readonly mistake?: string;
}

function judgeCertificate(
  known: KnownKeys,
  given: { readonly settings: HostSettings; readonly certificate?: Buffer | undefined; readonly now: () => Date },
): Certified {
  const { settings, certificate: blob } = given;
  const plainDecides = { verdictOf: () => undefined };
  if (blob === undefined) return plainDecides;
  try {
    const certificate = parseCertificate(blob);
    const verdict = known.certificateVerdictOf(certificate);
    if (verdict.kind === 'unknown') return { ...plainDecides, mistake: 'no @cert-authority line has its authority' };
    const mistake = certificateMistake(certificate, {
      name: settings.hostKeyAlias ?? settings.hostName,
      seconds: given.now().getTime() / 1000,
      algorithms: settings.authorityAlgorithms,
    });
    if (verdict.kind === 'known' && mistake !== undefined) return { ...plainDecides, mistake };
    return {
      keyTypes: [keyTypeOf(certificate.plainKey)],
      verdictOf: (key) => (certificate.plainKey.equals(key) ? verdict : undefined),
    };
  } catch (error) {
    return { ...plainDecides, mistake: messageOf(error) };
  }
}

function addNewKey(place: Place, settings: HostSettings, at: HostAddress, key: Buffer): void {
  const [file] = settings.userKnownHostsFiles;
  if (file === undefined) throw keyNotAdded(place, 'there is no known_hosts file to add its key to');
  try {
    addKnownHost(file, at, { type: keyTypeOf(key), blob: key });
  } catch (error) {
    throw keyNotAdded(place, `its host key can't be added to ${file}: ${messageOf(error)}`);
  }
}

const defaultAlgorithms: readonly ServerHostKeyAlgorithm[] = [
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'rsa-sha2-512',
  'rsa-sha2-256',
];

function algorithmsFor(keyTypes: readonly string[]): ServerHostKeyAlgorithm[] {
  const isKnown = (algorithm: ServerHostKeyAlgorithm): boolean =>
    keyTypes.includes(algorithm.startsWith('rsa-') ? 'ssh-rsa' : algorithm);
  return [...defaultAlgorithms.filter(isKnown), ...defaultAlgorithms.filter((algorithm) => !isKnown(algorithm))];
}

/** The type stands at the start of the key, after its length. */
function keyTypeOf(key: Buffer): string {
  const bytes = key.length < 4 ? 0 : key.readUInt32BE(0);
  return key.subarray(4, 4 + Math.min(bytes, 64)).toString('latin1');
}

/** As ssh-keygen -l shows it. */
function keyText(key: Buffer): string {
  const digest = createHash('sha256').update(key).digest('base64').replaceAll('=', '');
  return `${keyTypeOf(key)} SHA256:${digest}`;
}
