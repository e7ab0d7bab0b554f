/** `npm start`: SSH hosts of our own, the code path of a real fleet, on a machine that may have no OpenSSH. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { describe, it } from 'node:test';
import { runSchema } from '../../src/model/run.ts';
import { funbric } from '../support/funbric.ts';

describe('funbric demo', () => {
  it('passes on three hosts of its own without any ssh program, and leaves nothing behind', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'funbric-test-'));
    try {
      const bin = binWithoutSsh(folder);
      // The time of a stress runs while its threads start, which takes a second where twenty others want the processor.
      const ended = await funbric(['demo', '--duration', '4s', '--reports', join(folder, 'reports')], {
        cwd: folder,
        env: { PATH: bin, TMPDIR: folder, SSH_AUTH_SOCK: '' },
      });
      assert.equal(ended.status, 0, ended.stdout + ended.stderr);
      const run = runSchema.parse(JSON.parse(readFileSync(join(folder, 'reports/latest/run.json'), 'utf8')));
      assert.deepEqual([run.verdict, run.hosts.map(({ name }) => name)], ['pass', ['demo1', 'demo2', 'demo3']]);
      assert.deepEqual(readdirSync(folder), ['bin', 'reports']);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

/** The machine's own programs, but for those of OpenSSH. */
function binWithoutSsh(folder: string): string {
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  for (const program of readdirSync('/usr/bin')) {
    if (!program.startsWith('ssh')) symlinkSync(join('/usr/bin', program), join(bin, program));
  }
  if (!readdirSync(bin).includes(basename(process.execPath))) symlinkSync(process.execPath, join(bin, 'node'));
  return bin;
}
