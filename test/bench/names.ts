/** The agent's operations on names beside the same ones by a loop in C, on the disk and in memory. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ownFolder } from '../../src/model/namespace.ts';
import { agentRate, noWeights } from './agent-rate.ts';
import { namesFloor } from './floor.ts';
import { inMemory } from './in-memory.ts';
import { rateFigures, type Rate } from './rate.ts';
import { works } from './timed.ts';

const source = fileURLToPath(new URL('../../../test/bench/names.c', import.meta.url));

const weights = { ...noWeights, touch: 1, stat: 1, rename: 1, delete: 1 };

export interface NamesOptions {
  readonly rounds: number;
  readonly seconds: number;
  readonly filesPerFolder: number;
}

export async function compareNames(
  folder: string,
  { rounds, seconds, filesPerFolder }: NamesOptions,
  print: (line: string) => void,
): Promise<void> {
  const program = join(folder, 'names');
  if (!works('cc', '-O2', '-o', program, source)) return print('operations on names: not measured: no C compiler here');
  const compareIn = async (where: string, place: string): Promise<void> => {
    const ours: Rate[] = [];
    const floor: Rate[] = [];
    const theirs: Rate[] = [];
    for (let round = 0; round < rounds; round++) {
      ours.push(await agentRate({ folder: where, seconds, workload: { weights, filesPerFolder }, isFilled: false }));
      floor.push(namesFloor({ folder: where, seconds, filesPerFolder }));
      theirs.push(loopRate(program, where, { seconds, filesPerFolder }));
    }
    const what = `create, stat, rename and unlink${place}`;
    const compared = { theirs, than: 'a loop in C', unit: 'k', toUnit: 1 / 1000 };
    for (const line of [
      ...rateFigures({ what: `${what}, journalled`, ours, ...compared }),
      ...rateFigures({ what: `${what} in a bare loop of Node's`, ours: floor, ...compared }),
    ])
      print(line);
  };
  await compareIn(folder, '');
  await inMemory((memory) => compareIn(memory, ' in memory'), print);
}

function loopRate(
  program: string,
  folder: string,
  { seconds, filesPerFolder }: { readonly seconds: number; readonly filesPerFolder: number },
): Rate {
  const directory = mkdtempSync(join(folder, 'loop-'));
  // As deep as the agent's, as the kernel looks at every folder on the way.
  const tree = join(directory, 'run', ownFolder, '0000');
  mkdirSync(tree, { recursive: true });
  try {
    const output = execFileSync(program, [tree, `${seconds}`, `${filesPerFolder}`], { encoding: 'utf8' });
    const [operations = NaN, wallSeconds = NaN, cpuSeconds = NaN] = output.split(' ').map(Number);
    return { perSecond: operations / wallSeconds, perCpuSecond: operations / cpuSeconds };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
