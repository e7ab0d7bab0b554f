/** Promise 9: no agent, port or display is forwarded and no terminal is asked for: a host gets commands, and no more. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { startFleet } from '../../src/testing/index.ts';

describe('promise 9: what a host is asked for', { timeout: 600_000 }, () => {
  it('is sessions with commands, in commands and in whole runs, also where there is an agent to forward', async () => {
    const asked = new Set<string>();
    await using fleet = await startFleet({ hosts: 2, onRequest: (_, request) => asked.add(request) });
    const env = { SSH_AUTH_SOCK: '/nonexistent/agent', DISPLAY: ':0', TERM: 'xterm', LC_ALL: 'C' };
    const command = await fleet.run(['--', 'true'], { env });
    assert.equal(command.status, 0, command.stderr);
    const words = ['runtest', '--dir', fleet.shared, '--workers', '1', '--ops', '10'];
    const run = await fleet.run(words, { env });
    assert.equal(run.status, 0, run.stdout + run.stderr);
    assert.deepEqual(asked, new Set(['session', 'exec']));
  });
});
