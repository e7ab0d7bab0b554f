import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { openOutputFolder, outputIndexSchema, type OutputFolder } from '../../src/controller/command/output-folder.ts';
import { FunbricError } from '../../src/model/errors.ts';

const folder = mkdtempSync(join(tmpdir(), 'funbric-out-'));
after(() => rmSync(folder, { recursive: true }));

describe('--out', () => {
  it('keeps every byte of a host in files that we name, and says whose they are, how it ended, and their hashes', async () => {
    const path = join(folder, 'new/one');
    const out = await open(path);
    const bytes = Buffer.from([0, 255, 10, 13, 0xc3]);
    await out.write(1, 'stdout', bytes);
    await out.write(1, 'stdout', Buffer.from('x'));
    await out.end(0);
    await out.end(1);
    const exits = [
      { host: '../../evil', status: 'completed', code: 0, elapsedMs: 5 },
      { host: 'b', status: 'failed', code: 3, reason: 'exit 3', elapsedMs: 6 },
      { host: 'c', status: 'unreachable', reason: 'refused', elapsedMs: 7 },
    ] as const;
    assert.deepEqual(out.cut(), []);
    await out.finish(exits, 1);
    assert.deepEqual(readFileSync(join(path, '0001/stdout')), Buffer.concat([bytes, Buffer.from('x')]));
    assert.equal(readFileSync(join(path, '0000/stderr'), 'utf8'), '');
    assert.equal(existsSync(join(path, '0002')), false);
    const index = outputIndexSchema.parse(JSON.parse(readFileSync(join(path, 'index.json'), 'utf8')));
    assert.deepEqual(
      index.hosts.map(({ name, folder: own, status, code }) => [name, own, status, code]),
      [
        ['../../evil', '0000', 'completed', 0],
        ['b', '0001', 'failed', 3],
        ['c', undefined, 'unreachable', undefined],
      ],
    );
    const sha256 = createHash('sha256').update(bytes).update('x').digest('hex');
    assert.deepEqual(index.hosts[1]?.stdout, { bytes: 6, sha256, isCut: false });
    assert.deepEqual([index.code, index.command, index.startedAt], [1, 'cmd <&>', '1970-01-01T00:00:00.000Z']);
    const junit = readFileSync(join(path, 'junit.xml'), 'utf8');
    assert.match(junit, /tests="3" failures="1" errors="1"/);
    assert.match(junit, /name="b" classname="cmd &lt;&amp;&gt;" time="0\.006">\s*<failure message="exit 3">/);
    assert.match(junit, /name="c"[^>]*>\s*<error message="unreachable: refused">/);
  });

  it('ends a file at the bound, and says so', async () => {
    const path = join(folder, 'bounded');
    const out = await open(path, 10);
    for (let turn = 0; turn < 3; turn++) await out.write(0, 'stderr', Buffer.from('1234567'));
    await out.end(0);
    assert.deepEqual(out.cut(), [0]);
    assert.equal(readFileSync(join(path, '0000/stderr'), 'utf8'), '1234567123');
  });

  it('never mixes with files that are there, nor takes a file for a folder', async () => {
    const path = join(folder, 'used');
    await (await open(path)).finish([], 0);
    await assert.rejects(open(path), (thrown) => thrown instanceof FunbricError && thrown.code === 'usage');
    const file = join(folder, 'file');
    writeFileSync(file, '');
    await assert.rejects(open(file), (thrown) => thrown instanceof FunbricError && thrown.code === 'input');
  });

  it('is refused where no folder can be made', { skip: !existsSync('/proc/self') && 'no /proc here' }, async () => {
    await assert.rejects(open('/proc/no/such'), {
      code: 'input',
      message: /^--out \/proc\/no\/such: can't be used: ENOENT/,
    });
  });

  it('that is taken away fails the host with its path, and nothing else', async () => {
    const path = join(folder, 'gone');
    const out = await open(path);
    rmSync(path, { recursive: true });
    await assert.rejects(
      async () => out.write(0, 'stdout', Buffer.from('x')),
      (thrown) => thrown instanceof FunbricError && /gone\/0000\/stdout can't be written: ENOENT/.test(thrown.message),
    );
  });
});

async function open(path: string, maxBytes = 1000): Promise<OutputFolder> {
  return await openOutputFolder(path, { command: 'cmd <&>', startedAt: new Date(0), maxBytes });
}
