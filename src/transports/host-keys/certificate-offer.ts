/**
 * Asks a host for its certificate. ssh2 knows none, so this is the start of a key exchange of our own, up to where the host
 * shows it, on a connection that ends there. Nothing that comes is trusted: the certificate has the signature of its
 * authority, and that the host owns its key is proven in the login that follows.
 */
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import type { Duplex } from 'node:stream';
import { messageOf } from '../../model/errors.ts';
import { onAbort } from '../on-abort.ts';
import { wireReader, wireString } from './wire.ts';

export type CertificateOffer =
  | { readonly kind: 'certificate'; readonly blob: Buffer }
  /** It has none, or speaks in a way that funbric doesn't. */
  | { readonly kind: 'none' }
  /** The connection went away before it said anything. */
  | { readonly kind: 'dropped'; readonly reason: string };

const certificateTypes = [
  'ssh-ed25519-cert-v01@openssh.com',
  'ecdsa-sha2-nistp256-cert-v01@openssh.com',
  'ecdsa-sha2-nistp384-cert-v01@openssh.com',
  'ecdsa-sha2-nistp521-cert-v01@openssh.com',
  'rsa-sha2-512-cert-v01@openssh.com',
  'rsa-sha2-256-cert-v01@openssh.com',
];

/** Enough for any greeting and key exchange. */
const maxBytes = 256 * 1024;

const messages = { kexInit: 20, exchangeInit: 30, exchangeReply: 31 } as const;

/** Rejects with the signal's reason. Destroys the stream in any case. */
export async function askForCertificate(stream: Duplex, signal: AbortSignal): Promise<CertificateOffer> {
  let stopListening: () => void = () => undefined;
  try {
    return await new Promise<CertificateOffer>((resolve, reject) => {
      let received = Buffer.alloc(0);
      const parser = makeParser((message) => stream.write(packet(message)));
      const dropped = (reason: string): void =>
        resolve(parser.hasTalked() ? { kind: 'none' } : { kind: 'dropped', reason });
      stopListening = onAbort(signal, () => reject(signal.reason));
      stream.on('error', (error: Error) => dropped(error.message));
      stream.once('close', () => dropped('the connection was closed'));
      stream.once('end', () => dropped('the connection was closed'));
      stream.on('data', (chunk: Buffer) => {
        received = Buffer.concat([received, chunk]);
        try {
          if (received.length > maxBytes) throw new Error('too many bytes');
          const { offer, rest } = parser.take(received);
          received = rest;
          if (offer !== undefined) resolve(offer);
        } catch (error) {
          dropped(messageOf(error));
        }
      });
      if (signal.aborted) reject(signal.reason);
      stream.write('SSH-2.0-funbric\r\n');
    });
  } finally {
    stopListening();
    stream.on('error', () => undefined);
    stream.destroy();
  }
}

interface Parser {
  take(bytes: Buffer): { readonly offer?: CertificateOffer; readonly rest: Buffer<ArrayBuffer> };
  /** It said at least that it is SSH. */
  hasTalked(): boolean;
}

function makeParser(send: (message: Buffer) => void): Parser {
  let isGreeted = false;
  const take = (bytes: Buffer): ReturnType<Parser['take']> => {
    let rest = Buffer.from(bytes);
    while (!isGreeted) {
      const end = rest.indexOf('\n');
      if (end < 0) return { rest };
      isGreeted = rest.toString('latin1', 0, 4) === 'SSH-';
      rest = rest.subarray(end + 1);
      if (isGreeted) send(ourOffer());
    }
    while (rest.length >= 4 && rest.length >= 4 + rest.readUInt32BE(0)) {
      const length = rest.readUInt32BE(0);
      const padding = rest[4] ?? 0;
      const message = rest.subarray(5, 4 + length - padding);
      rest = rest.subarray(4 + length);
      const offer = answer(message, send);
      if (offer !== undefined) return { offer, rest };
    }
    return { rest };
  };
  return { take, hasTalked: () => isGreeted };
}

function answer(message: Buffer, send: (message: Buffer) => void): CertificateOffer | undefined {
  const [kind = 0] = message;
  switch (kind) {
    case messages.kexInit: {
      const fields = wireReader(message.subarray(17));
      const [exchanges, keyTypes] = [fields.text().split(','), fields.text().split(',')];
      const isPossible = exchanges.some((name) => keyExchanges.includes(name));
      if (!isPossible || !keyTypes.some((type) => certificateTypes.includes(type))) return { kind: 'none' };
      send(Buffer.concat([Buffer.from([messages.exchangeInit]), wireString(publicPoint())]));
      return undefined;
    }
    case messages.exchangeReply:
      return { kind: 'certificate', blob: Buffer.from(wireReader(message.subarray(1)).bytes()) };
    default:
      // Words of no weight (IGNORE, DEBUG), or its goodbye, after which the connection ends.
      return undefined;
  }
}

/** Two names of one exchange, so that whichever the host takes, the same point fits. */
const keyExchanges = ['curve25519-sha256', 'curve25519-sha256@libssh.org'];

function ourOffer(): Buffer {
  const ciphers = 'aes256-gcm@openssh.com,aes128-gcm@openssh.com,aes256-ctr,aes128-ctr,chacha20-poly1305@openssh.com';
  const macs = 'hmac-sha2-256-etm@openssh.com,hmac-sha2-512-etm@openssh.com,hmac-sha2-256,hmac-sha2-512';
  const lists = [
    keyExchanges.join(','),
    certificateTypes.join(','),
    ciphers,
    ciphers,
    macs,
    macs,
    'none',
    'none',
    '',
    '',
  ];
  // No guessed packet follows, and a reserved number.
  return Buffer.concat([Buffer.from([messages.kexInit]), randomBytes(16), ...lists.map(wireString), Buffer.alloc(5)]);
}

/** Of a key that is forgotten at once: the exchange isn't brought to its end. */
function publicPoint(): Buffer {
  const { publicKey } = generateKeyPairSync('x25519');
  return publicKey.export({ type: 'spki', format: 'der' }).subarray(-32);
}

function packet(message: Buffer): Buffer {
  // To a multiple of 8, at least 4.
  const padding = 4 + ((8 - ((5 + message.length + 4) % 8)) % 8);
  const head = Buffer.alloc(5);
  head.writeUInt32BE(1 + message.length + padding);
  head[4] = padding;
  return Buffer.concat([head, message, randomBytes(padding)]);
}
