import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { generalHelp, taskHelp } from '../../src/cli/arguments/help.ts';

describe('help', () => {
  it('never breaks an example, which is there to be copied', async () => {
    const command = `funbric -H ${'web[01-20],'.repeat(8)}db1 fill --dir /mnt/test`;
    for (const columns of [60, 80, 120]) {
      const text = await taskHelp('fill', { summary: 'Fill it', examples: { [command]: 'until it is full' } }, columns);
      assert.ok(text.split('\n').includes(`  ${command}`), text);
    }
  });

  it('shows what an example means beside it where there is room, else below', async () => {
    const task = { summary: 'Fill it', examples: { 'funbric fill': 'until it is full' } };
    assert.match(await taskHelp('fill', task, 120), /^ {2}funbric fill {10,}until it is full$/m);
    assert.match(await taskHelp('fill', task, 60), /^ {2}funbric fill\n {6}until it is full$/m);
  });

  it('speaks of options only of a task that has some', async () => {
    assert.doesNotMatch(await taskHelp('fill', { summary: 'Fill it' }, 80), /task options/);
    const options = { all: { type: 'boolean', describe: 'all of it' } } as const;
    assert.match(await taskHelp('fill', { summary: 'Fill it', options }, 80), /fill \[task options\]/);
  });

  it('ends with examples that fit on a line of any terminal', async () => {
    const [, examples = ''] = (await generalHelp(80)).split('\nExamples:\n');
    assert.ok(examples.split('\n').length > 20);
    assert.deepEqual(
      examples.split('\n').filter((line) => line.length > 80),
      [],
    );
  });
});
