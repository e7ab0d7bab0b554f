/** What Node itself costs: the agent's calls one after another in a bare loop, where nothing is verified, timed or recorded. No agent can be faster. */
import fs from 'node:fs';
import { join } from 'node:path';
import { foldersOfTree, nameOf, ownFolder, pathOf, runFolderName } from '../../src/model/namespace.ts';
import { randomOf } from '../../src/model/random.ts';
import { Slots } from '../../src/workloads/slots.ts';
import type { Rate } from './rate.ts';

/** Held by themselves: each call would look anew in `fs`, a dictionary. */
const { closeSync, constants, lstatSync, openSync, readSync, renameSync, unlinkSync } = fs;

export interface FloorOptions {
  readonly folder: string;
  readonly seconds: number;
  readonly filesPerFolder: number;
}

export interface ReadFloorOptions extends FloorOptions {
  readonly fileBytes: number;
  readonly blockBytes: number;
}

/** Blocks drawn as the agent draws them, of files that are open. */
export function readFloor({ fileBytes, blockBytes, ...options }: ReadFloorOptions): Rate {
  return inTree(options, (paths) => {
    for (const path of paths) fs.writeFileSync(path, Buffer.alloc(fileBytes, 'x'));
    const descriptors = paths.map((path) => openSync(path, constants.O_RDONLY | constants.O_NOATIME));
    const buffer = Buffer.from(new ArrayBuffer(blockBytes));
    const random = randomOf(1);
    const rate = rateOf(options.seconds, () => {
      const block = random.below(random.below(fileBytes / blockBytes) + 1);
      readSync(descriptors[random.below(descriptors.length)] ?? -1, buffer, 0, blockBytes, block * blockBytes);
    });
    for (const descriptor of descriptors) closeSync(descriptor);
    return rate;
  });
}

/** Creates, stats, renames and unlinks, as the loop in C does them. */
export function namesFloor(options: FloorOptions): Rate {
  return inTree(options, (paths) => {
    const slots = new Slots(paths.length);
    const random = randomOf(1);
    const create = (): void => {
      const slot = slots.pickFree(random);
      closeSync(openSync(paths[slot] ?? '', constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY, 0o644));
      slots.take(slot);
    };
    const drop = (): void => {
      const slot = slots.pickTaken(random);
      unlinkSync(paths[slot] ?? '');
      slots.release(slot);
    };
    const move = (): void => {
      const [from, to] = [slots.pickTaken(random), slots.pickFree(random)];
      renameSync(paths[from] ?? '', paths[to] ?? '');
      slots.take(to);
      slots.release(from);
    };
    const look = (): void => {
      lstatSync(paths[slots.pickTaken(random)] ?? '');
    };
    return rateOf(options.seconds, () => {
      const draw = random.below(4);
      if (slots.taken === 0) create();
      else if (draw === 3) look();
      else if (slots.free === 0 || draw === 1) drop();
      else if (draw === 0) create();
      else move();
    });
  });
}

/** As deep as the agent's tree, as the kernel looks at every folder on the way. */
function inTree({ folder, filesPerFolder }: FloorOptions, measure: (paths: readonly string[]) => Rate): Rate {
  const directory = fs.mkdtempSync(join(folder, 'floor-'));
  const runPath = join(directory, runFolderName('floor'));
  const names = Array.from({ length: foldersOfTree * filesPerFolder }, (_, at) =>
    nameOf({ kind: 'file', folder: Math.floor(at / filesPerFolder), index: at % filesPerFolder }),
  );
  for (let at = 0; at < foldersOfTree; at++) {
    fs.mkdirSync(join(runPath, ownFolder, '0000', `d${at}`), { recursive: true });
  }
  try {
    return measure(names.map((name) => join(runPath, pathOf(0, name))));
  } finally {
    fs.rmSync(directory, { recursive: true, force: true });
  }
}

/** Asks the clock once in so many operations. */
const batch = 100;

function rateOf(seconds: number, operation: () => void): Rate {
  const startCpu = process.cpuUsage();
  const start = performance.now();
  let operations = 0;
  while (performance.now() - start < seconds * 1000) {
    for (let at = 0; at < batch; at++) operation();
    operations += batch;
  }
  const wallSeconds = (performance.now() - start) / 1000;
  const { user, system } = process.cpuUsage(startCpu);
  return { perSecond: operations / wallSeconds, perCpuSecond: (operations * 1e6) / (user + system) };
}
