/** What may be left on hosts where the program has to end at once, before it is done with them. */
import type { RunEvent } from '../../controller/events/events.ts';
import { foldNodeSet } from '../../model/nodeset.ts';
import type { Plan } from '../../model/plan.ts';
import { sanitize } from '../terminal/sanitize.ts';

export class LeftHosts {
  readonly #reached = new Set<string>();

  listen(event: RunEvent): void {
    if (event.kind === 'host-connected') this.#reached.add(event.host);
    if (event.kind === 'host-ended') this.#reached.delete(event.host);
  }

  /** Undefined where nothing is left. */
  ofRun({ run, tasks }: Plan): string | undefined {
    if (this.#reached.size === 0) return undefined;
    const names = foldNodeSet([...this.#reached].map(sanitize));
    const dir = tasks.find(({ workload }) => workload !== undefined)?.workload?.dir;
    const where = dir === undefined ? '' : ` --dir ${sanitize(dir)}`;
    return `ended at once, without a report: run ${run} may have left things on ${names}; look with: funbric -H '${names}' cleanup${where}`;
  }
}
