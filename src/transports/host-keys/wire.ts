/** The few types of the SSH protocol that keys and certificates are made of (RFC 4251). */

export interface WireReader {
  /** Throws RangeError where the bytes end too early, as all of these do. */
  bytes(): Buffer;
  text(): string;
  uint32(): number;
  uint64(): bigint;
  /** How many bytes were read. */
  readonly at: number;
  readonly isAtEnd: boolean;
}

export function wireReader(buffer: Buffer): WireReader {
  let at = 0;
  const take = (length: number): Buffer => {
    if (at + length > buffer.length) throw new RangeError('it ends too early');
    at += length;
    return buffer.subarray(at - length, at);
  };
  const uint32 = (): number => take(4).readUInt32BE(0);
  const bytes = (): Buffer => take(uint32());
  return {
    bytes,
    text: () => bytes().toString('utf8'),
    uint32,
    uint64: () => take(8).readBigUInt64BE(0),
    get at() {
      return at;
    },
    get isAtEnd() {
      return at === buffer.length;
    },
  };
}

/** A string of the protocol: its length, then itself. */
export function wireString(value: string | Buffer): Buffer {
  const bytes = typeof value === 'string' ? Buffer.from(value) : value;
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}
