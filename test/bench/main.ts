/** `npm run bench [-- GROUP... [--millions N]]`: measures funbric beside what it is compared with, in one run, and prints one line a figure. */
import { parseArgs } from 'node:util';
import { groups } from './registry.ts';

const { values, positionals: wanted } = parseArgs({
  options: { millions: { type: 'string' } },
  allowPositionals: true,
});
const options = values.millions === undefined ? {} : { millions: Number(values.millions) };
const unknown = wanted.filter((name) => !groups.some((group) => group.name === name));
if (unknown.length > 0) {
  process.stderr.write(
    `no such group: ${unknown.join(', ')}. There are: ${groups.map(({ name }) => name).join(', ')}\n`,
  );
  process.exitCode = 64;
} else {
  for (const group of groups) {
    if (wanted.length > 0 && !wanted.includes(group.name)) continue;
    process.stdout.write(`${group.name}: ${group.summary}\n`);
    await group.run((line) => process.stdout.write(`  ${line}\n`), options);
  }
}
