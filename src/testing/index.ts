/** `funbric/testing`: SSH hosts with faults for tests of your own tasks. */
export { startFleet, type FleetOptions, type FleetRun, type FleetRunOptions, type TestFleet } from './fleet.ts';
export type { HostFault, HostOptions, SilentFrom, Tear } from './host-options.ts';
export { hostileNames, terminalEscapes } from './hostile.ts';
export type { LoopbackHost } from './loopback.ts';
