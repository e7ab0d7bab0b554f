/** A first task: `funbric hello`. The file's name is the word on the command line; copy it, and change it. */
import { task } from 'funbric';

export default task({
  // What `funbric --list` and `funbric hello --help` say.
  summary: 'Say hello from every host',
  options: {
    whom: { type: 'string', default: 'world', describe: 'whom to greet' },
  },

  // Called once a host, on all hosts at the same time. `setup` comes before it and `teardown` after it, with a barrier between
  // them; teardown also comes after a failure or Ctrl-C. All three are optional.
  async run(host, { whom }) {
    // Words, each quoted: no shell can take them apart. An exit code that isn't 0 fails this host, and only this one.
    const { stdout } = await host.run(['uname', '-sr']);
    // A line beside the host's name, on the terminal and in the run's events.ndjson.
    host.log(`hello ${whom}, from ${host.name}: ${stdout.trim()}`);
    // There is more: host.shell(line), host.put(local, remote), host.get(remote, local), host.variables of hosts.json.
  },
});
