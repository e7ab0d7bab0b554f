/**
 * Memory that begins with a page, where there is room for it: the kernel copies a file to 16 bytes behind the begin of one, which
 * is where the C library puts large blocks, at half the speed.
 */
import { pageMemory } from './page-memory.ts';

/** At least so many bytes, all zero. Each takes gigabytes of addresses; where these are limited (ulimit -v), it begins anywhere. */
export function alignedMemory(bytes: number): ArrayBuffer {
  try {
    return pageMemory(bytes);
  } catch {
    return new ArrayBuffer(bytes);
  }
}
