/**
 * `npm run score [-- --seeds N] [--operations N] [--dir DIR]...`: every fault with several seeds against real agents, then
 * clean directories until so many operations have been done. Prints what it does, and writes docs/detection.md. The folder of a
 * run that missed its fault, or raised a false alarm, is kept, and named.
 */
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { checks } from '../../src/checks/registry.ts';
import type { Finding } from '../../src/model/finding.ts';
import type { Run } from '../../src/model/run.ts';
import { faults } from '../faults/registry.ts';
import { root } from '../support/funbric.ts';
import { buildFaultyAgent } from '../support/staged-run.ts';
import { openDirectories, type Directory } from './directories.ts';
import { notBuilt } from './not-built.ts';
import { cleanRun, faultyRun } from './trial.ts';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '5' },
    operations: { type: 'string', default: '20000000' },
    dir: { type: 'string', multiple: true },
  },
});

/** Of each worker in one clean run: some seconds. */
const operationsOfWorker = 25_000;

interface Score {
  readonly code: string;
  readonly name: string;
  injected: number;
  detected: number;
  readonly reported: Set<string>;
}

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const folder = mkdtempSync(join(tmpdir(), 'funbric-score-'));
try {
  const scores = await scoreFaults(Number(values.seeds));
  const clean = await countAlarms(Number(values.operations));
  const text = page(scores, clean);
  writeFileSync(join(root, 'docs/detection.md'), text);
  say(text);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function scoreFaults(seeds: number): Promise<readonly Score[]> {
  const bundle = await buildFaultyAgent();
  const scores: Score[] = [];
  for (const fault of faults) {
    const score: Score = { code: fault.code, name: fault.name, injected: 0, detected: 0, reported: new Set() };
    for (let seed = 1; seed <= seeds; seed++) {
      const reports = mkdtempSync(join(folder, 'fault-'));
      const run = await faultyRun({ reports, dir: folder, seed }, fault, bundle);
      const codes = run.findings.map(({ code }) => code);
      const isFound = codes.includes(fault.code);
      score.injected++;
      if (isFound) score.detected++;
      for (const code of codes) score.reported.add(code);
      settle(reports, isFound ? undefined : `MISSED ${fault.code} with seed ${seed}; found: ${codes.join(' ')}`);
    }
    say(`${score.code} ${score.name}: ${score.detected} of ${score.injected}`);
    scores.push(score);
  }
  return scores;
}

interface Clean {
  readonly alarms: number;
  readonly operations: number;
  readonly lines: readonly string[];
}

/** By turns on every directory. A run that isn't whole counts as an alarm: it proves nothing. */
async function countAlarms(wanted: number): Promise<Clean> {
  const given: readonly Directory[] | undefined = values.dir?.map((path) => ({ path, close: async () => {} }));
  const directories = given ?? (await openDirectories(folder, (reason) => say(`not tried: ${reason}`)));
  const all = directories.map((directory) => ({ ...directory, type: '', operations: 0, alarms: 0, allowed: 0 }));
  let operations = 0;
  try {
    for (let seed = 1; operations < wanted; seed++) {
      for (const one of all) {
        const reports = mkdtempSync(join(folder, 'clean-'));
        const dir = mkdtempSync(join(one.path, 'funbric-score-'));
        const run = await cleanRun({ reports, dir, seed }, operationsOfWorker / (one.isSlow === true ? 10 : 1));
        const alarms = alarmsOf(run);
        one.allowed += run.findings.filter(isAllowed).length;
        one.type = run.hosts[0]?.facts?.target?.type ?? 'unknown';
        one.operations += operationsOf(run);
        one.alarms += alarms.length;
        operations += operationsOf(run);
        settle(reports, alarms.length === 0 ? undefined : `ALARM on ${one.type}, seed ${seed}:\n${alarms.join('\n')}`);
        rmSync(dir, { recursive: true, force: true });
      }
      say(`clean: ${operations} operations`);
    }
  } finally {
    await Promise.all(directories.map(async (directory) => directory.close()));
  }
  const lines = all.map(({ type, alarms, operations: ofType, allowed }) => {
    const also = allowed === 0 ? '' : `, and ${allowed} findings that its promises allow`;
    return `${type}: ${alarms} in ${ofType}${also}`;
  });
  return { alarms: all.reduce((sum, one) => sum + one.alarms, 0), operations, lines };
}

function alarmsOf(run: Run): readonly string[] {
  const alarms = run.findings.filter((finding) => !isAllowed(finding));
  return [...alarms.map(({ code, file, found }) => `${code} ${file}: ${found}`), ...run.reasons];
}

/** True, and no more than the mount promises: sshfs has no ctime, for one, and shows the mtime in its place, which may go back. */
function isAllowed({ grade }: Finding): boolean {
  return grade === 'allowed';
}

/** What went as it should leaves nothing. */
function settle(reports: string, trouble: string | undefined): void {
  if (trouble === undefined) return rmSync(reports, { recursive: true, force: true });
  const kept = mkdtempSync(join(tmpdir(), 'funbric-score-kept-'));
  cpSync(reports, kept, { recursive: true });
  rmSync(reports, { recursive: true, force: true });
  say(`${trouble}\nkept: ${kept}`);
}

function operationsOf(run: Run): number {
  return run.operations.reduce((sum, { count }) => sum + count, 0);
}

function page(scores: readonly Score[], { alarms, operations, lines }: Clean): string {
  const rows = scores.map(({ code, name, injected, detected, reported }) => {
    const missed = injected - detected;
    return `| ${code} | ${name} | ${injected} | ${detected} | ${[...reported].sort().join(' ')} | ${missed} |`;
  });
  const built = checks.filter(({ code }) => !faults.some((fault) => fault.code === code));
  return [
    '# Detection score',
    '',
    'Written by `npm run score`: two real agents on one directory, one of them with a fault in its file operations that strikes at',
    'seeded moments; every line is so many runs with different seeds. `reported` are all codes that these runs brought.',
    '',
    '| code | fault | injected | detected | reported | missed |',
    '| ---- | ----- | -------- | -------- | -------- | ------ |',
    ...rows,
    '',
    `False alarms: ${alarms} in ${operations} operations (${lines.join('; ')})`,
    '',
    '## Not built',
    '',
    ...notBuilt.map(({ codes, reason }) => `- ${codes}: ${reason}.`),
    ...built.map(({ code }) => `- ${code}: looked for, but no fault causes it.`),
    '',
  ].join('\n');
}
