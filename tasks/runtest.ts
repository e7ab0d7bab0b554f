/** `funbric -H a,b runtest --dir /mnt/x`: stresses one directory from every host, then proves what it kept. Copy it and change it. */
import { filesWorkload, mountOptions, mountSpec, task } from 'funbric';

export default task({
  summary: 'Stress a shared directory from every host, then verify every byte of it from every host',
  options: {
    dir: { type: 'string', required: true, describe: 'directory under test: an absolute path, the same on every host' },
    profile: {
      type: 'string',
      default: 'mixed',
      describe: 'mix of operations: mixed, metadata, read-heavy, write-heavy, or a file',
    },
    duration: { type: 'duration', default: '60s', describe: 'length of the stress' },
    workers: { type: 'number', default: 4, describe: 'threads on each host' },
    operations: { type: 'number', describe: 'end the stress after so many operations of each worker' },
    local: {
      type: 'boolean',
      default: false,
      describe: 'the directories are separate ones that only share their path',
    },
    ...mountOptions,
  },

  mount: (options) => mountSpec(options, options.dir),

  workload: ({ dir, profile, duration, workers, local, operations }) =>
    filesWorkload({ dir, profile, durationMs: duration, workers, isLocal: local, operationsLimit: operations }),

  async setup(host, { dir }) {
    // What the report's environment should show of the place under test.
    await host.run(['df', '-h', '--', dir], { check: false });
  },

  async run(host) {
    await host.stress();
    await host.verify();
  },
});
