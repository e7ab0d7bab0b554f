/** Fewer of the chosen hosts: all but those of -x, only those of --limit, some by chance for --pick. */
import { FunbricError } from '../../model/errors.ts';
import { compareNatural } from '../../model/fold-nodeset.ts';
import type { Host } from '../../model/host.ts';
import { evaluateNodeSet, foldNodeSet, namesOf, type Groups } from '../../model/nodeset.ts';
import { randomOf } from '../../model/random.ts';
import { didYouMean } from '../input/closest.ts';
import { placeOf } from './host-name.ts';

export function withoutExcluded(hosts: readonly Host[], texts: readonly string[], groups: Groups): readonly Host[] {
  const left = texts.reduce(
    (some, text) => some.filter((host) => !isIn(host, namesMeant('-x', text, hosts, groups))),
    hosts,
  );
  if (left.length > 0) return left;
  throw new FunbricError('usage', `-x takes away all hosts: ${foldNodeSet(hosts.map(({ name }) => name))}`, {
    hint: 'exclude fewer',
  });
}

export function limitedTo(hosts: readonly Host[], texts: readonly string[], groups: Groups): readonly Host[] {
  if (texts.length === 0) return hosts;
  const kept = texts.map((text) => namesMeant('--limit', text, hosts, groups));
  const left = hosts.filter((host) => kept.some((names) => isIn(host, names)));
  if (left.length > 0) return left;
  throw new FunbricError('usage', `--limit ${texts.join(' ')} keeps none of the hosts`, { hint: hostsThere(hosts) });
}

/** The same seed picks the same of the same hosts, in whatever order they were named. */
export function pickHosts(hosts: readonly Host[], count: number, seed: number): readonly Host[] {
  const random = randomOf(seed, pickKey);
  const left = hosts.map(({ name }) => name).sort(compareNatural);
  const picked = new Set<string>();
  while (picked.size < count && left.length > 0) {
    for (const name of left.splice(random.below(left.length), 1)) picked.add(name);
  }
  return hosts.filter(({ name }) => picked.has(name));
}

/** Keeps the draws of a run apart from this one, where both have one seed. */
const pickKey = 0x7069636b;

/**
 * Names, NodeSets and @groups. One that means none of the hosts is refused: a slip there would stress a host that must be
 * spared, or spare one that must not.
 */
function namesMeant(option: string, text: string, hosts: readonly Host[], groups: Groups): ReadonlySet<string> {
  const names = evaluateNodeSet(text, (operand) => {
    const these = namesOf(operand, groups);
    if (operand.operator === ',' && !hosts.some((host) => isIn(host, new Set(these)))) {
      throw new FunbricError('usage', `${option} ${operand.text} means none of the hosts`, {
        hint: didYouMean(
          operand.text,
          hosts.map(({ name }) => name),
          hostsThere(hosts),
        ),
      });
    }
    return these.map((name) => [name, name]);
  });
  return new Set(names.keys());
}

function hostsThere(hosts: readonly Host[]): string {
  return `the hosts: ${foldNodeSet(hosts.map(({ name }) => name))}`;
}

/** A name without a port means the host whatever its port. */
function isIn(host: Host, names: ReadonlySet<string>): boolean {
  return names.has(host.name) || names.has(placeOf(host.name).base);
}
