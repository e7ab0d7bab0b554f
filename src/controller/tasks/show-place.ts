/** What the report's environment shows of the place under test. */
import { messageOf } from '../../model/errors.ts';
import type { TaskHost } from './task.ts';

const limitMs = 5_000;

/** df also asks other mounts of the host, of which one may hang: then the run goes on without its words. */
export async function showPlace(host: TaskHost, dir: string): Promise<void> {
  try {
    await host.run(['df', '-h', '--', dir], { check: false, timeoutMs: limitMs });
  } catch (error) {
    // A host that is lost, or an interrupt, is told by whatever the task does next.
    host.log(`df: ${messageOf(error)}`);
  }
}
