import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Run } from '../../src/model/run.ts';
import type { Block, FindingBlock, TableBlock, VerdictBlock } from '../../src/report/section.ts';
import { commandsSection } from '../../src/report/sections/commands.ts';
import { findingsSection } from '../../src/report/sections/findings.ts';
import { hostsSection } from '../../src/report/sections/hosts.ts';
import { operationsSection } from '../../src/report/sections/operations.ts';
import { throughputSection } from '../../src/report/sections/throughput.ts';
import { verdictSection } from '../../src/report/sections/verdict.ts';
import { goldenRun } from '../support/golden.ts';

describe('the verdict', () => {
  it('tells damage, its codes and how much was looked at', () => {
    const { headline, dimensions } = verdictOf(goldenRun('fail'));
    assert.equal(headline, 'The data did not survive: 6 proven findings.');
    assert.deepEqual(
      dimensions.map(({ label, word }) => [label, word]),
      [
        ['Integrity', 'Violated'],
        ['Coverage', 'Complete'],
        ['Tasks', 'Completed'],
      ],
    );
    assert.match(dimensions[0]?.detail ?? '', /D01, D04, D11/);
  });

  it('calls nothing good that is not known', () => {
    for (const name of ['incomplete', 'empty'] as const) {
      for (const { label, tone } of verdictOf(goldenRun(name)).dimensions) assert.notEqual(tone, 'good', label);
    }
  });

  it('does not say that data survived where no check ran', () => {
    assert.match(verdictOf({ ...goldenRun('pass'), checks: [] }).headline, /No data was checked/);
  });

  it('does not blame the data for a task that failed', () => {
    const run = goldenRun('pass');
    for (const host of run.hosts) host.status = 'failed';
    run.verdict = 'fail';
    assert.match(verdictOf(run).headline, /no damage/);
  });
});

describe('findings', () => {
  it('stand in the order of what they prove, one a signature, with all places', () => {
    const blocks = findingsSection.blocks(goldenRun('fail')).filter((block) => block.kind === 'finding');
    assert.deepEqual(
      blocks.map(({ code, grade }) => `${code} ${grade}`),
      ['D11 PROVEN', 'D04 PROVEN', 'D01 PROVEN', 'D12 ALLOWED'],
    );
    const lostWrites: FindingBlock | undefined = blocks[1];
    assert.equal(lostWrites?.places?.rows.length, 4);
    assert.deepEqual(
      lostWrites.facts.map(({ value }) => value),
      ['client-1', '0 (0x0)', '4', '24 times', 'client-[1-3]'],
    );
  });

  it('show a proven one first, wherever the run has it', () => {
    const run = goldenRun('fail');
    const first = findingsSection.blocks({ ...run, findings: run.findings.toReversed() })[0];
    assert.equal(first?.kind === 'finding' ? first.grade : first?.kind, 'PROVEN');
  });

  it('time their operations from the first of them, also where only an end is known', () => {
    const [finding] = goldenRun('fail').findings;
    assert.ok(finding !== undefined);
    const [first, second] = finding.witness;
    assert.ok(first !== undefined && second !== undefined);
    const { host, worker, sequence, operation, did } = first;
    const witness = [
      { host, worker, sequence, operation, did, endNs: 5e9 },
      { ...second, startNs: 6e9, endNs: 6.5e9 },
    ];
    const [block] = findingsSection.blocks({ ...goldenRun('fail'), findings: [{ ...finding, witness }] });
    assert.deepEqual(block?.kind === 'finding' ? block.witness?.rows.map(({ cells }) => cells.slice(5)) : [], [
      ['-', '+0.000'],
      ['+1000.000', '+1500.000'],
    ]);
  });

  it('fold a million equal ones into one', () => {
    const [finding] = goldenRun('fail').findings;
    assert.ok(finding !== undefined);
    const findings = Array.from({ length: 100_000 }, (_, at) => ({
      ...finding,
      offset: 4096 * at,
      expected: `chunk ${at}`,
    }));
    assert.equal(findingsSection.blocks({ ...goldenRun('fail'), findings }).length, 1);
  });

  it('are at most fifty, and the rest is counted', () => {
    const [finding] = goldenRun('fail').findings;
    assert.ok(finding !== undefined);
    const findings = Array.from({ length: 60 }, (_, at) => ({ ...finding, found: 'x'.repeat(at + 1) }));
    const blocks = findingsSection.blocks({ ...goldenRun('fail'), findings });
    assert.equal(blocks.length, 51);
    assert.deepEqual(blocks.at(-1), {
      kind: 'text',
      tone: 'plain',
      paragraphs: ['10 more findings left out; run.json has all of them.'],
    });
  });

  it('say what was looked for where there are none, and call it good only in a run that passed', () => {
    assert.match(
      textOf(findingsSection.blocks(goldenRun('pass'))),
      /9 checks looked at 1,284,412 records.*lost write \(D04\)/,
    );
    assert.match(textOf(findingsSection.blocks(goldenRun('incomplete'))), /evidence has gaps/);
    assert.match(textOf(findingsSection.blocks(goldenRun('empty'))), /nothing was looked for/);
    assert.doesNotMatch(
      textOf(findingsSection.blocks(goldenRun('incomplete'))),
      /D04/,
      'a crashed check looked for nothing',
    );
  });
});

describe('hosts', () => {
  it('have one row each, worst first', () => {
    const rows = tableOf(hostsSection.blocks(goldenRun('incomplete'))).rows;
    assert.deepEqual(
      rows.map(({ cells }) => cells.slice(0, 2).join(' ')),
      [
        'rack2-b lost',
        'rack2-c unreachable',
        'rack1-c completed',
        'rack1-a completed',
        'rack1-b completed',
        'rack2-a completed',
      ],
    );
  });

  it('that were planned and have no result are the first row', () => {
    const run = goldenRun('pass');
    const rows = tableOf(hostsSection.blocks({ ...run, hosts: run.hosts.slice(0, 2) })).rows;
    assert.deepEqual(rows[0]?.cells.slice(0, 2), ['client-3', 'no result']);
    assert.equal(rows.length, 3);
  });
});

describe('operations', () => {
  it('show "-" where there are too few samples', () => {
    const rows = tableOf(operationsSection.blocks(goldenRun('pass'))).rows;
    const mkdir = rows.find(({ cells }) => cells[0] === 'mkdir');
    assert.deepEqual(mkdir?.cells.slice(5), ['720 µs', '2.20 ms', '-', '-', '-', '9.10 ms']);
  });

  it('name the errors, the most frequent first', () => {
    const errors = operationsSection.blocks(goldenRun('fail'))[1];
    assert.deepEqual(errors?.kind === 'table' ? errors.rows.map(({ cells }) => cells.slice(0, 3)) : [], [
      ['write', 'EIO', '27'],
      ['write', 'ETIMEDOUT', '2'],
      ['rename', 'ESTALE', '2'],
    ]);
  });
});

describe('throughput', () => {
  it('says in words what the chart shows, and has errors only where there were some', () => {
    const panels = (name: 'pass' | 'fail'): readonly string[] =>
      throughputSection
        .blocks(goldenRun(name))
        .flatMap((block) => (block.kind === 'chart' ? block.panels.map(({ label }) => label) : []));
    assert.deepEqual(panels('pass'), ['Operations/s', 'Hosts']);
    assert.deepEqual(panels('fail'), ['Operations/s', 'Errors/s', 'Hosts']);
    const [chart] = throughputSection.blocks(goldenRun('incomplete'));
    assert.match(
      chart?.kind === 'chart' ? chart.title : '',
      /operations\/s on average in stress, .* by 4 to 5 hosts; no errors\.$/,
    );
  });
});

describe('commands', () => {
  it('are folded where hosts said the same, and open where one failed', () => {
    const outputs = commandsSection.blocks(goldenRun('incomplete')).filter((block) => block.kind === 'output');
    assert.deepEqual(
      outputs.map(({ title, isOpen }) => [title.split(' ')[0], isOpen]),
      [
        ['umount', true],
        ['mount', false],
        ['findmnt', false],
        ['umount', false],
      ],
    );
    assert.equal(outputs[2]?.hosts, 'rack1-b,rack1-c,rack[1-2]-a');
  });
});

function verdictOf(run: Run): VerdictBlock {
  const [block] = verdictSection.blocks(run);
  assert.ok(block?.kind === 'verdict');
  return block;
}

function tableOf(blocks: readonly Block[]): TableBlock {
  const [block] = blocks;
  assert.ok(block?.kind === 'table');
  return block;
}

function textOf(blocks: readonly Block[]): string {
  return blocks.flatMap((block) => (block.kind === 'text' ? block.paragraphs : [])).join(' ');
}
