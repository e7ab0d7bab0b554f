/** JSON Schemas for editors and other programs, from the very schemas that funbric decodes with. */
import * as z from 'zod';
import { planSchema } from '../../model/plan.ts';
import { hostResultSchema } from '../../model/result.ts';
import { runSchema } from '../../model/run.ts';
import { runEventSchema } from '../events/events.ts';
import { hostsFileSchema } from '../inventory/hosts-file.ts';
import { outputIndexSchema } from '../command/output-folder.ts';
import { schemaWords } from './schema-words.ts';

/** By name; the build writes each to dist/schemas/<name>.schema.json, `npm run schemas` to docs/schemas. */
export function schemas(): Readonly<Record<string, object>> {
  return {
    hosts: schemaOf('hosts', 'The hosts of funbric: hosts.json', hostsFileSchema),
    event: schemaOf('event', 'What happened in a run, a line of events.ndjson and of --json', runEventSchema),
    plan: schemaOf('plan', 'What a run was to do: plan.json', planSchema),
    result: schemaOf('result', 'What became of one host: results/<index>.json', hostResultSchema),
    output: schemaOf('output', 'What a command said on each host: index.json of --out', outputIndexSchema),
    run: schemaOf('run', 'A judged run: run.json', runSchema),
  };
}

/** What `version` says in files that have one. A schema of another version has another name, so nobody mistakes them. */
const version = 1;

/** Of what may be written, not of what it is decoded to. */
function schemaOf(name: string, title: string, schema: z.core.$ZodType): object {
  // What is a part of others is the whole here.
  const metadata = schemaWords().remove(schema);
  const { $schema, ...rest } = z.toJSONSchema(schema, {
    io: 'input',
    metadata,
    // What schemas say of themselves, as those of hosts.json do.
    override: ({ zodSchema, jsonSchema }) => void Object.assign(jsonSchema, z.globalRegistry.get(zodSchema)),
  });
  return { $schema, $id: `urn:funbric:schema:${name}:${version}`, title, ...rest };
}
