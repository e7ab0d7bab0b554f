/** JSON Schemas for editors and other programs, from the very schemas that funbric decodes with. */
import * as z from 'zod';
import { planSchema } from '../model/plan.ts';
import { hostResultSchema } from '../model/result.ts';
import { runSchema } from '../model/run.ts';
import { runEventSchema } from './events.ts';
import { hostsFileSchema } from './inventory/hosts-file.ts';
import { outputIndexSchema } from './command/output-folder.ts';

/** By name; the build writes each to dist/schemas/<name>.schema.json. */
export function schemas(): Readonly<Record<string, object>> {
  return {
    hosts: schemaOf('The hosts of funbric: hosts.json', hostsFileSchema),
    event: schemaOf('What happened in a run, a line of events.ndjson and of --json', runEventSchema),
    plan: schemaOf('What a run was to do: plan.json', planSchema),
    result: schemaOf('What became of one host: results/<index>.json', hostResultSchema),
    output: schemaOf('What a command said on each host: index.json of --out', outputIndexSchema),
    run: schemaOf('A judged run: run.json', runSchema),
  };
}

/** Of what may be written, not of what it is decoded to. */
function schemaOf(title: string, schema: z.core.$ZodType): object {
  return { title, ...z.toJSONSchema(schema, { io: 'input' }) };
}
