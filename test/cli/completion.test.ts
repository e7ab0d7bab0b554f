import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import * as fc from 'fast-check';
import { runCompletion } from '../../src/cli/completion/run-completion.ts';
import { shellWords } from '../../src/cli/completion/shell-words.ts';
import { task } from '../../src/controller/tasks/task.ts';
import { FunbricError } from '../../src/model/errors.ts';
import { quoteAll } from '../../src/transports/shell.ts';
import { main } from '../support/funbric.ts';
import { ptyReason } from '../support/pty.ts';
import { until } from '../support/until.ts';

const folder = mkdtempSync(join(tmpdir(), 'funbric-completion-'));
after(() => rmSync(folder, { recursive: true }));

const hosts = {
  groups: { racks: { hosts: 'web[1-2]', roles: ['front'] } },
  hosts: { db1: { roles: ['back'] }, '[::1]': {}, 'web[1-2]': {} },
};
writeFileSync(join(folder, 'hosts.json'), JSON.stringify(hosts));
writeFileSync(join(folder, 'others.txt'), 'other1\n');
mkdirSync(join(folder, 'tasks'));
writeFileSync(
  join(folder, 'tasks/mine.ts'),
  `import { task } from 'funbric';
   export default task({ summary: 'Mine', options: {
     depth: { type: 'string', choices: ['deep', 'shallow'], describe: 'How deep' } }, async run() {} });`,
);
/** `funbric` on the PATH: what it is completed by is the real one; started, it shows its words. */
mkdirSync(join(folder, 'bin'));
writeFileSync(
  join(folder, 'bin/funbric'),
  `#!/bin/sh
   case "$1" in __complete | completion) exec '${process.execPath}' '${main}' "$@" ;; esac
   printf '<%s>' "$@"; echo`,
);
chmodSync(join(folder, 'bin/funbric'), 0o755);
const env = {
  ...process.env,
  PATH: `${join(folder, 'bin')}:${process.env['PATH'] ?? ''}`,
  HOME: folder,
  TERM: 'xterm',
  // A shell that ends would write it to the folder that is being removed.
  HISTFILE: '/dev/null',
};

describe('what may follow on a command line', () => {
  const cases: readonly (readonly [line: string, kind: string, candidates: readonly string[]])[] = [
    ['-H w', 'open', ['web1', 'web2']],
    ['-H ', 'open', ['db1', '[::1]', 'web1', 'web2', '@racks', '@*']],
    ['-H db1,we', 'open', ['db1,web1', 'db1,web2']],
    ["-H '@*!w", 'open', ['@*!web1', '@*!web2']],
    ['-H root@d', 'open', ['root@db1']],
    ['-Hd', 'open', ['-Hdb1']],
    ['--limit=@r', 'open', ['--limit=@racks']],
    ['-R ', 'open', ['back', 'front']],
    ['--hosts-file others.txt -x o', 'open', ['other1']],
    ['--hosts-file /none -x ', 'open', []],
    ['--rerun ', 'words', ['failed', 'missing']],
    ['--progress=q', 'words', ['--progress=quiet']],
    ['--max-f', 'words', ['--max-fail']],
    ['mi', 'words', ['mine']],
    ['-H web1 mine --de', 'words', ['--depth']],
    ['mine --depth=s', 'words', ['--depth=shallow']],
    ['mine --depth ', 'words', ['deep', 'shallow']],
    ['--hosts-file ', 'files', []],
    ['-H web1 -- ', 'files', []],
    ['-u ', 'words', []],
    ['--nonsense x mi', 'words', ['mine']],
  ];
  for (const [line, kind, candidates] of cases) {
    it(`after "${line}" is ${candidates.join(' ') || kind}`, async () => {
      const [said, , ...lines] = (await ask(`funbric ${line}`)).trimEnd().split('\n');
      assert.deepEqual([said, lines.map((one) => one.split('\t')[0])], [kind, candidates]);
    });
  }

  it('is asked for behind options of output, too: a script is what it is', async () => {
    const said: string[] = [];
    for (const before of [[], ['--json'], ['--no-color', '--progress=plain']]) {
      const out = (text: string): void => void said.push(text);
      const catalog = { names: [], load: async () => Promise.reject(new Error('no task')) };
      const around = { catalog, currentFolder: folder, homeFolder: folder, out };
      assert(await runCompletion([...before, 'completion', 'bash'], around));
    }
    assert.deepEqual(new Set(said).size, 1);
    assert.match(said[0] ?? '', /complete -F/);
  });

  it('is known without running the code of any task, as long as none is named', async () => {
    loaded.length = 0;
    assert.match(await ask('funbric -H web1 mi'), /^words\nmi\nmine\n$/);
    assert.ok(!loaded.includes('mine'));
    await ask('funbric -H web1 mine --');
    assert.ok(loaded.includes('mine'));
  });

  it('is nothing after a mistake, and no error in the middle of the line', async () => {
    assert.equal(await ask('funbric broken --'), '');
    assert.match(await ask('funbric --nonsense=x --broken'), /^words\n--broken\n$/);
  });
});

const loaded: string[] = [];

async function ask(line: string): Promise<string> {
  let said = '';
  const depth = { type: 'string', choices: ['deep', 'shallow'], describe: 'How deep' } as const;
  const catalog = {
    names: ['mine', 'broken'],
    load: async (name: string) => {
      loaded.push(name);
      if (name === 'broken') throw new FunbricError('input', 'broken.ts: no task');
      return task({ summary: 'Mine', options: { depth }, async run() {} });
    },
  };
  const out = (text: string): void => void (said += text);
  await runCompletion(['__complete', 'line', line], { catalog, currentFolder: folder, homeFolder: folder, out });
  return said;
}

describe('a line that is being typed', () => {
  const cases: readonly (readonly [line: string, words: readonly string[]])[] = [
    ['', ['']],
    ['a ', ['a', '']],
    ['a  b', ['a', 'b']],
    ["a 'b c", ['a', 'b c']],
    ['a "b\\"c\\d"e\\ f', ['a', 'b"c\\de f']],
    ["'' x", ['', 'x']],
  ];
  for (const [line, words] of cases)
    it(`${line} has the words ${words.join('|')}`, () => assert.deepEqual(shellWords(line), words));

  it('has the words that were quoted into it', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: fc.constantFrom('a', "'", '"', '\\', ' ', '$', '\t') }), { minLength: 1 }),
        (words) => assert.deepEqual(shellWords(quoteAll(words)), words),
      ),
    );
  });
});

const typed: readonly (readonly [keys: string, words: string])[] = [
  ['funbric -H d\t', '<-H><db1>'],
  ['funbric -H db1,web2,d\t', '<-H><db1,web2,db1>'],
  ['funbric --limit=d\t', '<--limit=db1>'],
  ['funbric -H @ra\t', '<-H><@racks>'],
  ['funbric -H root@d\t', '<-H><root@db1>'],
  ['funbric --rer\tmis\t', '<--rerun><missing>'],
  ['funbric min\t--dep\tsha\t', '<mine><--depth><shallow>'],
  ['funbric --hosts-file oth\t', '<--hosts-file><others.txt>'],
];

const shells = {
  bash: {
    start: 'exec bash --norc --noprofile -i',
    set: 'bind "set bell-style none"; eval "$(funbric completion bash)"',
  },
  zsh: {
    start: 'exec zsh -f -i',
    set: 'autoload -Uz compinit; compinit -D -u; unsetopt beep; eval "$(funbric completion zsh)"',
  },
  fish: { start: 'exec fish --no-config -i', set: 'funbric completion fish | source' },
} as const;

for (const [shell, { start, set }] of Object.entries(shells)) {
  const isThere = spawnSync(shell, ['--version']).status === 0;
  describe(`completion in ${shell}`, { skip: ptyReason() || (!isThere && `no ${shell} here`) }, () => {
    it('makes of what was typed what was meant', async () => {
      await using terminal = openShell(start);
      // Some shells throw away what is typed before they are ready, which is when all of this line is done.
      await terminal.run(`funbric begins; ${set}; funbric ready`, '<ready>');
      for (const [keys, words] of typed) await terminal.run(keys, words);
      // Elsewhere an open bracket without quotes is the beginning of something else.
      if (shell === 'bash') await terminal.run('funbric -H [\t', '<-H><[::1]>');
    });
  });
}

interface Shell extends AsyncDisposable {
  /** Types a line, and waits for what it shall print. */
  run(keys: string, shown: string): Promise<void>;
}

function openShell(start: string): Shell {
  const child = spawn('script', ['--quiet', '--command', start, '/dev/null'], {
    cwd: folder,
    env,
    stdio: ['pipe', 'pipe', 'ignore'],
    timeout: 600_000,
    killSignal: 'SIGKILL',
  });
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (more: string) => (text += more));
  child.stdin.on('error', () => undefined);
  const closed = new Promise((resolve) => child.once('close', resolve));
  return {
    async run(keys, shown) {
      const before = text.length;
      child.stdin.write(`${keys}\r`);
      await until(
        `${shown} after ${JSON.stringify(keys)} at ${JSON.stringify(text)}`,
        () => text.slice(before).includes(shown),
        60_000,
      );
    },
    async [Symbol.asyncDispose]() {
      child.stdin.end('\u0003exit\r');
      const limit = setTimeout(() => child.kill('SIGKILL'), 30_000);
      // What it runs may still write to the folder.
      await closed;
      clearTimeout(limit);
    },
  };
}
