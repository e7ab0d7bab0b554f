/** A stream that a bad host cuts or changes at one byte; what comes after a cut is taken and dropped. */
import { Transform } from 'node:stream';
import type { HostFault } from './host-options.ts';

type Torn = Extract<HostFault, { readonly kind: 'torn-upload' | 'torn-download' }>;

export function tornStream(fault: Torn): Transform {
  let seen = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      const at = fault.atByte - seen;
      seen += chunk.length;
      if (at >= chunk.length) return done(null, chunk);
      if (at < 0) return done(null, fault.how === 'cut' ? undefined : chunk);
      if (fault.how === 'changed') return done(null, changedAt(chunk, at));
      this.push(chunk.subarray(0, at));
      this.push(null);
      done();
    },
  });
}

function changedAt(chunk: Buffer, at: number): Buffer {
  const other = Buffer.from(chunk);
  other.writeUInt8(other.readUInt8(at) ^ 1, at);
  return other;
}
