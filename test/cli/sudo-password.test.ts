import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { after, before, describe, it } from 'node:test';
import type { Prompt } from '../../src/cli/mount-credentials.ts';
import { sudoPasswordOf } from '../../src/cli/sudo-password.ts';

describe('the sudo password', () => {
  let currentFolder: string;
  before(() => (currentFolder = mkdtempSync(join(tmpdir(), 'funbric-sudo-'))));
  after(() => rmSync(currentFolder, { recursive: true, force: true }));

  const nobody: Prompt = { input: Readable.from([]), output: new PassThrough() };
  const fromFile = async (sudoPasswordFile: string, prompt = nobody): Promise<string | undefined> =>
    (await sudoPasswordOf({ isSudoPasswordAsked: false, sudoPasswordFile }, { prompt, currentFolder }))?.line;
  const asked = async (prompt: Prompt): Promise<string | undefined> => {
    const choice = { isSudoPasswordAsked: true, sudoPasswordFile: undefined };
    return (await sudoPasswordOf(choice, { prompt, currentFolder }))?.line;
  };

  it('comes from a file, with or without the end of its line, and from a pipe for -', async () => {
    for (const text of ['se cret ', 'se cret \n', 'se cret \r\n']) {
      writeFileSync(join(currentFolder, 'file'), text);
      assert.equal(await fromFile('file'), 'se cret \n');
    }
    assert.equal(await fromFile('-', { ...nobody, input: Readable.from(['se', 'cret\n']) }), 'secret\n');
  });

  it('is one line: what is more, or nothing, is refused, and repeated in no message', async () => {
    for (const text of ['', '\n', 'hidden\nhidden\n', 'hidden\0', 'h'.repeat(5000)]) {
      writeFileSync(join(currentFolder, 'file'), text);
      await assert.rejects(fromFile('file'), (error) => {
        assert.match(String(error), /--sudo-password-file file: it is no password/);
        return !String(error).includes('hidden');
      });
    }
    await assert.rejects(fromFile('none'), { code: 'input', message: /none: can't be read/ });
    await assert.rejects(fromFile('.'), { code: 'input', message: /not a regular file/ });
  });

  it('is asked for at a terminal, which never shows it', async () => {
    const input = Object.assign(new PassThrough(), { isTTY: true });
    const output = new PassThrough();
    let shown = '';
    output.setEncoding('utf8').on('data', (text: string) => {
      shown += text;
      if (text === 'sudo password: ') setImmediate(() => input.write('hidden\r'));
    });
    assert.equal(await asked({ input, output }), 'hidden\n');
    assert.equal(shown, 'sudo password: \n');
  });

  it('is not asked for where there is no terminal, nor read from one', async () => {
    await assert.rejects(asked(nobody), { code: 'usage', message: /needs a terminal/ });
    const input = Object.assign(new PassThrough(), { isTTY: true });
    await assert.rejects(fromFile('-', { ...nobody, input }), { code: 'usage', message: /is a terminal/ });
  });

  it('ends the program at Ctrl-C, as every wait does', async () => {
    const input = Object.assign(new PassThrough(), { isTTY: true });
    const output = new PassThrough();
    output.on('data', () => input.write('\u0003'));
    await assert.rejects(asked({ input, output }), { code: 'interrupted' });
  });
});
