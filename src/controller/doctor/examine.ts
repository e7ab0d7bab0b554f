/** The doctor's round: one connection a host, all that a run will ask of it, and what should be changed before one. */
import { FunbricError } from '../../model/errors.ts';
import type { Verdict } from '../../model/finding.ts';
import type { Host } from '../../model/host.ts';
import type { Connection } from '../../transports/transport.ts';
import { askHosts, type FleetAccess } from '../asking/ask-hosts.ts';
import { lookAtDirectory } from './directory.ts';
import type { Examination, Examined } from './examination.ts';
import { gatherHostFacts } from './facts.ts';
import { lookAtShell } from './login-shell.ts';
import { nodePlanner, type NodePlan } from './node-plan.ts';
import type { Trouble } from './trouble.ts';
import { troublesOf } from './troubles.ts';
import { compareClocks } from './wall-clock.ts';

export interface ExamineOptions {
  /** The directory under test, where one is meant. */
  readonly dir?: string | undefined;
  /** The hosts' directories are separate ones. */
  readonly isLocal: boolean;
}

export interface FleetHealth {
  readonly hosts: readonly Examined[];
  readonly troubles: readonly Trouble[];
  readonly isNewKeyAccepted: boolean;
  readonly dir: string | undefined;
  /** `fail`: a run would stop; `incomplete`: only that hosts can't be reached. */
  readonly verdict: Verdict;
}

/** A healthy host takes 2 s. One on which each question hangs for its own limit would else hold up the table for minutes. */
const limitMs = 120_000;

export async function examineFleet(fleet: FleetAccess, options: ExamineOptions): Promise<FleetHealth> {
  const { isNewKeyAccepted } = fleet;
  const { dir, isLocal } = options;
  if (dir !== undefined && !dir.startsWith('/')) {
    throw new FunbricError('usage', `doctor: --dir can't be ${JSON.stringify(dir)}`, {
      hint: 'write an absolute path, as it is on every host',
    });
  }
  const planFor = await nodePlanner(fleet);
  const ask = async (connection: Connection, { transport }: Host): Promise<Examination> => ({
    isSsh: transport !== 'local',
    ...(await examine(connection, { fleet, dir, planFor })),
  });
  const hosts = await askHosts(fleet, ask, { limitMs });
  const troubles = troublesOf(hosts, { dir, isLocal });
  const isStopped = troubles.some(({ stops }) => stops);
  const isWhole = hosts.every(({ kind }) => kind === 'answered');
  return { hosts, troubles, isNewKeyAccepted, dir, verdict: isStopped ? 'fail' : isWhole ? 'pass' : 'incomplete' };
}

async function examine(
  connection: Connection,
  given: {
    readonly fleet: FleetAccess;
    readonly dir: string | undefined;
    readonly planFor: (connection: Connection) => Promise<NodePlan>;
  },
): Promise<Omit<Examination, 'isSsh'>> {
  const { fleet, dir, planFor } = given;
  const { signal, workDir } = fleet;
  // One after the other: what else the host does at the same time would be in the times.
  const shell = await lookAtShell(connection, fleet);
  const clock = await compareClocks(connection, fleet);
  const facts = await gatherHostFacts(connection, { workDir, signal });
  const node = await planFor(connection);
  const directory = dir === undefined ? undefined : await lookAtDirectory(connection, dir, signal);
  return { shell, facts, node, clock, directory };
}
