/** Every group of measurements. */
import { fanout } from './fanout.ts';
import type { Group } from './group.ts';

export const groups: readonly Group[] = [fanout];
