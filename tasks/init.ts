/** `funbric init`: a hosts.json and a first task in this folder, from the hosts that -H names or with this machine alone. */
import { initProject, task } from 'funbric';

export default task({
  summary: 'Write a hosts.json (of the hosts that -H names) and a first task, tasks/hello.ts; nothing is overwritten',
  examples: {
    'funbric init': 'with this machine as the only host',
    'funbric -H web[01-20] -u admin -i ~/.ssh/id_ed25519 init': 'with these hosts, and how to reach them',
  },
  async local({ hosts, fleet, currentFolder, log, data }) {
    const chosen = hosts.length === 0 ? [] : (await fleet()).hosts;
    const files = await initProject({ folder: currentFolder, hosts: chosen });
    for (const { path, isWritten } of files) {
      if (data === undefined) log(isWritten ? `wrote ${path}` : `${path} is there already, and stays as it is`);
      else data({ kind: 'file', path, isWritten });
    }
    log('next:');
    log('  funbric --list-hosts   the hosts that are meant; change hosts.json');
    log('  funbric doctor         can they be reached, and is there anything to change?');
    log('  funbric hello          runs tasks/hello.ts on them; change it');
    log('  funbric --help         all else');
    return undefined;
  },
});
