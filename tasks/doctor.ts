/** `funbric -H a,b doctor --dir /mnt/x`: looks at every host as a run would, and says what to change before one. */
import { examineFleet, healthLines, healthRecords, task } from 'funbric';

export default task({
  summary:
    'Look at hosts before a run: login, shell, Node.js, room, limits, clock, and with --dir the directory under test; say what to change',
  options: {
    dir: { type: 'string', describe: 'directory under test: an absolute path, the same on every host' },
    local: {
      type: 'boolean',
      default: false,
      describe: 'the directories are separate ones that only share their path',
    },
  },
  examples: {
    'funbric -H web[01-20] doctor': 'twenty hosts, equal findings folded',
    'funbric -R client doctor --dir /mnt/test': 'also what the directory under test is mounted from, and promises',
    'funbric -H web1 --json doctor': 'all that was found, as JSON',
  },
  async local({ fleet, log, data }, { dir, local }) {
    const health = await examineFleet(await fleet(), { dir, isLocal: local });
    if (data === undefined) for (const line of healthLines(health)) log(line);
    else for (const record of healthRecords(health)) data(record);
    return health.verdict;
  },
});
