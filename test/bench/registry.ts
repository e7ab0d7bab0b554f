/** Every group of measurements. */
import { agent } from './agent.ts';
import { copies } from './copies.ts';
import { fanout } from './fanout.ts';
import type { Group } from './group.ts';
import { merge } from './merge.ts';
import { round } from './round.ts';

export const groups: readonly Group[] = [agent, copies, fanout, merge, round];
