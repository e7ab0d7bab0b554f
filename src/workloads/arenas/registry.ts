/** The rules of every arena. */
import type { ArenaRules } from './arena.ts';
import { locks } from './locks.ts';
import { race } from './race.ts';

export const arenaRules: readonly ArenaRules[] = [race, locks];
