/** The picture in ARCHITECTURE.md, enforced: arrows only go down, wings never see each other, each program holds only its own. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const wings = ['transports', 'checks', 'report', 'formats', 'workloads', 'testing'];

/** What each room may import, besides itself. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  model: [],
  ...Object.fromEntries(wings.map((wing) => [wing, ['model']])),
  controller: [...wings, 'model'],
  agent: ['workloads', 'model'],
  'index.ts': ['controller', ...wings, 'model'],
  cli: ['index.ts', 'controller', ...wings, 'model'],
};

/** What all ways to reach a host are made of. */
const everyTransport = ['transport', 'place', 'printable', 'on-abort', 'slots', 'read-bounded'].map(
  (name) => `transports/${name}.ts`,
);

/** What asks hosts something outside of a run is made of. */
const outsideOfRuns = ['asking', 'fan-out', 'package-files.ts'].map((name) => `controller/${name}`);

const checksUpTo = (floor: 'journal' | 'order' | 'tree' | 'verify'): readonly string[] => {
  const floors = ['journal', 'order', 'tree', 'verify'] as const;
  return floors.slice(0, floors.indexOf(floor) + 1).map((name) => `checks/${name}`);
};
/** What is worked out of a history for one kind of claim, and made findings of. */
const topic = [...checksUpTo('verify'), 'checks/findings', 'checks/history.ts'];

/** Rooms have floors too: what a folder in a room may import of that room, besides itself. */
const mayImportInRoom: Readonly<Record<string, readonly string[]>> = {
  // Evidence from below: what journals hold, what came before what, what a tree may be, what verify saw of it; kinds of claims
  // know all of that, and not each other.
  'checks/journal': [],
  'checks/order': checksUpTo('journal'),
  'checks/tree': checksUpTo('order'),
  'checks/verify': checksUpTo('tree'),
  'checks/findings': [...checksUpTo('verify'), 'checks/history.ts'],
  ...Object.fromEntries(['arenas', 'attributes', 'crash', 'names', 'reads'].map((name) => [`checks/${name}`, topic])),
  // A login from below: what ssh_config says, what proves the host and us, the bytes and the commands on them, the way.
  'transports/config': everyTransport,
  'transports/host-keys': ['transports/config', ...everyTransport],
  'transports/auth': ['transports/config', ...everyTransport],
  'transports/connection': ['transports/killing.ts', 'transports/sshd-limits.ts', ...everyTransport],
  'transports/route': ['transports/config', 'transports/connection', ...everyTransport],
  'transports/login': [
    ...['config', 'host-keys', 'auth', 'connection', 'route', 'sshd-limits.ts'].map((name) => `transports/${name}`),
    ...everyTransport,
  ],
  'transports/openssh': [
    ...['host-keys', 'connection', 'login', 'killing.ts'].map((name) => `transports/${name}`),
    ...everyTransport,
  ],
  // Both are made of commands, whatever carries them.
  'transports/copy': [
    ...['script.ts', 'shell.ts', 'make-folders.ts'].map((name) => `transports/${name}`),
    ...everyTransport,
  ],
  'transports/sudo': ['transports/shell.ts', ...everyTransport],
  // XML is read for formats, which know it; how results are written has nothing to do with how they are read.
  'formats/xml': ['formats/format.ts', 'formats/remarks.ts'],
  'formats/read': [
    'formats/xml',
    ...['budget', 'checksum', 'clip', 'error-tally', 'format', 'json', 'remarks', 'tally'].map(
      (name) => `formats/${name}.ts`,
    ),
  ],
  'formats/write': [],
  'cli/terminal': [],
  'cli/progress': ['cli/terminal'],
  'cli/arguments': ['cli/progress/choice.ts'],
  'cli/completion': ['cli/arguments', 'cli/terminal'],
  'cli/engine': ['cli/status.ts', 'cli/terminal'],
  // What a person wrote, what happens, and how many hosts are at work at a time: the ground that all else stands on.
  'controller/input': [],
  'controller/run-folder': [],
  'controller/events': ['controller/input', 'controller/run-folder'],
  'controller/fan-out': [],
  'controller/asking': ['controller/deploy/runtime-source.ts', 'controller/fan-out'],
  'controller/profiles': ['controller/input', 'controller/package-files.ts'],
  'controller/schemas': ['command', 'events', 'inventory'].map((name) => `controller/${name}`),
  // Which hosts, and which tasks there are, is known before any run.
  'controller/inventory': ['controller/input'],
  'controller/tasks': ['controller/asking', 'controller/input'],
  // A command is no run: it has no plan, no agent and no verdict.
  'controller/command': ['events', 'fan-out', 'run-folder'].map((name) => `controller/${name}`),
  // A run is judged by its files, and by nothing that made them.
  'controller/merge': ['controller/expect', 'controller/run-folder'],
  'controller/compare': ['merge/collected', 'merge/read-run.ts', 'merge/result', 'run-folder'].map(
    (name) => `controller/${name}`,
  ),
  'controller/expect': ['controller/input', 'controller/tasks/task.ts'],
  // Files become a run, which is then judged as any other.
  'controller/merge-files': [
    'controller/expect',
    'controller/merge',
    ...['finish.ts', 'run-folder', 'tasks/task.ts'].map((name) => `controller/${name}`),
  ],
  // What a run is turned into is made of what was judged, and judges nothing.
  'controller/export': ['input', 'run-folder', 'schemas'].map((name) => `controller/${name}`),
  // What FunkLoad says of results is told beside the merge, and not by it.
  'controller/funkload': ['merge/collected/twins.ts', 'run-folder'].map((name) => `controller/${name}`),
  // fio is a task as anybody's: it knows of hosts what tasks do.
  'controller/fio': ['input', 'package-files.ts', 'tasks/task.ts'].map((name) => `controller/${name}`),
  // While it goes on, it is looked at in the same way, which knows of agents only what it is told.
  'controller/live': ['merge', 'events', 'fan-out'].map((name) => `controller/${name}`),
  // What it takes to start a program on a host knows nothing of runs.
  'controller/deploy': ['controller/fan-out'],
  // To ask hosts something takes no run, either.
  'controller/doctor': ['controller/deploy', ...outsideOfRuns],
  'controller/cleanup': ['controller/deploy', ...outsideOfRuns],
  'controller/mounts': ['events', 'run/host-run.ts', 'tasks/task.ts'].map((name) => `controller/${name}`),
};

/** Packages that have one owner. */
const ownerOf: Readonly<Record<string, string>> = {
  yargs: 'cli',
  'yargs/helpers': 'cli',
  chalk: 'cli',
  'node-ssh': 'transports',
  handlebars: 'report',
  jiti: 'controller',
  'fast-xml-parser': 'formats',
};

interface Import {
  readonly file: string;
  readonly room: string;
  readonly target: string;
}

describe('the architecture', () => {
  const files = sourceFiles(join(root, 'src'));
  const imports = files.flatMap(importsOf);

  it('only lets imports go down, and keeps the wings apart', () => {
    const upward = imports.filter(({ room, target }) => {
      const to = roomOfTarget(target);
      return to !== undefined && to !== room && !(mayImport[room] ?? []).includes(to);
    });
    assert.deepEqual(upward.map(describeImport), []);
  });

  it('only lets imports go down within cli, controller, formats and transports, too', () => {
    const upward = imports.filter(({ file, room, target }) => {
      const from = Object.keys(mayImportInRoom).find((folder) => file.startsWith(join(root, 'src', folder, '/')));
      if (from === undefined || roomOfTarget(target) !== room) return false;
      const allowed = [from, ...(mayImportInRoom[from] ?? [])];
      return !allowed.some((place) => `${target}/`.startsWith(join(root, 'src', place, '/')));
    });
    assert.deepEqual(upward.map(describeImport), []);
  });

  it('has no circle: no file needs, by whatever way, one that needs it', () => {
    const below = new Map(files.map((file) => [file, imports.filter((one) => one.file === file)]));
    const ground = new Set<string>();
    // From the ground up: a file stands once all that it imports does. What is left hangs on a circle.
    for (let stood = -1; stood < ground.size;) {
      stood = ground.size;
      for (const [file, ones] of below) {
        if (ones.every(({ target }) => ground.has(target) || !below.has(target))) ground.add(file);
      }
    }
    assert.deepEqual(
      files.filter((file) => !ground.has(file)).map((file) => relative(root, file)),
      [],
    );
  });

  it('lets nothing but the registry know a claim, so that adding one touches no other check', () => {
    const claims = join(root, 'src/checks/claims');
    const known = imports.filter(
      ({ target, file }) => target.startsWith(claims) && !file.endsWith('checks/registry.ts'),
    );
    assert.deepEqual(known.map(describeImport), []);
  });

  it('lets nothing but the registry know a format, so that adding one touches no other', () => {
    const names = ['fio', 'funbric', 'funkload', 'jtl', 'junit'];
    const readers = new Set(names.map((name) => join(root, `src/formats/read/${name}.ts`)));
    const known = imports.filter(({ target, file }) => readers.has(target) && !file.endsWith('formats/registry.ts'));
    assert.deepEqual(known.map(describeImport), []);
  });

  it('knows every room of src', () => {
    const rooms = new Set(files.map(roomOf));
    assert.deepEqual(
      [...rooms].filter((room) => !(room in mayImport)),
      [],
    );
  });

  it('gives packages to their owners only', () => {
    const strays = imports.filter(({ room, target }) => target in ownerOf && ownerOf[target] !== room);
    assert.deepEqual(strays.map(describeImport), []);
  });

  it('keeps Node out of the model', () => {
    const strays = imports.filter(
      ({ room, target }) => room === 'model' && (target.startsWith('node:') || target === 'zod'),
    );
    assert.deepEqual(strays.map(describeImport), []);
  });

  it('prints, and exits, nowhere but in cli and agent', () => {
    const loud = files.filter((file) => {
      const text = readFileSync(file, 'utf8');
      if (['cli', 'agent'].includes(roomOf(file))) return false;
      return /\bconsole\.|process\.(exit|stdout|stderr)\b/.test(text.replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*/g, ''));
    });
    assert.deepEqual(
      loud.map((file) => relative(root, file)),
      [],
    );
  });

  it('reads the time of day, and Math.random, nowhere but in cli', () => {
    const free = files.filter((file) => {
      const text = readFileSync(file, 'utf8').replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*/g, '');
      return roomOf(file) !== 'cli' && /\bDate\.now\b|\bnew Date\(\)|\bMath\.random\b/.test(text);
    });
    assert.deepEqual(
      free.map((file) => relative(root, file)),
      [],
    );
  });

  it('lets tasks import nothing but funbric and Node', () => {
    const strays = sourceFiles(join(root, 'tasks'))
      .flatMap(importsOf)
      .filter(({ target }) => target !== 'funbric' && !target.startsWith('node:'));
    assert.deepEqual(strays.map(describeImport), []);
  });

  it('has no file in which a second idea hides: none is longer than 300 lines', () => {
    const long = files.filter((file) => readFileSync(file, 'utf8').split('\n').length > 301);
    assert.deepEqual(
      long.map((file) => relative(root, file)),
      [],
    );
  });

  it('bundles the agent from agent, workloads, model and zod alone', () => {
    const meta = join(root, 'dist/agent/agent.cjs.meta.json');
    assert.ok(existsSync(meta), 'npm run build writes the metafile');
    const { inputs } = JSON.parse(readFileSync(meta, 'utf8')) as { inputs: Record<string, unknown> };
    const strays = Object.keys(inputs).filter(
      (input) => !/^src\/(agent|workloads|model)\//.test(input) && !/node_modules\/zod\//.test(input),
    );
    assert.deepEqual(strays, []);
  });

  it('starts the command with no package but chalk: SSH, schemas and all others wait until they are needed', () => {
    const started = [...startedFiles(join(program, 'funbric.js'))];
    const packages = started
      .flatMap(staticTargets)
      .filter((target) => !target.startsWith('.') && !target.startsWith('node:'));
    assert.deepEqual(packages, []);
    assert.deepEqual([...new Set(started.flatMap(bundledPackages))].sort(), ['chalk']);
  });

  it('reaches hosts for a command without schemas, which cost as much to load as ten logins', () => {
    const loaded = [...startedFiles(bundled('live-hosts'))];
    assert.deepEqual([...new Set(loaded.flatMap(bundledPackages))].sort(), ['p-map']);
  });
});

const program = join(root, 'dist/bin/program');

/** What is loaded late is a file of its own, with the name of its module and a hash. */
function bundled(entry: string): string {
  const name = readdirSync(program).find((file) => new RegExp(`^${entry}-[A-Z0-9]+\\.js$`).test(file));
  assert.ok(name !== undefined, `${entry}.ts is loaded late`);
  return join(program, name);
}

/** esbuild writes the path of each module above what it has of it. */
function bundledPackages(file: string): string[] {
  return [...readFileSync(file, 'utf8').matchAll(/^\/\/ .*node_modules\/([^/\n]+)\//gm)].map(([, name = '']) => name);
}

/** A bundle's file and what it imports, without what it loads late. */
function startedFiles(file: string, known = new Set<string>()): ReadonlySet<string> {
  if (known.has(file)) return known;
  known.add(file);
  for (const target of staticTargets(file)) {
    if (target.startsWith('.')) startedFiles(join(dirname(file), target), known);
  }
  return known;
}

function staticTargets(file: string): string[] {
  const pattern = /^(?:import|export)\b[^'";]*?(?:from\s+)?["']([^"']+)["']/gm;
  return [...readFileSync(file, 'utf8').matchAll(pattern)].map(([, target = '']) => target);
}

function sourceFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true })
    .map(String)
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.d.ts'))
    .map((name) => join(folder, name));
}

function importsOf(file: string): Import[] {
  const text = readFileSync(file, 'utf8');
  const pattern = /^\s*(?:import|export)\b[^'";]*?from\s+'([^']+)'|^\s*import\s+'([^']+)'|\bimport\(\s*'([^']+)'/gm;
  return [...text.matchAll(pattern)].map((match) => {
    const specifier = match[1] ?? match[2] ?? match[3] ?? '';
    const target = specifier.startsWith('.') ? resolve(dirname(file), specifier) : specifier;
    return { file, room: roomOf(file), target };
  });
}

/** The first part of the path below src: a folder, or a file of its own. */
function roomOf(file: string): string {
  return relative(join(root, 'src'), file).split('/')[0] ?? '';
}

function roomOfTarget(target: string): string | undefined {
  return target.startsWith(join(root, 'src')) ? roomOf(target) : undefined;
}

function describeImport({ file, target }: Import): string {
  return `${relative(root, file)} imports ${target.startsWith('/') ? relative(root, target) : target}`;
}
