/** Host certificates: a host's key with its names, signed by an authority (OpenSSH's PROTOCOL.certkeys). */
import { createPublicKey, verify, type JsonWebKey, type KeyObject } from 'node:crypto';
import { messageOf } from '../../model/errors.ts';
import { wireReader, wireString, type WireReader } from './wire.ts';

export interface HostCertificate {
  /** The host's own key, as it is without a certificate. */
  readonly plainKey: Buffer;
  readonly authorityKey: Buffer;
  readonly isForHosts: boolean;
  /** Names that it is for; none: any. */
  readonly principals: readonly string[];
  /** In seconds since 1970. */
  readonly validAfter: bigint;
  readonly validBefore: bigint;
  readonly hasCriticalOptions: boolean;
  /** `ssh-ed25519`, `rsa-sha2-512` */
  readonly signatureAlgorithm: string;
}

/** How many fields of a key follow its type, by its type. */
const keyFields: Readonly<Record<string, number>> = {
  'ssh-ed25519': 1,
  'ssh-rsa': 2,
  'ecdsa-sha2-nistp256': 2,
  'ecdsa-sha2-nistp384': 2,
  'ecdsa-sha2-nistp521': 2,
};

const suffix = '-cert-v01@openssh.com';

/** Throws where it is none, or where its signature doesn't hold. Whether it is good for a host is another question. */
export function parseCertificate(blob: Buffer): HostCertificate {
  const reader = wireReader(blob);
  const type = reader.text();
  const plainType = type.endsWith(suffix) ? type.slice(0, -suffix.length) : '';
  const fields = keyFields[plainType];
  if (fields === undefined) throw new Error(`${JSON.stringify(type.slice(0, 80))} is no certificate of a known type`);
  reader.bytes();
  const plainKey = Buffer.concat([plainType, ...listOf(fields, () => reader.bytes())].map(wireString));
  reader.uint64();
  const kind = reader.uint32();
  reader.text();
  const principals = textsIn(wireReader(reader.bytes()));
  const [validAfter, validBefore] = [reader.uint64(), reader.uint64()];
  const criticalOptions = reader.bytes();
  reader.bytes();
  reader.bytes();
  const authorityKey = reader.bytes();
  const signed = blob.subarray(0, reader.at);
  const signature = wireReader(reader.bytes());
  if (!reader.isAtEnd) throw new Error('something follows its signature');
  const signatureAlgorithm = signature.text();
  if (!isSignedBy(authorityKey, { algorithm: signatureAlgorithm, signature: signature.bytes(), signed })) {
    throw new Error('its signature is wrong');
  }
  return {
    plainKey,
    authorityKey,
    isForHosts: kind === hostKind,
    principals,
    validAfter,
    validBefore,
    hasCriticalOptions: criticalOptions.length > 0,
    signatureAlgorithm,
  };
}

/** 1 is a user's. */
const hostKind = 2;

function listOf<T>(length: number, make: () => T): readonly T[] {
  return Array.from({ length }, make);
}

function textsIn(reader: WireReader): readonly string[] {
  const texts: string[] = [];
  while (!reader.isAtEnd) texts.push(reader.text());
  return texts;
}

/** With what an authority may sign: never SHA-1. */
const hashes: Readonly<
  Record<string, { readonly keyType: string; readonly hash: string | null; readonly size?: number }>
> = {
  'ssh-ed25519': { keyType: 'ssh-ed25519', hash: null },
  'rsa-sha2-256': { keyType: 'ssh-rsa', hash: 'sha256' },
  'rsa-sha2-512': { keyType: 'ssh-rsa', hash: 'sha512' },
  'ecdsa-sha2-nistp256': { keyType: 'ecdsa-sha2-nistp256', hash: 'sha256', size: 32 },
  'ecdsa-sha2-nistp384': { keyType: 'ecdsa-sha2-nistp384', hash: 'sha384', size: 48 },
  'ecdsa-sha2-nistp521': { keyType: 'ecdsa-sha2-nistp521', hash: 'sha512', size: 66 },
};

function isSignedBy(
  key: Buffer,
  given: { readonly algorithm: string; readonly signature: Buffer; readonly signed: Buffer },
): boolean {
  const { algorithm, signature, signed } = given;
  const how = hashes[algorithm];
  const fields = wireReader(key);
  const keyType = fields.text();
  if (how === undefined || keyType !== how.keyType) {
    throw new Error(
      `it is signed with ${JSON.stringify(algorithm.slice(0, 80))} by a ${JSON.stringify(keyType.slice(0, 80))} key, which isn't supported`,
    );
  }
  try {
    const publicKey = keyObject(keyType, fields, how.size ?? 0);
    if (how.size === undefined) return verify(how.hash, signed, publicKey, signature);
    const parts = wireReader(signature);
    const sizes = [how.size, how.size];
    const plain = Buffer.concat(sizes.map((size) => fixedLength(parts.bytes(), size)));
    return verify(how.hash, signed, { key: publicKey, dsaEncoding: 'ieee-p1363' }, plain);
  } catch (error) {
    throw new Error(`its authority's key can't be used: ${messageOf(error)}`, { cause: error });
  }
}

function keyObject(keyType: string, fields: WireReader, size: number): KeyObject {
  const text = (bytes: Buffer): string => bytes.toString('base64url');
  let key: JsonWebKey;
  if (keyType === 'ssh-ed25519') key = { kty: 'OKP', crv: 'Ed25519', x: text(fields.bytes()) };
  else if (keyType === 'ssh-rsa') {
    const [exponent, modulus] = [fields.bytes(), withoutZeros(fields.bytes())];
    if (modulus.length * 8 < minRsaBits) throw new Error(`RSA with less than ${minRsaBits} bits`);
    key = { kty: 'RSA', e: text(withoutZeros(exponent)), n: text(modulus) };
  } else {
    fields.bytes();
    const point = fields.bytes();
    if (point.length !== 1 + 2 * size || point[0] !== 4) throw new Error('no point of its curve');
    const coordinate = (number: number): string => text(point.subarray(1 + number * size, 1 + (number + 1) * size));
    key = { kty: 'EC', crv: `P-${keyType.slice(-3)}`, x: coordinate(0), y: coordinate(1) };
  }
  return createPublicKey({ key, format: 'jwk' });
}

/** OpenSSH's RequiredRSASize. */
const minRsaBits = 1024;

/** Numbers of the protocol start with a zero byte where they would look negative. */
function withoutZeros(number: Buffer): Buffer {
  const start = number.findIndex((byte) => byte !== 0);
  return start < 0 ? Buffer.alloc(0) : number.subarray(start);
}

function fixedLength(number: Buffer, length: number): Buffer {
  const digits = withoutZeros(number);
  if (digits.length > length) throw new Error('a number of the signature is too long');
  return Buffer.concat([Buffer.alloc(length - digits.length), digits]);
}

/** Why it isn't good for a host of this name at this time, as ssh decides; undefined: it is. */
export function certificateMistake(
  certificate: HostCertificate,
  given: { readonly name: string; readonly seconds: number; readonly algorithms?: readonly string[] | undefined },
): string | undefined {
  const now = BigInt(Math.floor(given.seconds));
  if (!certificate.isForHosts) return "it isn't for hosts but for users";
  if (now < certificate.validAfter) return `it isn't valid before ${dateText(certificate.validAfter)}`;
  if (now >= certificate.validBefore) return `it expired on ${dateText(certificate.validBefore)}`;
  if (certificate.principals.length > 0 && !certificate.principals.includes(given.name)) {
    return `it is for ${certificate.principals.slice(0, 5).join(', ')}, not for ${given.name}`;
  }
  if (certificate.hasCriticalOptions) return 'it holds critical options, which hosts have none of';
  if (given.algorithms?.includes(certificate.signatureAlgorithm) === false) {
    return `it is signed with ${certificate.signatureAlgorithm}, which CASignatureAlgorithms leaves out`;
  }
  return undefined;
}

function dateText(seconds: bigint): string {
  const date = new Date(Number(seconds) * 1000);
  return Number.isNaN(date.getTime()) ? `second ${seconds}` : date.toISOString().slice(0, 19);
}
