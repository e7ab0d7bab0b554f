/** `funbric -H a,b cleanup`: lists what runs that died left on hosts; with --yes it is removed, and never anything else. */
import { cleaningLines, cleaningRecords, cleanFleet, task } from 'funbric';

export default task({
  summary:
    'List what runs left behind on hosts (caches of older agents, work folders, mounts, unfinished copies, and with --dir folders of runs); --yes removes it',
  options: {
    dir: {
      type: 'list',
      describe: 'directories that were under test, or put to: also folders of runs and unfinished copies in them',
    },
    olderThan: { type: 'duration', default: '1h', describe: 'leave alone what changed since' },
    all: { type: 'boolean', default: false, describe: 'also the cached agent and Node.js that the next run would use' },
    yes: { type: 'boolean', default: false, describe: 'remove it; without, it is only listed' },
  },
  examples: {
    'funbric -H web[01-20] cleanup': 'what is there, and what would go',
    'funbric -H web[01-20] cleanup --dir /mnt/test --yes': 'remove it, also folders of runs below /mnt/test',
    'funbric -H web[01-20] cleanup --all --older-than 0s --yes': 'leave nothing but what is in use',
  },
  async local({ fleet, log, data }, { dir, olderThan, all, yes }) {
    const options = { dirs: dir ?? [], olderThanMs: olderThan, isAll: all, isMeant: yes };
    const cleaning = await cleanFleet(await fleet(), options);
    if (data === undefined) for (const line of cleaningLines(cleaning)) log(line);
    else for (const record of cleaningRecords(cleaning)) data(record);
    return cleaning.verdict;
  },
});
