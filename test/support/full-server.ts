/** A server whose line of connections is full, so that the kernel drops what comes, as a firewall would. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { textOfProcess } from './processes.ts';
import { until } from './until.ts';

interface FullServer extends AsyncDisposable {
  readonly address: string;
  readonly port: number;
}

const address = '127.0.0.1';

export async function startFullServer(): Promise<FullServer> {
  const program = `require('net').createServer().listen({ port: 0, host: '${address}', backlog: 1 }, function () {
    process.stdout.write(this.address().port + '\\n');
  })`;
  const child = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = await once(child.stdout, 'data');
  const port = Number(String(line));
  child.kill('SIGSTOP');
  // Until then it may take some of those that wait.
  await until('a server that is stopped', () => /^State:\s+T/m.test(textOfProcess(child.pid ?? 0, 'status')));
  const waiting: Socket[] = [];
  for (let sent = 0; sent < 8; sent++) waiting.push(connect(port, address).on('error', () => undefined));
  return {
    address,
    port,
    async [Symbol.asyncDispose]() {
      for (const socket of waiting) socket.destroy();
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    },
  };
}
