/** What the words of a bench mean, for who reads its tables for the first time. */
import { definitions } from '../funkload/definitions.ts';
import type { Section } from '../section.ts';

export const definitionsSection: Section = {
  id: 'definitions',
  title: 'Definitions',
  blocks: ({ bench }) => (bench === undefined ? [] : [{ kind: 'facts', facts: definitions }]),
};
