/** Promise 4: words, paths, users and names of hosts are text to every shell: none of them is ever run. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import * as fc from 'fast-check';
import { hostileNames, startFleet, type TestFleet } from '../../src/testing/index.ts';
import { controlsIn } from '../support/controls.ts';

const marks = '\'"\\$`!*?~#&;|<>(){}[]=% \n\t\r-^';
const piece = fc.oneof(
  fc.constantFrom(...Array.from(marks)),
  fc.constantFrom('$(touch escaped)', '`touch escaped`', "';touch escaped;'", '&& touch escaped', '\u001B[31m', '€'),
  fc.string({ unit: 'grapheme', maxLength: 4 }),
);
const word = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join('').replaceAll('\0', ''));
/** A name of one file: neither empty nor with a slash, and short enough. */
const fileName = fc
  .array(piece, { minLength: 1, maxLength: 8 })
  .map((pieces) => `n${pieces.join('').replaceAll(/[\0/]/g, '')}`);

const seed = 20_261_121;
const words = fc.sample(fc.array(word, { minLength: 1, maxLength: 6 }), { numRuns: 60, seed });
const names = fc.sample(fileName, { numRuns: 10, seed });

/** What a user would write: each host is asked to say the words back, in a folder and with files of such names. */
const taskText = `import { readFile, writeFile } from 'node:fs/promises';
import { task } from 'funbric';
export default task({
  summary: 'Says words back',
  async run(host) {
    const { words, names, folder } = JSON.parse(await readFile('given.json', 'utf8'));
    const equal = (what, got, wanted) => { if (got !== wanted) throw new Error(what + ': ' + JSON.stringify([got, wanted])); };
    for (const some of words) {
      const { stdout } = await host.run(['printf', '%s.', ...some]);
      equal('words', stdout, some.map((one) => one + '.').join(''));
    }
    for (const name of names) {
      const cwd = folder + '/' + host.name + '-' + name;
      await host.run(['mkdir', '--', cwd]);
      equal('folder', (await host.run(['pwd'], { cwd })).stdout, cwd + '\\n');
      await host.put('given.json', cwd + '/' + name);
      await host.get(cwd + '/' + name, 'back-' + host.name);
      equal('file', await readFile('back-' + host.name, 'utf8'), await readFile('given.json', 'utf8'));
    }
  },
});`;

describe('promise 4: shells', { timeout: 600_000 }, () => {
  let folder: string;
  let fleet: TestFleet;
  let shells: readonly string[] = [];
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'funbric-shells-'));
    mkdirSync(join(folder, 'tasks'));
    mkdirSync(join(folder, 'remote'));
    writeFileSync(join(folder, 'tasks/echo.ts'), taskText);
    writeFileSync(join(folder, 'given.json'), JSON.stringify({ words, names, folder: join(folder, 'remote') }));
    shells = shellsHere(folder);
    fleet = await startFleet({ hosts: shells.map((shell) => ({ name: shell.split('/').at(-1) ?? '', shell })) });
  });
  after(async () => {
    await fleet.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const escaped = (): readonly string[] =>
    [folder, fleet.folder].flatMap((root) =>
      readdirSync(root, { recursive: true })
        .map(String)
        .filter((name) => /(^|\/)escaped$/.test(name)),
    );

  it('bring any words, folders and file names through unchanged: dash, bash, busybox, and zsh and fish where they are', async () => {
    assert(shells.length >= 2, shells.join(' '));
    const ended = await fleet.run(['echo'], { cwd: folder, timeoutMs: 500_000 });
    assert.equal(ended.status, 0, ended.stdout + ended.stderr);
    assert.deepEqual(escaped(), []);
  });

  it('are never told the name, address or user of a host: whatever these are, nothing of them is run', async () => {
    const [host] = fleet.hosts;
    assert(host !== undefined);
    const files = { identityFile: fleet.identityFile, knownHostsFile: fleet.knownHostsFile };
    const special = hostileNames.filter((name) => /[$`';\n-]|\.\./.test(name));
    const entries = special.flatMap((name) => [
      { [name]: { address: host.address, port: host.port, ...files } },
      { web: { address: name, port: host.port, ...files } },
      { web: { address: host.address, port: host.port, user: name, ...files } },
    ]);
    const waiting = [...entries.entries()];
    const tryAll = async (): Promise<void> => {
      for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
        const [at, hosts] = next;
        const file = join(folder, `hosts-${at}.json`);
        writeFileSync(file, JSON.stringify({ hosts }));
        const { status, stdout, stderr } = await fleet.run(['--hosts-file', file, '-t', '2s', '--', 'true'], {
          cwd: folder,
        });
        assert([0, 2, 64, 65].includes(Number(status)), `${JSON.stringify(hosts)}: ${status} ${stdout}${stderr}`);
        assert.deepEqual(controlsIn(stdout + stderr), []);
      }
    };
    await Promise.all([tryAll(), tryAll(), tryAll()]);
    assert.deepEqual(escaped(), []);
    assert.equal(existsSync('/tmp/escaped'), false);
  });
});

function shellsHere(folder: string): readonly string[] {
  const found = ['dash', 'bash', 'zsh', 'fish'].flatMap((name) =>
    ['/bin', '/usr/bin', '/usr/local/bin']
      .map((place) => join(place, name))
      .filter((path) => existsSync(path))
      .slice(0, 1),
  );
  const busybox = ['/bin/busybox', '/usr/bin/busybox'].find((path) => existsSync(path));
  if (busybox === undefined || spawnSync(busybox, ['ash', '-c', 'true']).status !== 0) return found;
  // It is the program that it is called as.
  symlinkSync(busybox, join(folder, 'ash'));
  return [...found, join(folder, 'ash')];
}
