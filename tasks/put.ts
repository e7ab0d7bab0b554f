/** `funbric -H web[1-9] put ./app /opt/app`: a file or a folder to every host. */
import { basename } from 'node:path';
import { describeCopy, requirePath, requireSendable, task } from 'funbric';

export default task({
  summary: 'Copy a file, or what is in a folder, to every host; what a host has already is not sent again',
  arguments: 'LOCAL REMOTE',
  async prepare({ arguments: [local = '', remote = ''] }) {
    requirePath('put: LOCAL', local);
    requirePath('put: REMOTE', remote);
    await requireSendable(local);
  },
  async run(host) {
    const [local = '', remote = ''] = host.arguments;
    // As a folder is named by its end: `put motd /etc/` is /etc/motd.
    const target = remote.endsWith('/') ? `${remote}${basename(local)}` : remote;
    host.log(`put ${target}: ${describeCopy(await host.put(local, target))}`);
  },
});
