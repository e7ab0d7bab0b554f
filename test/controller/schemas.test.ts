import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { schemas } from '../../src/controller/schemas.ts';

describe('the JSON Schemas', () => {
  it('describe hosts.json, the lines of events.ndjson, plan.json, results and run.json, and can be written as JSON', () => {
    assert.deepEqual(Object.keys(schemas()), ['hosts', 'event', 'plan', 'result', 'output', 'run']);
    for (const schema of Object.values(schemas())) {
      const read: unknown = JSON.parse(JSON.stringify(schema));
      assert.ok(
        typeof read === 'object' && read !== null && ('properties' in read || 'oneOf' in read) && 'title' in read,
      );
    }
  });

  it('refuse unknown settings of a host, as the program does, and describe the known ones', () => {
    const text = JSON.stringify(schemas()['hosts']);
    assert.match(text, /"additionalProperties":false/);
    assert.match(text, /How to reach it: ssh/);
  });
});
