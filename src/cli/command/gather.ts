/** Keeps what hosts say until all are done, equal output of many only once: what -b and --diff show. */
import { createHash, type Hash } from 'node:crypto';
import type { CommandOutput } from '../../controller/command/command.ts';

export interface Group {
  /** Positions of the hosts that said the same, byte for byte. */
  readonly hosts: readonly number[];
  readonly text: string;
  /** What they said beyond that. */
  readonly droppedBytes: number;
}

type Stream = 'stdout' | 'stderr';

/** Of all hosts together: as much as any terminal can be read of. */
const maxTotalBytes = 256 << 20;

export class Gathered implements CommandOutput {
  readonly #maxBytes: number;
  #roomBytes = maxTotalBytes;
  readonly #open = { stdout: new Map<number, Speech>(), stderr: new Map<number, Speech>() };
  readonly #groups = { stdout: new Map<string, MutableGroup>(), stderr: new Map<string, MutableGroup>() };

  /** `maxBytes`: kept of each stream of a host. All of it counts for whether two said the same. */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  write(host: number, stream: Stream, bytes: Buffer): void {
    const speech = this.#speechOf(host, stream);
    speech.hash.update(bytes);
    speech.bytes += bytes.length;
    const kept = Math.min(bytes.length, this.#maxBytes - speech.keptBytes, this.#roomBytes);
    if (kept <= 0) return;
    // The bytes are only lent: a small part would keep a whole packet alive.
    speech.chunks.push(Buffer.from(bytes.subarray(0, kept)));
    speech.keptBytes += kept;
    this.#roomBytes -= kept;
  }

  end(host: number): void {
    for (const stream of ['stdout', 'stderr'] as const) {
      const { hash, bytes, keptBytes, chunks } = this.#speechOf(host, stream);
      this.#open[stream].delete(host);
      const key = hash.digest('hex');
      const known = this.#groups[stream].get(key);
      if (known === undefined)
        this.#groups[stream].set(key, { hosts: [host], chunks, droppedBytes: bytes - keptBytes });
      else {
        known.hosts.push(host);
        this.#roomBytes += keptBytes;
      }
    }
  }

  /** The largest first, and where they are as large the one with the first host; each in the order of its hosts. */
  groups(stream: Stream): readonly Group[] {
    return Array.from(this.#groups[stream].values(), ({ hosts, chunks, droppedBytes }) => ({
      hosts: hosts.toSorted((a, b) => a - b),
      text: Buffer.concat(chunks).toString(),
      droppedBytes,
    })).sort((a, b) => b.hosts.length - a.hosts.length || (a.hosts[0] ?? 0) - (b.hosts[0] ?? 0));
  }

  #speechOf(host: number, stream: Stream): Speech {
    const known = this.#open[stream].get(host);
    if (known !== undefined) return known;
    const speech = { hash: createHash('sha256'), bytes: 0, keptBytes: 0, chunks: [] };
    this.#open[stream].set(host, speech);
    return speech;
  }
}

interface Speech {
  readonly hash: Hash;
  bytes: number;
  keptBytes: number;
  readonly chunks: Buffer[];
}

interface MutableGroup {
  readonly hosts: number[];
  readonly chunks: readonly Buffer[];
  readonly droppedBytes: number;
}
