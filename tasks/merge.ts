/**
 * `funbric merge [RUN]`: judges the files of a run again and writes its report. `funbric merge FILE...`: makes a run of result
 * files of other tools. Needs no hosts.
 */
import { expectOptions, findRunFolder, finishRun, isRunFolder, mergeFiles, task } from 'funbric';

export default task({
  summary:
    'Merge results into one run with one report: of a run again (the latest one), or files of FunkLoad, fio, JUnit, JMeter',
  arguments: '[RUN|FILE...]',
  options: {
    into: { type: 'string', alias: 'o', describe: "the new run's folder; a new one below --reports where not given" },
    plan: { type: 'string', describe: 'a plan.json, or the folder of a run: its hosts must all be there' },
    force: { type: 'boolean', describe: "merge what doesn't belong together all the same, and mark the report" },
    ...expectOptions,
  },
  examples: {
    'funbric merge': 'judge the latest run again',
    'funbric merge reports/2026-11-21T23-03-08-5fe3a8': 'the run in a folder',
    'funbric merge web1.xml web2.xml web3.xml': 'three results of FunkLoad, one a host, as one run',
    'funbric merge results -o merged': 'all results in a folder, into the folder of a run',
    'funbric merge results --plan reports/latest': 'every host of that plan must have brought one',
    "funbric merge web1.xml web2.xml --expect 'errors<0.1%'": 'fail where more than that failed',
  },
  async local({ arguments: words, reportsFolder, currentFolder, newRun, log, data, signal }, options) {
    const { into, plan, force, expect, apdex } = options;
    const thresholds = { expect, apdex };
    const [run = 'latest', ...others] = words;
    const isAlone = others.length === 0 && into === undefined && plan === undefined && force !== true;
    if (isAlone || words.length === 0) {
      const folder = await findRunFolder(reportsFolder, run, { orFile: words.length > 0 });
      if (words.length === 0 || (await isRunFolder(folder))) return await finishRun(folder, { thresholds });
    }
    const outcome = await mergeFiles({
      inputs: words,
      reportsFolder,
      currentFolder,
      into,
      plan,
      isForced: force === true,
      thresholds,
      identity: newRun(),
      onRefused: data,
      signal,
    });
    if (outcome.run?.receipt?.isHostCountKnown === false) {
      log(`how many hosts there should be is not known: the files are the hosts, ${outcome.run.hosts.length} of them`);
    }
    return outcome;
  },
});
