/** Promise 5: what we put on a host lies in folders that are its user's alone, and no link leads us elsewhere. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { startFleet, type FleetRun, type TestFleet } from '../../src/testing/index.ts';
import { root } from '../support/funbric.ts';
import { until } from '../support/until.ts';

const sha256 = createHash('sha256')
  .update(readFileSync(join(root, 'dist/agent/agent.cjs')))
  .digest('hex');
const isRoot = process.getuid?.() === 0;

/** What others may have prepared in a home, by the host's name. */
const traps: Readonly<Record<string, (home: string, elsewhere: string) => void>> = {
  fresh: () => undefined,
  'linked-cache': (home, elsewhere) => {
    mkdirSync(join(home, '.cache'));
    symlinkSync(elsewhere, join(home, '.cache/funbric'));
  },
  'linked-folder': (home, elsewhere) => {
    mkdirSync(join(home, '.cache/funbric'), { recursive: true, mode: 0o700 });
    symlinkSync(elsewhere, join(home, '.cache/funbric', sha256));
  },
  'linked-agent': (home, elsewhere) => {
    mkdirSync(join(home, '.cache/funbric', sha256), { recursive: true, mode: 0o700 });
    symlinkSync(join(elsewhere, 'precious'), join(home, '.cache/funbric', sha256, 'agent.cjs'));
  },
  open: (home) => {
    mkdirSync(join(home, '.cache/funbric', sha256), { recursive: true });
    for (const path of ['.cache/funbric', `.cache/funbric/${sha256}`]) chmodSync(join(home, path), 0o777);
  },
  'a-file': (home) => {
    mkdirSync(join(home, '.cache'));
    writeFileSync(join(home, '.cache/funbric'), 'precious');
  },
  ...(isRoot && {
    strangers: (home: string) => {
      mkdirSync(join(home, '.cache/funbric'), { recursive: true });
      chownSync(join(home, '.cache/funbric'), 12_345, 12_345);
    },
  }),
};

/** The real one, and notes what it made. */
const mktemp = 'PATH=${PATH#*:} mktemp "$@" | tee -a "$HOME/made"';

describe('promise 5: folders on a host', { timeout: 600_000 }, () => {
  let fleet: TestFleet;
  let ended: FleetRun;
  let elsewhere: string;
  before(async () => {
    fleet = await startFleet({ hosts: Object.keys(traps).map((name) => ({ name, programs: { mktemp } })) });
    elsewhere = join(fleet.folder, 'elsewhere');
    mkdirSync(elsewhere);
    writeFileSync(join(elsewhere, 'precious'), 'precious');
    for (const { name, home } of fleet.hosts) traps[name]?.(home, elsewhere);
    ended = await fleet.run(['runtest', '--dir', fleet.shared, '--workers', '1', '--ops', '10', '-P', '4']);
  });
  after(async () => fleet.close());
  const homeOf = (name: string): string => fleet.hosts.find((host) => host.name === name)?.home ?? '';

  it('can not be turned into a failure, whatever lies in their place', async () => {
    assert.equal(ended.status, 0, ended.stdout + ended.stderr);
    const { hosts } = await fleet.latestRun();
    assert.deepEqual(new Set(hosts.map(({ status }) => status)), new Set(['completed']));
  });

  for (const name of ['fresh', 'open']) {
    it(`are for their user alone, each of them, also where they were not: ${name}`, () => {
      for (const path of ['.cache/funbric', `.cache/funbric/${sha256}`]) {
        assert.equal(lstatSync(join(homeOf(name), path)).mode & 0o777, 0o700, path);
      }
      const agent = lstatSync(join(homeOf(name), '.cache/funbric', sha256, 'agent.cjs'));
      assert(agent.isFile());
      assert.equal(agent.mode & 0o077, 0);
    });
  }

  it('are reached over no link: what it leads to stays as it is', () => {
    assert.deepEqual(readdirSync(elsewhere), ['precious']);
    assert.equal(readFileSync(join(elsewhere, 'precious'), 'utf8'), 'precious');
    assert(lstatSync(join(homeOf('linked-cache'), '.cache/funbric')).isSymbolicLink());
    assert(lstatSync(join(homeOf('linked-folder'), '.cache/funbric', sha256)).isSymbolicLink());
  });

  it('take the place of nothing that is not ours', { skip: !isRoot && 'only root makes files of others' }, () => {
    assert.equal(readFileSync(join(homeOf('a-file'), '.cache/funbric'), 'utf8'), 'precious');
    assert.deepEqual(readdirSync(join(homeOf('strangers'), '.cache/funbric')), []);
    assert.equal(lstatSync(join(homeOf('strangers'), '.cache/funbric')).uid, 12_345);
  });

  it('are gone after the run where they were not in the home', async () => {
    const made = fleet.hosts.flatMap(({ home }) => foldersMadeIn(home));
    assert(made.length >= 3, `${made.length} folders outside of the homes`);
    await until('the end of the folders in /var/tmp', () => !made.some((path) => existsSync(path)));
  });
});

/** Those of other tests, which come and go in /var/tmp meanwhile, are not among them. */
function foldersMadeIn(home: string): readonly string[] {
  const file = join(home, 'made');
  return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];
}
