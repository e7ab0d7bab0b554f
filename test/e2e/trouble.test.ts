/** Hosts, agents and the controller fail for real: the run says so, keeps what the others brought, and never passes. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, readlinkSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { RunEvent } from '../../src/controller/events/events.ts';
import { defaultLimits } from '../../src/model/plan.ts';
import { funbric, openBench, startFunbric, type Bench } from '../support/funbric.ts';
import { freePort } from '../support/free-port.ts';
import { startHosts, type TestHosts } from '../support/hosts.ts';
import { commandOf, descendantsOf, isRunning, signal } from '../support/processes.ts';
import { sshdReason } from '../support/sshd.ts';
import { until } from '../support/until.ts';

describe('a fleet in trouble', { skip: sshdReason() }, () => {
  let bench: Bench;
  let hosts: TestHosts;
  before(async () => {
    bench = openBench();
    hosts = await startHosts(bench.folder);
  });
  after(async () => {
    await hosts[Symbol.asyncDispose]();
    bench[Symbol.dispose]();
  });

  const runtest = (more: readonly string[], fleet: readonly string[] = []): string[] => {
    const reports = ['--reports', bench.reports];
    return [...hosts.flags, ...fleet, ...reports, 'runtest', '--dir', bench.dir, '--workers', '1', ...more];
  };
  const statuses = (): unknown => bench.run().hosts.map(({ status }) => status);

  it('keeps the results of two hosts beside one that refuses connections, and ends with 2', async () => {
    const dead = await freePort('127.0.0.9');
    const ended = await funbric(runtest(['--ops', '50'], ['-H', `127.0.0.9:${dead}`]));
    assert.equal(ended.status, 2, ended.stdout + ended.stderr);
    assert.deepEqual(statuses(), ['completed', 'completed', 'completed', 'unreachable']);
    assert.equal(bench.run().verdict, 'incomplete');
    assert.match(bench.run().hosts.at(-1)?.reason ?? '', /refused/);
  });

  it('refuses unknown and changed host keys, names the file and the way out, and adds a key only when told', async () => {
    const empty = join(bench.folder, 'empty_known_hosts');
    writeFileSync(empty, '');
    const unknown = await funbric(runtest(['--ops', '5'], ['--known-hosts', empty]));
    assert.equal(unknown.status, 2);
    assert.match(bench.run().hosts[0]?.reason ?? '', /empty_known_hosts/);
    assert.match(bench.run().hosts[0]?.reason ?? '', /--accept-new/);
    const accepted = await funbric(runtest(['--ops', '5'], ['--known-hosts', empty, '--accept-new']));
    assert.equal(accepted.status, 0, accepted.stdout + accepted.stderr);
    assert.equal(readFileSync(empty, 'utf8').trim().split('\n').length, 3);

    const other = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIm5w3p8bN0B3m3y8KJ9z0v0Q0nJ3b4V4H0hZk2y0a1b';
    const changed = join(bench.folder, 'changed_known_hosts');
    writeFileSync(changed, hosts.names.map((name) => `[${name}]:${hosts.sshd.port} ${other}\n`).join(''));
    const refused = await funbric(runtest(['--ops', '5'], ['--known-hosts', changed, '--accept-new']));
    assert.equal(refused.status, 2);
    assert.match(bench.run().hosts[0]?.reason ?? '', /changed/i);
  });

  it('calls a host lost whose agent is killed during stress, and keeps what the others prove', async () => {
    const started = startFunbric(runtest(['--duration', '10s', '--rate', '300']));
    await stressing(bench);
    const [agent = 0] = agentsOf(hosts, '127.0.0.3');
    const journal = journalOf(agent);
    signal(agent, 'SIGKILL');
    const ended = await started.ended;
    assert.equal(ended.status, 2, ended.stdout + ended.stderr);
    assert.deepEqual(statuses(), ['completed', 'lost', 'completed']);
    const findings = bench.run().findings.map(({ code, grade, host }) => [code, grade, host]);
    assert.deepEqual(findings, [['H03', 'indeterminate', '127.0.0.3']], 'a dead agent is no corruption');
    assert.ok(existsSync(join(bench.reports, 'latest/journals/0001.fbj')), 'its journal was saved');
    assert.deepEqual(readdirSync(bench.dir), [], 'what it left was swept');
    assert.equal(existsSync(dirname(journal)), false, 'its work folder was removed');
  });

  it('says what is left on the file system under test where no agent is left to remove it', async () => {
    const started = startFunbric(runtest(['--duration', '20s', '--rate', '300']));
    await stressing(bench);
    for (const name of hosts.names) for (const agent of agentsOf(hosts, name)) signal(agent, 'SIGKILL');
    const ended = await started.ended;
    assert.equal(ended.status, 2, ended.stdout + ended.stderr);
    const [left = ''] = readdirSync(bench.dir);
    assert.match(left, /^funbric-/);
    assert.ok((ended.stdout + ended.stderr).includes(`look for ${join(bench.dir, left)}`), ended.stdout);
    rmSync(join(bench.dir, left), { recursive: true });
  });

  it('calls a host lost whose connection is cut during stress, and its agent stops by itself', async () => {
    const started = startFunbric(runtest(['--duration', '10s', '--rate', '300']));
    await stressing(bench);
    const [agent = 0] = agentsOf(hosts, '127.0.0.4');
    for (const session of sessionsAbove(hosts, agent)) signal(session, 'SIGKILL');
    const ended = await started.ended;
    assert.equal(ended.status, 2, ended.stdout + ended.stderr);
    assert.deepEqual(statuses(), ['completed', 'completed', 'lost']);
    await gone(agent);
  });

  it('leaves no agent behind when the controller is killed, and merges to INCOMPLETE', async () => {
    const started = startFunbric(runtest(['--duration', '30s', '--rate', '300']));
    await stressing(bench);
    const agents = hosts.names.flatMap((name) => agentsOf(hosts, name));
    assert.equal(agents.length, 3);
    started.child.kill('SIGKILL');
    await started.ended;
    await Promise.all(agents.map(gone));
    const merged = await funbric(['--reports', bench.reports, 'merge']);
    assert.equal(merged.status, 2, merged.stdout + merged.stderr);
    assert.match(merged.stdout + merged.stderr, /incomplete/i);
    assert.deepEqual(statuses(), ['lost', 'lost', 'lost']);
    assert.deepEqual(readdirSync(bench.dir), [], 'the agents cleaned up');
  });

  it('tears down and reports after Ctrl-C, and ends with 130', async () => {
    const started = startFunbric(runtest(['--duration', '30s', '--rate', '300']));
    await stressing(bench);
    started.child.kill('SIGINT');
    const ended = await started.ended;
    assert.equal(ended.status, 130, ended.stdout + ended.stderr);
    assert.equal(bench.run().verdict, 'incomplete');
    assert.ok(existsSync(join(bench.reports, 'latest/report.html')));
    assert.deepEqual(readdirSync(bench.dir), [], 'teardown ran');
  });

  const rootReason = process.getuid?.() === 0 ? false : 'mount namespaces take root';
  it('stops, naming who sees what, when --dir is not one shared directory', { skip: rootReason }, async () => {
    using separate = openBench();
    await using strangers = await startHosts(separate.folder, { separateDirectory: separate.dir });
    const args = ['--reports', separate.reports, 'runtest', '--dir', separate.dir, '--workers', '1', '--ops', '5'];
    const ended = await funbric([...strangers.flags, ...args]);
    assert.equal(ended.status, 1, ended.stdout + ended.stderr);
    const [first] = separate.run().hosts;
    assert.match(first?.reason ?? '', /127\.0\.0\.2 sees 127\.0\.0\.2; 127\.0\.0\.3 sees 127\.0\.0\.3/);
    assert.match(first?.reason ?? '', /--local/);
    const local = await funbric([...strangers.flags, ...args, '--local']);
    assert.equal(local.status, 0, local.stdout + local.stderr);
  });

  it('never passes with a truncated journal or result', async () => {
    assert.equal((await funbric(runtest(['--ops', '50']))).status, 0);
    for (const file of ['journals/0001.fbj', 'results/0002.json', 'results/0000.json']) {
      const path = join(bench.reports, 'latest', file);
      const whole = readFileSync(path);
      truncateSync(path, Math.floor(whole.length * 0.7));
      const merged = await funbric(['--reports', bench.reports, 'merge', 'latest']);
      assert.equal(merged.status, 2, `${file}: ${merged.stdout}${merged.stderr}`);
      const codes = new Set(bench.run().findings.map(({ code }) => code));
      codes.delete('H03');
      assert.deepEqual([...codes], [], `${file}: cut evidence is no corruption`);
      writeFileSync(path, whole);
    }
    assert.equal((await funbric(['--reports', bench.reports, 'merge', 'latest'])).status, 0);
  });

  it('refuses to merge what is no run, or holds one result twice, with 65', async () => {
    const nowhere = await funbric(['--reports', bench.reports, 'merge', 'nowhere']);
    assert.equal(nowhere.status, 65);
    assert.match(nowhere.stderr, /nowhere/);
    assert.equal((await funbric(runtest(['--ops', '50']))).status, 0);
    const [first = '', second = ''] = [0, 1].map((host) => join(bench.reports, `latest/journals/000${host}.fbj`));
    writeFileSync(second, readFileSync(first));
    const results = [0, 1].map((host) => join(bench.reports, `latest/results/000${host}.json`));
    const [one, two] = results.map((path) => JSON.parse(readFileSync(path, 'utf8')) as { journal: unknown });
    writeFileSync(results[1] ?? '', JSON.stringify({ ...two, journal: one?.journal }));
    const twice = await funbric(['--reports', bench.reports, 'merge', 'latest']);
    assert.equal(twice.status, 65, twice.stdout + twice.stderr);
    assert.match(twice.stderr, /0001\.json is the same result as .*0000\.json/);
  });

  it('is not harmed by a host named like a command', async () => {
    const file = join(bench.folder, 'hosts.json');
    const touched = join(bench.folder, 'touched');
    const name = `$(touch ${touched})`;
    const [address] = hosts.names;
    writeFileSync(
      file,
      JSON.stringify({
        hosts: {
          [name]: {
            address,
            port: hosts.sshd.port,
            identityFile: hosts.sshd.identityFile,
            knownHostsFile: hosts.sshd.knownHostsFile,
          },
        },
      }),
    );
    const ended = await funbric([
      '--hosts-file',
      file,
      '--reports',
      bench.reports,
      'runtest',
      '--dir',
      bench.dir,
      '--ops',
      '20',
      '--workers',
      '1',
    ]);
    assert.equal(ended.status, 0, ended.stdout + ended.stderr);
    assert.equal(bench.run().hosts[0]?.name, name);
    assert.equal(existsSync(touched), false);
  });

  it('says INCOMPLETE when --before-verify fails', async () => {
    const ended = await funbric(runtest(['--ops', '5'], ['--before-verify', 'exit 3']));
    assert.equal(ended.status, 2, ended.stdout + ended.stderr);
  });
});

/** Waits until every host of the newest run is in its stress, and has done something there. */
async function stressing(bench: Bench): Promise<void> {
  const before = new Set(existsSync(bench.reports) ? readdirSync(bench.reports) : []);
  await until('stress on three hosts', () => {
    const folder = (existsSync(bench.reports) ? readdirSync(bench.reports) : []).find(
      (name) => !before.has(name) && !name.startsWith('.') && name !== 'latest',
    );
    const path = join(bench.reports, folder ?? 'none', 'events.ndjson');
    // The last line may be half of one: its writer is at work.
    const lines = existsSync(path) ? readFileSync(path, 'utf8').split('\n').slice(0, -1) : [];
    const events = lines.map((line) => JSON.parse(line) as RunEvent);
    const atWork = events.flatMap((event) =>
      event.kind === 'heartbeat' && event.heartbeat.phase === 'stress' && event.heartbeat.operations > 0
        ? [event.host]
        : [],
    );
    return new Set(atWork).size === 3;
  });
}

/** Pids of the agents that came in by this address: their home tells. */
function agentsOf(hosts: TestHosts, name: string): readonly number[] {
  const home = hosts.homes[hosts.names.indexOf(name)] ?? '';
  return descendantsOf(hosts.sshd.pid).filter((pid) =>
    commandOf(pid)
      .split(' ')
      .some((word) => word.startsWith(home) && word.endsWith('agent.cjs')),
  );
}

/** The journal that an agent has open, in its work folder. */
function journalOf(agent: number): string {
  const folder = `/proc/${agent}/fd`;
  // Files that it closes meanwhile are none.
  const paths = readdirSync(folder).map((name) => {
    try {
      return readlinkSync(join(folder, name));
    } catch {
      return '';
    }
  });
  const journal = paths.find((path) => path.endsWith('/journal.fbj'));
  assert(journal !== undefined && existsSync(journal), paths.join(' '));
  return journal;
}

/** sshd's own processes between its listener and the agent. */
function sessionsAbove(hosts: TestHosts, agent: number): readonly number[] {
  return descendantsOf(hosts.sshd.pid).filter(
    (pid) => commandOf(pid).startsWith('sshd') && descendantsOf(pid).includes(agent),
  );
}

/** Its lease, and what it may take to clean up (see agent/serve.ts). */
const goneMs = defaultLimits.leaseMs + 60_000;

async function gone(pid: number): Promise<void> {
  await until(`the end of agent ${pid}`, () => !isRunning(pid), goneMs);
}
