/** What stands behind a host's name when it failed. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { reasonOf } from '../../src/cli/progress/event-lines.ts';

describe('the reason of a host', () => {
  it('is shown without its name in front, which is said already', () => {
    assert.equal(reasonOf('web1', 'web1: no sshd'), 'no sshd');
    assert.equal(reasonOf('web1', 'web1 (192.0.2.1:22) was lost: silent'), 'silent');
    assert.equal(reasonOf('web1', "web1:/etc/x: can't be read"), "/etc/x: can't be read");
  });

  it('keeps the names of others, also of those that begin as its own', () => {
    assert.equal(reasonOf('web1', 'web10: no sshd'), 'web10: no sshd');
    assert.equal(reasonOf('web1', 'web1.example: no sshd'), 'web1.example: no sshd');
  });
});
