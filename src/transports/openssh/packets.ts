/** Packets of the SSH connection protocol (RFC 4254), as ssh passes them through its control socket: length, padding, type, fields. */

/** Those that a session needs. */
export const message = {
  channelOpen: 90,
  channelOpenConfirmation: 91,
  channelOpenFailure: 92,
  channelWindowAdjust: 93,
  channelData: 94,
  channelExtendedData: 95,
  channelEof: 96,
  channelClose: 97,
  channelRequest: 98,
  channelSuccess: 99,
  channelFailure: 100,
} as const;

/** A number is 32 bits, a boolean a byte, all else bytes behind their length. */
export type Field = number | boolean | string | Buffer;

/** Longer than anything that ssh passes on: it takes no packet above 256 KiB itself. */
const maxFrameBytes = 1 << 18;

export function encodePacket(type: number, fields: readonly Field[]): Buffer {
  return encodeFrame([Buffer.from([0, type]), ...fields.map((field) => encodeField(field))]);
}

/** The length, then the parts. */
export function encodeFrame(parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  return Buffer.concat([encodeField(body.length), body]);
}

export function encodeField(field: Field): Buffer {
  if (typeof field === 'boolean') return Buffer.from([field ? 1 : 0]);
  if (typeof field === 'number') {
    const bytes = Buffer.allocUnsafe(4);
    bytes.writeUInt32BE(field);
    return bytes;
  }
  return encodeFrame([Buffer.from(field)]);
}

/** What a packet holds comes from the host, so what it can't hold is told and never guessed. */
export class DamagedPacket extends Error {}

/** Reads field by field; throws DamagedPacket beyond the end. */
export interface Fields {
  number(): number;
  boolean(): boolean;
  bytes(): Buffer;
  text(): string;
}

export function readFields(packet: Buffer): Fields {
  let at = 0;
  const take = (count: number): Buffer => {
    if (count > packet.length - at) throw new DamagedPacket(`a packet of ${packet.length} bytes ends too early`);
    at += count;
    return packet.subarray(at - count, at);
  };
  const number = (): number => take(4).readUInt32BE();
  const bytes = (): Buffer => take(number());
  return { number, bytes, boolean: () => take(1)[0] !== 0, text: () => bytes().toString() };
}

/** Cuts a stream into what stands behind each length. Throws DamagedPacket. */
export function makeFrameCutter(onFrame: (frame: Buffer) => void): (chunk: Buffer) => void {
  let kept: Buffer[] = [];
  let keptBytes = 0;
  let wantedBytes = 4;
  return (chunk) => {
    kept.push(chunk);
    keptBytes += chunk.length;
    if (keptBytes < wantedBytes) return;
    let bytes = kept.length === 1 ? chunk : Buffer.concat(kept);
    for (;;) {
      wantedBytes = bytes.length < 4 ? 4 : 4 + bytes.readUInt32BE();
      if (wantedBytes > maxFrameBytes + 4) throw new DamagedPacket(`a packet of ${wantedBytes} bytes is too long`);
      if (bytes.length < wantedBytes) break;
      onFrame(bytes.subarray(4, wantedBytes));
      bytes = bytes.subarray(wantedBytes);
    }
    kept = bytes.length === 0 ? [] : [bytes];
    keptBytes = bytes.length;
  };
}
