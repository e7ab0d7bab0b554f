/** Every request of a test by its place in it, over all cycles: FunkLoad shows those of the first cycle only. */
import type { Bench, BenchRequest } from '../../model/bench.ts';
import { samplesOf } from '../../model/measured-traits.ts';
import type { Measured, Operation } from '../../model/measured.ts';
import { labelOf } from '../../report/funkload/cycles.ts';
import { latencyOf } from './figures.ts';

/** A test with more steps than this is no test that anybody reads request by request. */
const maxRequests = 2000;

export function requestsOf(results: readonly Measured[]): Pick<Bench, 'requests' | 'requestsLeftOut'> {
  const byPlace = new Map<string, Operation[]>();
  for (const operation of results.flatMap(({ operations }) => operations)) {
    if (operation.kind !== 'request') continue;
    const place = `${labelOf(operation, 'step') ?? ''}.${labelOf(operation, 'number') ?? ''}`;
    const known = byPlace.get(place);
    if (known === undefined) byPlace.set(place, [operation]);
    else known.push(operation);
  }
  const places = [...byPlace].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, operations]) => operations);
  return {
    requests: places.slice(0, maxRequests).map((operations) => requestOf(operations)),
    requestsLeftOut: Math.max(0, places.length - maxRequests),
  };
}

function requestOf(operations: readonly Operation[]): BenchRequest {
  const label = (name: string): string =>
    operations.map((operation) => labelOf(operation, name) ?? '').find((value) => value !== '') ?? '';
  const indexes = [...new Set(operations.map(({ cycle }) => cycle?.index ?? 0))].toSorted((a, b) => a - b);
  return {
    page: label('step'),
    number: label('number'),
    type: label('type'),
    url: label('url'),
    description: label('description'),
    cycles: indexes.map((index) => {
      const own = operations.filter(({ cycle }) => cycle?.index === index);
      return Object.assign({ index }, latencyOf(own.flatMap((operation) => samplesOf(operation) ?? [])));
    }),
  };
}
