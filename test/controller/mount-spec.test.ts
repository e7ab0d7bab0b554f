import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { FunbricError } from '../../src/model/errors.ts';
import { mountSpec, type MountValues } from '../../src/controller/mounts/spec.ts';
import { mountCommandOf } from '../../src/model/mount-spec.ts';

const commands = (values: MountValues, hosts = 1): readonly string[] => {
  const spec = mountSpec(values, '/mnt/t');
  assert.ok(spec !== undefined);
  return Array.from({ length: hosts }, (_, host) => mountCommandOf(spec, host).join(' '));
};

describe('what --mount asks for', () => {
  const protocols: readonly (readonly [string, string])[] = [
    ['nfs3', 'vers=3'],
    ['nfs4', 'vers=4'],
    ['nfs4.0', 'vers=4.0'],
    ['nfs4.1', 'vers=4.1'],
    ['nfs4.2', 'vers=4.2'],
  ];
  for (const [protocol, option] of protocols) {
    it(`mounts ${protocol} with ${option}`, () => {
      assert.deepEqual(commands({ mount: `${protocol}://server/export/a` }), [
        `mount -t nfs -o ${option} server:/export/a /mnt/t`,
      ]);
    });
  }

  it('mounts SMB 2 and 3, and keeps the credentials out of the command', () => {
    const mountCredentials = '/home/me/secret';
    assert.deepEqual(commands({ mount: 'smb3://server/share/sub', mountOptions: ['noperm'], mountCredentials }), [
      'mount -t cifs -o vers=3,noperm,credentials=... //server/share/sub /mnt/t',
    ]);
    assert.match(commands({ mount: 'smb2://server/share', mountOptions: ['guest'] })[0] ?? '', /vers=2\.1,guest/);
  });

  it('gives the servers to the hosts in turn', () => {
    const sources = commands({ mount: 'nfs3://10.0.0.[1-2],[fe80::1],n[1-4/3]/' }, 6).map((one) => one.split(' ')[5]);
    assert.deepEqual(sources, ['10.0.0.1:/', '10.0.0.2:/', '[fe80::1]:/', 'n1:/', 'n4:/', '10.0.0.1:/']);
  });

  it('is nothing without --mount', () => {
    assert.equal(mountSpec({}, '/mnt/t'), undefined);
  });

  const mistakes: readonly (readonly [MountValues, RegExp])[] = [
    [{ mount: 'server:/export' }, /says no protocol/],
    [{ mount: 'nfs5://server/export' }, /says no protocol/],
    [{ mount: 'nfs3:///export' }, /says no protocol/],
    [{ mount: 'nfs3://server' }, /says no protocol/],
    [{ mount: 'nfs3://-o,server/export' }, /"-o", which is no server/],
    [{ mount: 'nfs3://a b/export' }, /"a b", which is no server/],
    [{ mount: 'nfs3://server:2049/export' }, /"server:2049", which is no server/],
    [{ mount: 'nfs3://$(reboot)/export' }, /no server/],
    [{ mount: 'nfs3://server/a\nb' }, /control character|no protocol/],
    [{ mount: 'nfs3://server/a\\b' }, /backslash/],
    [{ mount: 'smb3://server/', mountOptions: ['guest'] }, /names no share/],
    [{ mount: 'smb3://[fe80::1]/share', mountOptions: ['guest'] }, /IPv6/],
    [{ mount: 'smb3://server/share' }, /needs a user/],
    [{ mount: 'smb3://server/share', mountOptions: ['guest'], mountCredentials: 'f' }, /and the option guest/],
    [{ mount: 'nfs3://server/export', mountCredentials: 'f' }, /takes no --mount-credentials/],
    [{ mount: 'nfs3://server/export', mountOptions: ['vers=4'] }, /the version is in --mount/],
    [{ mount: 'nfs3://server/export', mountOptions: ['remount'] }, /can't have "remount"/],
    [{ mount: 'nfs3://server/export', mountOptions: ['a b'] }, /can't have "a b"/],
    [{ mountOptions: ['noac'] }, /no --mount/],
  ];
  for (const [values, message] of mistakes) {
    it(`is refused as a mistake: ${JSON.stringify(values)}`, () => {
      assert.throws(
        () => mountSpec(values, '/mnt/t'),
        (error) => error instanceof FunbricError && error.code === 'usage' && message.test(error.message),
      );
    });
  }

  it('never repeats a password that stands where everyone sees it', () => {
    const open: readonly MountValues[] = [
      { mount: 'smb3://ann:canary@server/share' },
      { mount: 'smb3://server/share', mountOptions: ['password=canary'] },
      { mount: 'smb3://server/share', mountOptions: ['username=ann%canary'] },
    ];
    for (const values of open) {
      assert.throws(
        () => mountSpec(values, '/mnt/t'),
        (error) =>
          error instanceof FunbricError &&
          !error.message.includes('canary') &&
          /--mount-credentials/.test(error.hint ?? ''),
      );
    }
  });

  for (const at of ['/', 'mnt', '/mnt/', '/mnt/../etc', '/mnt//t', '/mnt/\n']) {
    it(`can't be at ${JSON.stringify(at)}`, () => {
      assert.throws(() => mountSpec({ mount: 'nfs3://server/export' }, at), /nothing can be mounted at/);
    });
  }
});
