/** `funbric check [RUN]`: runs the integrity checks of a run again, and says what they find. Needs no hosts, and writes nothing. */
import { checkLines, checkRecords, checkRun, findRunFolder, task } from 'funbric';

export default task({
  summary: "Check a run's journals again (the latest run's) and say what is found; merge writes it into run.json, too",
  arguments: '[RUN]',
  examples: {
    'funbric check': 'the latest run',
    'funbric check reports/2026-11-21T23-03-08-5fe3a8': 'the run in a folder, also one from elsewhere',
    'funbric --json check latest': 'each check, each finding and the verdict, as JSON',
  },
  async local({ arguments: [run = 'latest'], reportsFolder, log, data }) {
    const checked = await checkRun(await findRunFolder(reportsFolder, run));
    if (data === undefined) for (const line of checkLines(checked)) log(line);
    else for (const record of checkRecords(checked)) data(record);
    return checked.run.verdict;
  },
});
