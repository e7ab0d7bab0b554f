/** `funbric nodeset 'web[1-9]!web3'`: calculates with NodeSets, as -H does; with -H and -R also with groups and roles. Needs no hosts. */
import { expandNodeSet, foldNodeSet, FunbricError, task } from 'funbric';

export default task({
  summary:
    'Calculate with NodeSets: fold them (web[1-3]), expand them, or count; -H and -R give groups and roles of hosts.json',
  arguments: '[NODESET...]',
  options: {
    expand: { type: 'boolean', default: false, describe: 'one name a line' },
    count: { type: 'boolean', default: false, describe: 'how many names' },
  },
  async local({ arguments: nodeSets, hosts, log, data }, { expand, count }) {
    const names = [...new Set([...hosts, ...nodeSets.flatMap((nodeSet) => expandNodeSet(nodeSet))])];
    if (hosts.length === 0 && nodeSets.length === 0) {
      throw new FunbricError('usage', 'nodeset: no NodeSet', {
        hint: "write one: funbric nodeset 'web[1-9]!web[3-4]'",
      });
    }
    if (data !== undefined) data({ nodeset: foldNodeSet(names), count: names.length, names });
    else if (count) log(String(names.length));
    else if (expand) for (const name of names) log(name);
    else log(foldNodeSet(names));
    return undefined;
  },
});
