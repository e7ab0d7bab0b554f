/**
 * CRC-32 (ISO 3309, as in zlib and Ethernet), eight bytes a step by Kounavis and Berry's slicing: a journal block torn
 * by a crash must not read as a whole one. Words are little-endian, as on every host that Node runs on.
 */
const [t0, t1, t2, t3, t4, t5, t6, t7] = makeTables();

export function crc32(bytes: Uint8Array, seed = 0): number {
  const lead = Math.min(bytes.length, -bytes.byteOffset & 3);
  const pairs = (bytes.length - lead) >>> 3;
  const body = lead + pairs * 8;
  let crc = bytewise(~seed, bytes, 0, lead);
  if (pairs > 0) crc = wordwise(crc, new Int32Array(bytes.buffer, bytes.byteOffset + lead, pairs * 2));
  return ~bytewise(crc, bytes, body, bytes.length) >>> 0;
}

function wordwise(start: number, words: Int32Array): number {
  let crc = start;
  for (let at = 0; at < words.length; at += 2) {
    const near = crc ^ (words[at] ?? 0);
    const far = words[at + 1] ?? 0;
    crc =
      entry(t7, near & 255) ^
      entry(t6, (near >>> 8) & 255) ^
      entry(t5, (near >>> 16) & 255) ^
      entry(t4, near >>> 24) ^
      entry(t3, far & 255) ^
      entry(t2, (far >>> 8) & 255) ^
      entry(t1, (far >>> 16) & 255) ^
      entry(t0, far >>> 24);
  }
  return crc;
}

function bytewise(start: number, bytes: Uint8Array, from: number, to: number): number {
  let crc = start;
  for (let at = from; at < to; at++) crc = entry(t0, (crc ^ (bytes[at] ?? 0)) & 255) ^ (crc >>> 8);
  return crc;
}

function entry(table: Uint32Array, index: number): number {
  return table[index] ?? 0;
}

type Table = Uint32Array;

/** Of a byte alone, then of it with one, two, ... seven zeros behind it. */
function makeTables(): [Table, Table, Table, Table, Table, Table, Table, Table] {
  const first = Uint32Array.from({ length: 256 }, (_, value) => {
    let crc = value;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
    return crc >>> 0;
  });
  const next = (table: Table): Table => table.map((crc) => (crc >>> 8) ^ entry(first, crc & 255));
  const second = next(first);
  const third = next(second);
  const fourth = next(third);
  const fifth = next(fourth);
  const sixth = next(fifth);
  const seventh = next(sixth);
  return [first, second, third, fourth, fifth, sixth, seventh, next(seventh)];
}
