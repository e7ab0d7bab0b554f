/** Our own result of a host: what the controller keeps in `results/`. */
import type { Content, Format } from '../format.ts';
import type { ErrorGroup, Measured, Operation } from '../../model/measured.ts';
import { hostResultSchema, type HostResult, type OperationStats } from '../../model/result.ts';
import { isChanged } from '../checksum.ts';
import { fieldOf, parseJson, readJson, refuse, type JsonText } from '../json.ts';

export const funbric: Format = {
  name: 'a result of funbric (JSON)',
  recognises: ({ text }) => /^\s*\{\s*"version"\s*:\s*\d+\s*,\s*"run"\s*:\s*"[^"]*"\s*,\s*"index"\s*:/.test(text),
  open: (file) => readJson(file, (json) => understand(file, json)),
};

function understand(file: string, { text, end }: JsonText): Content {
  const decoded = hostResultSchema.safeParse(parseJson(file, text));
  if (!decoded.success)
    throw refuse(file, `not a result that this version of funbric reads: ${fieldOf(decoded.error)}`);
  const { gaps, sha256 } = decoded.data;
  const warnings = isChanged(sha256, text) ? [...gaps, 'it was changed since it was written'] : gaps;
  return { end, warnings, results: [measured(decoded.data)] };
}

function measured({ run, name, status, reason, agent }: HostResult): Measured {
  const operations = agent?.operations ?? [];
  return {
    tool: 'funbric',
    host: name,
    test: { name: run },
    asked: { cycles: [] },
    operations: operations.map(operation),
    errors: operations.flatMap(errors),
    cases: [],
    faults: [],
    figures: [],
    claims: [],
    definitions: [],
    ...(status === 'completed' ? {} : { unfinished: `${status}: ${reason ?? 'without a reason'}` }),
  };
}

function operation({ name, count, bytes, errors: failures, histogram }: OperationStats): Operation {
  return {
    kind: 'operation',
    name,
    labels: [],
    count,
    failed: Object.values(failures).reduce((sum, each) => sum + each, 0),
    bytes,
    latencies: [{ of: 'total', spread: { kind: 'histogram', histogram } }],
  };
}

function errors({ name, errors: failures }: OperationStats): ErrorGroup[] {
  return Object.entries(failures).map(([code, count]) => ({
    what: 'Error',
    code,
    message: '',
    operation: name,
    count,
    examples: [],
  }));
}
