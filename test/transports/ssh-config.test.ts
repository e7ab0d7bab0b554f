import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { makeSshConfig, type SshConfig, type SshConfigOptions } from '../../src/transports/config/ssh-config.ts';
import { testHost } from '../support/transports.ts';

const skip = existsSync('/usr/bin/ssh') ? false : 'no ssh here (Debian: openssh-client)';

describe('host settings', () => {
  let home: string;
  const notes: string[] = [];

  before(() => {
    home = mkdtempSync(join(tmpdir(), 'funbric-config-'));
    mkdirSync(join(home, '.ssh'));
    writeFileSync(join(home, '.ssh', 'id_ed25519'), '');
    writeFileSync(join(home, 'own_key'), '');
    const config = [
      'Host web',
      '  HostName 10.0.0.1',
      '  Port 2222',
      '  User deploy',
      '  IdentityFile %d/own_key',
      '  IdentityFile %d/missing_key',
      '  IdentitiesOnly yes',
      '  IdentityAgent $AGENT',
      `  UserKnownHostsFile ${home}/a ${home}/b`,
      '  ServerAliveInterval 20',
      '  ServerAliveCountMax 5',
      '  HostKeyAlias alias',
      `  RevokedHostKeys ${home}/revoked`,
      '  PreferredAuthentications password,gssapi-with-mic,keyboard-interactive,publickey',
      '  KbdInteractiveAuthentication no',
      '  NumberOfPasswordPrompts 2',
      '  BatchMode yes',
      '  CASignatureAlgorithms ssh-ed25519',
      'Host jump',
      '  ProxyJump first,joe@gate-%h:2222',
      'Host proxy',
      '  HostName 10.0.0.9',
      '  ProxyCommand nc -X %r %h %p # %n %%',
      'Host uri',
      '  ProxyJump ssh://joe@gate:22/,[::1]:23',
      'Host stdin',
      '  ProxyCommand -',
      'Host passed',
      '  ProxyCommand nc %h %p',
      '  ProxyUseFdpass yes',
    ];
    writeFileSync(join(home, 'config'), config.join('\n'));
  });
  after(() => rmSync(home, { recursive: true, force: true }));

  const make = (options: Partial<SshConfigOptions> = {}): SshConfig => {
    notes.length = 0;
    const env = { SSH_AUTH_SOCK: '/agent', AGENT: '/other-agent' };
    const note = (text: string): void => void notes.push(text);
    return makeSshConfig({ home, userName: 'me', env, configFile: join(home, 'config'), note, ...options });
  };

  it('are what ssh itself would use', { skip }, async () => {
    // ssh expands %d by the user database, not by our `home`.
    const settings = await make().settingsOf(testHost('web', { identityFiles: ['~/own_key'] }));
    assert.deepEqual(settings, {
      hostName: '10.0.0.1',
      port: 2222,
      user: 'deploy',
      identityFiles: [join(home, 'own_key')],
      isIdentitiesOnly: true,
      agentSocket: '/other-agent',
      userKnownHostsFiles: [join(home, 'a'), join(home, 'b')],
      globalKnownHostsFiles: ['/etc/ssh/ssh_known_hosts', '/etc/ssh/ssh_known_hosts2'],
      hostKeyAlias: 'alias',
      revokedKeysFile: join(home, 'revoked'),
      keepaliveMs: 20_000,
      keepalives: 5,
      route: { kind: 'direct' },
      auth: { methods: ['password', 'publickey'], prompts: 2, isBatch: true },
      authorityAlgorithms: ['ssh-ed25519'],
    });
  });

  it('yield to what the host itself says', { skip }, async () => {
    const host = testHost('w', { address: 'web', port: 5, user: 'joe', knownHostsFiles: ['~/kh'] });
    const settings = await make().settingsOf(host);
    assert.deepEqual(
      [settings.hostName, settings.port, settings.user, settings.userKnownHostsFiles, settings.globalKnownHostsFiles],
      ['10.0.0.1', 5, 'joe', [join(home, 'kh')], []],
    );
  });

  it('are asked for once where the file says the same for every host', { skip }, async () => {
    const program = join(home, 'counting-one');
    writeFileSync(program, `#!/bin/sh\necho x >> ${home}/count-one\nexec ssh "$@"\n`, { mode: 0o755 });
    const configFile = join(home, 'plain-config');
    writeFileSync(configFile, 'Host *\n  User deploy\n  Port 2200\n');
    const config = make({ program, configFile });
    const [a, b] = await Promise.all([
      config.settingsOf(testHost('a')),
      config.settingsOf(testHost('b', { port: 23 })),
    ]);
    assert.deepEqual([a.hostName, a.port, a.user], ['a', 2200, 'deploy']);
    assert.deepEqual([b.hostName, b.port, b.user], ['b', 23, 'deploy']);
    assert.equal(readFileSync(join(home, 'count-one'), 'utf8'), 'x\n');
  });

  it('are asked for each host where ssh is a script that names another file', { skip }, async () => {
    const elsewhere = join(home, 'elsewhere');
    writeFileSync(elsewhere, 'Host web\n  User deploy\n');
    const program = join(home, 'wrapped-ssh');
    writeFileSync(program, `#!/bin/sh\nexec ssh -F ${elsewhere} "$@"\n`, { mode: 0o755 });
    const config = makeSshConfig({ home, userName: 'me', env: {}, program, note: () => undefined });
    const users = ['web', 'other'].map(async (name) => (await config.settingsOf(testHost(name))).user);
    assert.deepEqual(await Promise.all(users), ['deploy', userInfo().username]);
  });

  it('are asked for once a distinct question', { skip }, async () => {
    const program = join(home, 'counting-ssh');
    writeFileSync(program, `#!/bin/sh\necho x >> ${home}/count\necho "user u"\n`, { mode: 0o755 });
    const config = make({ program });
    await Promise.all([1, 2, 3].map(async () => config.settingsOf(testHost('a'))));
    await config.settingsOf(testHost('a', { port: 23 }));
    assert.equal(readFileSync(join(home, 'count'), 'utf8'), 'x\nx\n');
  });

  it('lead over jump hosts and through commands, with their tokens expanded', { skip }, async () => {
    const routeOf = async (name: string): Promise<unknown> =>
      (await make().settingsOf(testHost(name, { user: 'me' }))).route;
    assert.deepEqual(await routeOf('jump'), {
      kind: 'jump',
      hops: [{ name: 'first' }, { name: 'gate-jump', user: 'joe', port: 2222 }],
    });
    assert.deepEqual(await routeOf('uri'), {
      kind: 'jump',
      hops: [
        { name: 'gate', user: 'joe', port: 22 },
        { name: '::1', port: 23 },
      ],
    });
    assert.deepEqual(await routeOf('proxy'), { kind: 'command', line: 'nc -X me 10.0.0.9 22 # proxy %' });
  });

  it('yield to the jump hosts that the host itself names, and to none', { skip }, async () => {
    const over = await make().settingsOf(testHost('proxy', { jump: [{ name: 'other' }] }));
    assert.deepEqual(over.route, { kind: 'jump', hops: [{ name: 'other' }] });
    assert.deepEqual((await make().settingsOf(testHost('jump', { jump: [] }))).route, { kind: 'direct' });
  });

  it('refuse commands that can carry no connection of funbric, rather than connect directly', { skip }, async () => {
    await assert.rejects(make().settingsOf(testHost('stdin')), { code: 'unreachable', message: /ProxyCommand -/ });
    await assert.rejects(make().settingsOf(testHost('passed')), { code: 'unreachable', message: /ProxyUseFdpass/ });
  });

  for (const name of ['a;touch x', '$(touch x)', 'a b', '`x`', "a'b"]) {
    it(`never hand ${JSON.stringify(name)} to the shell of a ProxyCommand`, { skip }, async () => {
      const configFile = join(home, 'proxied');
      writeFileSync(configFile, 'Host *\n  ProxyCommand nc %h %p\n');
      await assert.rejects(make({ configFile }).settingsOf(testHost(name)), { code: 'unreachable' });
      writeFileSync(configFile, 'Host *\n  ProxyJump gate-%n\n');
      await assert.rejects(make({ configFile }).settingsOf(testHost(name)), { code: 'unreachable' });
    });
  }

  it('fall back to the defaults of OpenSSH without a ssh program, and say so once', async () => {
    const config = make({ program: join(home, 'no-ssh') });
    const settings = await config.settingsOf(testHost('web'));
    await config.settingsOf(testHost('other'));
    assert.deepEqual(settings, {
      hostName: 'web',
      port: 22,
      user: 'me',
      identityFiles: [join(home, '.ssh', 'id_ed25519')],
      isIdentitiesOnly: false,
      agentSocket: '/agent',
      userKnownHostsFiles: [join(home, '.ssh/known_hosts'), join(home, '.ssh/known_hosts2')],
      globalKnownHostsFiles: ['/etc/ssh/ssh_known_hosts', '/etc/ssh/ssh_known_hosts2'],
      hostKeyAlias: undefined,
      revokedKeysFile: undefined,
      keepaliveMs: undefined,
      keepalives: 3,
      route: { kind: 'direct' },
      auth: { methods: ['publickey', 'keyboard-interactive', 'password'], prompts: 3, isBatch: false },
      authorityAlgorithms: undefined,
    });
    assert.equal(notes.length, 1);
  });

  for (const host of [testHost('-oProxyCommand=touch x'), testHost('a', { user: '-x' }), testHost('')]) {
    it(`never take ${JSON.stringify(host.user ?? host.name)} for an option`, async () => {
      await assert.rejects(make().settingsOf(host), { code: 'unreachable' });
    });
  }

  it('name an identity file that was asked for and is missing', async () => {
    const host = testHost('web', { identityFiles: ['~/none'] });
    await assert.rejects(make().settingsOf(host), { message: `web: the identity file ${home}/none doesn't exist` });
  });
});
