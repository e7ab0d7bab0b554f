/** One real run, and all that others read of it: each file by its published schema, each export by a reader of its own. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { funbric, openBench, root, type Bench, type Ended } from '../support/funbric.ts';
import { readCsv } from '../support/csv-reader.ts';
import { readHdrLog } from '../support/hdr-reader.ts';
import { mistakesOf } from '../support/json-schema.ts';
import { localFleet, type LocalFleet } from '../support/local-hosts.ts';
import { readOpenMetrics } from '../support/openmetrics-reader.ts';

const schemaPath = (name: string): string => join(root, 'docs/schemas', `${name}.schema.json`);

function read(path: string): unknown {
  return JSON.parse(readFileSync(path, 'utf8'));
}

function assertValid(name: string, value: unknown): void {
  const schema = read(schemaPath(name));
  assert.ok(typeof schema === 'object' && schema !== null);
  assert.deepEqual(mistakesOf(schema, value), [], name);
}

/** Another validator of another language, where it is there. */
const otherValidator = `
import json, sys
from jsonschema import Draft202012Validator as V
schema, value = json.load(open(sys.argv[1])), json.load(open(sys.argv[2]))
V.check_schema(schema)
print([e.message for e in V(schema).iter_errors(value)])
`;
const hasOther = spawnSync('python3', ['-c', 'from jsonschema import Draft202012Validator']).status === 0;

describe('what others read of a run', () => {
  let bench: Bench;
  let fleet: LocalFleet;
  let ended: Ended;
  let folder = '';
  let summary = '';
  before(async () => {
    bench = openBench();
    fleet = localFleet(bench, ['a', 'b']);
    fleet.writeTask('small', 'run: async (host) => { await host.stress(); await host.verify(); }');
    summary = join(bench.folder, 'step.md');
    ended = await funbric(['--reports', bench.reports, 'small'], {
      cwd: bench.folder,
      env: { GITHUB_STEP_SUMMARY: summary },
    });
    folder = join(bench.reports, 'latest');
  });
  after(() => bench[Symbol.dispose]());

  it('is as the published schemas say: plan, events, results, run', () => {
    assert.equal(ended.status, 0, ended.stdout + ended.stderr);
    assertValid('plan', read(join(folder, 'plan.json')));
    assertValid('run', read(join(folder, 'run.json')));
    for (const name of readdirSync(join(folder, 'results'))) assertValid('result', read(join(folder, 'results', name)));
    const events = readFileSync(join(folder, 'events.ndjson'), 'utf8').trim().split('\n');
    assert.ok(events.length > 10);
    for (const line of events) assertValid('event', JSON.parse(line));
  });

  it('is valid to another validator, too', { skip: hasOther ? false : "python3's jsonschema is not there" }, () => {
    for (const [name, file] of [
      ['plan', 'plan.json'],
      ['result', 'results/0000.json'],
      ['run', 'run.json'],
    ] as const) {
      const words = ['-c', otherValidator, schemaPath(name), join(folder, file)];
      const { stdout, stderr } = spawnSync('python3', words, { encoding: 'utf8' });
      assert.equal(stdout.trim(), '[]', `${name}: ${stderr}`);
    }
  });

  it('is appended to GITHUB_STEP_SUMMARY after the run, and after a merge of it', async () => {
    assert.match(readFileSync(summary, 'utf8'), /^## ✅ funbric: PASS\n/);
    const env = { GITHUB_STEP_SUMMARY: summary };
    const merged = await funbric(['--reports', bench.reports, 'merge'], { cwd: bench.folder, env });
    assert.equal(merged.status, 0, merged.stderr);
    assert.equal(readFileSync(summary, 'utf8').match(/^## /gm)?.length, 2);
  });

  it('ends as it would where GITHUB_STEP_SUMMARY can not be written, and the verdict is the last line', async () => {
    const env = { GITHUB_STEP_SUMMARY: join(bench.folder, 'no/such.md') };
    const merged = await funbric(['--reports', bench.reports, 'merge'], { cwd: bench.folder, env });
    assert.equal(merged.status, 0, merged.stderr);
    assert.match(merged.stderr, /^the summary is not in GITHUB_STEP_SUMMARY: ENOENT[^\n]*\n$/);
    assert.match(merged.stdout, /verdict=pass code=0 report=[^\n]*\n$/);
  });

  it('is exported in every format, with the same counts', async () => {
    for (const to of ['csv', 'openmetrics', 'hdr', 'markdown']) {
      const { status, stdout, stderr } = await fleet.run('export', '--to', to);
      assert.equal(status, 0, stderr);
      assert.match(stdout, /^wrote .*reports/m);
    }
    const { operations } = bench.run();
    assert.ok(operations.length > 3);
    const rows = readCsv(readFileSync(join(folder, 'csv/operations.csv'), 'utf8')).slice(1);
    assert.deepEqual(
      rows.map(([name, count]) => [name, count]),
      operations.map(({ name, count }) => [name, count]),
    );
    const counts = readOpenMetrics(readFileSync(join(folder, 'run.prom'), 'utf8')).get('funbric_operations');
    assert.deepEqual(
      counts?.samples.map(({ labels, value }) => [labels['operation'], value]),
      operations.map(({ name, count }) => [name, count]),
    );
    const lines = readHdrLog(readFileSync(join(folder, 'latency.hlog'), 'utf8'));
    assert.deepEqual(
      lines.map(({ tag, total }) => [tag, total]),
      operations.map(({ name, histogram }) => [name, histogram.reduce((sum, [, count]) => sum + count, 0)]),
    );
  });

  it('is printed for a pipe, and told as JSON', async () => {
    const printed = await fleet.run('export', '--to', 'csv', '--table', 'hosts', '-o', '-');
    assert.equal(readCsv(printed.stdout).length, 3);
    const told = await fleet.run('--json', 'export', 'latest', '--to', 'hdr', '-o', join(bench.folder, 'x.hlog'));
    assert.match(told.stdout, /^\{"kind":"file","path":"[^"]*x\.hlog","bytes":\d+\}\n$/);
  });
});
