/** What is shown of a command while it runs: its lines, events for programs, or how far it is. */
import { foldNodeSet } from '../../model/nodeset.ts';
import type { RunEvent } from '../../controller/events/events.ts';
import { plural } from '../../report/format.ts';
import { makeStory, widest, type Story } from '../progress/story.ts';
import { sanitize } from '../terminal/sanitize.ts';
import { cut } from '../terminal/text-width.ts';
import type { CommandCall } from './command-call.ts';

export interface Listener extends Disposable {
  readonly listen: (event: RunEvent) => void;
}

export function makeListener({ fleet, hosts, context }: CommandCall, isGathered: boolean): Listener {
  const { out, err, colors } = context;
  if (fleet.progress === 'json') return listener((event) => out(`${JSON.stringify(event)}\n`));
  if (fleet.progress === 'quiet') return listener(() => undefined);
  if (isGathered)
    return context.terminal.isTerminal
      ? countdown(
          hosts.map(({ name }) => name),
          context,
        )
      : listener(() => undefined);
  const width = widest(hosts.map(({ name }) => name));
  const storyOf = (write: (text: string) => void): Story =>
    makeStory({ say: (line) => write(`${line}\n`), colors, width, foldMs: 0 });
  // What hosts say on stderr goes to stderr, so that a pipe gets what it would get from one host.
  const stories = { out: storyOf(out), err: storyOf(err) };
  let isToldOfPieces = false;
  return listener((event) => {
    if (event.kind === 'line' && event.isPartial === true && !isToldOfPieces) {
      isToldOfPieces = true;
      err(`${sanitize(event.host)}: a line of more than 64 Ki characters is shown in pieces; --out keeps it whole\n`);
    }
    if (event.kind === 'line') stories[event.stream === 'stdout' ? 'out' : 'err'].listen(event);
    if (event.kind === 'batch-started') stories.err.listen(event);
  });
}

function listener(listen: (event: RunEvent) => void, end: () => void = () => undefined): Listener {
  return { listen, [Symbol.dispose]: end };
}

/** A person who waits for the last of many hosts wants to know which it is. */
function countdown(names: readonly string[], { terminal }: CommandCall['context']): Listener {
  const left = new Set(names);
  const listen = (event: RunEvent): void => {
    if (event.kind !== 'host-ended' && event.kind !== 'command-started') return;
    if (event.kind === 'host-ended') left.delete(event.host);
    const line = `${names.length - left.size} of ${plural(names.length, 'host')}, waiting for ${foldNodeSet([...left].map(sanitize))}`;
    if (left.size > 0) terminal.draw([cut(line, terminal.size().columns - 1, '...')]);
  };
  return listener(listen, terminal.erase);
}
