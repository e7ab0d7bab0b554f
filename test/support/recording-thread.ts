/** A worker thread that records as fast as it can, for tests of the ring between it and the main thread. */
import { workerData } from 'node:worker_threads';
import * as z from 'zod/mini';
import { viewMemory } from '../../src/agent/memory.ts';
import { openRecorder } from '../../src/agent/recorder.ts';
import { layout, outcomes, recordKinds } from '../../src/model/record.ts';

const { shared, operations } = z
  .object({ shared: z.instanceof(SharedArrayBuffer), operations: z.number() })
  .parse(workerData);

const recorder = openRecorder({
  memory: viewMemory(shared),
  now: () => performance.now() * 1e6,
  post: () => undefined,
});
for (let operation = 1; operation <= operations; operation++) {
  const slot = recorder.begin(recordKinds.read);
  recorder.views.u32[slot * 16 + layout.name] = operation;
  if (operation % 10 === 0) recorder.views.u32[recorder.extend(recordKinds.observe) * 16 + layout.name] = operation;
  recorder.end(outcomes.ok, 0, 1);
}
// One that never answers.
recorder.views.u32[recorder.begin(recordKinds.write) * 16 + layout.name] = operations + 1;
