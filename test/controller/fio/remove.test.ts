/** What fio left goes from the host, whatever became of the look for what it measured. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { removeFio, runFio } from '../../../src/controller/fio/on-host.ts';
import type { RunOptions, TaskHost } from '../../../src/controller/tasks/task.ts';
import { FunbricError } from '../../../src/model/errors.ts';
import { fioFolderName, markerFile } from '../../../src/model/namespace.ts';

const root = mkdtempSync(join(tmpdir(), 'funbric-test-remove-'));
after(() => rmSync(root, { recursive: true, force: true }));

/** This machine as a host, with both folders of a job there. */
function hostWithFolders(
  run: (words: readonly string[], options?: RunOptions) => void,
  collect: TaskHost['collect'] = async () => Promise.resolve(true),
): {
  readonly host: TaskHost;
  readonly folders: readonly string[];
} {
  const folder = mkdtempSync(join(root, 'host-'));
  const name = fioFolderName('r1', 0);
  const folders = [join(folder, 'dir', name), join(folder, 'work', name)];
  for (const each of folders) mkdirSync(each, { recursive: true });
  writeFileSync(join(folder, 'dir', name, markerFile), 'r1\n');
  writeFileSync(join(folder, 'work', name, 'fio.json'), '{');
  writeFileSync(join(folder, 'work', name, 'results.json'), '{}');
  const refused = (): never => assert.fail('not called');
  const host: TaskHost = {
    name: 'a',
    index: 0,
    folder: 'a',
    arguments: [],
    hosts: 1,
    runId: 'r1',
    isKept: false,
    workDir: join(folder, 'work'),
    commandMs: 2000,
    variables: {},
    run: async (words, options) => {
      run(words, options);
      const { status, stdout, stderr } = spawnSync(words[0] ?? '', words.slice(1), { encoding: 'utf8' });
      return { code: status ?? 128, stdout, stderr };
    },
    shell: refused,
    sudo: refused,
    cd: refused,
    put: refused,
    get: refused,
    collect,
    stress: refused,
    verify: refused,
    log: refused,
  };
  return { host, folders };
}

describe('removing what fio left', () => {
  it('is not cut off by -T, which is for the job', async () => {
    const limits: (number | undefined)[] = [];
    const { host, folders } = hostWithFolders((_, options) => limits.push(options?.timeoutMs));
    await removeFio(host, join(folders[0] ?? '', '..'));
    assert.deepEqual(limits, [0, 0]);
    assert.deepEqual(folders.filter(existsSync), []);
  });

  it('comes also where the look for what it measured fails, and that is said', async () => {
    let calls = 0;
    const { host, folders } = hostWithFolders(() => {
      calls++;
      if (calls === 1) throw new FunbricError('limit', 'a: no word of it for 1 s');
    });
    await assert.rejects(removeFio(host, join(folders[0] ?? '', '..')), /no word of it/);
    assert.deepEqual(folders.filter(existsSync), []);
  });

  for (const [when, first, calls] of [
    ['was brought', async (): Promise<boolean> => Promise.resolve(true), 1],
    ['can not be had', async (): Promise<boolean> => Promise.resolve(false), 1],
    ['was being fetched at Ctrl-C', async (): Promise<boolean> => Promise.reject(new Error('interrupted')), 2],
  ] as const) {
    it(`asks ${calls === 1 ? 'no more' : 'again'} for a result that ${when}`, async () => {
      const asked: string[] = [];
      const { host, folders } = hostWithFolders(
        () => undefined,
        async (path) => {
          asked.push(path);
          return asked.length === 1 ? await first() : true;
        },
      );
      const path = join(folders[1] ?? '', 'results.json');
      const ended = {
        ...host,
        run: async () => Promise.resolve({ code: 0, stdout: `results: ${path}\n`, stderr: '' }),
      };
      const dir = join(folders[0] ?? '', '..');
      await runFio(ended, { dir, job: { text: '', seconds: undefined, folders: [] }, slackMs: 0 }).catch(
        () => undefined,
      );
      await removeFio(host, dir);
      assert.deepEqual(
        asked,
        Array.from({ length: calls }, () => path),
      );
      assert.deepEqual(folders.filter(existsSync), []);
    });
  }
});
