/** `funbric -H a,b fio --dir /mnt/x --profile randr`: fio on every host at once, its results merged. Copy it and change it. */
import { expectOptions, fioJob, fioLines, removeFio, runFio, setUpFio, showPlace, task } from 'funbric';

export default task({
  summary: 'Run fio on every host at the same time, and merge what it measured; a verify failure fails the run',
  options: {
    dir: { type: 'string', required: true, describe: 'directory under test: an absolute path, the same on every host' },
    profile: {
      type: 'string',
      describe: 'randr, randrlimited, randrw7030, seqwrite, custom (which the options below make), or a file.fio',
    },
    job: { type: 'string', describe: 'a job file of fio instead, with any jobs and groups' },
    rw: { type: 'string', describe: 'in every job, instead of what stands there: read, write, randrw, ...' },
    rwmixread: { type: 'number', min: '0', max: '100', describe: 'percent of reads, of rw and randrw' },
    bs: { type: 'string', describe: 'block size: 4k' },
    iodepth: { type: 'number', min: '1', describe: 'how many are under way at a time' },
    numjobs: { type: 'number', min: '1', max: '1024', describe: 'processes of each job' },
    size: { type: 'string', describe: 'of the file of each process: 1g' },
    duration: { type: 'duration', max: '504h', describe: "fio's runtime: how long each job goes on" },
    rateIops: { type: 'string', describe: 'at most so many a second: 300, or 200,100 for reads and writes' },
    direct: { type: 'string', choices: ['0', '1'], describe: '1: past the cache of the host' },
    ioengine: { type: 'string', describe: 'libaio, io_uring, psync, mmap, ...' },
    verify: {
      type: 'string',
      describe:
        'write checksums, and read them back once all is written: crc32c, md5, ... (of a profile all of --size, unless --duration ends it first)',
    },
    set: { type: 'list', describe: "any other of fio's options: fsync=32,fdatasync=8" },
    ...expectOptions,
    slack: {
      type: 'duration',
      default: '10m',
      describe: 'fio is ended that long after its time: it makes files before, and verifies after',
    },
    allowOutside: {
      type: 'boolean',
      default: false,
      describe: 'trust the job: it may name any file or device of the hosts, and start programs there',
    },
  },
  examples: {
    'funbric -H c[1-4] fio --dir /mnt/x --profile randrw7030 --duration 5m': 'seven random reads to three writes',
    'funbric -H c1,c2 fio --dir /mnt/x --profile custom --rw randwrite --bs 16k --verify crc32c':
      'write, then verify all of it',
    "funbric -H c1,c2 fio --dir /mnt/x --profile randr --expect 'read.p99<20ms' --expect 'read.rate>500/s'":
      'fail where it is slower',
    'funbric -H c1,c2 fio --dir /mnt/x --job mine.fio --set fsync=1': 'a job file of your own, changed in one thing',
  },

  expect: (options) => options,

  async prepare(_, options) {
    fioJob(options);
  },

  preview(options) {
    return fioLines({ dir: options.dir, job: fioJob(options) });
  },

  async setup(host, options) {
    await showPlace(host, options.dir);
    await setUpFio(host, { dir: options.dir, job: fioJob(options) });
  },

  async run(host, options) {
    await runFio(host, { dir: options.dir, job: fioJob(options), slackMs: options.slack });
  },

  async teardown(host, { dir }) {
    await removeFio(host, dir);
  },
});
