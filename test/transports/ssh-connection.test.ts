/** Which commands share a login, and when another one is worth it. */
import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { describe, it } from 'node:test';
import { connectionOf } from '../../src/transports/connection/connection.ts';
import type { Line } from '../../src/transports/connection/line.ts';
import type { Connection, Exit, RemoteProcess } from '../../src/transports/transport.ts';

describe('a host that refuses a command on a login', () => {
  it('is asked again there, where that took as many before: sshd makes room late', async () => {
    await using host = hostThat([true, false, false, true]);
    await host.connection.exec('one');
    host.endAll();
    await host.connection.exec('two');
    assert.equal(host.logins(), 1);
  });

  it('is logged in to once more where it never took as many, or takes none any more', async () => {
    await using small = hostThat([true, false]);
    await small.connection.exec('one');
    await small.connection.exec('two');
    assert.equal(small.logins(), 2);

    await using stuck = hostThat([true]);
    await stuck.connection.exec('one');
    stuck.endAll();
    await stuck.connection.exec('two');
    assert.equal(stuck.logins(), 2);
  });
});

/** Its first login takes commands as the answers say, and none after those; each further one takes all. */
function hostThat(answers: readonly boolean[]): AsyncDisposable & {
  readonly connection: Connection;
  logins(): number;
  /** Its commands so far. */
  endAll(): void;
} {
  const ends: ((exit: Exit) => void)[] = [];
  const start = (): RemoteProcess => ({
    stdin: new PassThrough(),
    stdout: new PassThrough(),
    stderr: new PassThrough(),
    exit: new Promise((resolve) => ends.push(resolve)),
    kill: () => undefined,
  });
  const lineThat = (isTaken: () => boolean): Line => ({
    start: async () => Promise.resolve(isTaken() ? start() : 'full'),
    closed: new Promise(() => undefined),
    close: async () => Promise.resolve(),
  });
  const left = [...answers];
  let logins = 1;
  const logIn = async (): Promise<Line> => {
    logins++;
    return Promise.resolve(lineThat(() => true));
  };
  const first = lineThat(() => left.shift() ?? false);
  const connection = connectionOf(first, { name: 'web', address: '127.0.0.1', port: 22 }, logIn, 10_000);
  return {
    connection,
    logins: () => logins,
    endAll: () => ends.splice(0).forEach((end) => end({ kind: 'exited', code: 0 })),
    [Symbol.asyncDispose]: async () => connection[Symbol.asyncDispose](),
  };
}
