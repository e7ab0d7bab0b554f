/** `funbric -H web[1-9] get /var/log/app.log ./logs`: a file or a folder from every host, into a folder for each. */
import { join } from 'node:path';
import { describeCopy, requirePath, task } from 'funbric';

export default task({
  summary: "Copy a file or a folder from every host to LOCAL/<host>/; what is here already isn't sent again",
  arguments: 'REMOTE LOCAL',
  async prepare({ arguments: [remote = '', local = ''] }) {
    requirePath('get: REMOTE', remote);
    requirePath('get: LOCAL', local);
  },
  async run(host) {
    const [remote = '', local = ''] = host.arguments;
    const folder = join(local, host.folder);
    // A path that ends in no name (/, ~, ..) is the host's folder itself.
    const name = remote.replace(/\/+$/, '').split('/').at(-1) ?? '';
    const target = /^(\.{0,2}|~)$/.test(name) ? folder : join(folder, name);
    host.log(`get ${target}: ${describeCopy(await host.get(remote, target))}`);
  },
});
