/**
 * The same result twice counts twice, and shows a throughput that nobody had: by the digest of its content, whatever the
 * files are called, and whatever newlines are at their ends.
 */

/** The later ones of those that are the same, each with the first. */
export function twinsIn<T extends { readonly solidSha256: string }>(files: readonly T[]): ReadonlyMap<T, T> {
  const first = new Map<string, T>();
  const twins = new Map<T, T>();
  for (const file of files) {
    const before = first.get(file.solidSha256);
    if (before === undefined) first.set(file.solidSha256, file);
    else twins.set(file, before);
  }
  return twins;
}
