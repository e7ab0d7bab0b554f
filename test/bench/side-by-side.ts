/**
 * Commands of several tools in turns, so that what else the machine does meets all of them. One that fails is said once, with
 * its reason, and is out; the others go on.
 */
import { messageOf } from '../../src/model/errors.ts';
import { figure, median } from './group.ts';
import { timed, type Timed } from './timed.ts';

/** Whose figures the others' are compared with. */
const ours = 'funbric';

export class SideBySide {
  readonly #folder: string;
  /** By what was done, then by tool. */
  readonly #times = new Map<string, Map<string, Timed[]>>();
  readonly #failures = new Map<string, string>();

  /** `folder`: where the commands run. */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Whether it was done; `what` may be empty where all is of one kind. */
  run(what: string, tool: string, command: readonly string[]): boolean {
    if (this.#failures.has(tool)) return false;
    const tools = this.#times.get(what) ?? new Map<string, Timed[]>();
    this.#times.set(what, tools);
    try {
      tools.set(tool, [...(tools.get(tool) ?? []), timed(command, { cwd: this.#folder })]);
      return true;
    } catch (error) {
      this.#failures.set(tool, messageOf(error));
      return false;
    }
  }

  print(print: (line: string) => void): void {
    for (const [what, tools] of this.#times) {
      const mine = tools.get(ours);
      for (const [than, theirs] of tools) {
        if (than === ours || mine === undefined || this.#failures.has(than) || this.#failures.has(ours)) continue;
        for (const line of figures(mine, theirs, than)) print(what === '' ? line : `${what}: ${line}`);
      }
    }
    for (const [tool, reason] of this.#failures) print(`${tool}: not measured: ${reason}`);
  }
}

function figures(mine: readonly Timed[], theirs: readonly Timed[], than: string): readonly string[] {
  const units = [['wall', 'wallSeconds'] as const, ['CPU of the controller', 'cpuSeconds'] as const];
  return units.map(([what, unit]) => {
    const middle = (times: readonly Timed[]): number => median(times.map((each) => each[unit]));
    return figure({ what, ours: middle(mine), theirs: middle(theirs), than, unit: 's' });
  });
}
