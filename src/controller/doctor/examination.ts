/** What the doctor saw of a host. */
import type { HostAnswer } from '../asking/ask-hosts.ts';
import type { Directory } from './directory.ts';
import type { HostFacts } from './facts.ts';
import type { LoginShell } from './login-shell.ts';
import type { NodePlan } from './node-plan.ts';
import type { ClockOffset } from './wall-clock.ts';

/** One host that could be reached, all of it as it may be shown. */
export interface Examination {
  /** It wasn't reached as this machine itself. */
  readonly isSsh: boolean;
  readonly shell: LoginShell;
  readonly facts: HostFacts;
  readonly node: NodePlan;
  /** Undefined where the host doesn't tell the time. */
  readonly clock: ClockOffset | undefined;
  /** Undefined where no directory was asked for. */
  readonly directory: Directory | undefined;
}

export type Examined = HostAnswer<Examination>;
