/** `funbric export`: which files it makes of a run, where, and what it refuses. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, beforeEach, describe, it } from 'node:test';
import { exportFormats, exportRun, type ExportRequest } from '../../src/controller/export/export-run.ts';
import { targets } from '../../src/controller/export/targets.ts';
import { FunbricError } from '../../src/model/errors.ts';
import { readCsv } from '../support/csv-reader.ts';
import { goldenRun } from '../support/golden.ts';
import { readHdrLog } from '../support/hdr-reader.ts';
import { readOpenMetrics } from '../support/openmetrics-reader.ts';

const root = mkdtempSync(join(tmpdir(), 'funbric-test-'));
after(() => rmSync(root, { recursive: true, force: true }));

describe('funbric export', () => {
  let folder = '';
  let around: Pick<ExportRequest, 'reportsFolder' | 'currentFolder'> = { reportsFolder: '', currentFolder: '' };
  beforeEach(() => {
    const here = mkdtempSync(join(root, 'here-'));
    around = { reportsFolder: join(here, 'reports'), currentFolder: here };
    folder = join(here, 'reports/latest');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'run.json'), JSON.stringify(goldenRun('fail')));
  });

  async function written(request: Omit<ExportRequest, keyof typeof around>): Promise<readonly string[]> {
    const exported = await exportRun({ ...around, ...request });
    assert.ok(exported.kind === 'written');
    for (const { path, bytes } of exported.files) assert.equal(readFileSync(path).length, bytes);
    return exported.files.map(({ path }) => path);
  }

  async function refused(request: Omit<ExportRequest, keyof typeof around>): Promise<FunbricError> {
    const thrown: unknown = await exportRun({ ...around, ...request }).catch((error: unknown) => error);
    assert.ok(thrown instanceof FunbricError, String(thrown));
    return thrown;
  }

  it('knows every format that --to offers', () => {
    assert.deepEqual([...targets.map(({ name }) => name), 'json-schema'], [...exportFormats]);
  });

  it("writes into the run's folder where nobody says otherwise, and leaves the run alone", async () => {
    const before = readFileSync(join(folder, 'run.json'), 'utf8');
    assert.deepEqual(await written({ to: 'openmetrics' }), [join(folder, 'run.prom')]);
    assert.deepEqual(await written({ to: 'markdown' }), [join(folder, 'summary.md')]);
    assert.deepEqual(await written({ to: 'hdr' }), [join(folder, 'latency.hlog')]);
    assert.deepEqual(await written({ to: 'junit' }), [join(folder, 'junit.xml')]);
    const tables = await written({ to: 'csv' });
    assert.ok(tables.includes(join(folder, 'csv/operations.csv')) && tables.includes(join(folder, 'csv/findings.csv')));
    readOpenMetrics(readFileSync(join(folder, 'run.prom'), 'utf8'));
    readHdrLog(readFileSync(join(folder, 'latency.hlog'), 'utf8'));
    for (const path of tables) readCsv(readFileSync(path, 'utf8'));
    assert.equal(readFileSync(join(folder, 'run.json'), 'utf8'), before);
  });

  it('writes to a file, into a folder that is there or is made, or prints', async () => {
    const { currentFolder } = around;
    assert.deepEqual(await written({ to: 'hdr', output: 'a/b.hlog' }), [join(currentFolder, 'a/b.hlog')]);
    assert.deepEqual(await written({ to: 'hdr', output: 'a' }), [join(currentFolder, 'a/latency.hlog')]);
    assert.deepEqual(await written({ to: 'hdr', output: 'c/' }), [join(currentFolder, 'c/latency.hlog')]);
    await written({ to: 'csv', output: 'tables' });
    assert.ok(existsSync(join(currentFolder, 'tables/hosts.csv')));
    const printed = await exportRun({ ...around, to: 'csv', table: 'hosts', output: '-' });
    assert.ok(printed.kind === 'printed');
    assert.equal(printed.text, readFileSync(join(currentFolder, 'tables/hosts.csv'), 'utf8'));
    assert.deepEqual(await written({ to: 'csv', table: 'hosts' }), [join(folder, 'csv/hosts.csv')]);
  });

  it('prints the schema of run.json without any run', async () => {
    rmSync(folder, { recursive: true });
    const schema = await exportRun({ ...around, to: 'json-schema' });
    assert.ok(schema.kind === 'printed');
    assert.match(schema.text, /"\$id": "urn:funbric:schema:run:1"/);
    assert.match((await refused({ to: 'json-schema', run: 'latest' })).hint ?? '', /leave the run out/);
  });

  it('refuses what can not be meant, and says what there is', async () => {
    const mistakes: readonly (readonly [Omit<ExportRequest, keyof typeof around>, string, RegExp])[] = [
      [{ to: 'cvs' }, 'usage', /did you mean csv\? formats: csv, openmetrics/],
      [{ to: 'csv', output: '-' }, 'usage', /--table operations/],
      [{ to: 'csv', table: 'operation' }, 'usage', /did you mean operations\?/],
      [{ to: 'hdr', table: 'hosts' }, 'usage', /leave it out/],
      [{ to: 'hdr', run: 'gone' }, 'input', /name a folder below reports/],
      [{ to: 'hdr', output: 'reports/latest/run.json/x' }, 'input', /another place with -o/],
    ];
    for (const [request, code, hint] of mistakes) {
      const thrown = await refused(request);
      assert.equal(thrown.code, code, thrown.message);
      assert.match(thrown.hint ?? '', hint);
    }
    assert.deepEqual(readdirSync(folder), ['run.json']);
  });

  it('refuses a run that is not judged, or was by another version', async () => {
    rmSync(join(folder, 'run.json'));
    assert.match((await refused({ to: 'csv' })).hint ?? '', /judge the run first: funbric merge /);
    writeFileSync(join(folder, 'run.json'), JSON.stringify({ ...goldenRun('pass'), version: 2 }));
    assert.match((await refused({ to: 'csv' })).message, /has version 2, not 1/);
    writeFileSync(join(folder, 'run.json'), '{"version": 1');
    assert.match((await refused({ to: 'csv' })).message, /can't be read/);
  });
});
