import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable, Writable } from 'node:stream';
import { after, before, describe, it } from 'node:test';
import { parseArguments, type FleetValues } from '../../src/cli/arguments/arguments.ts';
import type { Reach } from '../../src/cli/engine/engine.ts';
import { reachOf } from '../../src/cli/reach.ts';
import { holdable } from '../../src/cli/terminal/holdable.ts';
import { ctrlC } from '../support/pty.ts';

const passwords = [
  {
    name: 'the login password of all hosts',
    ask: '--ask-pass',
    file: '--password-file',
    question: 'SSH password: ',
    of: ({ secrets }: Reach): string | undefined => secrets.password,
  },
  {
    name: 'the sudo password',
    ask: '--ask-sudo-pass',
    file: '--sudo-password-file',
    question: 'sudo password: ',
    of: ({ sudoPassword }: Reach): string | undefined => sudoPassword?.line.slice(0, -1),
  },
];

for (const { name, ask, file, question, of } of passwords) {
  describe(name, () => {
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
      const invocation = await parseArguments(['-H', 'web', '--sudo', ...words, '--', 'true'], none);
      assert('fleet' in invocation);
      return invocation.fleet;
    };
    const reachWith = async (
      words: string[],
      given: { readonly input?: Readable; readonly output?: Writable; readonly interrupt?: () => void } = {},
    ): Promise<Reach> => {
      const { input = Readable.from([]), output = new PassThrough(), interrupt = (): void => undefined } = given;
      const { signal } = new AbortController();
      const prompt = { input, output, interrupt };
      const around = { prompt, terminal, currentFolder: folder, signal, killSignal: signal, err: () => undefined };
      return reachOf(await fleetOf(...words), around);
    };
    const fileWith = (text: string, mode = 0o600): string => {
      const path = join(folder, 'password');
      writeFileSync(path, text);
      chmodSync(path, mode);
      return path;
    };

    it('is the only line of a file that nobody else may read', async () => {
      for (const end of ['', '\n', '\r\n']) {
        assert.equal(of(await reachWith([file, fileWith(` pass word ${end}`)])), ' pass word ');
      }
      for (const text of ['', '\n', 'hidden\nhidden\n', 'hidden\0', 'x'.repeat(9000)]) {
        await assert.rejects(reachWith([file, fileWith(text)]), (error) => {
          assert.match(String(error), /no password, or more/);
          return !String(error).includes('hidden');
        });
      }
    });

    it('is not taken from a file that others may read', { skip: process.platform === 'win32' }, async () => {
      for (const mode of [0o640, 0o604, 0o666]) {
        await assert.rejects(reachWith([file, fileWith('secret', mode)]), {
          code: 'input',
          message: new RegExp(`others may read this password \\(mode ${mode.toString(8)}\\)`),
          hint: /chmod 600/,
        });
      }
      await assert.rejects(reachWith([file, 'none']), { code: 'input', message: /can't be read/ });
      await assert.rejects(reachWith([file, '/dev/zero']), { code: 'input', message: /\/dev\/zero: .*larger than/ });
    });

    it('comes from a pipe for -', async () => {
      const reach = await reachWith([file, '-'], { input: Readable.from(['sec', 'ret\n']) });
      assert.deepEqual([of(reach), reach.secrets.ask], ['secret', undefined]);
    });

    it('is asked for at a terminal, which shows neither it nor the board meanwhile', async () => {
      let isEchoOff = false;
      const setRawMode = (isRaw: boolean): void => void (isEchoOff = isRaw);
      const input = Object.assign(new PassThrough(), { isTTY: true, setRawMode });
      let shown = '';
      const output = new Writable({
        write(chunk, _encoding, done) {
          shown += String(chunk);
          terminal.draw(['a frame']);
          // Who types ahead of the question is on their own, but not who sees it.
          if (shown === question) assert(isEchoOff);
          if (shown === question) setImmediate(() => input.write('hidden\r'));
          done();
        },
      });
      drawn.length = 0;
      const reach = await reachWith([ask], { input, output });
      assert.equal(of(reach), 'hidden');
      assert.equal(shown, `${question}\n`);
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
      await assert.rejects(reachWith([ask], { input, output, interrupt }), { code: 'interrupted' });
      assert(isInterrupted);
    });

    it('is never asked for without a terminal, or said in two ways', async () => {
      await assert.rejects(reachWith([ask]), { code: 'usage', hint: new RegExp(file) });
      await assert.rejects(reachWith([ask, file, fileWith('x')]), { code: 'usage' });
    });
  });
}
