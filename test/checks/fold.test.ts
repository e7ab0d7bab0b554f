import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { capFindings, joinFindings } from '../../src/checks/findings/fold.ts';
import type { Finding } from '../../src/model/finding.ts';
import { findingsSection } from '../../src/report/sections/findings.ts';
import { goldenRun } from '../support/golden.ts';

describe('a million equal failures', () => {
  const causes = Array.from({ length: 1_000_000 }, (_, chunk) => chunk);
  const findings = joinFindings(
    capFindings(causes, (chunk) => zeros(chunk)),
    ['client-1'],
  );

  it('stay a thousand findings in run.json, and none is uncounted', () => {
    assert.equal(findings.length, 1_000);
    assert.equal(
      findings.reduce((sum, { count }) => sum + count, 0),
      causes.length,
    );
    assert.equal(findings.at(-1)?.leftOut, 999_000);
  });

  it('stay one row of the report, with one proof', () => {
    const blocks = findingsSection.blocks({ ...goldenRun('fail'), findings: [...findings] });
    assert.deepEqual(
      blocks.map(({ kind }) => kind),
      ['finding'],
    );
    const [block] = blocks;
    const seen = block?.kind === 'finding' ? block.facts.find(({ label }) => label === 'Seen')?.value : undefined;
    assert.equal(seen, '1,000,000 times');
  });
});

function zeros(chunk: number): Finding {
  return {
    code: 'D11',
    grade: 'proven',
    host: 'client-1',
    file: `own/0001/d0/f${chunk % 1000}`,
    offset: chunk * 4096,
    count: 1,
    expected: `chunk ${chunk}, generation 1 of own/0001/d0/f000`,
    found: 'zeros',
    witness: [],
    edges: [],
  };
}
