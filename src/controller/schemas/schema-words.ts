/**
 * What the published schemas say beside types: names for the parts that they share, and what a field means where its name
 * can't say it. Here and not at the schemas themselves, as those go to every host within the agent.
 */
import * as z from 'zod';
import { apdexSchema } from '../../model/apdex.ts';
import { expectationSchema } from '../../model/expectation.ts';
import { edgeSchema, findingSchema } from '../../model/finding.ts';
import { fingerprintSchema } from '../../model/fingerprint.ts';
import { forensicSchema, stampViewSchema } from '../../model/forensics.ts';
import { hostSchema } from '../../model/host.ts';
import { mountSpecSchema } from '../../model/mount-spec.ts';
import { plannedTaskSchema, planSchema, workloadSpecSchema } from '../../model/plan.ts';
import { mountSchema } from '../../model/mount.ts';
import { factsSchema, heartbeatSchema } from '../../model/protocol.ts';
import { commandOutcomeSchema } from '../../model/result.ts';
import {
  checkRunSchema,
  clockEpochSchema,
  errorGroupSchema,
  hostOperationSchema,
  mergedOperationSchema,
  runHostSchema,
  runSchema,
  stretchSchema,
  timelineStepSchema,
} from '../../model/run.ts';
import { outlierSchema } from '../../model/outliers.ts';
import { receiptInputSchema, receiptSchema, runCaseSchema, runFigureSchema } from '../../model/receipt.ts';
import { windowSchema } from '../../model/windows.ts';
import { pairVisibilitySchema } from '../../model/visibility.ts';
import { witnessSchema } from '../../model/witness.ts';

interface Words {
  /** The part's name in `$defs`. */
  readonly id?: string;
  readonly description?: string;
}

/** For z.toJSONSchema. */
export function schemaWords(): z.core.$ZodRegistry<Words> {
  const registry = z.registry<Words>();
  for (const [id, [schema, description]] of Object.entries(parts)) registry.add(schema, { id, description });
  for (const [schema, description] of fields) registry.add(schema, { description });
  return registry;
}

const parts: Readonly<Record<string, readonly [schema: z.core.$ZodType, description: string]>> = {
  plan: [planSchema, 'Everything that was decided before the first byte was sent, as in plan.json.'],
  task: [plannedTaskSchema, 'A task of the command line, with its options decoded: times in ms, sizes in bytes.'],
  workload: [workloadSpecSchema, "What the agents did; further fields are the engine's own."],
  mount: [mountSpecSchema, 'What every host mounted for the task.'],
  plannedHost: [hostSchema, 'A machine and how it was reached.'],
  host: [runHostSchema, 'One planned host. Every planned host has a row, whatever became of it.'],
  facts: [factsSchema, 'What the host said of itself.'],
  mountPoint: [mountSchema, 'A file system of the host.'],
  heartbeat: [heartbeatSchema, 'What an agent said of itself; counts are since the start of its phase.'],
  command: [commandOutcomeSchema, 'A command that a task ran on the host; its output is cut to its beginning or end.'],
  stretch: [stretchSchema, 'Heartbeats of a stretch of time, by their extremes.'],
  clockEpoch: [
    clockEpochSchema,
    "A stretch in which one offset and the drift explain all answers of the host's clock.",
  ],
  hostOperation: [hostOperationSchema, 'One kind of operation on one host.'],
  operation: [
    mergedOperationSchema,
    'One kind of operation over all hosts. Latencies are in microseconds, null where there are too few samples; `histogram` has pairs of bucket and count.',
  ],
  apdex: [apdexSchema, 'How many were satisfied, at the time that was given; null below 100 samples.'],
  expectation: [expectationSchema, 'What was expected of a figure, and what it was.'],
  window: [windowSchema, "A stretch of the stress, in ms since the run's zero."],
  outlier: [outlierSchema, 'A host that differs from the others by more than chance.'],
  case: [runCaseSchema, 'A functional test over all hosts that ran it.'],
  figure: [runFigureSchema, 'A counter that a tool monitored, in stretches with their extremes.'],
  receipt: [receiptSchema, 'What was merged, of what, and whether the parts add up to the whole.'],
  input: [receiptInputSchema, 'A result file, and what became of it.'],
  timelineStep: [timelineStepSchema, "One step of the merged timeline, startMs from the run's zero."],
  errorGroup: [errorGroupSchema, 'Operations that failed in one way.'],
  check: [checkRunSchema, 'What one check did. One that crashed makes the run incomplete.'],
  finding: [
    findingSchema,
    'Something that a file system must not do, or may, as `grade` says; only `proven` fails a run.',
  ],
  witness: [witnessSchema, "An operation that takes part in a proof; times are ns on the controller's clock."],
  edge: [edgeSchema, 'Why one witness comes before another, by their places in the list.'],
  forensic: [forensicSchema, 'A wrong chunk taken apart.'],
  stamp: [stampViewSchema, "What a chunk's stamp says, and what the journals say of it."],
  fingerprint: [fingerprintSchema, 'Which consistency the file system kept.'],
  visibilityPair: [
    pairVisibilitySchema,
    'How long changes of one host took to be seen by another, at least and at most.',
  ],
};

const { shape } = runSchema;
const fields: readonly (readonly [schema: z.core.$ZodType, description: string])[] = [
  [shape.version, 'Grows where a field goes away or means something else; new fields may come at any time.'],
  [
    shape.verdict,
    'pass: there is evidence, and all of it is good. fail: see reasons and findings. incomplete: nobody can say.',
  ],
  [shape.reasons, 'Why it is no pass, as sentences.'],
  [shape.errors, 'The most frequent first.'],
  [shape.zeroNs, "The run's zero on the controller's clock: times in ms count from here."],
  [shape.evidence, 'What the checks looked at.'],
];
