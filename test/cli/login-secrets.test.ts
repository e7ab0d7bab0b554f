import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { after, before, describe, it } from 'node:test';
import { parseArguments, type FleetValues } from '../../src/cli/arguments.ts';
import { holdable, loginSecrets } from '../../src/cli/login-secrets.ts';
import type { GivenSecrets } from '../../src/transports/secrets.ts';
import { ctrlC } from '../support/pty.ts';

describe('the login password of all hosts', () => {
  let folder: string;
  before(() => (folder = mkdtempSync(join(tmpdir(), 'funbric-password-'))));
  after(() => rmSync(folder, { recursive: true, force: true }));

  const drawn: string[] = [];
  const terminal = holdable({
    isTerminal: true,
    size: () => ({ columns: 80, rows: 24 }),
    draw: (lines) => void drawn.push(lines.join('\n')),
    erase: () => void drawn.push('erased'),
  });
  const fleetOf = async (...words: string[]): Promise<FleetValues> => {
    const none = { names: [], load: async () => Promise.reject(new Error('no task')) };
    const invocation = await parseArguments(['-H', 'web', ...words, '--', 'true'], none);
    assert('fleet' in invocation);
    return invocation.fleet;
  };
  const secretsOf = async (
    words: string[],
    { input = Readable.from([]), output = new PassThrough(), interrupt = (): void => undefined } = {},
  ): Promise<GivenSecrets> => {
    const { signal } = new AbortController();
    const around = { prompt: { input, output, interrupt }, terminal, currentFolder: folder, signal };
    return loginSecrets(await fleetOf(...words), around);
  };
  const fileWith = (text: string, mode = 0o600): string => {
    const path = join(folder, 'password');
    writeFileSync(path, text);
    chmodSync(path, mode);
    return path;
  };

  it('is the only line of a file that nobody else may read', async () => {
    assert.equal((await secretsOf(['--password-file', fileWith(' pass word \n')])).password, ' pass word ');
    for (const text of ['', '\n', 'one\ntwo\n', 'x'.repeat(9000)]) {
      await assert.rejects(secretsOf(['--password-file', fileWith(text)]), {
        code: 'input',
        message: /no password, or more/,
      });
    }
  });

  it('is not taken from a file that others may read', { skip: process.platform === 'win32' }, async () => {
    for (const mode of [0o640, 0o604, 0o666]) {
      await assert.rejects(secretsOf(['--password-file', fileWith('secret', mode)]), {
        code: 'input',
        message: new RegExp(`others may read this password \\(mode ${mode.toString(8)}\\)`),
        hint: /chmod 600/,
      });
    }
    await assert.rejects(secretsOf(['--password-file', 'none']), { code: 'input', message: /can't be read/ });
  });

  it('comes from a pipe for -', async () => {
    const { password, ask } = await secretsOf(['--password-file', '-'], { input: Readable.from(['sec', 'ret\n']) });
    assert.deepEqual([password, ask], ['secret', undefined]);
  });

  it('is asked for at a terminal, which shows neither it nor the board meanwhile', async () => {
    const input = Object.assign(new PassThrough(), { isTTY: true });
    const output = new PassThrough();
    let shown = '';
    output.setEncoding('utf8').on('data', (text: string) => {
      shown += text;
      terminal.draw(['a frame']);
      if (text.includes('SSH password: ')) setImmediate(() => input.write('hidden\r'));
    });
    drawn.length = 0;
    const { password } = await secretsOf(['--ask-pass'], { input, output });
    assert.equal(password, 'hidden');
    assert.equal(shown, 'SSH password: \n');
    terminal.draw(['the last']);
    assert.deepEqual(drawn, ['erased', 'the last']);
  });

  it('is not waited for after Ctrl-C, which interrupts the program', async () => {
    const input = Object.assign(new PassThrough(), { isTTY: true });
    const output = new PassThrough();
    output.on('data', () => input.write(ctrlC));
    let isInterrupted = false;
    const interrupt = (): void => {
      isInterrupted = true;
    };
    await assert.rejects(secretsOf(['--ask-pass'], { input, output, interrupt }), { code: 'interrupted' });
    assert(isInterrupted);
  });

  it('is never asked for without a terminal, or said in two ways', async () => {
    await assert.rejects(secretsOf(['--ask-pass']), { code: 'usage', hint: /--password-file/ });
    await assert.rejects(secretsOf(['--ask-pass', '--password-file', fileWith('x')]), { code: 'usage' });
  });
});
