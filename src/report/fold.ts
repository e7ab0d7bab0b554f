/** What is equal is shown once, with all of whom it holds. */
import { foldNodeSet } from '../model/nodeset.ts';

/** Things by signature, in the order in which each signature is first met. */
export function groupBy<T>(things: readonly T[], signatureOf: (thing: T) => string): readonly (readonly T[])[] {
  const groups = new Map<string, T[]>();
  for (const thing of things) {
    const signature = signatureOf(thing);
    const group = groups.get(signature);
    if (group === undefined) groups.set(signature, [thing]);
    else group.push(thing);
  }
  return [...groups.values()];
}

/** Names of hosts as one NodeSet: web[01-07]. */
export function foldHosts(names: readonly string[]): string {
  return foldNodeSet(names);
}
