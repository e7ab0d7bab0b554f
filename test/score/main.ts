/**
 * `npm run score [-- --seeds N] [--operations N] [--dir DIR]...`: every fault with several seeds against real agents, then
 * clean directories until so many operations have been done. Prints what it does, and writes docs/detection.md.
 */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { checks } from '../../src/checks/registry.ts';
import type { Run } from '../../src/model/run.ts';
import { faults } from '../faults/registry.ts';
import { root } from '../support/funbric.ts';
import { buildFaultyAgent } from '../support/staged-run.ts';
import { notBuilt } from './not-built.ts';
import { cleanRun, faultyRun } from './trial.ts';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '5' },
    operations: { type: 'string', default: '2000000' },
    dir: { type: 'string', multiple: true, default: ['/dev/shm', tmpdir()].filter((dir) => existsSync(dir)) },
  },
});

/** Of each worker in one clean run: some seconds. */
const operationsOfWorker = 20_000;

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
      const run = await faultyRun({ reports: folder, dir: folder, seed }, fault, bundle);
      const codes = run.findings.map(({ code }) => code);
      score.injected++;
      if (codes.includes(fault.code)) score.detected++;
      for (const code of codes) score.reported.add(code);
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
  const all = values.dir.map((dir) => ({ dir, type: '', operations: 0, alarms: 0 }));
  let operations = 0;
  for (let seed = 1; operations < wanted; seed++) {
    for (const one of all) {
      const dir = mkdtempSync(join(one.dir, 'funbric-score-'));
      try {
        const run = await cleanRun({ reports: folder, dir, seed }, operationsOfWorker);
        one.type = run.hosts[0]?.facts?.target?.type ?? 'unknown';
        one.operations += operationsOf(run);
        one.alarms += run.findings.length + run.reasons.length;
        operations += operationsOf(run);
        for (const { code, file, found } of run.findings) say(`ALARM on ${one.dir}: ${code} ${file}: ${found}`);
        for (const reason of run.reasons) say(`ALARM on ${one.dir}: ${reason}`);
      } finally {
        rmSync(dir, { recursive: true, force: true });
      }
    }
    say(`clean: ${operations} operations`);
  }
  const lines = all.map((one) => `${one.type}: ${one.alarms} in ${one.operations}`);
  return { alarms: all.reduce((sum, one) => sum + one.alarms, 0), operations, lines };
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
