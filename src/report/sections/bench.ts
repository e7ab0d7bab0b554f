/** What FunkLoad was asked to do, and what a test of it is made of. */
import type { Block, Section } from '../section.ts';

export const benchSection: Section = {
  id: 'bench',
  title: 'Bench',
  blocks({ bench }) {
    if (bench === undefined) return [];
    const blocks: Block[] = [{ kind: 'facts', facts: bench.configuration }];
    if (bench.contents.length > 0) blocks.push({ kind: 'facts', facts: bench.contents });
    if (bench.note !== undefined)
      blocks.push({ kind: 'text', tone: 'warn', paragraphs: [`No figures by cycle: ${bench.note}.`] });
    return blocks;
  },
};
