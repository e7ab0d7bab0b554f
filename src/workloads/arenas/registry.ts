/** The rules of every arena. */
import type { ArenaRules } from './arena.ts';
import { append } from './append.ts';
import { locks } from './locks.ts';
import { race } from './race.ts';
import { shared } from './shared.ts';

export const arenaRules: readonly ArenaRules[] = [race, append, shared, locks];
