/** What a person and a program see of a run: at a terminal, in a log, as JSON; with good hosts and one that is dead. */
import assert from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import { runEventSchema, type RunEvent } from '../../src/controller/events/events.ts';
import { widthOf } from '../../src/cli/terminal/text-width.ts';
import { funbric, openBench, type Bench, type Ended } from '../support/funbric.ts';
import { startHosts } from '../support/hosts.ts';
import { localFleet, type LocalFleet } from '../support/local-hosts.ts';
import { ctrlC, ptyReason, startAtTerminal, type AtTerminal } from '../support/pty.ts';
import { sshdReason } from '../support/sshd.ts';
import { TestTerminal } from '../support/terminal.ts';
import { until } from '../support/until.ts';

const size = { rows: 14, columns: 72 };

describe('a run at a terminal', { skip: ptyReason() }, () => {
  let bench: Bench;
  let fleet: LocalFleet;
  before(() => {
    bench = openBench();
    fleet = localFleet(bench);
  });
  after(() => bench[Symbol.dispose]());

  const start = (...words: readonly string[]): AtTerminal =>
    startAtTerminal(['--reports', bench.reports, ...words], { cwd: bench.folder, ...size });

  it('is a board that fits, drawn in place, and then the recap alone', async () => {
    const run = start('runtest', '--dir', bench.dir, '--duration', '2s', '--workers', '1', '--rate', '300');
    assert.equal(await run.ended, 0, run.text());
    const text = run.text();
    assertFrames(text);
    assert.match(text, /runtest · stress · 0:0\d · ETA 0:0\d/);
    assert.match(stripVTControlCharacters(text), /. [abc](?:,[bc])* +\S+ +stress /);
    const { terminal, lines } = replay(text);
    assert.equal(terminal.isCursorHidden, false);
    assert.match(lines.at(-1) ?? '', /^verdict=pass code=0 report=|^.*report\.html$/);
    assert.ok(!lines.some((line) => line.includes('ops/s')), 'nothing is left of the board');
    assert.ok(
      lines.some((line) => /^[abc](?:,[bc])* \| Filesystem/.test(line)),
      lines.join('\n'),
    );
  });

  it('gives the cursor back after Ctrl-C', async () => {
    const run = start('runtest', '--dir', bench.dir, '--duration', '60s', '--workers', '1', '--rate', '300');
    await run.saw(' · stress · ');
    run.type(ctrlC);
    assert.equal(await run.ended, 130, run.text());
    const { terminal, lines } = replay(run.text());
    assert.equal(terminal.isCursorHidden, false);
    assert.ok(
      lines.some((line) => line.startsWith('interrupted: tearing down')),
      lines.join('\n'),
    );
    assert.ok(
      lines.some((line) => /verdict=incomplete code=130/.test(line)),
      lines.join('\n'),
    );
  });

  it('gives the cursor back where it is let go of in the middle of a teardown', async () => {
    fleet.writeTask('hangs', 'async teardown() { await new Promise(() => undefined); }');
    const run = start('hangs');
    await run.saw(' · sweep · ');
    // Each once the one before was heard: two signals of a kind that wait are one.
    run.type(ctrlC);
    await run.saw('interrupted: ');
    run.type(ctrlC);
    await run.saw('interrupted again: ');
    run.type(ctrlC);
    assert.equal(await run.ended, 130, run.text());
    assert.equal(replay(run.text()).terminal.isCursorHidden, false);
  });

  it('ends at once with a third Ctrl-C, gives the cursor back, and names what it left and how to look for it', async () => {
    // Busy when its command is cut off, so that the third finds the run where the second left it.
    const [begun, cut] = ['begun', 'cut'].map((name) => join(bench.folder, name));
    assert.ok(begun !== undefined && cut !== undefined);
    const busy = `fs.writeFileSync('${cut}', ''); const end = performance.now() + 2000; while (performance.now() < end);`;
    fleet.writeTask(
      'clings',
      `async teardown(host) { const fs = await import('node:fs'); await host.shell('touch ${begun}; sleep 60').catch(() => { ${busy} }); }`,
    );
    const run = start('clings');
    await until('its command', () => existsSync(begun));
    run.type(ctrlC);
    await run.saw('interrupted: ');
    run.type(ctrlC);
    await until('the end of its command', () => existsSync(cut));
    // A busy machine may bring one of them late: nobody who wants to leave types it once only.
    const typing = setInterval(() => run.type(ctrlC), 200);
    const status = await run.ended.finally(() => clearInterval(typing));
    assert.equal(status, 130, run.text());
    const { terminal, lines } = replay(run.text());
    assert.equal(terminal.isCursorHidden, false);
    assert.match(
      lines.join(''),
      /ended at once, without a report: run \S+ may have left things on (\S+); look with: funbric -H '\1' cleanup --dir \/\S+shared(\^C)*$/,
    );
  });

  it('shows an error that nothing caught above the board, and gives the cursor back', async () => {
    fleet.writeTask(
      'strays',
      `async run(host) {
         if (host.index === 0) setTimeout(() => { throw new Error('stray ' + 'error'); }, 500);
         await host.shell('sleep 60');
       }`,
    );
    const run = start('strays');
    assert.equal(await run.ended, 70, run.text());
    const { terminal, lines } = replay(run.text());
    assert.equal(terminal.isCursorHidden, false);
    assert.ok(lines.includes('funbric: a bug of ours: stray error'), lines.join('\n'));
  });
});

describe('a run with a dead host', { skip: process.platform === 'win32' && 'hosts take a /bin/sh' }, () => {
  let bench: Bench;
  let plain: Ended;
  const runtest = (...flags: readonly string[]): Promise<Ended> =>
    inside(...flags, 'runtest', '--dir', bench.dir, '--duration', '20s', '--ops', '50', '--workers', '1');
  before(async () => {
    bench = openBench();
    const dead = { address: '127.0.0.1', port: 1, identityFiles: [] };
    const hosts = { a: { transport: 'local' }, b: { transport: 'local' }, dead1: dead, dead2: dead };
    writeFileSync(join(bench.folder, 'hosts.json'), JSON.stringify({ hosts }));
    plain = await runtest();
  });
  after(() => bench[Symbol.dispose]());

  const inside = (...words: readonly string[]): Promise<Ended> =>
    funbric(['--reports', bench.reports, ...words], {
      cwd: bench.folder,
      env: { HOME: bench.folder, SSH_AUTH_SOCK: '' },
    });

  it('is told in lines without a colour or command for a terminal, equal ones of several hosts as one', () => {
    assert.equal(plain.status, 2, plain.stdout + plain.stderr);
    assert.ok(!plain.stdout.includes('\u001b'));
    const lines = plain.stdout.trimEnd().split('\n');
    assert.equal(lines.filter((line) => /^dead\[1-2\]: unreachable: .*refused/.test(line)).length, 1, plain.stdout);
    assert.match(lines.at(-1) ?? '', /^verdict=incomplete code=2 report=.*report\.html$/);
    assert.equal(plain.stderr, '');
  });

  it('says that a host is dead before the others go on without it', () => {
    const at = (text: string): number => plain.stdout.indexOf(text);
    assert.ok(at('dead[1-2]: unreachable') > 0 && at('dead[1-2]: unreachable') < at('\nstress\n'), plain.stdout);
  });

  it('ends with what the hosts did, and says each reason once', () => {
    assert.match(plain.stdout, /^completed {3}2 a,b: [\d,]+ operations?, \d+ errors?, 0 findings$/m);
    assert.match(plain.stdout, /^unreachable 2 dead\[1-2\]\n {2}dead\[1-2\]: connection refused .*\nverdict=/m);
  });

  it('is one JSON value a line with --json: each host ends once, and the last line is the verdict', async () => {
    const ended = await runtest('--json');
    const events = eventsOf(ended);
    assert.deepEqual(endsOf(events), { a: 'completed', b: 'completed', dead1: 'unreachable', dead2: 'unreachable' });
    const last = events.at(-1);
    assert.ok(last?.kind === 'run-ended', ended.stdout);
    assert.deepEqual([last.verdict, last.code, ended.status], ['incomplete', 2, 2]);
    assert.match(ended.stderr, /dead\[1-2\]: unreachable[^]*verdict=incomplete code=2/);
  });

  it('is only what went wrong and the last line with --progress quiet', async () => {
    const ended = await runtest('--progress', 'quiet');
    assert.match(ended.stdout, /^unreachable 2 dead\[1-2\]\n {2}dead\[1-2\]: .*\nverdict=incomplete .*\n$/);
  });

  it('tells a command of it in JSON as well', async () => {
    const ended = await inside('-H', 'a,dead1', '--progress', 'json', '--', 'echo hello');
    const events = eventsOf(ended);
    assert.deepEqual(endsOf(events), { a: 'completed', dead1: 'unreachable' });
    const last = events.at(-1);
    assert.deepEqual(last?.kind === 'run-ended' && [last.verdict, last.code, last.report], [
      'incomplete',
      2,
      undefined,
    ]);
    assert.equal(ended.status, 2);
  });

  it('keeps what its hosts said for funbric log', async () => {
    const all = await inside('log');
    assert.match(all.stdout, /^\d\d:\d\d:\d\d\.\d{3} a.* \| Filesystem /m);
    const one = await inside('-H', 'b', 'log', 'latest', '--json');
    const values = one.stdout
      .trimEnd()
      .split('\n')
      .map((text): unknown => JSON.parse(text));
    assert.ok(values.length > 0 && values.every((value) => JSON.stringify(value).includes('"host":"b"')));
  });
});

describe('a command on hosts', { skip: sshdReason() }, () => {
  it('calls a host lost whose connection breaks while it runs', async () => {
    using bench = openBench();
    await using hosts = await startHosts(bench.folder);
    const breaks = `p=$$; while ! grep -q '^sshd' /proc/$p/comm; do p=$(cut -d ' ' -f 4 /proc/$p/stat); done; kill -9 $p; sleep 60`;
    const ended = await funbric([...hosts.flags, '--json', '--', breaks]);
    assert.deepEqual(Object.values(endsOf(eventsOf(ended))), ['lost', 'lost', 'lost'], ended.stdout);
    assert.equal(ended.status, 2);
  });
});

/** Each line is read back by the published schema. */
function eventsOf({ stdout }: Ended): readonly RunEvent[] {
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => runEventSchema.parse(JSON.parse(line)));
}

function endsOf(events: readonly RunEvent[]): Readonly<Record<string, string>> {
  const ends = events.filter((event) => event.kind === 'host-ended');
  assert.equal(new Set(ends.map(({ host }) => host)).size, ends.length, 'each host ends once');
  return Object.fromEntries(ends.map(({ host, status }) => [host, status] as const));
}

/** Lines of frames end by erasing what stood behind them: none reaches the last column, and no frame the first row. */
function assertFrames(text: string): void {
  // eslint-disable-next-line no-control-regex
  const lines = [...text.matchAll(/([^\n]*)\u001b\[K\r+\n/gu)].map((match) => stripVTControlCharacters(match[1] ?? ''));
  assert.ok(lines.length > 20, text);
  for (const line of lines) assert.ok(widthOf(line.replaceAll('\r', '')) < size.columns, line);
  // eslint-disable-next-line no-control-regex
  for (const [, rows] of text.matchAll(/\u001b\[(\d+)A/gu)) assert.ok(Number(rows) < size.rows, rows);
}

function replay(text: string): { readonly terminal: TestTerminal; readonly lines: readonly string[] } {
  const terminal = new TestTerminal(size.columns, size.rows);
  terminal.write(text);
  return { terminal, lines: terminal.lines.map((line) => line.trimEnd()).filter((line) => line !== '') };
}
