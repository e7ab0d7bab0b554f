/** What hosts run to mount, where something is missing: as another user, without a helper, at a place that isn't one. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { MountAnswer, mountRefusal, unmountRefusal } from '../../src/controller/mounts/answer.ts';
import { mountScript, unmountScript } from '../../src/controller/mounts/script.ts';
import { mountSpec } from '../../src/controller/mounts/spec.ts';
import type { MountSpec } from '../../src/model/mount-spec.ts';
import { mountHostsReason } from '../support/mount-hosts.ts';

describe('a host that is told to mount', { skip: mountHostsReason() }, () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'funbric-mount-'));
    chmodSync(folder, 0o755);
    mkdirSync(join(folder, 'there'));
    // As on any host, however little is installed here.
    writeFileSync(join(folder, 'mount'), '#!/bin/sh\necho "mount.nfs: no route" >&2; exit 32\n', { mode: 0o755 });
    writeFileSync(join(folder, 'mount.nfs'), '#!/bin/sh\n', { mode: 0o755 });
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  const specAt = (at: string): MountSpec => {
    const spec = mountSpec({ mount: 'nfs3://server/export' }, at);
    assert.ok(spec !== undefined);
    return spec;
  };
  const inOwnNamespace = ['--mount', '--propagation', 'private', '/bin/sh', '-c'];
  /** In mounts and a /run of its own. */
  const ask = (script: string, before = ''): MountAnswer => {
    const line = `/usr/bin/mount -t tmpfs tmpfs /run; PATH=${folder}:$PATH; ${before}\n${script}`;
    const done = spawnSync('/usr/bin/unshare', [...inOwnNamespace, line], { encoding: 'utf8', timeout: 300_000 });
    return new MountAnswer(done.stdout, done.stderr);
  };
  const refusalAt = (at: string, before = ''): string => {
    const spec = specAt(at);
    const answer = ask(mountScript({ spec, source: 'server:/export', tag: 'run.0000' }), before);
    const error = mountRefusal({ host: 'web-3', spec, command: 'mount ...' }, answer);
    return `${error.message} (${error.hint ?? ''})`;
  };

  it('says what mount said, and leaves nothing', () => {
    const at = join(folder, 'made');
    assert.match(refusalAt(at), /web-3: mount \.\.\. ended with exit code 32: mount\.nfs: no route/);
    assert.equal(existsSync(at), false);
  });

  it('makes its folder again where another run, which has just ended, took the folder of all away', () => {
    const bin = join(folder, 'racing');
    mkdirSync(bin);
    const once = `[ "$1" != -- ] || [ -e ${bin}/done ] || { : >${bin}/done; rmdir /run/funbric; }`;
    writeFileSync(join(bin, 'mkdir'), `#!/bin/sh\n${once}\nexec /bin/mkdir "$@"\n`, { mode: 0o755 });
    assert.match(refusalAt(join(folder, 'there'), `PATH=${bin}:$PATH`), /mount\.nfs: no route/);
    assert(existsSync(join(bin, 'done')), 'it was no trap');
  });

  /** With a `sudo` of this body first in its PATH. */
  const askAsNobody = (sudo: string): ReturnType<typeof spawnSync> => {
    writeFileSync(join(folder, 'sudo'), `#!/bin/sh\n${sudo}\n`, { mode: 0o755 });
    const script = mountScript({ spec: specAt('/mnt/t'), source: 's:/e', tag: 'run.0000' });
    return spawnSync('/usr/bin/setpriv', ['--reuid=65534', '--clear-groups', '/bin/sh', '-c', script], {
      encoding: 'utf8',
      env: { PATH: `${folder}:/usr/bin:/bin` },
    });
  };

  it('says that mounting takes root, where sudo would ask', () => {
    const { stdout, stderr } = askAsNobody('exit 1');
    const answer = new MountAnswer(String(stdout), String(stderr));
    const { message, hint } = mountRefusal({ host: 'web-3', spec: specAt('/mnt/t'), command: '' }, answer);
    assert.match(`${message} ${hint ?? ''}`, /takes root, and nobody may not use sudo.*-u root/);
  });

  it('uses a sudo that asks for nothing', () => {
    const { stdout } = askAsNobody('[ "$1" = -n ] || exit 9; echo "sudo $2"');
    assert.equal(stdout, 'sudo true\nsudo /bin/sh\n');
  });

  it('names the packages that are missing', () => {
    const hide =
      'PATH=/usr/bin:/bin; mkdir /run/empty; for d in /sbin /usr/sbin /usr/local/sbin; do mount --bind /run/empty $d; done';
    assert.match(refusalAt(join(folder, 'there'), hide), /mount\.nfs is not there \(install nfs-common .* nfs-utils/);
  });

  it('refuses a link, and a place below what is missing', () => {
    symlinkSync(join(folder, 'there'), join(folder, 'link'));
    assert.match(refusalAt(join(folder, 'link')), /is a link to .*there \(name the directory itself\)/);
    assert.match(refusalAt(join(folder, 'no', 'parent')), /can't be made: .*No such file/);
  });

  it('unmounts nothing that it knows nothing of', () => {
    const at = join(folder, 'there');
    const spec = specAt(at);
    const job = { spec, source: 'server:/export', tag: 'run.0000' };
    const theirs = `/usr/bin/mount -t tmpfs server:/export ${at}`;
    const look = `; grep -c ' ${at} ' /proc/self/mountinfo | sed 's/^/still /'`;
    const unknown = ask(`(${unmountScript(job, undefined)})${look}`, theirs);
    assert.deepEqual([unknown.one('none'), unknown.one('still')], ['', '1']);
    const known = ask(`(${unmountScript(job, '1 0:1 server:/export')})${look}`, theirs);
    assert.equal(known.one('still'), '1');
    const error = unmountRefusal({ host: 'web-3', spec, command: '' }, known);
    assert.match(error.message, /now is the mount point of tmpfs server:\/export, which this run didn't mount/);
  });

  it('finds its mount where paths have blanks', () => {
    const at = join(folder, 'a b');
    mkdirSync(at);
    const spec = specAt(at);
    const job = { spec, source: 'server:/my export', tag: 'run.0000' };
    const begun = `mkdir -p /run/funbric/run.0000; : >/run/funbric/run.0000/mount; /usr/bin/mount -t tmpfs 'server:/my export' '${at}'`;
    const answer = ask(
      `(${unmountScript(job, undefined)}); grep -c 'a.040b' /proc/self/mountinfo | sed 's/^/still /'`,
      begun,
    );
    assert.deepEqual([answer.one('unmounted'), answer.one('still')], ['', '0']);
  });
});
