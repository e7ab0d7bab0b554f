import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Run } from '../../src/model/run.ts';
import type { Block, TableBlock } from '../../src/report/section.ts';
import { consistencySection } from '../../src/report/sections/consistency.ts';
import { findingsSection } from '../../src/report/sections/findings.ts';
import { visibilitySection } from '../../src/report/sections/visibility.ts';
import { goldenRun } from '../support/golden.ts';

describe('the consistency of a run', () => {
  it('names the declared model, and the strongest that held', () => {
    assert.match(
      textOf(consistencySection.blocks(goldenRun('pass'))),
      /Declared is posix: nothing that was looked at broke it/,
    );
    const broken = textOf(consistencySection.blocks(goldenRun('fail')));
    assert.match(broken, /Declared is close-to-open: it was not kept\. No model allows what was seen\./);
    assert.match(broken, /Not tested: chunks that several hosts write;/);
  });

  it('calls nothing tested that one client alone can show', () => {
    const run = goldenRun('pass');
    assert.ok(run.fingerprint !== undefined);
    run.fingerprint.looks.hosts = 1;
    const text = textOf(consistencySection.blocks(run));
    assert.match(text, /One client only/);
    const [block] = consistencySection.blocks(run);
    assert.equal(block?.kind === 'text' ? block.tone : '', 'plain', 'and that is nothing good');
  });

  it('shows one proof of what broke several models', () => {
    const proofs = consistencySection
      .blocks(goldenRun('fail'))
      .filter((block) => block.kind === 'table' && block.isFolded);
    assert.equal(proofs.length, 1);
  });

  it('is left out of a run that an earlier version judged', () => {
    assert.deepEqual(consistencySection.blocks(goldenRun('incomplete')), []);
    assert.deepEqual(visibilitySection.blocks(goldenRun('incomplete')), []);
  });
});

describe('how late changes are seen', () => {
  it('is a matrix of few hosts, from at least to at most', () => {
    const [matrix] = tablesOf(visibilitySection.blocks(goldenRun('fail')));
    assert.deepEqual(
      matrix?.rows.map(({ cells }) => cells),
      [
        ['client-1', '-', '6.40 ms or more', '3.20 ms to 33.0 ms'],
        ['client-2', '0 to 34.0 ms', '-', '0 to 35.0 ms'],
        ['client-3', '0 to 36.0 ms', '0 to 37.0 ms', '-'],
      ],
    );
  });

  it('is the worst pairs of many hosts', () => {
    const run = goldenRun('fail');
    const [pair] = run.visibility?.pairs ?? [];
    assert.ok(pair !== undefined);
    const pairs = Array.from({ length: 90 }, (_, at) => ({ ...pair, writer: `w${at}` }));
    const [table, ...others] = tablesOf(
      visibilitySection.blocks({ ...run, visibility: { pairs, pairCount: 39_800, untimed: 0 } }),
    );
    assert.deepEqual([table?.rows.length, others.length], [50, 0]);
    assert.match(table?.caption ?? '', /the worst 50 of 39,800 pairs/);
  });

  it('says nothing that its samples do not support', () => {
    const run: Run = goldenRun('pass');
    const [pair] = run.visibility?.pairs ?? [];
    assert.ok(pair !== undefined);
    const few = { ...pair, atLeast: { ...pair.atLeast, p99Ns: null } };
    const [table] = tablesOf(
      visibilitySection.blocks({ ...run, visibility: { pairs: [few], pairCount: 1, untimed: 0 } }),
    );
    assert.equal(table?.rows[0]?.cells[4], '-');
  });

  it('draws a curve only as far as its samples support it', () => {
    const run: Run = goldenRun('pass');
    const [pair] = run.visibility?.pairs ?? [];
    assert.ok(pair !== undefined);
    const spread = { p50Ns: 1e6, p99Ns: null, maxNs: 2e6, histogram: [[2000, 20] satisfies [number, number]] };
    const few = { ...pair, changes: 20, unseen: 0, atLeast: spread, atMost: spread };
    const spectrum = visibilitySection
      .blocks({ ...run, visibility: { pairs: [few], pairCount: 1, untimed: 0 } })
      .find(({ kind }) => kind === 'spectrum');
    assert.ok(spectrum?.kind === 'spectrum');
    assert.equal(spectrum.curves[0]?.points.at(-1)?.[0], 83);
    assert.deepEqual(
      spectrum.twin.rows.map(({ cells }) => cells[1] === '-'),
      [false, true, true],
    );
  });
});

describe('a wrong chunk in the report', () => {
  it('has what differs named, not only coloured', () => {
    const block = findingsSection
      .blocks(goldenRun('fail'))
      .find((one) => one.kind === 'finding' && one.forensic !== null);
    const forensic = block?.kind === 'finding' ? block.forensic : null;
    assert.deepEqual(
      forensic?.stamp.rows.filter(({ cells }) => cells.at(-1) === '≠ differs').map(({ cells }) => cells[0]),
      ['Content'],
    );
    assert.ok(forensic?.bytes?.lines.some(({ kind, head }) => kind === 'expected' && head.startsWith('- ')));
    assert.deepEqual(
      forensic?.neighbours?.rows.map(({ cells }) => cells[2]),
      ['nothing wrong found', 'wrong too'],
    );
  });
});

function textOf(blocks: readonly Block[]): string {
  return blocks.flatMap((block) => (block.kind === 'text' ? block.paragraphs : [])).join('\n');
}

function tablesOf(blocks: readonly Block[]): readonly TableBlock[] {
  return blocks.filter((block) => block.kind === 'table');
}
