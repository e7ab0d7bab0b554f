/** `funbric -H a,b runtest --dir /mnt/x`: stresses one directory from every host, then proves what it kept. Copy it and change it. */
import { filesWorkload, mountOptions, mountSpec, task } from 'funbric';

export default task({
  summary: 'Stress a shared directory from every host, then verify every byte of it from every host',
  options: {
    dir: { type: 'string', required: true, describe: 'directory under test: an absolute path, the same on every host' },
    profile: {
      type: 'string',
      default: 'mixed',
      describe: 'mix of operations: mixed, metadata, read-heavy, write-heavy, race, append, shared, locks, or a file',
    },
    duration: { type: 'duration', default: '60s', max: '504h', describe: 'length of the stress' },
    ops: { type: 'number', min: '1', describe: 'end the stress after so many operations of each worker' },
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
      describe: 'end the stress everywhere, and fail, at the first unexpected error',
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
    ...mountOptions,
  },

  mount: (options) => mountSpec(options, options.dir),

  workload: ({ dir, profile, duration, ops, workers, fileSize, chunk, strict, consistency, local }) =>
    filesWorkload({
      dir,
      profile,
      durationMs: duration,
      operationsLimit: ops,
      workers,
      fileBytes: fileSize,
      chunkBytes: chunk,
      isStrict: strict,
      consistency,
      isLocal: local,
    }),

  async setup(host, { dir }) {
    // What the report's environment should show of the place under test.
    await host.run(['df', '-h', '--', dir], { check: false });
  },

  async run(host) {
    await host.stress();
    await host.verify();
  },
});
