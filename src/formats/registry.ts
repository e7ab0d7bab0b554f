/** Every format that can be read. */
import type { Format } from './format.ts';
import { fio } from './read/fio.ts';
import { funbric } from './read/funbric.ts';
import { funkload } from './read/funkload.ts';
import { jtl } from './read/jtl.ts';
import { junit } from './read/junit.ts';

export const formats: readonly Format[] = [funbric, funkload, junit, jtl, fio];
