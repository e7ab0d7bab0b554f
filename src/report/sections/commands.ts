/** What the commands of tasks said, in setup, run and teardown: once where hosts said the same, failures first. */
import type { CommandOutcome } from '../../model/result.ts';
import type { Run } from '../../model/run.ts';
import { foldHosts, groupBy } from '../fold.ts';
import { formatMs, plural } from '../format.ts';
import type { Block, OutputBlock, Section } from '../section.ts';

/** Different outputs shown; hosts that all say something else would fill the page. */
const maxOutputs = 100;

export const commandsSection: Section = {
  id: 'commands',
  title: 'Commands',
  blocks(run) {
    const groups = groupBy(outcomesOf(run), signatureOf);
    const outputs = groups
      .flatMap((group) => outputBlocks(group))
      .toSorted((a, b) => Number(b.isOpen) - Number(a.isOpen));
    const left = outputs.length - maxOutputs;
    const note: readonly Block[] =
      left <= 0
        ? []
        : [
            {
              kind: 'text',
              tone: 'plain',
              paragraphs: [`${plural(left, 'more output')} left out; results/ has all of them.`],
            },
          ];
    return [...outputs.slice(0, maxOutputs), ...note];
  },
};

interface HostOutcome {
  readonly host: string;
  readonly outcome: CommandOutcome;
}

const phases = ['setup', 'run', 'teardown'] as const;

function outcomesOf({ hosts }: Run): readonly HostOutcome[] {
  return phases.flatMap((phase) =>
    hosts.flatMap((host) =>
      host.commands.filter((outcome) => outcome.phase === phase).map((outcome) => ({ host: host.name, outcome })),
    ),
  );
}

function signatureOf({ outcome }: HostOutcome): string {
  const { task, phase, command, exit, stdout, stderr } = outcome;
  return JSON.stringify([task, phase, command, exit, stdout, stderr]);
}

function outputBlocks(group: readonly HostOutcome[]): readonly OutputBlock[] {
  const [first] = group;
  if (first === undefined) return [];
  const { task, phase, command, exit, stdout, stderr } = first.outcome;
  const slowest = group.reduce((most, { outcome }) => Math.max(most, outcome.elapsedMs), 0);
  const hasFailed = exit !== 0;
  const said = [stdout, stderr === '' ? '' : `stderr:\n${stderr}`].filter((text) => text !== '').join('\n');
  return [
    {
      kind: 'output',
      title: command,
      hosts: foldHosts(group.map(({ host }) => host)),
      exit: `${task}, ${phase}: ${typeof exit === 'number' ? `exit ${exit}` : exit}, ${formatMs(slowest)}${group.length > 1 ? ' at most' : ''}`,
      tone: hasFailed ? 'bad' : 'good',
      text: said === '' ? '(no output)' : said,
      isOpen: hasFailed,
    },
  ];
}
