import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { FunbricError, type ErrorCode } from '../../src/model/errors.ts';
import { findHostsFile } from '../../src/controller/inventory/find-hosts-file.ts';
import { readHosts, readHostsFile } from '../../src/controller/inventory/hosts-file.ts';
import { selectHosts, type Selection } from '../../src/controller/inventory/inventory.ts';
import { pickHosts } from '../../src/controller/inventory/narrowing.ts';
import { expandNodeSet } from '../../src/model/nodeset.ts';
import { testHost } from '../support/transports.ts';

const folder = mkdtempSync(join(tmpdir(), 'funbric-inventory-'));
after(() => rmSync(folder, { recursive: true }));

const fleetContent = {
  defaults: { user: 'everyone', port: 2200, identityFile: 'keys/default', vars: { mount: '/mnt', level: 1 } },
  groups: {
    web: { hosts: 'web[1-3]', roles: ['front'], user: 'www', vars: { level: 2 } },
    slow: { hosts: ['web3', 'db'], vars: { level: 3 } },
  },
  hosts: {
    web1: { address: '192.0.2.1', port: 22, roles: ['first'] },
    web2: {},
    db: { user: 'postgres', identityFiles: ['~/.ssh/db', 'keys/db'], knownHostsFile: 'known' },
    'node[01-02]': { transport: 'local' },
  },
};

describe('hosts from -H alone', () => {
  it('are named as typed, without user, with the port only if it was typed', () => {
    const hosts = select({ hosts: ['root@web[1-2]:2222,db', '[::1]', 'me@corp@[fe80::1]:22'] });
    assert.deepEqual(
      hosts.map(({ name, address, port, user }) => [name, address, port, user]),
      [
        ['web1:2222', 'web1', 2222, 'root'],
        ['web2:2222', 'web2', 2222, 'root'],
        ['db', undefined, undefined, undefined],
        ['[::1]', '::1', undefined, undefined],
        ['[fe80::1]:22', 'fe80::1', 22, 'me@corp'],
      ],
    );
  });

  it('take user, port, key and known_hosts of the flags where nothing nearer was typed', () => {
    const flags = { user: 'u', port: 99, identityFiles: ['k', '~/id'], knownHostsFile: 'kh', transport: 'local' };
    const [one, two] = select({ hosts: ['a', 'x@b:7'], ...flags });
    assert.deepEqual(one, {
      name: 'a',
      roles: [],
      groups: [],
      variables: {},
      user: 'u',
      port: 99,
      transport: 'local',
      identityFiles: [join(folder, 'k'), '/home/me/id'],
      knownHostsFiles: [join(folder, 'kh')],
    });
    assert.deepEqual([two?.user, two?.port, two?.address], ['x', 7, 'b']);
  });

  it('may be any text that a terminal shows: it travels as data', () => {
    const typed = ['$(touch x)', "a b'c", '`id`;"', '<img src=x>'];
    assert.deepEqual(
      select({ hosts: typed }).map((host) => host.name),
      typed,
    );
  });

  for (const typed of [
    '-oProxyCommand=x',
    'a\nb',
    'a\u001b[31m',
    'root@',
    '@',
    'a@-x',
    '::1',
    'fe80::1',
    'web1:0',
    'web1:x',
    ':22',
    'a:99999',
  ]) {
    it(`refuses ${JSON.stringify(typed)}`, () => {
      refused('usage', { hosts: [typed] });
    });
  }

  it('count once when named twice, and are refused when the two differ', () => {
    assert.equal(select({ hosts: ['a', 'a,b'] }).length, 2);
    refused('usage', { hosts: ['root@a', 'admin@a'] }, /host a is named twice/);
  });

  it('are needed: without any, the error names -H, hosts.json and the demo', () => {
    const error = refused('usage', {}, /no hosts/);
    assert.match(error.hint ?? '', /-H.*hosts\.json.*funbric demo/);
  });
});

describe('hosts of hosts.json', () => {
  it('are all taken where neither -H nor -R is given', () => {
    assert.deepEqual(names(select({}, fleetContent)), ['web1', 'web2', 'db', 'node01', 'node02', 'web3']);
  });

  it('give settings by nearness: host, then the later group, then the earlier, then defaults', () => {
    const [web1, web3, db] = select({ hosts: ['web1,web3,db'] }, fleetContent);
    assert.deepEqual(web1, {
      name: 'web1',
      address: '192.0.2.1',
      port: 22,
      user: 'www',
      identityFiles: [join(folder, 'keys/default')],
      roles: ['front', 'first'],
      groups: ['web'],
      variables: { mount: '/mnt', level: 2 },
    });
    assert.deepEqual([web3?.groups, web3?.variables, web3?.port], [['web', 'slow'], { mount: '/mnt', level: 3 }, 2200]);
    assert.deepEqual(
      [db?.user, db?.identityFiles, db?.knownHostsFiles],
      ['postgres', ['/home/me/.ssh/db', join(folder, 'keys/db')], [join(folder, 'known')]],
    );
  });

  it('yield to what is typed: user@ over -u over the file', () => {
    const [web1, db] = select({ hosts: ['root@web1:23', 'db'], user: 'u', port: 24 }, fleetContent);
    assert.deepEqual([web1?.name, web1?.address, web1?.user, web1?.port], ['web1:23', '192.0.2.1', 'root', 23]);
    assert.deepEqual([db?.user, db?.port], ['u', 24]);
  });

  it('lend their defaults to a host that the file does not name', () => {
    const [other] = select({ hosts: ['other'] }, fleetContent);
    assert.deepEqual([other?.user, other?.port, other?.variables], ['everyone', 2200, { mount: '/mnt', level: 1 }]);
  });

  it('are reached over jump hosts that the file or -J names, with what the file says of those', () => {
    const content = {
      defaults: { jump: 'joe@gate', user: 'everyone' },
      hosts: {
        gate: { address: '192.0.2.9', port: 2222, user: 'admin', identityFile: 'keys/gate', jump: 'none' },
        web1: {},
        web2: { jump: 'other:23,gate' },
      },
    };
    const gate = { name: 'gate', address: '192.0.2.9', port: 2222, identityFiles: [join(folder, 'keys/gate')] };
    const jumps = (selection: Partial<Selection>): unknown => select(selection, content).map(({ jump }) => jump);
    assert.deepEqual(jumps({}), [
      [],
      [{ ...gate, user: 'joe' }],
      [
        { name: 'other', port: 23 },
        { ...gate, user: 'admin' },
      ],
    ]);
    assert.deepEqual(jumps({ hosts: ['web1'], jump: 'elsewhere' }), [[{ name: 'elsewhere' }]]);
    assert.deepEqual(jumps({ hosts: ['web2'], jump: 'none' }), [[]]);
  });

  it('are picked by role with -R, by group with -H @group, and left out with -x', () => {
    assert.deepEqual(names(select({ roles: ['front'] }, fleetContent)), ['web1', 'web2', 'web3']);
    assert.deepEqual(names(select({ hosts: ['@slow', 'web1'] }, fleetContent)), ['web3', 'db', 'web1']);
    assert.deepEqual(names(select({ exclude: ['@slow,node[01-09]'] }, fleetContent)), ['web1', 'web2']);
    assert.deepEqual(names(select({ hosts: ['a:22,b'], exclude: ['a'] })), ['b']);
  });

  const wrong: readonly (readonly [what: string, selection: Partial<Selection>, said: RegExp, hint: RegExp])[] = [
    ['an unknown role', { roles: ['frnt'] }, /-R frnt: no host/, /did you mean front/],
    ['an unknown group', { hosts: ['@wbe'] }, /@wbe: no such group/, /did you mean web/],
    [
      'an exclusion that excludes nothing',
      { exclude: ['web9'] },
      /-x web9 means none of the hosts/,
      /did you mean web1/,
    ],
    ['an exclusion of all', { hosts: ['a'], exclude: ['a'] }, /takes away all hosts: a/, /fewer/],
  ];
  for (const [what, selection, said, hint] of wrong) {
    it(`don't hide ${what}`, () => {
      assert.match(refused('usage', selection, said, fleetContent).hint ?? '', hint);
    });
  }

  it('are chosen by calculation: but not, only those that are also, in one of both, all', () => {
    assert.deepEqual(names(select({ hosts: ['@web!web2'] }, fleetContent)), ['web1', 'web3']);
    assert.deepEqual(names(select({ hosts: ['@web&@slow,db'] }, fleetContent)), ['web3', 'db']);
    assert.deepEqual(names(select({ hosts: ['@web^@slow'] }, fleetContent)), ['web1', 'web2', 'db']);
    assert.deepEqual(names(select({ hosts: ['@*!node[01-02]'] }, fleetContent)), ['web1', 'web2', 'db', 'web3']);
    assert.deepEqual(names(select({ roles: ['front!first'] }, fleetContent)), ['web2', 'web3']);
    assert.deepEqual(names(select({ exclude: ['@*!web[1-2]'] }, fleetContent)), ['web1', 'web2']);
  });

  it('are cut down to those of --limit, whatever chose them; a port need not be said', () => {
    assert.deepEqual(names(select({ limit: ['@slow'] }, fleetContent)), ['db', 'web3']);
    assert.deepEqual(names(select({ hosts: ['a:22,b'], limit: ['a', 'b!b'] })), ['a:22']);
    assert.deepEqual(names(select({ roles: ['front'], limit: ['web[2-9]!web3'] }, fleetContent)), ['web2']);
    assert.match(refused('usage', { limit: ['wbe1'] }, /--limit wbe1 means none/, fleetContent).hint ?? '', /web1/);
    refused('usage', { limit: ['web1&web2'] }, /keeps none of the hosts/, fleetContent);
  });

  it('may be in groups made of groups, which stand in any order and never hold themselves', () => {
    const content = {
      groups: { all: { hosts: '@rack[1-2]!b2' }, rack1: { hosts: 'a[1-2]' }, rack2: { hosts: ['b[1-2]', '@rack1'] } },
    };
    assert.deepEqual(names(select({ hosts: ['@all'] }, content)), ['a1', 'a2', 'b1']);
    const circle = { groups: { a: { hosts: '@b' }, b: { hosts: 'x,@a' } } };
    refused('input', {}, /groups\.b\.hosts: @a is made of itself/, circle);
    refused('input', {}, /groups\.a\.hosts: @nobody: no such group/, { groups: { a: { hosts: '@nobody' } } });
  });

  it('are needed for roles and groups', () => {
    refused('usage', { roles: ['x'] }, /-R x needs a hosts\.json/);
    refused('usage', { hosts: ['@x'] }, /@x needs a hosts\.json/);
  });
});

describe('a plain list of hosts', () => {
  const list = (text: string): ReturnType<typeof readHosts> =>
    readHosts(join(folder, 'hosts.txt'), text, { folder, homeFolder: '/home/me' });

  it('has one host or NodeSet a line, remarks, groups, and users', () => {
    const fleet = list('\uFEFF# all of them\r\nroot@db:2222 # slow\n\n[web]\nweb[1-3] ! web2\n[rack-1]\nweb1\n[::1]\n');
    assert.deepEqual([...fleet.hosts.keys()], ['db:2222', 'web1', 'web3', '[::1]']);
    assert.deepEqual(
      [...fleet.groups],
      [
        ['web', ['web1', 'web3']],
        ['rack-1', ['web1', '[::1]']],
      ],
    );
    const { user, port, address } = fleet.hosts.get('db:2222') ?? {};
    assert.deepEqual([user, port, address], ['root', 2222, 'db']);
  });

  const refusedLines: readonly (readonly [text: string, said: RegExp])[] = [
    ['a\nweb1 ansible_host=192.0.2.1', /hosts\.txt: line 2: "web1 ansible_host=192\.0\.2\.1" is more than a host/],
    ['[web:vars]\nx=1', /line 1: \[web:vars\] is more than a plain list can say/],
    ['root@a\nadmin@a', /line 2: names a again, with another user/],
    ['web[1-', /line 1: .*nothing closes/],
    ['-oProxyCommand=x', /line 1: .*must not start with '-'/],
  ];
  for (const [text, said] of refusedLines) {
    it(`is refused by line: ${JSON.stringify(text)}`, () => {
      assert.throws(
        () => list(text),
        (thrown) => thrown instanceof FunbricError && thrown.code === 'input' && said.test(thrown.message),
      );
    });
  }

  it('may be a hosts.json by another name: what starts with a brace is JSON', () => {
    assert.deepEqual([...list(' {"hosts": {"a": {}}}').hosts.keys()], ['a']);
  });
});

describe('--pick', () => {
  const hosts = expandNodeSet('n[01-40]').map((name) => testHost(name));

  it('takes so many of the hosts, in their order, the same with one seed and others with another', () => {
    const some = names(pickHosts(hosts, 5, 7));
    assert.equal(some.length, 5);
    assert.deepEqual(some, some.toSorted());
    assert.deepEqual(names(pickHosts(hosts.toReversed(), 5, 7)).toReversed(), some);
    assert.notDeepEqual(names(pickHosts(hosts, 5, 8)), some);
    assert.equal(pickHosts(hosts, 99, 7).length, 40);
  });

  it('leaves no host out for ever', () => {
    const seen = new Set(Array.from({ length: 200 }, (_, seed) => names(pickHosts(hosts, 3, seed))).flat());
    assert.equal(seen.size, 40);
  });
});

describe('a hosts.json with a mistake', () => {
  const cases: readonly (readonly [content: unknown, said: RegExp])[] = [
    [{ hosts: { web1: { prot: 22 } } }, /hosts\.json: hosts\.web1: unknown setting "prot"/],
    [{ host: {} }, /hosts\.json: top level: unknown setting "host"/],
    [{ hosts: { web1: { port: '22' } } }, /hosts\.web1\.port: .*found "22"/],
    [{ hosts: { web1: { port: 70_000 } } }, /hosts\.web1\.port: must be 1 to 65535, found 70000/],
    [{ hosts: { '-x': {} } }, /hosts\.-x: "-x": a name must not start with '-'/],
    [{ hosts: { 'a\u0007': {} } }, /control characters/],
    [{ hosts: { web1: { user: '-oX' } } }, /hosts\.web1\.user: must not start with '-'/],
    [{ hosts: { web1: { jump: 'a b' } } }, /jump of web1: "a b" is no jump host/],
    [{ hosts: { web1: {}, 'web[1-2]': {} } }, /hosts\.web\[1-2\]: names web1 again/],
    [{ groups: { g: { hosts: 'a[1-' } } }, /groups\.g\.hosts: .*nothing closes/],
    [{ groups: { g: { hosts: 7 } } }, /groups\.g\.hosts: must be a NodeSet or a list of them, found 7/],
    [{ defaults: { vars: { a: { b: 1 } } } }, /defaults\.vars\.a: .*found \{"b":1\}/],
    [[], /top level: .*found \[\]/],
  ];
  for (const [content, said] of cases) {
    it(`says where: ${JSON.stringify(content)}`, () => {
      const error = refused('input', {}, said, content);
      assert.ok(error.hint !== undefined && error.hint.length > 0);
    });
  }

  it('with a slip in a setting suggests the right one', () => {
    assert.match(refused('input', {}, /./, { hosts: { a: { prot: 1 } } }).hint ?? '', /did you mean port\?/);
  });

  it('that is no JSON at all is named with line and column', () => {
    const file = join(folder, 'broken.json');
    writeFileSync(file, '{\n  "hosts": {,}\n}');
    assert.throws(
      () => readHostsFile(file, '/home/me'),
      (thrown) =>
        thrown instanceof FunbricError && /broken\.json: no valid JSON.*line 2, column 13/.test(thrown.message),
    );
  });

  const silent: readonly (readonly [text: string, said: RegExp])[] = [
    ['{"hosts": {"a": {"port": 1}, "b": {}, "a": {"port": 2}}}', /hosts: the key "a" is there twice/],
    ['{"hosts": {"a": {"port": 1, "\\u0070ort": 2}}}', /hosts\.a: the key "\\u0070ort" is there twice/],
    ['{"hosts": {}, "groups": {}, "hosts": {}}', /top level: the key "hosts" is there twice/],
    ['{"hosts": {"__proto__": {"port": 2}}}', /hosts: the key "__proto__" is not allowed/],
    ['{"defaults": {"vars": {"__proto__": 1}}}', /defaults\.vars: the key "__proto__" is not allowed/],
  ];
  for (const [text, said] of silent) {
    it(`says what JSON itself would drop: ${text}`, () => {
      const file = join(folder, 'silent.json');
      writeFileSync(file, text);
      assert.throws(() => readHostsFile(file, '/home/me'), said);
    });
  }

  it('is not accused of two keys that are values, or in two hosts', () => {
    const file = join(folder, 'sound.json');
    const text = '{"hosts": {"a": {"user": "x\\": \\"user", "roles": ["roles", "a"]}, "b": {"user": "a"}}}';
    writeFileSync(file, text);
    assert.deepEqual([...readHostsFile(file, '/home/me').hosts.keys()], ['a', 'b']);
  });

  it('that is missing is an error only when it was named', () => {
    assert.equal(findHostsFile(join(folder, 'nowhere'), undefined), undefined);
    const named = findHostsFile(folder, 'nowhere.json') ?? '';
    assert.throws(() => readHostsFile(named, '/home/me'), /nowhere\.json: can't be read: ENOENT/);
  });
});

describe('hosts.example.json', () => {
  it('can be used as it is', () => {
    const file = fileURLToPath(new URL('../../../hosts.example.json', import.meta.url));
    const fleet = readHostsFile(file, '/home/me');
    const hosts = selectHosts(
      { ...nothing, roles: ['client'] },
      { fleet, currentFolder: folder, homeFolder: '/home/me' },
    );
    assert.equal(hosts.length, 16);
    assert.deepEqual(hosts[8]?.variables, { mount: '/mnt/rack2', slow: true });
  });
});

const nothing: Selection = { hosts: [], roles: [], exclude: [], identityFiles: [] };

function select(selection: Partial<Selection>, content?: unknown): ReturnType<typeof selectHosts> {
  const file = join(folder, 'hosts.json');
  if (content !== undefined) writeFileSync(file, JSON.stringify(content));
  const fleet = content === undefined ? undefined : readHostsFile(file, '/home/me');
  return selectHosts({ ...nothing, ...selection }, { fleet, currentFolder: folder, homeFolder: '/home/me' });
}

function refused(code: ErrorCode, selection: Partial<Selection>, said = /./, content?: unknown): FunbricError {
  try {
    select(selection, content);
  } catch (error) {
    assert.ok(error instanceof FunbricError, String(error));
    assert.equal(error.code, code);
    assert.match(error.message, said);
    return error;
  }
  assert.fail('nothing was refused');
}

function names(hosts: ReturnType<typeof selectHosts>): readonly string[] {
  return hosts.map((host) => host.name);
}
