/** The least that can be done with node-ssh and p-map: log in, run `true`, leave. Arguments: hosts, key, how many at a time. */
import { readFileSync } from 'node:fs';
import { NodeSSH } from 'node-ssh';
import pMap from 'p-map';

const [targets = '', identity = '', parallel = '32'] = process.argv.slice(2);
const privateKey = readFileSync(identity, 'utf8');

await pMap(
  targets.split(','),
  async (target) => {
    const [host = '', port = '22'] = target.split(':');
    const ssh = new NodeSSH();
    await ssh.connect({ host, port: Number(port), username: 'root', privateKey });
    await ssh.execCommand('true');
    ssh.dispose();
  },
  { concurrency: Number(parallel) },
);
