/** Promise 10: the package needs no install script: what npm packs, installed with --ignore-scripts, works. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { root } from '../support/funbric.ts';

interface Done {
  readonly status: unknown;
  readonly said: string;
}

async function run(program: string, args: readonly string[], cwd: string): Promise<Done> {
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const child = spawn(program, args, { cwd, env: { ...env, NO_COLOR: '1' }, timeout: 240_000 });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (said += text));
  }
  const ended = await Promise.race([once(child, 'close'), once(child, 'error')]);
  return { status: ended[0], said };
}

/** What npm says where there is no registry, or no npm: nothing that this package could do about. */
const noRegistry = /ENOTFOUND|ECONNREFUSED|EAI_AGAIN|ETIMEDOUT|ECONNRESET|ENOTCACHED|ENETUNREACH|E40[13]|E50[0-9]/;

describe('promise 10: the packed package', { timeout: 600_000 }, () => {
  it('installs without scripts, says its version, runs the demo, and gives funbric and funbric/testing', async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'funbric-pack-'));
    try {
      // Not `prepare`: it would build anew under the other tests.
      const packed = await run('npm', ['pack', '--ignore-scripts', '--pack-destination', folder], root);
      if (String(packed.status).includes('ENOENT')) return t.skip('no npm here');
      assert.equal(packed.status, 0, packed.said);
      const tarball = readdirSync(folder).find((name) => name.endsWith('.tgz')) ?? '';
      const place = join(folder, 'empty');
      mkdirSync(place);
      writeFileSync(join(place, 'package.json'), '{ "type": "module" }');
      const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline', '--fetch-retries=0'];
      const installed = await run('npm', ['install', ...flags, join(folder, tarball)], place);
      if (installed.status !== 0 && noRegistry.test(installed.said))
        return t.skip('the registry of npm is out of reach');
      assert.equal(installed.status, 0, installed.said);

      const bin = join(place, 'node_modules/.bin/funbric');
      const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
      assert.equal((await run(bin, ['--version'], place)).said.trim().includes(version), true);
      const demo = await run(bin, ['demo', '--duration', '1s'], place);
      assert.equal(demo.status, 0, demo.said);
      assert(readdirSync(join(place, 'reports/latest')).includes('report.html'));
      const text = `const [a, b] = await Promise.all([import('funbric'), import('funbric/testing')]);
        const fleet = await b.startFleet({ hosts: 1 });
        const { status } = await fleet.run(['--', 'true']);
        await fleet.close();
        console.log(typeof a.task, status);`;
      const imported = await run(process.execPath, ['--input-type=module', '-e', text], place);
      assert.equal(imported.said, 'function 0\n');
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
