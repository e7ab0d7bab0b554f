/**
 * A key that we hold ourselves is offered with its signature. ssh2 asks first whether the host would take it, which is for
 * keys that cost something to use, as those of an agent do, and costs one of six round trips and sshd a second look at
 * authorized_keys. There is no option for it, and the protocol object isn't in the types: hence the looking.
 */
import { createPrivateKey, sign as signWith, type KeyObject } from 'node:crypto';

type Sign = (bytes: Buffer, done: (signature: Buffer) => void) => void;

const hashes: Readonly<Record<string, string>> = { 'rsa-sha2-256': 'sha256', 'rsa-sha2-512': 'sha512' };

export function signAtOnce(client: object): void {
  const protocol = '_protocol' in client ? client._protocol : undefined;
  if (!hasOffer(protocol)) return;
  const offer = protocol.authPK.bind(protocol);
  protocol.authPK = (user, key, algorithm, sign) => offer(user, key, algorithm, sign ?? signerOf(key, algorithm));
}

interface Protocol {
  /** Without the last one it only asks. */
  authPK(user: string, key: unknown, algorithm: string | undefined, sign: Sign | undefined): void;
}

function hasOffer(protocol: unknown): protocol is Protocol {
  return (
    typeof protocol === 'object' && protocol !== null && 'authPK' in protocol && typeof protocol.authPK === 'function'
  );
}

interface PrivateKey {
  readonly type: string;
  isPrivateKey(): boolean;
  getPrivatePEM(): string;
  sign(bytes: Buffer, hash: string | undefined): unknown;
}

/** None, so that the host is asked first, for a key that isn't here or can't sign. */
function signerOf(key: unknown, algorithm: string | undefined): Sign | undefined {
  if (!isKey(key) || !key.isPrivateKey()) return undefined;
  return (bytes, done) => {
    if (key.type === 'ssh-ed25519') {
      done(signWith(null, bytes, objectOf(key)));
      return;
    }
    const signature = key.sign(bytes, algorithm === undefined ? undefined : hashes[algorithm]);
    // Thrown in the middle of ssh2's parsing it becomes the client's error, which ends this login with its message.
    if (!Buffer.isBuffer(signature)) throw signature instanceof Error ? signature : new Error('the key can not sign');
    done(signature);
  };
}

const objects = new WeakMap<PrivateKey, KeyObject>();

/** ssh2 reads the key's text anew for each signature, which for ed25519 takes ten times as long as to sign. */
function objectOf(key: PrivateKey): KeyObject {
  const object = objects.get(key) ?? createPrivateKey(key.getPrivatePEM());
  objects.set(key, object);
  return object;
}

function isKey(key: unknown): key is PrivateKey {
  return (
    typeof key === 'object' &&
    key !== null &&
    'sign' in key &&
    typeof key.sign === 'function' &&
    'type' in key &&
    'isPrivateKey' in key &&
    typeof key.isPrivateKey === 'function' &&
    'getPrivatePEM' in key &&
    typeof key.getPrivatePEM === 'function'
  );
}
