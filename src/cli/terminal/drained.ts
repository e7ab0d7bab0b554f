/** Holds hosts back while nobody reads what we print: without it `funbric ... | less` would keep all their output in memory. */

const streams = [process.stdout, process.stderr];

/** Node makes a standard stream whole again after an error, so that it would be waited for in vain. */
const unread = new Set<NodeJS.WriteStream>();
for (const stream of streams) stream.on('error', () => unread.add(stream));

let waiting: Promise<void> | undefined;

/** Resolves once standard output and error take more, or their reader is gone. */
export async function outputDrained(): Promise<void> {
  const full = streams.filter((stream) => stream.writableNeedDrain && !stream.destroyed && !unread.has(stream));
  if (full.length === 0) return;
  // One wait for all hosts.
  waiting ??= Promise.all(full.map(drained)).then(() => {
    waiting = undefined;
  });
  await waiting;
}

async function drained(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    const settle = (): void => {
      for (const event of ['drain', 'error', 'close']) stream.removeListener(event, settle);
      resolve();
    };
    for (const event of ['drain', 'error', 'close']) stream.once(event, settle);
  });
}
