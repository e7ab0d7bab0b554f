/** Runs written by hand, as the merge would make them; the report is tried on each. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runSchema, type Run } from '../../src/model/run.ts';

/** Tests run from dist/test/support; fixtures and templates stay in the tree. */
const root = fileURLToPath(new URL('../../../', import.meta.url));

export const templatesFolder = join(root, 'templates');

export const goldenNames = ['pass', 'fail', 'incomplete', 'empty', 'hostile', 'bench'] as const;

export function goldenRun(name: (typeof goldenNames)[number]): Run {
  return runSchema.parse(JSON.parse(readFileSync(join(root, 'test', 'golden', `${name}.json`), 'utf8')));
}
