/** Promise 8: a hostile or sick host spoils its own row: the others finish, and what they brought stays whole. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { startFleet, type HostFault } from '../../src/testing/index.ts';

const busyForEver = `const say = (event) => process.stdout.write(JSON.stringify(event) + '\\n');
const now = () => Number(process.hrtime.bigint());
const facts = { hostname: 'h', platform: 'linux', kernel: 'k', arch: 'a', node: 'n', cpu: 'c', cpus: 1, memoryBytes: 1 };
let phase;
let operations = 0;
process.stdout.write(process.argv[3] + '\\n');
require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
  const command = JSON.parse(line);
  if (command.kind === 'spec') say({ kind: 'hello', pid: 1, boot: [0, 0], workPath: '/x', journalPath: '/x/y', facts });
  if (command.kind === 'ping') say({ kind: 'pong', sentNs: command.sentNs, atNs: now() });
  if (command.kind !== 'phase') return;
  phase = command.phase;
  say({ kind: 'phase-started', phase, atNs: now() });
  if (phase !== 'stress') say({ kind: 'phase-ended', phase, atNs: now(), end: 'completed' });
});
const zeros = { errors: 0, bytes: 0, cpuSeconds: 0, rssBytes: 0, loadAverage: 0 };
setInterval(() => say({ kind: 'heartbeat', heartbeat: { ...zeros, atNs: now(), phase, operations: (operations += 9) } }), 200);`;

/** What a host may do, by its name. */
const faults: Readonly<Record<string, readonly HostFault[]>> = {
  refuses: [{ kind: 'drop', connections: 1000 }],
  'other-service': [{ kind: 'no-ssh', text: 'HTTP/1.1 400 Bad Request\r\n\r\n' }],
  'silent-banner': [{ kind: 'silent', from: 'banner' }],
  'silent-keys': [{ kind: 'silent', from: 'key exchange' }],
  'silent-login': [{ kind: 'silent', from: 'login' }],
  'resets-early': [{ kind: 'reset', afterBytes: 300 }],
  'resets-late': [{ kind: 'reset', afterBytes: 20_000 }],
  'tears-uploads': [{ kind: 'torn-upload', how: 'cut', atByte: 30_000 }],
  'changes-uploads': [{ kind: 'torn-upload', how: 'changed', atByte: 30_000 }],
  'tears-downloads': [{ kind: 'torn-download', how: 'cut', atByte: 3000 }],
  'wrong-hashes': [{ kind: 'wrong-hashes' }],
  busy: [{ kind: 'other-agent', program: busyForEver }],
  'dead-agent': [{ kind: 'other-agent', program: 'process.exit(3)' }],
};

describe('promise 8: a host in trouble', { timeout: 600_000 }, () => {
  it('is one row of a run: the sound hosts complete, with all their evidence, and the run is not passed', async () => {
    const sick = Object.entries(faults).map(([name, own]) => ({ name, faults: own }));
    await using fleet = await startFleet({ hosts: [{ name: 'sound1' }, ...sick, { name: 'sound2' }] });
    // Each its own directory, as `busy` would not meet the others.
    const words = ['runtest', '--local', '--dir', fleet.shared, '--workers', '1', '--duration', '1s', '--rate', '300'];
    // The sound ones are slow, too, on a busy machine: neither a login nor an operation of theirs may pass a limit.
    const ended = await fleet.run(['-t', '8s', '--hung', '4s', ...words], { timeoutMs: 300_000 });
    assert.equal(ended.status, 2, ended.stdout + ended.stderr);
    const { hosts, verdict, findings } = await fleet.latestRun();
    assert.equal(verdict, 'incomplete');
    const completed = hosts.filter(({ status }) => status === 'completed').map(({ name }) => name);
    assert.deepEqual(completed, ['sound1', 'sound2'], JSON.stringify(hosts));
    for (const { name, status, reason = '' } of hosts) assert(status === 'completed' || reason !== '', name);
    assert.deepEqual(
      findings.filter(({ code, grade }) => code !== 'H03' && grade === 'proven'),
      [],
    );
    const busy = hosts.find(({ name }) => name === 'busy');
    assert.match(
      busy?.reason ?? '',
      /stress didn't end/,
      'it holds no other up, though it says for ever that it works',
    );
  });

  it('that prints without end spoils no output of the others, and is ended by its limit', async () => {
    // As much as nobody wants to read, in lines so long that a busy machine still gets the others' two across in time.
    const uname = 'long=$(printf %0999d 0); while :; do yes "$long" | head -c 300000; sleep 0.1; done';
    const noisy = { name: 'noisy', programs: { uname } };
    await using fleet = await startFleet({ hosts: [{ name: 'sound1' }, noisy, { name: 'sound2' }] });
    const words = ['-t', '60s', '-T', '10s', '--', 'uname; echo done'];
    const { status, stdout, stderr } = await fleet.run(words, { timeoutMs: 300_000 });
    assert.equal(status, 1, stderr);
    for (const name of ['sound1', 'sound2']) {
      const own = stdout.split('\n').filter((line) => line.startsWith(name));
      assert.deepEqual(
        own,
        [`${name} | Linux`, `${name} | done`].map((line) => line.replace('Linux', system())),
      );
    }
    assert.match(stderr, /noisy: .*10 s/);
  });
});

function system(): string {
  return process.platform === 'darwin' ? 'Darwin' : 'Linux';
}
