/** `funbric log [RUN]`: what the hosts of a run said, as `time host | line`; `-H` picks hosts. Needs no hosts. */
import { findRunFolder, readLogLines, readRunLog, task } from 'funbric';

export default task({
  summary: 'Show the lines of all hosts of a run (the latest one), or of those that -H names; times are UTC',
  arguments: '[RUN]',
  options: {
    task: { type: 'string', describe: 'only what was said during this task' },
  },
  async local({ arguments: [run = 'latest'], reportsFolder, hosts, log, data }, { task: ofTask }) {
    const folder = await findRunFolder(reportsFolder, run);
    const question = { hosts, task: ofTask };
    if (data === undefined) for await (const line of readRunLog(folder, question)) log(line);
    else for await (const line of readLogLines(folder, question)) data(line);
    return undefined;
  },
});
