/** What is removed on a host after its agent died: our own work folder, and nothing else whatever the agent said. */
import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, describe, it } from 'node:test';
import { removeLeftovers } from '../../src/controller/run/leftovers.ts';
import type { Connection } from '../../src/transports/transport.ts';
import { testConnect, testHost, testTransports } from '../support/transports.ts';

describe(
  'the work folder of an agent that died',
  { skip: process.platform === 'win32' && 'hosts take a /bin/sh' },
  () => {
    let root: string;
    let connection: Connection;
    let folder: string;
    before(async () => {
      root = mkdtempSync(join(os.tmpdir(), "it's a test-"));
      const host = testHost('here', { transport: 'local' });
      connection = await testTransports(root).of(host).connect(host, testConnect());
    });
    after(async () => {
      await connection[Symbol.asyncDispose]();
      rmSync(root, { recursive: true, force: true });
    });
    beforeEach(() => {
      folder = mkdtempSync(join(root, 'funbric-'));
      writeFileSync(join(folder, 'journal.fbj'), 'FBJ1 and so on');
      writeFileSync(join(folder, 'result.json'), '{}');
    });

    it('is removed with the files that an agent makes', async () => {
      assert.equal(await removeLeftovers(connection, folder), undefined);
      assert.equal(existsSync(folder), false);
    });

    it('is removed also where the agent died before it wrote a byte, and no matter if it is gone', async () => {
      rmSync(join(folder, 'result.json'));
      writeFileSync(join(folder, 'journal.fbj'), '');
      assert.equal(await removeLeftovers(connection, folder), undefined);
      assert.equal(existsSync(folder), false);
      assert.equal(await removeLeftovers(connection, folder), undefined);
    });

    it('is removed also where the agent died before it had a journal, or while it removed it', async () => {
      for (const file of ['journal.fbj', 'result.json']) rmSync(join(folder, file));
      assert.equal(await removeLeftovers(connection, folder), undefined);
      assert.equal(existsSync(folder), false);
    });

    it('stays, and is named, where something else is in it', async () => {
      writeFileSync(join(folder, 'precious'), 'mine');
      assert.match((await removeLeftovers(connection, folder)) ?? '', /funbric-.* is left: /);
      assert.equal(existsSync(join(folder, 'precious')), true);
    });

    const strangers: Readonly<Record<string, () => string>> = {
      'has another name': () => {
        const other = join(root, 'backup');
        mkdirSync(other, { mode: 0o700, recursive: true });
        writeFileSync(join(other, 'journal.fbj'), 'FBJ1');
        return other;
      },
      'is a link': () => {
        const link = join(root, `funbric-link`);
        symlinkSync(folder, link);
        return link;
      },
      'is open to others': () => {
        chmodSync(folder, 0o755);
        return folder;
      },
      'has no journal': () => {
        rmSync(join(folder, 'journal.fbj'));
        return folder;
      },
      'has a journal that is none': () => {
        writeFileSync(join(folder, 'journal.fbj'), 'dear diary');
        return folder;
      },
      'has a journal that is a link': () => {
        rmSync(join(folder, 'journal.fbj'));
        symlinkSync('result.json', join(folder, 'journal.fbj'));
        return folder;
      },
      'is not named from the root': () => folder.slice(folder.lastIndexOf('/') + 1),
    };
    for (const [what, make] of Object.entries(strangers)) {
      it(`is not taken for ours where it ${what}`, async () => {
        const path = make();
        assert.match((await removeLeftovers(connection, path)) ?? '', /is left: it isn't a work folder of ours/);
        assert.equal(existsSync(join(folder, 'result.json')), true);
      });
    }
  },
);
