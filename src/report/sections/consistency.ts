/** Which consistency the file system kept: what is declared, the strongest that nothing broke, and what broke the stronger ones. */
import type { Fingerprint } from '../../model/fingerprint.ts';
import { groupBy } from '../fold.ts';
import { formatCount, plural } from '../format.ts';
import type { Block, Row, Section, TableBlock, Tone } from '../section.ts';
import { nameOfCode } from '../codes.ts';
import { witnessTable } from '../witness.ts';

export const consistencySection: Section = {
  id: 'consistency',
  title: 'Consistency',
  blocks({ fingerprint }) {
    if (fingerprint === undefined) return [];
    return [
      { kind: 'text', tone: toneOf(fingerprint), paragraphs: paragraphsOf(fingerprint) },
      modelTable(fingerprint),
      ...proofsOf(fingerprint),
    ];
  },
};

function isDeclaredHeld({ declared, models }: Fingerprint): boolean {
  return models.some(({ model, isHeld }) => model === declared && isHeld);
}

function toneOf(fingerprint: Fingerprint): Tone {
  if (!isDeclaredHeld(fingerprint)) return 'bad';
  return fingerprint.looks.hosts < 2 ? 'plain' : 'good';
}

function paragraphsOf(fingerprint: Fingerprint): readonly string[] {
  const { declared, strongest, looks, untested } = fingerprint;
  const named = strongest.join(' and ');
  const kept = isDeclaredHeld(fingerprint) ? 'nothing that was looked at broke it' : 'it was not kept';
  const best =
    strongest.length === 0
      ? 'No model allows what was seen.'
      : strongest.length === 1 && strongest[0] === declared
        ? 'That is also the strongest that held.'
        : `The strongest that held is ${named}.`;
  return [
    `Declared is ${declared}: ${kept}. ${best}`,
    looks.hosts < 2
      ? 'One client only: what is promised between clients was not put to the test.'
      : `Between ${plural(looks.hosts, 'host')} it was put to the test by ${looksText(fingerprint)}.`,
    ...(untested.length === 0 || looks.hosts < 2 ? [] : [`Not tested: ${untested.join('; ')}.`]),
  ];
}

function looksText({ looks: { reads, stats, listings, shared, appends, locks, race } }: Fingerprint): string {
  const all: readonly (readonly [number, string])[] = [
    [reads, 'read'],
    [stats, 'stat'],
    [listings, 'listing'],
  ];
  const cross = all.filter(([count]) => count > 0).map(([count, what]) => plural(count, what));
  const arenas = shared + appends + locks + race;
  const looks = [
    ...(cross.length === 0 ? [] : [`${cross.join(', ')} of what others had changed`]),
    ...(arenas === 0 ? [] : [`${plural(arenas, 'operation')} on what all hosts change`]),
  ];
  return looks.length === 0 ? 'nothing' : looks.join(' and ');
}

function modelTable({ declared, models }: Fingerprint): TableBlock {
  return {
    kind: 'table',
    caption: 'The same evidence under each model, the strongest first',
    columns: [
      { title: 'Model', align: 'left' },
      { title: 'Declared', align: 'left' },
      { title: 'Held', align: 'left' },
      { title: 'What it promises, and was broken', align: 'left' },
      { title: 'First by', align: 'left' },
      { title: 'In', align: 'left', isMono: true },
      { title: 'Findings', align: 'right' },
    ],
    rows: models.map((model): Row => {
      const { isHeld, breach } = model;
      return {
        tone: isHeld ? 'plain' : model.model === declared ? 'bad' : 'warn',
        cells: [
          model.model,
          model.model === declared ? 'yes' : '',
          isHeld ? 'yes' : 'no',
          breach?.clause ?? '-',
          breach === undefined ? '-' : `${breach.code} ${nameOfCode(breach.code)}, seen by ${breach.host}`,
          breach === undefined ? '-' : `${breach.file}${breach.offset === undefined ? '' : ` at ${breach.offset}`}`,
          breach === undefined ? '0' : formatCount(breach.count),
        ],
      };
    }),
  };
}

/** Models that one thing broke have one proof. */
function proofsOf({ models }: Fingerprint): readonly Block[] {
  const broken = models.filter(({ breach }) => breach !== undefined && breach.witness.length > 0);
  return groupBy(broken, ({ breach }) => JSON.stringify(breach?.witness)).flatMap((group): readonly Block[] => {
    const witness = group[0]?.breach?.witness ?? [];
    const names = group.map(({ model }) => model).join(', ');
    return [{ ...witnessTable(witness), caption: `What broke ${names}, in ms from the first`, isFolded: true }];
  });
}
