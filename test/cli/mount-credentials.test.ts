import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { after, before, describe, it } from 'node:test';
import { credentialsOf, type Prompt } from '../../src/cli/mount-credentials.ts';
import { mountSpec } from '../../src/controller/mounts/spec.ts';
import { makePlan } from '../../src/controller/run/planning.ts';
import { FunbricError } from '../../src/model/errors.ts';
import type { Plan } from '../../src/model/plan.ts';

const file = 'username=ann\npassword=pa=ss,w"ord\ndomain=LAB\n';

describe('credentials of a mount', () => {
  let folder: string;
  before(() => (folder = mkdtempSync(join(tmpdir(), 'funbric-credentials-'))));
  after(() => rmSync(folder, { recursive: true, force: true }));

  const nobody: Prompt = { input: Readable.from([]), output: new PassThrough() };
  const read = async (text: string): Promise<string | undefined> => {
    const path = join(folder, 'file');
    writeFileSync(path, text);
    return (await credentialsOf(planWith(path), nobody)).get(path)?.text;
  };

  it('come from a file as mount.cifs has it, and the plan keeps only where it is', async () => {
    assert.equal(await read(`# ours\n${file}\n`), file);
    assert.equal(JSON.stringify(planWith(join(folder, 'file'))).includes('pa=ss'), false);
  });

  it('come from a pipe for -', async () => {
    const given = await credentialsOf(planWith('-'), { ...nobody, input: Readable.from([file]) });
    assert.deepEqual(given.get('-'), { text: file, secrets: ['pa=ss,w"ord'] });
  });

  it('are asked for at a terminal, which never shows the password', async () => {
    const input = Object.assign(new PassThrough(), { isTTY: true });
    const output = new PassThrough();
    let shown = '';
    output.setEncoding('utf8').on('data', (text: string) => {
      shown += text;
      if (shown.endsWith('user of the mount: ')) input.write('ann\r');
      if (shown.endsWith('domain (empty: none): ')) input.write('\r');
      if (shown.endsWith('password: ')) setImmediate(() => input.write('hidden\r'));
    });
    const given = await credentialsOf(planWith('-'), { input, output });
    assert.equal(given.get('-')?.text, 'username=ann\npassword=hidden\n');
    assert.match(shown, /user of the mount: .*ann/s);
    assert.equal(shown.includes('hidden'), false);
  });

  it('end the program at Ctrl-C, as every wait does', async () => {
    const input = Object.assign(new PassThrough(), { isTTY: true });
    const output = new PassThrough();
    output.on('data', () => input.write('\u0003'));
    await assert.rejects(
      async () => credentialsOf(planWith('-'), { input, output }),
      (error) => error instanceof FunbricError && error.code === 'interrupted',
    );
  });

  const mistakes: readonly (readonly [string, RegExp])[] = [
    ['', /one user/],
    ['password=canary\n', /one user/],
    ['username=a\nusername=b\npassword=canary\n', /one user/],
    ['username=a\ncanary\n', /setting 2 isn't understood/],
    [`username=a\npassword=canary${'x'.repeat(5000)}\n`, /bytes/],
  ];
  for (const [text, message] of mistakes) {
    it(`are refused unread aloud: ${JSON.stringify(text.slice(0, 40))}`, async () => {
      await assert.rejects(
        async () => read(text),
        (error) =>
          error instanceof FunbricError &&
          error.code === 'input' &&
          message.test(error.message) &&
          !error.message.includes('canary'),
      );
    });
  }

  it('name the file that is missing', async () => {
    await assert.rejects(
      async () => credentialsOf(planWith('/nowhere/c'), nobody),
      /--mount-credentials \/nowhere\/c: can't be read/,
    );
  });
});

function planWith(mountCredentials: string): Plan {
  return makePlan({
    tasks: [
      {
        name: 't',
        task: { summary: 's', mount: () => mountSpec({ mount: 'smb3://server/share', mountCredentials }, '/mnt/t') },
        options: {},
      },
    ],
    hosts: [{ name: 'a', roles: [], groups: [], variables: {} }],
    seed: 1,
    version: '0',
    now: new Date(0),
    nonce: 'abcd',
  });
}
