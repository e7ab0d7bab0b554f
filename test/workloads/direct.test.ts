/** Reads and writes past the page cache, beside others of the same files. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { checks } from '../../src/checks/registry.ts';
import { readFlags, recordKinds, type JournalRecord } from '../../src/model/record.ts';
import { tryDirect } from '../../src/workloads/direct.ts';
import { fileOperations, type FileOperations } from '../../src/workloads/operations.ts';
import { live, type Lived } from '../support/lived.ts';
import { historyOfRecords } from '../support/record-history.ts';

const root = fs.mkdtempSync(join(os.tmpdir(), 'funbric-test-'));
after(() => fs.rmSync(root, { recursive: true, force: true }));

const hasNone = await tryDirect(root, 512).then(
  () => false,
  (error: unknown) => (error instanceof Error ? error.message : 'no O_DIRECT'),
);

const names = { mkdir: 1, delete: 3, list: 1, touch: 8, stat: 1, rename: 5 };
const weights = { ...names, read: 20, write: 12, truncate: 5, append: 12, fsync: 2, copy: 4, renameOnto: 3 };

/** With the flags of every open. */
async function opened(direct: number | undefined): Promise<{ lived: Lived; flags: number[] }> {
  const flags: number[] = [];
  const operations: FileOperations = {
    ...fileOperations,
    open(path, given, mode) {
      flags.push(given);
      return fileOperations.open(path, given, mode);
    },
  };
  const changes = { weights, fileBytes: 65_536, ...(direct === undefined ? {} : { direct }) };
  return { flags, lived: await live(root, { operations, changes }) };
}

const isOfContent = ({ kind }: JournalRecord): boolean =>
  kind === recordKinds.read || kind === recordKinds.write || kind === recordKinds.append;
const isPastCache = ({ flags }: JournalRecord): boolean => (flags & readFlags.direct) !== 0;

describe('reads and writes past the cache', { skip: hasNone }, () => {
  it('are as many of a hundred as the profile says, in the journal as in the calls', async () => {
    for (const [direct, least, most] of [[30, 0.25, 0.35] as const, [100, 1, 1] as const]) {
      const { lived, flags } = await opened(direct);
      const content = lived.stressed.filter(isOfContent);
      const share = content.filter(isPastCache).length / content.length;
      assert.ok(share >= least && share <= most, `${share}`);
      const calls = flags.filter((given) => (given & fs.constants.O_DIRECT) !== 0).length;
      assert.equal(calls, content.filter(isPastCache).length);
    }
  });

  it('are none where it says nothing', async () => {
    const { flags } = await opened(undefined);
    assert.ok(flags.every((given) => (given & fs.constants.O_DIRECT) === 0));
  });

  it('find what was written through the cache, and leave nothing that a check would find', async () => {
    const { lived } = await opened(50);
    assert.deepEqual(lived.unexpected, []);
    assert.ok(lived.stressed.filter((record) => isPastCache(record) && record.size > 0).length > 300);
    const history = historyOfRecords(lived);
    const found = checks.flatMap((check) => check.examine(history));
    assert.deepEqual(found, []);
  });
});

/** On a fresh file system that only the given code sees; undefined where none can be mounted. */
function onMount(mount: string, chunkBytes: number): string | undefined {
  const place = fs.mkdtempSync(join(root, 'mount-'));
  const module = pathToFileURL(join(import.meta.dirname, '../../src/workloads/direct.js')).href;
  const code = `import(${JSON.stringify(module)}).then(({ tryDirect }) => tryDirect(${JSON.stringify(place)}, ${chunkBytes})).then(() => console.log('fine'), (error) => console.log(error.message))`;
  const { stdout, status } = spawnSync(
    'unshare',
    ['-m', 'sh', '-c', `${mount} "$1" && exec "$2" -e "$3"`, 'sh', place, process.execPath, code],
    { encoding: 'utf8', timeout: 60_000 },
  );
  return status === 0 ? stdout.trim() : undefined;
}

describe('setup', () => {
  it('says where a file system has no O_DIRECT, and what to do', (context) => {
    const said = onMount('mount -t ramfs none', 4096);
    if (said === undefined) return context.skip('nothing can be mounted here');
    assert.match(said, /mount-\w+ is on a file system that has no O_DIRECT \(EINVAL\), .*take one without it/);
  });

  it('leaves nothing behind', { skip: hasNone }, async () => {
    const folder = fs.mkdtempSync(join(root, 'left-'));
    await tryDirect(folder, 4096);
    assert.deepEqual(fs.readdirSync(folder), []);
  });

  it('names the field and the least value where blocks are larger than the chunks', (context) => {
    const image = join(root, 'large-blocks.img');
    fs.writeFileSync(image, '');
    fs.truncateSync(image, 64 << 20);
    const mount = `set -e; disk=$(losetup --find --show --sector-size 4096 ${image}); trap "losetup -d $disk" EXIT; mkfs.ext4 -q $disk; mount $disk`;
    const said = onMount(`(${mount} "$1") && :`, 512);
    if (said === undefined) return context.skip('no disk with large blocks can be made here');
    assert.match(said, /chunkBytes is 512, .* needs multiples of 4096 bytes in .*--chunk 4096/);
  });
});
