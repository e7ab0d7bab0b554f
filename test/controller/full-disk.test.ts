/** What is written on a disk without room is whole or not there at all, and what stood there stays. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { exportFormats, exportRun } from '../../src/controller/export/export-run.ts';
import { finishRun } from '../../src/controller/finish.ts';
import { mergeFiles } from '../../src/controller/merge-files/merge-files.ts';
import { reportAgain } from '../../src/controller/report-again.ts';
import { writeOutputs } from '../../src/controller/run-folder/write-outputs.ts';
import { funkloadOf } from '../support/tool-results.ts';

const root = mkdtempSync(join(tmpdir(), 'funbric-test-'));
after(() => rmSync(root, { recursive: true, force: true }));
const disk = join(root, 'disk');
const run = join(disk, 'run');
const input = join(root, 'web1.xml');

describe('a full disk', { skip: process.getuid?.() === 0 ? false : 'mounting takes root' }, () => {
  before(async () => {
    mkdirSync(disk);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', disk]);
    writeFileSync(input, funkloadOf({ node: 'web1' }));
    await mergeFiles(request('run'));
    writeFileSync(join(disk, 'run.html'), 'as it was');
    fill();
  });
  // Whoever asks how full all disks are, as df does, has it open at times.
  after(() => execFileSync('umount', ['-l', disk]));

  const request = (into: string): Parameters<typeof mergeFiles>[0] => ({
    inputs: [input],
    currentFolder: disk,
    reportsFolder: join(disk, 'reports'),
    into,
    isForced: false,
    identity: { run: 'run-1', version: '0.1.0', createdAt: '2025-01-02T03:04:05.000Z' },
  });

  /** Each says which file, and changes none. */
  const refuses = async (act: () => Promise<unknown>, said: RegExp): Promise<void> => {
    const all = textsIn(disk);
    await assert.rejects(act, (error: Error) => said.test(error.message) || assert.fail(error.message));
    assert.deepEqual(textsIn(disk), all);
  };

  it('leaves a run as it was that is merged again or shown again', async () => {
    await refuses(() => finishRun(run), /run\.json can't be written: ENOSPC/);
    const again = { words: [run], reportsFolder: disk };
    await refuses(() => reportAgain({ ...again, file: undefined }), /report\.html can't be written: ENOSPC/);
    await refuses(() => reportAgain({ ...again, file: join(disk, 'run.html') }), /run\.html can't be written: ENOSPC/);
  });

  it('has no part of a run that is merged there', async () => {
    await refuses(() => mergeFiles(request('new')), /web1\.xml can't be copied into .*disk: ENOSPC/);
  });

  for (const to of exportFormats.filter((format) => format !== 'json-schema')) {
    it(`has no part of what is exported to ${to}`, async () => {
      const given = { reportsFolder: disk, currentFolder: disk, run, to };
      await refuses(() => exportRun(given), /\.\w+ can't be written: ENOSPC/);
    });
  }
});

describe('an output', () => {
  it('is written through a link and into a device, and keeps the mode of the file that it replaces', async () => {
    const path = join(root, 'page.html');
    writeFileSync(path, 'old', { mode: 0o600 });
    execFileSync('ln', ['-s', 'page.html', join(root, 'link.html')]);
    await writeOutputs(
      [
        { path: join(root, 'link.html'), text: 'new' },
        { path: '/dev/null', text: 'x' },
      ],
      { hint: 'hint' },
    );
    assert.equal(readFileSync(path, 'utf8'), 'new');
    assert.match(execFileSync('ls', ['-l', path], { encoding: 'utf8' }), /^-rw-------/);
    assert.match(execFileSync('ls', ['-l', join(root, 'link.html')], { encoding: 'utf8' }), /^l/);
    assert.match(execFileSync('ls', ['-l', '/dev/null'], { encoding: 'utf8' }), /^c/);
    await assert.rejects(
      writeOutputs([{ path: join(root, 'page.html/x'), text: '' }], { hint: 'hint' }),
      /page\.html\/x can't be written/,
    );
  });
});

/** By path; folders may be made. */
function textsIn(folder: string): Readonly<Record<string, string>> {
  const all = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(
    all.map(({ parentPath, name }) => [join(parentPath, name), readFileSync(join(parentPath, name), 'latin1')]),
  );
}

/** Until not a byte has room any more. */
function fill(): void {
  const file = openSync(join(disk, 'fill'), 'w');
  try {
    for (;;) writeSync(file, Buffer.alloc(4096));
  } catch {
    closeSync(file);
  }
}
