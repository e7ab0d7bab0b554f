/** A write never comes back: its thread is stuck in a call to the operating system, which nothing in the agent can end. */
import { execFileSync } from 'node:child_process';
import { openSync } from 'node:fs';
import { tracked, type Fault } from './fault.ts';

/** Of all workers only the first, in whose tree nobody else writes. */
const treePattern = /^(.*)\/funbric-[^/]+\/own\/0000\//;

export const hungOperation: Fault = {
  code: 'H01',
  name: 'hung operation',
  hungMs: 1_500,
  decorate(operations) {
    const { tracked: inner, fileOf } = tracked(operations);
    let left = 20;
    return {
      ...inner,
      write(fd, buffer, offset, length, position) {
        const dir = treePattern.exec(fileOf(fd)?.path ?? '')?.[1];
        if (dir !== undefined && --left === 0) {
          // Nobody ever opens the other end.
          const pipe = `${dir}/.never`;
          execFileSync('mkfifo', [pipe]);
          openSync(pipe, 'r');
        }
        return operations.write(fd, buffer, offset, length, position);
      },
    };
  },
};
