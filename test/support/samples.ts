/** Real result files of other people's tools, where they are at hand; tests of them are skipped by name where they aren't. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';

const folder = process.env['FUNBRIC_SAMPLES'] ?? join(import.meta.dirname, '../../../../shared/samples');

export interface Samples {
  readonly path: string;
  /** For `describe`: false, or why they can't be tried. */
  readonly skip: string | false;
}

export function samplesOf(name: string): Samples {
  const path = join(folder, name);
  return { path, skip: existsSync(path) ? false : 'the samples of other tools are not here' };
}
