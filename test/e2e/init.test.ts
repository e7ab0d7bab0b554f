/** `funbric init`: what it writes runs at once, and what is there stays. */
import assert from 'node:assert/strict';
import { readFileSync, symlinkSync, writeFileSync, mkdirSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { funbric, openBench, type Bench, type Ended } from '../support/funbric.ts';

describe('funbric init', () => {
  const run = async (bench: Bench, ...words: readonly string[]): Promise<Ended> =>
    await funbric(words, { cwd: bench.folder, env: { HOME: bench.folder } });
  const hostsOf = (bench: Bench): unknown =>
    Reflect.get(JSON.parse(readFileSync(join(bench.folder, 'hosts.json'), 'utf8')), 'hosts');

  it('writes hosts.json and a first task, and both run at once as its last lines say', async () => {
    using bench = openBench();
    const init = await run(bench, 'init');
    assert.equal(init.status, 0, init.stderr);
    assert.match(init.stdout, /^wrote hosts\.json\nwrote tasks\/hello\.ts\nnext:\n/);
    assert.match((await run(bench, '--list')).stdout, /^hello +Say hello from every host$/m);
    assert.match((await run(bench, '--list-hosts')).stdout, /^here +here +- +- +local/m);
    const hello = await run(bench, 'hello', '--whom', 'you');
    assert.equal(hello.status, 0, hello.stdout + hello.stderr);
    assert.match(hello.stdout, /^here \| hello you, from here: \w+ \S+$/m);
    const doctor = await run(bench, 'doctor');
    assert.equal(doctor.status, 0, doctor.stdout + doctor.stderr);
  });

  it('writes the hosts that -H names, and how to reach them, folded where they are alike', async () => {
    using bench = openBench();
    await run(bench, '-H', 'root@db:2222,web[1-3],other@web4', '-u', 'admin', '-i', 'key', 'init');
    const identityFiles = [join(bench.folder, 'key')];
    assert.deepEqual(hostsOf(bench), {
      'db:2222': { address: 'db', user: 'root', identityFiles },
      'web[1-3]': { user: 'admin', identityFiles },
      web4: { user: 'other', identityFiles },
    });
    const listed = await run(bench, '--list-hosts', '--json');
    const hosts: unknown = JSON.parse(listed.stdout);
    assert.ok(Array.isArray(hosts), listed.stdout + listed.stderr);
    assert.deepEqual(
      hosts.map(({ name, port, user }) => [name, port, user]),
      [
        ['db:2222', 2222, 'root'],
        ['web1', undefined, 'admin'],
        ['web2', undefined, 'admin'],
        ['web3', undefined, 'admin'],
        ['web4', undefined, 'other'],
      ],
    );
  });

  it('overwrites nothing, and writes through no link', async () => {
    using bench = openBench();
    writeFileSync(join(bench.folder, 'hosts.json'), '{ "hosts": { "mine": {} } }');
    mkdirSync(join(bench.folder, 'tasks'));
    symlinkSync(join(bench.folder, 'elsewhere'), join(bench.folder, 'tasks/hello.ts'));
    const dangling = await run(bench, 'init');
    assert.equal(dangling.status, 65, dangling.stdout);
    assert.match(dangling.stderr, /hello\.ts can't be written/);
    assert.equal(existsSync(join(bench.folder, 'elsewhere')), false);
    writeFileSync(join(bench.folder, 'elsewhere'), 'mine');
    const again = await run(bench, 'init');
    assert.equal(again.status, 0, again.stderr);
    assert.match(again.stdout, /^hosts\.json is there already, and stays as it is\ntasks\/hello\.ts is there already/);
    assert.deepEqual(hostsOf(bench), { mine: {} });
    assert.equal(readFileSync(join(bench.folder, 'elsewhere'), 'utf8'), 'mine');
  });
});
