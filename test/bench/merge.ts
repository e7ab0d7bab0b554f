/** Merging, checking and the report of a real run, beside the stress that made it and beside only hashing its files. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { funbric, openBench, type Bench } from '../support/funbric.ts';
import { localFleet } from '../support/local-hosts.ts';
import { figure, median, type Group } from './group.ts';
import { commandFile, timed } from './timed.ts';

const rounds = 3;
const stressSeconds = 10;
const names = ['a', 'b', 'c', 'd'];

export const merge: Group = {
  name: 'merge',
  summary: `a run of ${names.length} hosts for ${stressSeconds} s merged again, median of ${rounds} rounds`,
  async run(print) {
    using bench = openBench();
    await makeRun(bench);
    const files = journalsOf(bench);
    const merging: number[] = [];
    const hashing: number[] = [];
    const command = [process.execPath, commandFile, '--reports', bench.reports, 'merge'];
    for (let round = 0; round < rounds; round++) {
      merging.push(timed(command, { cwd: bench.folder }).wallSeconds);
      hashing.push(timed(['sha256sum', ...files], { cwd: bench.folder }).wallSeconds);
    }
    const { records } = bench.run().evidence;
    const ours = median(merging);
    const what = `merge, check and report of ${records} records`;
    print(figure({ what, ours, theirs: stressSeconds, than: 'the stress', unit: 's' }));
    print(figure({ what, ours, theirs: median(hashing), than: 'sha256 of the journals', unit: 's' }));
    print(`${Math.round(records / ours / 1000)} thousand records/s`);
  },
};

async function makeRun(bench: Bench): Promise<void> {
  localFleet(bench, names);
  const stress = ['--duration', `${stressSeconds}s`, '--workers', '2', '--seed', '1'];
  const hosts = ['--reports', bench.reports, '-H', names.join(',')];
  const { status, stderr } = await funbric([...hosts, 'runtest', '--dir', bench.dir, ...stress], { cwd: bench.folder });
  if (status !== 0) throw new Error(`the run to merge ended with ${status}: ${stderr}`);
}

function journalsOf(bench: Bench): readonly string[] {
  const folder = join(bench.reports, 'latest/journals');
  return readdirSync(folder).map((name) => join(folder, name));
}
