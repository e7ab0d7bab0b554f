/** `funbric report [RUN]`: a judged run shown again: as the page of its own, or as FunkLoad would have shown it. Needs no hosts. */
import { funkloadReport, FunbricError, reportAgain, task, writeReport } from 'funbric';

export default task({
  summary: "Show a run (the latest one) again: as report.html, or FunkLoad's results as FunkLoad's own report",
  arguments: '[RUN|FILE...]',
  options: {
    view: {
      type: 'string',
      choices: ['main', 'funkload'],
      describe: 'main (the default) writes report.html of the run; funkload prints the figures as FunkLoad has them',
    },
    compat: {
      type: 'string',
      choices: ['funkload'],
      describe: 'merge several results of FunkLoad as it does, also of runs that were at different times',
    },
    output: { type: 'string', alias: 'o', describe: 'FILE to write instead' },
  },
  examples: {
    'funbric report': 'writes report.html of the latest run again',
    'funbric report -o run.html latest': 'the same into another file',
    'funbric report --view funkload funkload.xml': "the tables of FunkLoad's report, to the printed digit",
    'funbric --json report --view funkload latest': 'the cells of its Test, Page and Request tables',
    'funbric report --compat funkload a.xml b.xml': 'two nodes of a bench, merged as FunkLoad does',
  },
  async local({ arguments: words, reportsFolder, log, data }, { view, compat, output: file }) {
    if (view !== 'funkload' && compat === undefined) return await reportAgain({ words, reportsFolder, file });
    if (view === 'main') {
      throw new FunbricError('usage', 'report: --compat funkload is not for the main view', {
        hint: 'leave one of them out',
      });
    }
    const { tables, lines, gaps } = await funkloadReport({ words, reportsFolder, isCompat: compat !== undefined });
    const text = data === undefined ? lines.join('\n') : JSON.stringify(tables);
    if (file !== undefined) await writeReport(file, `${text}\n`);
    else if (data !== undefined) data(tables);
    else for (const line of lines) log(line);
    // The text has them, too.
    if (data !== undefined || file !== undefined) for (const gap of gaps) log(gap);
    return gaps.length > 0 ? 'incomplete' : undefined;
  },
});
