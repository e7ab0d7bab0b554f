/** Where tasks run: what all of a run have in common. */
import type { Plan } from '../../model/plan.ts';
import type { SudoPassword } from '../../transports/sudo/password.ts';
import type { Emit } from '../events/events.ts';
import type { LivePace } from '../live/live-checks.ts';
import type { MountCredentials } from '../mounts/credentials.ts';

export interface Stage {
  readonly plan: Plan;
  readonly folder: string;
  /** Ctrl-C once: stop, collect, tear down. */
  readonly signal: AbortSignal;
  /** Ctrl-C twice: let everything go. */
  readonly killSignal: AbortSignal;
  readonly emit: Emit;
  /** What tasks mount with, by their mount's `credentials`. Nothing of it is ever kept. */
  readonly mountCredentials?: ReadonlyMap<string, MountCredentials>;
  /** What `host.sudo` may give to a sudo that asks. */
  readonly sudoPassword?: SudoPassword | undefined;
  /** How often it is checked while the stress runs, if not as usual. */
  readonly live?: Partial<LivePace>;
}
