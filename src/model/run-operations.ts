/** Which operations of a run count once: kinds of other tools overlap, as a page is made of requests. */
import type { OperationKind } from './measured.ts';

/** What counts is requests, or what is nearest to them; a part of another sample never does. */
export function countedOnce<T extends { readonly kind?: OperationKind | undefined }>(
  operations: readonly T[],
): readonly T[] {
  const nearest = (['request', 'page', 'test'] as const).find((wanted) =>
    operations.some(({ kind }) => kind === wanted),
  );
  return operations.filter(
    ({ kind }) => kind === undefined || kind === 'io' || kind === 'operation' || kind === nearest,
  );
}
