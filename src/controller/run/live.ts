/** The checks while a task's stress runs, on the hosts that it has. */
import type { WorkloadSpec } from '../../model/plan.ts';
import { LiveChecks } from '../live/live-checks.ts';
import type { HostRun } from './host-run.ts';
import type { StrictEnd } from './strict-end.ts';
import type { Stage } from './stage.ts';

/** Undefined where the workload wants none. */
export function liveChecksOf(
  { plan, folder, emit, live }: Stage,
  of: { readonly workload: WorkloadSpec | undefined; readonly hosts: readonly HostRun[]; readonly strict: StrictEnd },
): LiveChecks | undefined {
  const { workload, hosts, strict } = of;
  if (workload === undefined || workload.isCheckedLive === false) return undefined;
  const byIndex = new Map(hosts.map((host) => [host.index, host]));
  return new LiveChecks({
    plan,
    folder,
    emit,
    hostAt: (index) => byIndex.get(index)?.live,
    onProven: (proven) => {
      if (workload.isStrict === true) strict.byFinding(proven);
    },
    ...(live === undefined ? {} : { pace: live }),
  });
}
