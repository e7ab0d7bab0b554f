import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { isSameForAllHosts } from '../../src/transports/config/scope.ts';

describe('a ssh_config', () => {
  let home: string;
  before(() => {
    home = mkdtempSync(join(tmpdir(), 'funbric-scope-'));
    mkdirSync(join(home, '.ssh/parts'), { recursive: true });
    mkdirSync(join(home, '.ssh/cases'));
    writeFileSync(join(home, '.ssh/parts/plain.conf'), 'Compression yes\n');
    writeFileSync(join(home, '.ssh/cases/web.conf'), 'Host web\n  Port 2222\n');
  });
  after(() => rmSync(home, { recursive: true, force: true }));

  const isSame = (text: string): boolean => {
    const file = join(home, '.ssh/config');
    writeFileSync(file, text);
    return isSameForAllHosts([file], home);
  };

  const same = [
    '',
    '# Host web\n',
    'Host *\n  User deploy\n\tPort=2200\nServerAliveInterval 5\n',
    'Include parts/*.conf\nHost *\n',
    'Include ~/.ssh/parts/plain.conf\n',
    'Include nowhere/*.conf\n',
  ];
  for (const text of same) it(`says the same for every host: ${JSON.stringify(text)}`, () => assert.ok(isSame(text)));

  const different = [
    'Host web\n  User deploy\n',
    'host=web\n',
    'Host * !web\n  User deploy\n',
    'Match host web\n',
    'HostName %h.example.com\n',
    'CanonicalizeHostname yes\n',
    'IdentityFile ~/.ssh/%h\n',
    'Include cases/*.conf\n',
    'Include "cases/web.conf"\n',
    'Include cases/w?b.conf\n',
    'Include */web.conf\n',
    'Include parts/plain.conf cases/web.conf\n',
    'Include config\n',
    '"Host" web\n',
  ];
  for (const text of different) it(`has cases: ${JSON.stringify(text)}`, () => assert.ok(!isSame(text)));

  it('that is missing says nothing', () => assert.ok(isSameForAllHosts([join(home, 'none')], home)));
});
