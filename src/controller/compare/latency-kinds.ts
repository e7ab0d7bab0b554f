/**
 * Which of a tool's latencies two runs can be compared by: one that every host of both has the spread of. fio has three kinds,
 * and bins of those only that it was told to; percentiles alone are of one host each, and nothing is made of several of them.
 */
import type { Latency } from '../../model/measured.ts';
import { foldNodeSet } from '../../model/nodeset.ts';
import type { HostsOperation, LatencyFigures, Pair } from './host-figures.ts';

/** The one that most can be said of comes first. */
export const latencyKinds = ['total', 'completion', 'submission'] as const;

export interface ComparedLatency {
  /** With the buckets of that kind. */
  readonly pair: Pair;
  /** Missing of our own operations, which have one kind. */
  readonly of?: Latency['of'];
  readonly hasMeans: boolean;
  /** Why no percentile of it can be told. */
  readonly why?: string;
}

/** `names`: of the hosts, by place. Undefined where nobody says anything of latencies. */
export function comparedLatency(
  pair: Pair,
  names: { readonly before: readonly string[]; readonly after: readonly string[] },
): ComparedLatency | undefined {
  const all = [...pair.before, ...pair.after].filter((one) => one !== undefined && one.count > 0);
  if (all.every((one) => one?.latencies === undefined)) return { pair, hasMeans: false };
  if (all.every((one) => one?.latencies?.length === 0)) return undefined;
  const common = latencyKinds.filter((of) => all.every((one) => kindIn(one, of) !== undefined));
  const spread = common.find((of) => all.every((one) => kindIn(one, of)?.only === undefined));
  const told = common.find((of) => all.some((one) => kindIn(one, of)?.only !== 'extremes and mean'));
  const of = spread ?? told ?? common[0];
  if (of === undefined) return { pair, hasMeans: false, why: 'it is of other latencies before than after' };
  const hasMeans = all.every((one) => kindIn(one, of)?.mean !== undefined);
  return {
    pair: { before: withKind(pair.before, of), after: withKind(pair.after, of) },
    of,
    hasMeans,
    ...(spread === undefined ? { why: whyNot(pair, of, names) } : {}),
  };
}

type Known = HostsOperation[number];

function kindIn(one: Known, wanted: Latency['of']): LatencyFigures | undefined {
  return one?.latencies?.find(({ of }) => of === wanted);
}

function withKind(hosts: HostsOperation, of: Latency['of']): HostsOperation {
  return hosts.map((one) => {
    const kind = kindIn(one, of);
    return one === undefined || kind === undefined ? one : { ...one, ...kind };
  });
}

/** `of web[1-2] after only percentiles are known, and these don't merge`. */
function whyNot(
  { before, after }: Pair,
  of: Latency['of'],
  names: { readonly before: readonly string[]; readonly after: readonly string[] },
): string {
  const parts = [
    { hosts: before, whose: names.before, when: 'before' },
    { hosts: after, whose: names.after, when: 'after' },
  ].flatMap(({ hosts, whose, when }) => {
    const unable = hosts.flatMap((one, at) => (kindIn(one, of)?.only === undefined ? [] : [at]));
    const [only] = unable.flatMap((at) => kindIn(hosts[at], of)?.only ?? []);
    if (only === undefined) return [];
    return [`of ${foldNodeSet(unable.map((at) => whose[at] ?? ''))} ${when} only ${only} are known`];
  });
  return `${parts.join(', ')}, and these don't merge`;
}
