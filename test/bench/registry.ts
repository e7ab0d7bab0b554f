/** Every group of measurements. */
import { agent } from './agent.ts';
import { checks } from './checks.ts';
import { copies } from './copies.ts';
import { fanout } from './fanout.ts';
import type { Group } from './group.ts';
import { merge } from './merge.ts';
import { results } from './results.ts';
import { round } from './round.ts';
import { xml } from './xml.ts';

export const groups: readonly Group[] = [agent, checks, copies, fanout, merge, results, round, xml];
