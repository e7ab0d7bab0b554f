/** An SSH host that takes passwords and asks questions, in this process: sshd could only do so with a user of this machine. */
import { spawn } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import ssh2, { type Connection } from 'ssh2';

export interface WordsServer extends AsyncDisposable {
  readonly port: number;
  readonly knownHostsFile: string;
  /** Each attempt: `password hunter2`, `keyboard-interactive a,b`, `none`. */
  readonly attempts: string[];
}

type Method = 'password' | 'keyboard-interactive';

interface Rules {
  /** What it takes; the rest in what was tried so far decides what is left. */
  readonly methods: readonly Method[];
  readonly password?: string;
  /** Asked one request after the other; each with the answers that it takes. */
  readonly requests?: readonly (readonly {
    readonly prompt: string;
    readonly echo: boolean;
    readonly answer: string;
  }[])[];
  /** All methods are needed, in their order. */
  readonly isEveryMethodNeeded?: boolean;
}

export async function startWordsServer(folder: string, rules: Rules): Promise<WordsServer> {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const pem = privateKey.export({ type: 'sec1', format: 'pem' }).toString();
  const attempts: string[] = [];
  const clients = new Set<Connection>();
  const server = new ssh2.Server({ hostKeys: [pem] }, (client) => {
    clients.add(client);
    client.on('error', () => undefined);
    let left: Method[] = [...rules.methods];
    client.on('authentication', (context) => {
      const pass = (method: string): void => {
        left = left.filter((one) => one !== method);
        if (rules.isEveryMethodNeeded === true && left.length > 0) context.reject(offered(), true);
        else context.accept();
      };
      const offered = (): Method[] => (rules.isEveryMethodNeeded === true ? left.slice(0, 1) : left);
      if (context.method === 'password') {
        attempts.push(`password ${context.password}`);
        if (context.password === rules.password && offered().includes('password')) pass('password');
        else context.reject(offered());
      } else if (context.method === 'keyboard-interactive' && offered().includes('keyboard-interactive')) {
        const requests = [...(rules.requests ?? [])];
        const askNext = (): void => {
          const request = requests.shift();
          if (request === undefined) {
            pass('keyboard-interactive');
            return;
          }
          context.prompt(
            request.map(({ prompt, echo }) => ({ prompt, echo })),
            'Title',
            'Do \u001B[31mas told',
            (answers) => {
              attempts.push(`keyboard-interactive ${answers.join(',')}`);
              if (request.every(({ answer }, index) => answers[index] === answer)) askNext();
              else context.reject(offered());
            },
          );
        };
        askNext();
      } else {
        attempts.push(context.method);
        context.reject(offered());
      }
    });
    client.on('ready', () => {
      client.on('session', (accept) => {
        accept().on('exec', (acceptExec, _reject, { command }) => {
          const channel = acceptExec();
          const child = spawn('/bin/sh', ['-c', command]);
          channel.pipe(child.stdin).on('error', () => undefined);
          child.stdout.pipe(channel, { end: false });
          child.stderr.pipe(channel.stderr, { end: false });
          child.once('close', (code) => {
            channel.exit(code ?? 1);
            channel.end();
          });
        });
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const { port } = address;
  const key = ssh2.utils.parseKey(pem);
  if (key instanceof Error) throw key;
  const knownHostsFile = join(folder, `known-${port}`);
  writeFileSync(knownHostsFile, `[127.0.0.1]:${port} ${key.type} ${key.getPublicSSH().toString('base64')}\n`);
  return {
    port,
    knownHostsFile,
    attempts,
    async [Symbol.asyncDispose]() {
      for (const client of clients) client.end();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
