// `npm test`: builds, installs what the tests need where it may (root on Debian), runs every test, and counts the
// skips. Arguments are test files: `npm test -- dist/test/model/nodeset.test.js`.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
process.chdir(root);

/** Programs that some tests drive for real, and Debian's package of each. */
const needs = [
  { program: '/usr/sbin/sshd', package: 'openssh-server' },
  { program: '/usr/bin/ssh', package: 'openssh-client' },
  { program: '/usr/bin/chromium', package: 'chromium' },
  { program: '/bin/busybox', package: 'busybox-static' },
  { program: '/usr/bin/ld-musl-config', package: 'musl' },
  { program: '/usr/bin/sudo', package: 'sudo' },
  { program: '/usr/sbin/glusterd', package: 'glusterfs-server' },
  { program: '/usr/sbin/glusterfs', package: 'glusterfs-client' },
  { program: '/usr/bin/fio', package: 'fio' },
  { program: '/usr/sbin/ip', package: 'iproute2' },
];

/** Half of what the tests take is waiting for limits, logins and hosts, during which others can work. */
const atOnce = Math.min(8, 2 * availableParallelism());

installMissing();
run(process.execPath, ['scripts/build.js']);
const named = process.argv.slice(2);
run(process.execPath, [
  '--test',
  '--test-reporter=spec',
  `--test-concurrency=${atOnce}`,
  // Each file reads the maps of all that it imports, a quarter of its start: whoever names files wants to know the lines.
  ...(named.length > 0 ? ['--enable-source-maps', ...named] : testFiles('dist/test')),
]);

function installMissing() {
  const missing = needs.filter(({ program }) => !existsSync(program)).map((need) => need.package);
  if (missing.length === 0) return;
  const isAllowed = process.getuid?.() === 0 && existsSync('/etc/debian_version');
  if (!isAllowed) {
    console.log(`not installed here, so the tests that need them are skipped: ${missing.join(', ')}`);
    return;
  }
  console.log(`installing for the tests: ${missing.join(', ')}`);
  // RUNLEVEL=1 keeps Debian from starting the services that it installs: the tests start their own.
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
  const options = { env, stdio: ['ignore', 'ignore', 'inherit'] };
  spawnSync('apt-get', ['update', '-qq'], options);
  const installed = spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...missing], options);
  if (installed.status !== 0) console.log(`could not install ${missing.join(', ')}: their tests are skipped`);
}

function testFiles(folder) {
  return readdirSync(folder, { recursive: true })
    .map(String)
    .filter((name) => name.endsWith('.test.js'))
    .sort()
    .map((name) => join(folder, name));
}

function run(command, args) {
  const { status } = spawnSync(command, args, { stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}
