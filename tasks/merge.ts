/** `funbric merge [RUN]`: judges the files of a run again and writes its report. Needs no hosts. */
import { findRunFolder, finishRun, task } from 'funbric';

export default task({
  summary: 'Merge the results of a run (the latest one) into run.json and report.html',
  arguments: '[RUN]',
  async local({ arguments: [run = 'latest'], reportsFolder }) {
    return await finishRun(await findRunFolder(reportsFolder, run));
  },
});
