/** Hosts without Node.js, over a real sshd: they get one where it can run, and are named before any setup where it can't. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { findPackage } from '../../src/controller/deploy/packages.ts';
import type { RunEvent } from '../../src/controller/events/events.ts';
import { packageFiles } from '../../src/controller/package-files.ts';
import { funbric, openBench, type Bench, type Ended } from '../support/funbric.ts';
import { hideNode } from '../support/hide-node.ts';
import { startHosts, type TestHosts } from '../support/hosts.ts';
import { makeSmallRoot, smallRootReason } from '../support/small-root.ts';
import { sshdReason } from '../support/sshd.ts';

const ourPackage = `node-linux-${os.arch()}`;
const skip =
  sshdReason() ||
  (process.getuid?.() === 0 ? false : 'mount namespaces take root') ||
  (['x64', 'arm64'].includes(os.arch()) ? false : 'there is no Node.js on npm for this machine');

describe('a fleet in which some hosts have no Node.js', { skip }, () => {
  let bench: Bench;
  let project = '';
  const mounted: string[] = [];
  beforeEach(() => {
    bench = openBench();
    project = join(bench.folder, 'project');
    mkdirSync(project);
  });
  afterEach(() => {
    for (const path of mounted.splice(0)) execFileSync('umount', [path]);
    bench[Symbol.dispose]();
  });

  /** 127.0.0.2 is as it should be, each preparation makes one more host that isn't. */
  const startFleet = async (preparations: readonly string[]): Promise<TestHosts> => {
    const addresses = ['127.0.0.2', ...preparations.map((_, at) => `127.0.0.${at + 3}`)];
    const byAddress = Object.fromEntries(preparations.map((lines, at) => [`127.0.0.${at + 3}`, lines]));
    return await startHosts(bench.folder, { addresses, preparations: byAddress });
  };
  const runtest = async (hosts: TestHosts, ...flags: readonly string[]): Promise<Ended> => {
    const words = ['runtest', '--dir', bench.dir, '--workers', '1', '--ops', '20'];
    const args = [...hosts.flags, ...flags, '--reports', bench.reports, ...words];
    return await funbric(args, { cwd: project });
  };
  const statuses = (): readonly string[] => bench.run().hosts.map(({ status }) => status);
  const reasonOf = (index: number): string => bench.run().hosts[index]?.reason ?? '';
  const ownFolder = (name: string): string => {
    const path = join(bench.folder, name);
    mkdirSync(path, { recursive: true });
    return path;
  };
  /** The package as npm would install it, with this process's own program. */
  const installPackage = (): void => {
    const folder = join(project, 'node_modules', ourPackage);
    mkdirSync(join(folder, 'bin'), { recursive: true });
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: ourPackage, version: process.versions.node }));
    symlinkSync(process.execPath, join(folder, 'bin/node'));
  };
  const mountHome = (home: string | undefined, options: string): string => {
    if (home === undefined) throw new Error('no such host');
    execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', home]);
    mounted.push(home);
    return home;
  };

  it('sends them the Node.js of the npm package, once, where the home is not fit to /var/tmp, and takes it away there', async () => {
    installPackage();
    const hidden = hideNode(bench.folder);
    const varTmps = ['read-only', 'full', 'noexec'].map((name) => ownFolder(`var-tmp-${name}`));
    const unfit = varTmps.map((varTmp) => `${hidden}\nmount --bind '${varTmp}' /var/tmp`);
    await using hosts = await startFleet([hidden, ...unfit]);
    const [, home = '', readOnly, full, noexec] = hosts.homes;
    execFileSync('mount', ['-o', 'remount,ro', mountHome(readOnly, 'size=16m')]);
    writeFileSync(join(mountHome(full, 'size=8m'), 'all'), Buffer.alloc(7 << 20));
    mountHome(noexec, 'size=512m,noexec');

    const ended = await runtest(hosts);
    assert.equal(ended.status, 0, ended.stdout + ended.stderr);
    const version = process.versions.node.replaceAll('.', String.raw`\.`);
    assert.match(ended.stdout, new RegExp(String.raw`127\.0\.0\.\S+: sending Node\.js ${version} \(\d+ MB\)`));
    assert.deepEqual(sentTo(bench), hosts.names.slice(1));
    assert.deepEqual(
      varTmps.map((path) => readdirSync(path)),
      [[], [], []],
    );
    assert.equal(runtimesIn(home).length, 1);
    assert.deepEqual(runtimesIn(noexec ?? ''), []);

    const again = await runtest({ ...hosts, flags: ['-H', '127.0.0.3', ...hosts.flags.slice(2)] });
    assert.equal(again.status, 0, again.stdout + again.stderr);
    assert.deepEqual(sentTo(bench), []);
  });

  const isOurs = findPackage({ name: ourPackage, cpu: '', glibc: '' }, [packageFiles.root]) !== undefined;
  it(
    'names the command that installs the package, or leaves them alone with --runtime host, before any setup',
    {
      skip: isOurs && `${ourPackage} is installed here`,
    },
    async () => {
      await using hosts = await startFleet([hideNode(bench.folder)]);
      const ended = await runtest(hosts);
      assert.equal(ended.status, 2, ended.stdout + ended.stderr);
      assert.deepEqual(statuses(), ['completed', 'unreachable']);
      assert.ok(reasonOf(1).includes(`there is no Node.js on it`), reasonOf(1));
      assert.ok(reasonOf(1).includes(`to send it one: npm i -D ${ourPackage}@22;`), reasonOf(1));
      assert.ok(failedBeforeSetup(bench, '127.0.0.3'));

      installPackage();
      assert.equal((await runtest(hosts, '--runtime', 'host')).status, 2);
      assert.match(reasonOf(1), /install Node\.js there, or leave --runtime host out/);
      assert.deepEqual([sentTo(bench), runtimesIn(hosts.homes[1] ?? '')], [[], []]);
    },
  );

  it('says why each place is not fit, and sends nothing, where no program may run or there is no room', async () => {
    installPackage();
    const hidden = hideNode(bench.folder);
    // Homes of tests lie in /tmp, so that they are on the same mount here.
    const mounts = (options: string): string =>
      ['/var/tmp', '/tmp'].map((place) => `mount -t tmpfs -o ${options} tmpfs ${place}`).join('\n');
    const [noexec, small] = ['size=512m,noexec', 'size=8m'].map(
      (options) => `${hidden}\n${mounts(options)}\nmkdir -p "$HOME"`,
    );
    await using hosts = await startFleet([noexec ?? '', small ?? '']);
    const ended = await runtest(hosts);
    assert.equal(ended.status, 2, ended.stdout + ended.stderr);
    assert.deepEqual(statuses(), ['completed', 'unreachable', 'unreachable']);
    assert.match(reasonOf(1), /home: mounted noexec; \/var\/tmp: mounted noexec; \/tmp: mounted noexec.*needs \d+ MB/);
    assert.match(reasonOf(2), /home: \d MB free; \/var\/tmp: \d MB free; \/tmp: \d MB free/);
    assert.deepEqual(sentTo(bench), []);
  });

  it(
    'runs what --runtime names on hosts that have busybox and a glibc, also without gunzip, but not without a sha256',
    {
      skip: smallRootReason('ours'),
    },
    async () => {
      const roots = ['small', 'no-gunzip', 'no-sha256'].map((name) => ownFolder(name));
      const preparations = [[], ['gunzip'], ['sha256sum']].map((without, at) =>
        makeSmallRoot(roots[at] ?? '', { libc: 'ours', directory: bench.dir, without }),
      );
      await using hosts = await startFleet(preparations);
      const ended = await runtest(hosts, '--runtime', process.execPath);
      assert.equal(ended.status, 2, ended.stdout + ended.stderr);
      assert.deepEqual(statuses(), ['completed', 'completed', 'completed', 'unreachable']);
      assert.match(reasonOf(3), /nothing there can tell a sha256.*install sha256sum/);
      assert.deepEqual(
        roots.map((root) => runtimesIn(join(root, 'root')).length),
        [1, 1, 0],
      );
      const bytesSent = eventsOf(bench).flatMap((event) => (event.kind === 'runtime-sending' ? [event.bytes] : []));
      assert.equal(Math.max(...bytesSent), statSync(process.execPath).size);
    },
  );

  for (const [libc, reason] of [
    [
      'musl',
      /there is no Node\.js on it.*none on npm for its libc: it is musl.*install Node\.js there.*--runtime FILE/,
    ],
    ['old glibc', /none on npm for its libc: its glibc 2\.17 is older than 2\.28.*--runtime FILE/],
  ] as const) {
    it(
      `says before any setup that a host with ${libc} can take no Node.js of npm's`,
      {
        skip: smallRootReason(libc),
      },
      async () => {
        installPackage();
        const root = ownFolder('root');
        await using hosts = await startFleet([makeSmallRoot(root, { libc, directory: bench.dir })]);
        const ended = await runtest(hosts);
        assert.equal(ended.status, 2, ended.stdout + ended.stderr);
        assert.match(reasonOf(1), reason);
        assert.ok(failedBeforeSetup(bench, '127.0.0.3'));
        assert.deepEqual([sentTo(bench), readdirSync(join(root, 'root'))], [[], []]);
      },
    );
  }
});

function runtimesIn(home: string): readonly string[] {
  const cache = join(home, '.cache/funbric');
  return existsSync(cache) ? readdirSync(cache).filter((name) => existsSync(join(cache, name, 'node'))) : [];
}

/** In the latest run. */
function sentTo(bench: Bench): readonly string[] {
  return eventsOf(bench)
    .flatMap((event) => (event.kind === 'runtime-sending' ? [event.host] : []))
    .sort();
}

function failedBeforeSetup(bench: Bench, host: string): boolean {
  const events = eventsOf(bench);
  const setupAt = events.findIndex((event) => event.kind === 'phase-started' && event.phase === 'setup');
  const failedAt = events.findIndex((event) => event.kind === 'host-failed' && event.host === host);
  return failedAt >= 0 && failedAt < setupAt;
}

function eventsOf(bench: Bench): readonly RunEvent[] {
  return readFileSync(join(bench.reports, 'latest/events.ndjson'), 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as RunEvent);
}
