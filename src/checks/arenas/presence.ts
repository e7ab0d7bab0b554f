/** Whether a name of an arena is there in the end, as far as the hosts that share it agree. */
import { objectOf } from '../../model/namespace.ts';
import type { Evidence } from '../journal/evidence.ts';
import type { Scan } from '../verify/scan.ts';

/** Undefined where hosts see different things, or where not all looked who may see it first. */
export function presenceOf(
  { consistency }: Evidence,
  { scan, group }: { readonly scan: Scan; readonly group: ReadonlySet<number> },
  name: number,
): boolean | undefined {
  const listings = scan.finalListings(objectOf(name).folder).filter(({ host }) => group.has(host));
  const sightings = scan.names.get(name) ?? [];
  const seen = listings.filter(({ host, pass }) =>
    sightings.some((sighting) => sighting.host === host && sighting.pass === pass && !sighting.isGone),
  );
  const complete = listings.filter(({ isComplete }) => isComplete);
  if (complete.length === 0 || (consistency !== 'posix' && complete.length < group.size)) return undefined;
  if (seen.length === 0) return false;
  return complete.every((listing) => seen.includes(listing)) ? true : undefined;
}

/** The hosts that race in one arena: with directories of their own, each has its own. */
export function groupsOf({ facts, hosts }: Evidence): readonly ReadonlySet<number>[] {
  const all = hosts.map((_, host) => host);
  return facts.isLocal ? all.map((host) => new Set([host])) : [new Set(all)];
}
