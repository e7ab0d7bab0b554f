/** `npm run bench [-- GROUP...]`: measures funbric beside what it is compared with, in one run, and prints one line a figure. */
import { groups } from './registry.ts';

const wanted = process.argv.slice(2);
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
    await group.run((line) => process.stdout.write(`  ${line}\n`));
  }
}
