import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Finding } from '../../src/model/finding.ts';
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
    const blocks = findingBlocks(goldenRun('fail'));
    assert.deepEqual(
      blocks.map(({ code, grade }) => `${code} ${grade}`),
      ['D11 PROVEN', 'D04 PROVEN', 'D01 PROVEN', 'D12 ALLOWED'],
    );
    const lostWrites: FindingBlock | undefined = blocks[1];
    assert.equal(lostWrites?.places?.rows.length, 4);
    assert.deepEqual(
      lostWrites.facts.map(({ value }) => value),
      ['client-[1-3]', '0 (0x0)', '4', '24 times'],
    );
  });

  it('have an overview first, one row a kind, where there are several', () => {
    const [overview] = findingsSection.blocks(goldenRun('fail'));
    assert.deepEqual(overview?.kind === 'table' ? overview.rows.map(({ cells }) => cells.slice(0, 5)) : [], [
      ['D11', 'zeroed chunk', 'proven', 'client-2', '1'],
      ['D04', 'lost write', 'proven', 'client-[1-3]', '4'],
      ['D01', 'lost file', 'proven', 'client-1', '1'],
      ['D12', 'stale read', 'allowed', 'client-3', '1'],
    ]);
  });

  it('that hosts of any names saw in one place are one, seen by all of them', () => {
    const [finding] = goldenRun('fail').findings;
    const run = goldenRun('fail');
    assert.ok(finding !== undefined);
    const names = ['alpha', 'beta.example', 'a.b'];
    const hosts = run.hosts.map((host, at) => ({ ...host, name: names[at] ?? '' }));
    const findings = names.map((host) => seenBy(finding, host, `zeros, after ${host} had written`));
    const [only, ...others] = findingsSection.blocks({ ...run, hosts, findings });
    assert.equal(others.length, 0);
    assert.ok(only?.kind === 'finding');
    assert.deepEqual(only.facts[0], { label: 'Seen by', value: 'a.b,alpha,beta.example' });
    assert.equal(only.places, null, 'one place');
  });

  it('show a proven one first, wherever the run has it', () => {
    const run = goldenRun('fail');
    const [first] = findingBlocks({ ...run, findings: run.findings.toReversed() });
    assert.equal(first?.grade, 'PROVEN');
  });

  it('time their operations from the first of them, also where only an end is known', () => {
    const [finding] = goldenRun('fail').findings;
    assert.ok(finding !== undefined);
    const [first, second] = finding.witness;
    assert.ok(first !== undefined && second !== undefined);
    const { host, worker, sequence, operation, did } = first;
    const witness = [
      { host, worker, sequence, operation, did, endNs: 5e9 },
      { ...second, startNs: 6e9, startNsMax: 6.1e9, endNsMin: 6.4e9, endNs: 6.5e9 },
    ];
    const [block] = findingBlocks({ ...goldenRun('fail'), findings: [{ ...finding, witness }] });
    assert.deepEqual(
      block?.witness?.rows.map(({ cells }) => cells.slice(6)),
      [
        ['-', '+0.000'],
        ['+1000.000 to +1100.000', '+1400.000 to +1500.000'],
      ],
    );
    assert.equal(block?.timeline?.operations.length, 1, 'only what has both times is drawn');
  });

  it('say in words what their timeline shows: what was before by every clock, and what only may have been', () => {
    const [finding] = goldenRun('fail').findings;
    assert.ok(finding !== undefined);
    const [first, second] = finding.witness;
    assert.ok(first !== undefined && second !== undefined);
    const titleOf = (startNs: number, worker = 2): string | undefined => {
      const witness = [
        { ...first, host: 'b', worker: 1, startNs: 0, endNs: 1e6 },
        { ...second, host: 'b', worker, startNs, endNs: 9e6 },
      ];
      return findingBlocks({ ...goldenRun('fail'), findings: [{ ...finding, witness }] })[0]?.timeline?.title;
    };
    assert.equal(titleOf(3e6), 'b/2 began 2.00 ms after b/1 had ended, by every clock within its bounds');
    assert.equal(titleOf(5e5), 'b/2 may have overlapped b/1 by up to 500 µs, as far as the clocks are known');
    assert.equal(titleOf(3e6, 1), 'b/1 did both: the last began 2.00 ms after the one before had ended');
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
    assert.equal(blocks.length, 52);
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
});

describe('throughput', () => {
  it('says in words what the chart shows, and has errors only where there were some', () => {
    const panels = (name: 'pass' | 'fail'): readonly string[] =>
      throughputSection
        .blocks(goldenRun(name))
        .flatMap((block) => (block.kind === 'chart' ? block.panels.map(({ label }) => label) : []));
    assert.deepEqual(panels('pass'), ['Operations/s', 'p99, ms', 'Hosts']);
    assert.deepEqual(panels('fail'), ['Operations/s', 'p99, ms', 'Errors/s', 'Hosts']);
    const [chart] = throughputSection.blocks(goldenRun('incomplete'));
    assert.match(
      chart?.kind === 'chart' ? chart.title : '',
      /operations\/s on average in stress, .* by 4 to 5 hosts; no errors\.$/,
    );
  });
});

describe('throughput, where something was found,', () => {
  const marksOf = (run: Run): readonly string[] =>
    throughputSection.blocks(run).flatMap((block) => (block.kind === 'chart' ? block.marks.map(markOf) : []));
  const markOf = ({ at, label }: { readonly at: number; readonly label: string }): string =>
    `${label} ${at.toFixed(1)}`;

  it('marks the time at which each kind was seen, and not what the mount allows', () => {
    assert.deepEqual(marksOf(goldenRun('fail')), ['D11 35.8', 'D04 33.0', 'D01 28.1']);
  });

  it('marks nothing in a run that has no zero', () => {
    const { zeroNs, ...run } = goldenRun('fail');
    assert.equal(typeof zeroNs, 'number');
    assert.deepEqual(marksOf(run), []);
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

function seenBy(finding: Finding, host: string, found: string): Finding {
  return { ...finding, host, found };
}

function findingBlocks(run: Run): readonly FindingBlock[] {
  return findingsSection.blocks(run).filter((block) => block.kind === 'finding');
}

function tableOf(blocks: readonly Block[]): TableBlock {
  const block = blocks.find(({ kind }) => kind === 'table');
  assert.ok(block?.kind === 'table');
  return block;
}

function textOf(blocks: readonly Block[]): string {
  return blocks.flatMap((block) => (block.kind === 'text' ? block.paragraphs : [])).join(' ');
}
