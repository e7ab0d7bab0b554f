/** What no task may declare as an option of its own: the names of funbric's options, and the letters of -H and the like. */
import { fleetOptionNames, fleetOptions, type FleetOption } from './fleet-options.ts';

export const reservedOptions: readonly string[] = [
  ...fleetOptionNames,
  ...Object.values<FleetOption>(fleetOptions).flatMap(({ alias }) => alias ?? []),
];
