/** What sshd allows by default, and what hardened ones allow less of: no login and no command is lost to it. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { Connection } from '../../src/transports/transport.ts';
import { sshdReason, startSshd, type Sshd } from '../support/sshd.ts';
import { runCommand, testConnect, testHost, testTransports } from '../support/transports.ts';

describe('the limits of sshd', { skip: sshdReason(), timeout: 120_000 }, () => {
  let folder: string;
  before(() => (folder = mkdtempSync(join(tmpdir(), 'funbric-limits-'))));
  after(() => rmSync(folder, { recursive: true, force: true }));

  const hostOf = (sshd: Sshd, at = 0): ReturnType<typeof testHost> =>
    testHost(`web${at}`, {
      address: sshd.addresses[at % sshd.addresses.length],
      port: sshd.port,
      identityFiles: [sshd.identityFile],
      knownHostsFiles: [sshd.knownHostsFile],
    });
  const connect = async (sshd: Sshd): Promise<Connection> =>
    testTransports(folder).of(hostOf(sshd)).connect(hostOf(sshd), testConnect());
  const echo = async (connection: Connection, turn: number): Promise<string> =>
    (await runCommand(connection, `sleep 0.1; echo ${turn}`)).stdout.toString();
  const loginsOf = (sshd: Sshd): number => sshd.log().split('Accepted publickey').length - 1;

  it('MaxStartups 10:30:100 loses no login of 60 hosts that come at once, by 15 addresses', async () => {
    // sshd listens on 16 addresses at most.
    const addresses = Array.from({ length: 15 }, (_, at) => `127.0.0.${at + 2}`);
    await using sshd = await startSshd({ addresses, maxStartups: '10:30:100' });
    const transports = testTransports(folder, { random: Math.random });
    const said = await Promise.all(
      Array.from({ length: 60 }, async (_, at) => {
        const host = hostOf(sshd, at);
        await using connection = await transports.of(host).connect(host, testConnect());
        return await echo(connection, at);
      }),
    );
    assert.deepEqual(
      said,
      said.map((_, at) => `${at}\n`),
    );
    assert.match(sshd.log(), /drop connection/, 'it was no trap');
  });

  it('MaxSessions 10 is not reached: of 40 commands six run at the same time, on one login', async () => {
    await using sshd = await startSshd({ config: ['MaxSessions 10'] });
    await using connection = await connect(sshd);
    const log = join(folder, 'overlap');
    const command = `echo begin >> '${log}'; sleep 0.2; echo end >> '${log}'`;
    await Promise.all(Array.from({ length: 40 }, async () => runCommand(connection, command)));
    let now = 0;
    let most = 0;
    for (const line of readFileSync(log, 'utf8').trim().split('\n')) {
      now += line === 'begin' ? 1 : -1;
      most = Math.max(most, now);
    }
    assert.equal(most, 6);
    assert.equal(loginsOf(sshd), 1);
    assert.doesNotMatch(sshd.log(), /no more sessions/);
  });

  for (const allowed of [1, 2]) {
    it(`MaxSessions ${allowed} is made up for by further logins, six at most`, async () => {
      await using sshd = await startSshd({ config: [`MaxSessions ${allowed}`] });
      await using connection = await connect(sshd);
      const said = await Promise.all(Array.from({ length: 24 }, async (_, turn) => echo(connection, turn)));
      assert.deepEqual(
        said,
        said.map((_, turn) => `${turn}\n`),
      );
      assert.equal(await echo(connection, 24), '24\n');
      assert(loginsOf(sshd) > 1 && loginsOf(sshd) <= 6, `${loginsOf(sshd)} logins`);
    });
  }

  it('MaxSessions 0 is named', async () => {
    await using sshd = await startSshd({ config: ['MaxSessions 0'] });
    await using connection = await connect(sshd);
    await assert.rejects(connection.exec('true'), { code: 'lost', hint: /MaxSessions/ });
  });
});
