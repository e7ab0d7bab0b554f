/**
 * SSH hosts inside this process, for machines without an sshd: real SSH on loopback ports and real shells, each host
 * with a home folder of its own. Only the key that is made for it may log in; nothing is forwarded and there is no pty.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import type { Server as NetServer } from 'node:net';
import { userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import ssh2, { type ParsedKey } from 'ssh2';
import { makeDaemon } from './daemon.ts';
import type { HostOptions } from './host-options.ts';
import { writePrograms } from './programs.ts';

export interface LoopbackHost {
  readonly name: string;
  readonly address: string;
  readonly port: number;
  readonly user: string;
  readonly home: string;
}

export interface LoopbackFleet extends AsyncDisposable {
  readonly hosts: readonly LoopbackHost[];
  readonly identityFile: string;
  readonly knownHostsFile: string;
  /** Ends all connections and all that runs in them. */
  close(): Promise<void>;
}

export interface LoopbackOptions {
  readonly count: number;
  /** Where keys and homes are made; theirs alone. */
  readonly folder: string;
  /** Each login that is tried: `publickey`, `password`, ... */
  readonly onLogin?: (host: string, method: string) => void;
  /** What clients ask for once they are in: `session`, `exec`, `pty-req`, ... */
  readonly onRequest?: (host: string, request: string) => void;
  /** What is special about the first host, the second, ... */
  readonly each?: readonly HostOptions[];
}

const address = '127.0.0.1';

export async function startLoopbackFleet(options: LoopbackOptions): Promise<LoopbackFleet> {
  const { count, folder } = options;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const hostKey = makeKey();
  const clientKey = makeKey();
  const identityFile = join(folder, 'id_ed25519');
  const knownHostsFile = join(folder, 'known_hosts');
  await writeFile(identityFile, clientKey.text, { mode: 0o600 });
  const closers: (() => Promise<void>)[] = [];
  const close = async (): Promise<void> => void (await Promise.all(closers.map(async (closer) => closer())));
  const hosts: LoopbackHost[] = [];
  const user = userInfo().username;
  try {
    for (let number = 1; number <= count; number++) {
      const own = options.each?.[number - 1] ?? {};
      const name = own.name ?? `demo${number}`;
      // Not by its name, which may be any.
      const home = join(folder, `demo${number}`);
      await makeHome(home, own);
      const faults = own.faults ?? [];
      const programs = await writePrograms(`${home}-programs`, own);
      const daemon = makeDaemon({
        hostKey: hostKey.text,
        clientKey: clientKey.key,
        user,
        faults,
        setting: { user, home, shell: own.shell ?? '/bin/sh', programs, faults },
        onLogin: (method) => options.onLogin?.(name, method),
        onRequest: (request) => options.onRequest?.(name, request),
      });
      closers.push(daemon.close);
      hosts.push({ name, address, port: await listen(daemon.listener), user, home });
    }
  } catch (error) {
    await close();
    throw error;
  }
  const blob = hostKey.key.getPublicSSH().toString('base64');
  const lines = hosts.map(({ port }) => `[${address}]:${port} ${hostKey.key.type} ${blob}\n`);
  await writeFile(knownHostsFile, lines.join(''), { mode: 0o600 });
  return { hosts, identityFile, knownHostsFile, close, [Symbol.asyncDispose]: close };
}

async function makeHome(home: string, { files = {} }: HostOptions): Promise<void> {
  await mkdir(home, { recursive: true, mode: 0o700 });
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(home, name)), { recursive: true });
    await writeFile(join(home, name), content);
  }
}

/** About one in 200 ed25519 keys that ssh2 makes lacks a byte, as it strips zeros at the start: those are made again. */
function makeKey(): { readonly text: string; readonly key: ParsedKey } {
  for (;;) {
    const pair = ssh2.utils.generateKeyPairSync('ed25519');
    const key = ssh2.utils.parseKey(pair.private);
    const open = ssh2.utils.parseKey(pair.public);
    if (key instanceof Error || open instanceof Error) continue;
    if (open.verify('test', key.sign('test'))) return { text: pair.private, key };
  }
}

async function listen(server: NetServer): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, address, resolve);
  });
  const bound = server.address();
  if (bound === null || typeof bound === 'string') throw new Error(`no port on ${address}`);
  return bound.port;
}
