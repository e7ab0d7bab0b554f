/** Which host an error is about, and where it was looked for. */
import { FunbricError } from '../model/errors.ts';

/** A host as messages name it. */
export interface Place {
  readonly name: string;
  readonly address: string;
  readonly port: number;
}

export function placeText({ name, address, port }: Place): string {
  return `${name} (${address.includes(':') ? `[${address}]` : address}:${port})`;
}

export function unreachable(place: Place, found: string, hint: string, cause?: Error): FunbricError {
  return new FunbricError('unreachable', `${placeText(place)}: ${found}`, {
    hint,
    ...(cause === undefined ? {} : { cause }),
  });
}
