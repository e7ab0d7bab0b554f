/** Files as a tar stream, as every tar reads it: ustar headers, and GNU's entries for long names. */
import { createReadStream } from 'node:fs';
import type { LocalFile, LocalTree } from './local-tree.ts';

const block = 512;

/** Folders, then links, then files. A file that got shorter meanwhile is filled up: its sha256 tells. */
export async function* tarStream({
  folders,
  links,
  files,
}: Pick<LocalTree, 'files' | 'folders' | 'links'>): AsyncGenerator<Buffer> {
  for (const path of folders) yield header({ path, type: '5', mode: 0o755 });
  for (const { path, target } of links) yield header({ path, type: '2', mode: 0o777, target });
  for (const file of files) {
    yield header({ ...file, type: '0' });
    yield* contentOf(file);
  }
  yield Buffer.alloc(2 * block);
}

async function* contentOf({ place, bytes }: LocalFile): AsyncGenerator<Buffer> {
  let sent = 0;
  if (bytes > 0) {
    for await (const chunk of createReadStream(place, { end: bytes - 1 })) {
      if (!Buffer.isBuffer(chunk)) continue;
      sent += chunk.length;
      yield chunk;
    }
  }
  const padded = Math.ceil(bytes / block) * block;
  if (padded > sent) yield Buffer.alloc(padded - sent);
}

interface Entry {
  readonly path: string;
  readonly type: '0' | '2' | '5';
  readonly mode: number;
  readonly bytes?: number;
  readonly target?: string;
}

function header(entry: Entry): Buffer {
  const path = `./${entry.path}${entry.type === '5' ? '/' : ''}`;
  return Buffer.concat([...longText('L', path), ...longText('K', entry.target ?? ''), plainHeader({ ...entry, path })]);
}

/** What doesn't fit into a header goes before it, as an entry of its own. */
function longText(type: 'L' | 'K', text: string): readonly Buffer[] {
  const bytes = Buffer.from(text);
  if (bytes.length <= 100) return [];
  const content = Buffer.alloc(Math.ceil((bytes.length + 1) / block) * block);
  bytes.copy(content);
  return [plainHeader({ path: '././@LongLink', type, mode: 0o644, bytes: bytes.length + 1 }), content];
}

function plainHeader(entry: Omit<Entry, 'type'> & { readonly type: string }): Buffer {
  const bytes = Buffer.alloc(block);
  const octal = (value: number, at: number, length: number): void => {
    bytes.write(`${value.toString(8).padStart(length - 1, '0')}\0`, at);
  };
  Buffer.from(entry.path).copy(bytes, 0, 0, 100);
  octal(entry.mode, 100, 8);
  octal(0, 108, 8);
  octal(0, 116, 8);
  octal(entry.bytes ?? 0, 124, 12);
  octal(0, 136, 12);
  bytes.write('        ', 148);
  bytes.write(entry.type, 156);
  Buffer.from(entry.target ?? '').copy(bytes, 157, 0, 100);
  bytes.write('ustar  \0', 257);
  octal(
    bytes.reduce((sum, byte) => sum + byte, 0),
    148,
    7,
  );
  return bytes;
}
