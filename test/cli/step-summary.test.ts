import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { appendStepSummary } from '../../src/cli/run/step-summary.ts';
import { goldenRun } from '../support/golden.ts';

const folder = mkdtempSync(join(tmpdir(), 'funbric-test-'));
after(() => rmSync(folder, { recursive: true, force: true }));

/** What was said on stderr. */
async function append(path: string | undefined): Promise<string> {
  const said: string[] = [];
  const environment = path === undefined ? {} : { GITHUB_STEP_SUMMARY: path };
  const outcome = { run: goldenRun('fail'), reportPath: '/reports/r/report.html' };
  await appendStepSummary(outcome, { environment, currentFolder: folder, err: (text) => void said.push(text) });
  return said.join('');
}

describe('GITHUB_STEP_SUMMARY', () => {
  it('gets the run behind what is there, each run once', async () => {
    writeFileSync(join(folder, 'step.md'), 'before\n');
    assert.equal(await append('step.md'), '');
    assert.equal(await append(join(folder, 'step.md')), '');
    const text = readFileSync(join(folder, 'step.md'), 'utf8');
    assert.match(text, /^before\n## ❌ funbric: FAIL\n/);
    assert.equal(text.match(/^## /gm)?.length, 2);
  });

  it('changes nothing where it is not set', async () => {
    assert.equal(await append(undefined), '');
    assert.equal(await append(''), '');
  });

  it('is only remarked on, once, where it can not be written', async () => {
    for (const path of [folder, join(folder, 'no/such/folder.md')]) {
      assert.match(await append(path), /^the summary is not in GITHUB_STEP_SUMMARY: [^\n]+\n$/);
    }
  });

  it('never waits for a pipe that nobody reads', { timeout: 300_000 }, async () => {
    const pipe = join(folder, 'pipe');
    assert.equal(spawnSync('mkfifo', [pipe]).status, 0);
    assert.match(await append(pipe), /ENXIO/);
  });
});
