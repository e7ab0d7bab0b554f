/** Passes bytes on and calls `tooLong` when a line exceeds what the protocol allows: a hostile host must not fill our memory. */
import { PassThrough } from 'node:stream';
import { maxLineBytes } from '../../model/protocol.ts';

export class LineCap extends PassThrough {
  constructor(tooLong: () => void) {
    let lineBytes = 0;
    super({
      transform(bytes: Buffer, _encoding, done) {
        const lastBreak = bytes.lastIndexOf(0x0a);
        lineBytes = lastBreak === -1 ? lineBytes + bytes.length : bytes.length - lastBreak - 1;
        if (lineBytes > maxLineBytes) {
          tooLong();
          done();
        } else done(null, bytes);
      },
    });
  }
}
