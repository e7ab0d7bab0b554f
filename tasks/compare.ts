/** `funbric compare BEFORE AFTER`: is it worse than it was? Needs no hosts, and writes nothing. */
import {
  compareRuns,
  comparisonLines,
  comparisonRecords,
  comparisonVerdict,
  differenceLines,
  differenceRecords,
  findRunFolder,
  refuseUnlike,
  task,
} from 'funbric';

export default task({
  summary:
    'Compare two runs, figure by figure, also of merged results of other tools: worse, better, same, or cannot tell; exit status 0 if nothing is worse, 1 if something is, 2 if something may be',
  arguments: 'BEFORE AFTER',
  options: {
    threshold: { type: 'percent', default: '5%', describe: 'what differs by less is the same' },
    force: { type: 'boolean', default: false, describe: 'also runs of other workloads, hosts or environments' },
  },
  examples: {
    'funbric compare 2026-11-20T10-00-00-aaaaaa latest': 'the latest run with one of before',
    'funbric compare --threshold 10% main/reports/latest reports/latest': 'runs in any folders, in CI',
    'funbric --json compare BEFORE AFTER': 'each figure with its interval, as JSON',
  },
  async local({ arguments: [first = '', second = ''], reportsFolder, log, data }, { threshold, force }) {
    const before = await findRunFolder(reportsFolder, first);
    const after = await findRunFolder(reportsFolder, second);
    const compared = await compareRuns({ before, after }, { threshold, isForced: force });
    if (!('comparisons' in compared)) {
      const { differences } = compared;
      if (data === undefined) for (const line of differenceLines(differences)) log(line);
      else for (const record of differenceRecords(differences)) data(record);
      return refuseUnlike(differences);
    }
    if (data === undefined) for (const line of comparisonLines(compared)) log(line);
    else for (const record of comparisonRecords(compared)) data(record);
    return comparisonVerdict(compared);
  },
});
