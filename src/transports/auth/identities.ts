/** Private keys in files, and what can be known of an encrypted one without its passphrase. */
import ssh2, { type ParsedKey } from 'ssh2';
import { messageOf } from '../../model/errors.ts';
import { readBounded } from '../read-bounded.ts';

export interface Identity {
  readonly path: string;
  /** Can log in by itself. */
  readonly privateKey?: ParsedKey;
  /** Known also of most encrypted keys. */
  readonly publicKey?: ParsedKey;
  readonly isEncrypted?: boolean;
  readonly problem?: string;
}

/** The largest RSA key has 13 kB. */
const maxKeyBytes = 1 << 20;

export function readIdentity(path: string): Identity {
  try {
    const content = readBounded(path, maxKeyBytes);
    const key = firstKey(ssh2.utils.parseKey(content));
    if (!(key instanceof Error)) {
      if (key.isPrivateKey()) return { path, privateKey: key, publicKey: key };
      const problem = `${path} is a public key, and no agent holds its private one: name the private key`;
      return { path, publicKey: key, problem };
    }
    if (/encrypted|passphrase/i.test(key.message)) {
      const publicKey = publicPart(content) ?? publicFile(path);
      const problem = `${path} is encrypted, load it into an agent with ssh-add`;
      return { path, isEncrypted: true, problem, ...(publicKey === undefined ? {} : { publicKey }) };
    }
    const publicKey = publicFile(path);
    const problem = `${path} can't be read as a key (${key.message})`;
    return { path, problem, ...(publicKey === undefined ? {} : { publicKey }) };
  } catch (error) {
    return { path, problem: `${path} can't be read (${messageOf(error)})` };
  }
}

/** ssh2 gives a list for some formats, whatever its types say. */
export function firstKey(parsed: ParsedKey | Error | readonly ParsedKey[]): ParsedKey | Error {
  if (parsed instanceof Error || !isList(parsed)) return parsed;
  return parsed[0] ?? new Error('no key in it');
}

function isList(parsed: ParsedKey | readonly ParsedKey[]): parsed is readonly ParsedKey[] {
  return Array.isArray(parsed);
}

const magic = 'openssh-key-v1\0';

/** OpenSSH's own format has the public key in the clear, after the cipher, the KDF, its options and the number of keys. */
function publicPart(content: Buffer): ParsedKey | undefined {
  const armor = /-----BEGIN OPENSSH PRIVATE KEY-----(.+)-----END/s.exec(content.toString('latin1'));
  const bytes = Buffer.from(armor?.[1] ?? '', 'base64');
  if (!bytes.subarray(0, magic.length).equals(Buffer.from(magic))) return undefined;
  let at = magic.length;
  const field = (): Buffer => {
    const length = bytes.readUInt32BE(at);
    at += 4 + length;
    return bytes.subarray(at - length, at);
  };
  try {
    for (const _ of ['cipher', 'kdf', 'options']) field();
    at += 4;
    return publicKeyOf(field());
  } catch {
    return undefined;
  }
}

/** A key as it goes over the wire. */
function publicKeyOf(blob: Buffer): ParsedKey | undefined {
  const type = blob.toString('latin1', 4, 4 + blob.readUInt32BE(0));
  const key = firstKey(ssh2.utils.parseKey(`${type} ${blob.toString('base64')}`));
  return key instanceof Error ? undefined : key;
}

function publicFile(path: string): ParsedKey | undefined {
  try {
    const key = firstKey(ssh2.utils.parseKey(readBounded(`${path}.pub`, maxKeyBytes)));
    return key instanceof Error ? undefined : key;
  } catch {
    return undefined;
  }
}
