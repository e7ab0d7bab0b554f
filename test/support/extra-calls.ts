/** Whether this host can make a call that Node has none for, and the file system of a folder has it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ExtraCall } from '../../src/model/extra-calls.ts';
import { fileOperations } from '../../src/workloads/operations.ts';

export function hasCall(folder: string, call: ExtraCall): boolean {
  const calls = fileOperations.openCalls();
  const at = mkdtempSync(join(folder, 'call-'));
  const path = join(at, 'file');
  writeFileSync(path, 'x'.repeat(8192));
  try {
    if (call === 'setxattr') calls?.setxattr(path, Uint8Array.of(1));
    else calls?.fallocate(path, call, { start: 0, length: 4096 });
    return calls !== undefined;
  } catch {
    return false;
  } finally {
    calls?.close();
    rmSync(at, { recursive: true });
  }
}
