import assert from 'node:assert/strict';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { explain } from '../../src/model/errors.ts';
import type { Host } from '../../src/model/host.ts';
import { makeSecrets, type GivenSecrets, type Question } from '../../src/transports/auth/secrets.ts';
import { makeKey } from '../support/ssh-keys.ts';
import { sshdReason, startSshd, type Sshd } from '../support/sshd.ts';
import { runCommand, testConnect, testHost, testTransports } from '../support/transports.ts';
import { startWordsServer, type WordsServer } from '../support/words-server.ts';

let folder: string;
before(() => (folder = mkdtempSync(join(tmpdir(), 'funbric-secrets-'))));
after(() => rmSync(folder, { recursive: true, force: true }));

/** A person who gives these answers, one after the other, and notes the questions. */
function person(...answers: readonly string[]): GivenSecrets & { readonly questions: Question[] } {
  const left = [...answers];
  const questions: Question[] = [];
  return {
    questions,
    ask: async (question) => {
      questions.push(question);
      return left.shift() ?? '';
    },
  };
}

async function outcome(
  host: Host,
  secrets: GivenSecrets,
  given: { readonly config?: string; readonly connectMs?: number } = {},
): Promise<string> {
  const configFile = join(folder, 'config');
  writeFileSync(configFile, given.config ?? '');
  const transports = testTransports(folder, { secrets, configFile });
  try {
    await using connection = await transports
      .of(host)
      .connect(host, testConnect({ connectMs: given.connectMs ?? 20_000 }));
    return (await runCommand(connection, 'echo in')).stdout.toString().trim();
  } catch (error) {
    return explain(error);
  }
}

describe('passwords', { timeout: 600_000 }, () => {
  const hostOf = ({ port, knownHostsFile }: WordsServer): Host =>
    testHost('web', { address: '127.0.0.1', port, user: 'joe', identityFiles: [], knownHostsFiles: [knownHostsFile] });

  it('are asked for once the host has said that it takes them, and again where they are wrong', async () => {
    await using server = await startWordsServer(folder, { methods: ['password'], password: 'right' });
    const { questions, ...asked } = person('wrong', 'right');
    assert.equal(await outcome(hostOf(server), asked), 'in');
    assert.deepEqual(server.attempts, ['none', 'password wrong', 'password right']);
    const question = { text: "joe@web's password: ", isEchoed: false };
    assert.deepEqual(questions, [question, question]);
  });

  it('are asked for as often as NumberOfPasswordPrompts says', async () => {
    await using server = await startWordsServer(folder, { methods: ['password'], password: 'right' });
    const { questions, ...asked } = person('a', 'b', 'c', 'd', 'e');
    const refusal = await outcome(hostOf(server), asked, { config: 'NumberOfPasswordPrompts 2\n' });
    assert.match(refusal, /login as joe failed: refused a typed password; it takes password/);
    assert.equal(questions.length, 2);
  });

  it('for all hosts are sent once a login, so that a wrong one locks no account', async () => {
    const prompt = { prompt: 'Password: ', echo: false, answer: 'right' };
    const rules = { methods: ['password', 'keyboard-interactive'], password: 'right', requests: [[prompt]] } as const;
    await using server = await startWordsServer(folder, rules);
    assert.equal(await outcome(hostOf(server), { password: 'right' }), 'in');
    assert.deepEqual(server.attempts.splice(0), ['none', 'keyboard-interactive right']);
    assert.match(await outcome(hostOf(server), { password: 'wrong' }), /refused the password/);
    assert.deepEqual(server.attempts, ['none', 'keyboard-interactive wrong']);
  });

  it('are asked for in the order of PreferredAuthentications, and not at all in BatchMode', async () => {
    const prompt = { prompt: 'Password: ', echo: false, answer: 'right' };
    const rules = { methods: ['password', 'keyboard-interactive'], password: 'right', requests: [[prompt]] } as const;
    await using server = await startWordsServer(folder, rules);
    const config = 'PreferredAuthentications password,keyboard-interactive\n';
    assert.equal(await outcome(hostOf(server), person('right'), { config }), 'in');
    assert.deepEqual(server.attempts.splice(0), ['none', 'password right']);
    const off = 'PasswordAuthentication no\nKbdInteractiveAuthentication no\n';
    assert.match(await outcome(hostOf(server), person('right'), { config: off }), /there was nothing to try/);
    const { questions, ...asked } = person('right');
    assert.match(await outcome(hostOf(server), asked, { config: 'BatchMode yes\n' }), /BatchMode is on/);
    assert.deepEqual(questions, []);
  });

  it('without a terminal fail at once, and say what to do', async () => {
    await using server = await startWordsServer(folder, { methods: ['password'], password: 'right' });
    const refusal = await outcome(hostOf(server), {});
    assert.match(refusal, /it takes password.*ssh-add.*there is no terminal to ask at \(--password-file FILE/);
  });

  it('and second factors are asked for each, seen or unseen as the host says, in clean text', async () => {
    const first = [
      { prompt: 'User\u0007name: ', echo: true, answer: 'me' },
      { prompt: 'Password: ', echo: false, answer: 'right' },
    ];
    const second = [{ prompt: 'Verification code: ', echo: false, answer: '123' }];
    await using server = await startWordsServer(folder, {
      methods: ['keyboard-interactive'],
      requests: [first, second],
    });
    const { questions, ...asked } = person('me', '123');
    assert.equal(await outcome(hostOf(server), { ...asked, password: 'right' }), 'in');
    assert.deepEqual(server.attempts, ['none', 'keyboard-interactive me,right', 'keyboard-interactive 123']);
    assert.deepEqual(questions, [
      { text: 'Title\nDo  [31mas told\n(joe@web) User name: ', isEchoed: true },
      { text: 'Title\nDo  [31mas told\n(joe@web) Verification code: ', isEchoed: false },
    ]);
  });

  it('never answer for a second factor', async () => {
    const requests = [[{ prompt: 'One-time code: ', echo: false, answer: '123' }]];
    await using server = await startWordsServer(folder, { methods: ['keyboard-interactive'], requests });
    assert.match(
      await outcome(hostOf(server), { password: 'hunter2' }),
      /it asks "One-time code: ", and nobody can answer/,
    );
    assert.deepEqual(server.attempts, ['none']);
  });

  it('are for the hosts that are meant, not for the jump hosts on the way', async () => {
    await using server = await startWordsServer(folder, { methods: ['password'], password: 'right' });
    const { address, port, user, identityFiles, knownHostsFiles } = hostOf(server);
    const gate = { name: 'gate', address, port, user, identityFiles, knownHostsFiles };
    const host = { ...hostOf(server), jump: [gate] };
    assert.match(await outcome(host, { password: 'right' }), /^web: jump host gate .*there was nothing to try/);
    assert.deepEqual(server.attempts, ['none']);
  });

  it('may be one of two ways that a host needs', async () => {
    const requests = [[{ prompt: 'Code: ', echo: false, answer: '123' }]];
    const methods = ['password', 'keyboard-interactive'] as const;
    const rules = { methods, password: 'right', requests, isEveryMethodNeeded: true };
    await using server = await startWordsServer(folder, rules);
    const { questions: _, ...asked } = person('123');
    assert.equal(await outcome(hostOf(server), { ...asked, password: 'right' }), 'in');
    assert.deepEqual(server.attempts, ['none', 'password right', 'keyboard-interactive 123']);
  });

  it('may be typed longer than the connect limit', async () => {
    await using server = await startWordsServer(folder, { methods: ['password'], password: 'right' });
    const ask = async (): Promise<string> => sleep(3_500, 'right');
    assert.equal(await outcome(hostOf(server), { ask }, { connectMs: 3_000 }), 'in');
  });

  it('end the login where the person gives up', async () => {
    await using server = await startWordsServer(folder, { methods: ['password'], password: 'right' });
    const ask = async (): Promise<string> => {
      throw new Error('no answer was given');
    };
    await assert.rejects(
      testTransports(folder, { secrets: { ask } }).of(hostOf(server)).connect(hostOf(server), testConnect()),
      /no answer was given/,
    );
  });
});

describe('questions', () => {
  it('come one at a time, however many hosts ask', async () => {
    let open = 0;
    let most = 0;
    const { ask } = makeSecrets({
      ask: async () => {
        most = Math.max(most, ++open);
        await sleep(5);
        open--;
        return 'x';
      },
    });
    const { signal } = new AbortController();
    await Promise.all(Array.from({ length: 10 }, async () => ask?.({ text: '', isEchoed: false }, signal)));
    assert.equal(most, 1);
  });
});

describe('keys with a passphrase', { skip: sshdReason(), timeout: 600_000 }, () => {
  let sshd: Sshd;
  let locked: string;
  before(async () => {
    sshd = await startSshd({ addresses: ['127.0.0.2', '127.0.0.3', '127.0.0.4'] });
    locked = makeKey(join(folder, 'locked'), { passphrase: 'open sesame' });
    copyFileSync(`${locked}.pub`, join(sshd.folder, 'authorized_keys'));
    rmSync(`${locked}.pub`);
  });
  after(async () => sshd.close());

  const hosts = (identityFiles: string[]): readonly Host[] =>
    sshd.addresses.map((address) =>
      testHost(`at ${address}`, { address, port: sshd.port, identityFiles, knownHostsFiles: [sshd.knownHostsFile] }),
    );

  it('are asked for it once, whichever hosts want it, and only by a host that takes the key', async () => {
    const { questions, ...secrets } = person('wrong', 'open sesame');
    const unheard = makeKey(join(folder, 'unheard'), { passphrase: 'other' });
    const transports = testTransports(folder, { secrets });
    const connections = await Promise.all(
      hosts([unheard, locked]).map(async (host) => transports.of(host).connect(host, testConnect())),
    );
    await Promise.all(connections.map(async (one) => one[Symbol.asyncDispose]()));
    const question = { text: `Enter passphrase for key '${locked}': `, isEchoed: false };
    assert.deepEqual(questions, [question, question]);
  });

  it('are given up after three wrong ones, for all hosts', async () => {
    const { questions, ...secrets } = person('a', 'b', 'c', 'd', 'e', 'f');
    const transports = testTransports(folder, { secrets });
    const refusals = await Promise.all(
      hosts([locked]).map(async (host) =>
        transports
          .of(host)
          .connect(host, testConnect())
          .then(() => 'in', explain),
      ),
    );
    for (const refusal of refusals) assert.match(refusal, /locked stays encrypted: 3 wrong passphrases/);
    assert.equal(questions.length, 3);
  });

  it('are not offered without a terminal, nor in BatchMode, and ssh-add is named', async () => {
    const [host] = hosts([locked]);
    assert(host !== undefined);
    assert.match(
      await outcome(host, {}),
      /there was nothing to try.*locked is encrypted, load it into an agent with ssh-add/,
    );
    const { questions, ...secrets } = person('open sesame');
    assert.match(await outcome(host, secrets, { config: 'BatchMode yes\n' }), /ssh-add/);
    assert.deepEqual(questions, []);
  });
});
