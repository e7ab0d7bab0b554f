/** `funbric -H a,b runtest --dir /mnt/x`: stresses one directory from every host, then proves what it kept. Copy it and change it. */
import { expectOptions, filesWorkload, mountOptions, mountSpec, showPlace, task } from 'funbric';

export default task({
  summary: 'Stress a shared directory from every host, then verify every byte of it from every host',
  options: {
    dir: { type: 'string', required: true, describe: 'directory under test: an absolute path, the same on every host' },
    profile: {
      type: 'string',
      default: 'mixed',
      describe:
        'mix of operations: mixed, metadata, read-heavy, write-heavy, race, append, shared, locks, durability, close-to-open, boundary, or a file',
    },
    duration: { type: 'duration', default: '60s', max: '504h', describe: 'length of the stress' },
    ops: { type: 'number', min: '1', describe: 'end the stress after so many operations of each worker' },
    rate: {
      type: 'number',
      min: '0.001',
      max: '1000000',
      describe:
        'operations a second of each worker, begun on time however slow others are; as many as it can where not given',
    },
    workers: { type: 'number', default: 4, min: '1', max: '256', describe: 'threads on each host' },
    fileSize: { type: 'size', min: '512', max: '1TiB', describe: "largest file, instead of the profile's" },
    chunk: {
      type: 'size',
      choices: ['512', '1KiB', '2KiB', '4KiB', '8KiB', '16KiB', '32KiB', '64KiB', '128KiB', '256KiB', '512KiB', '1MiB'],
      describe: "unit of reads and writes, each with a stamp, instead of the profile's: a power of two, 512 to 1MiB",
    },
    strict: {
      type: 'boolean',
      default: false,
      describe: 'end the stress everywhere, and fail, at the first unexpected error, corrupt chunk or proven finding',
    },
    liveChecks: {
      type: 'boolean',
      default: true,
      describe:
        'check what the hosts have done so far, now and then, while the stress runs; --no-live-checks: only at the end',
    },
    consistency: {
      type: 'string',
      choices: ['posix', 'close-to-open', 'smb', 'eventual'],
      describe: 'what the file system promises; as its mounts say where not given',
    },
    local: {
      type: 'boolean',
      default: false,
      describe: 'the directories are separate ones that only share their path',
    },
    ...expectOptions,
    ...mountOptions,
  },

  mount: (options) => mountSpec(options, options.dir),

  expect: (options) => options,

  workload: ({ dir, profile, duration, ops, rate, workers, fileSize, chunk, strict, liveChecks, consistency, local }) =>
    filesWorkload({
      dir,
      profile,
      durationMs: duration,
      operationsLimit: ops,
      rate,
      workers,
      fileBytes: fileSize,
      chunkBytes: chunk,
      isStrict: strict,
      isCheckedLive: liveChecks ? undefined : false,
      consistency,
      isLocal: local,
    }),

  async setup(host, { dir }) {
    await showPlace(host, dir);
  },

  async run(host) {
    await host.stress();
    await host.verify();
  },
});
