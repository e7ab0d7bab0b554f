/** `funbric completion SHELL`, and the hidden words that the scripts of it call funbric with. */
import { findHostsFile } from '../../controller/inventory/find-hosts-file.ts';
import type { Fleet } from '../../controller/inventory/hosts-file.ts';
import { sanitize } from '../terminal/sanitize.ts';
import type { Catalog } from '../arguments/words.ts';
import { complete, type Completion } from './complete.ts';
import { completionScript } from './scripts.ts';
import { shellWords } from './shell-words.ts';

/** The first word of a script's question; the second says how the rest is given: as `words`, or as one `line`. */
const question = '__complete';

/** Options of output may stand before it: a script is what it is. */
const outputOption = /^--(json|color|no-color|progress=.*)$/;

export interface CompletionSurroundings {
  readonly catalog: Catalog;
  readonly currentFolder: string;
  readonly homeFolder: string;
  readonly out: (text: string) => void;
}

/** False: the words mean something else. A user's own task wins over ours. */
export async function runCompletion(argv: readonly string[], around: CompletionSurroundings): Promise<boolean> {
  const [word, ...rest] = argv.slice(argv.findIndex((one) => !outputOption.test(one)));
  if (word === question) {
    around.out(await answer(rest, around));
    return true;
  }
  const isAsked = word === 'completion' && !around.catalog.names.includes(word) && !rest.includes('--help');
  if (isAsked) around.out(completionScript(rest[0]));
  return isAsked;
}

/** Where nothing can be said, nothing is: an error in the middle of a line that is being typed helps nobody. */
async function answer([how, ...given]: readonly string[], around: CompletionSurroundings): Promise<string> {
  const words = how === 'line' ? shellWords(given.join(' ')).slice(1) : given;
  try {
    const completion = await complete(words, {
      catalog: around.catalog,
      fleet: async (hostsFile) => fleetOf(hostsFile, around),
    });
    return answerText(completion, words.at(-1) ?? '');
  } catch {
    return '';
  }
}

function answerText(completion: Completion, typed: string): string {
  if (completion.kind === 'files') return `files\n${typed}\n`;
  const lines = completion.candidates.map(({ text, describe }) =>
    describe === undefined ? sanitize(text) : `${sanitize(text)}\t${sanitize(describe)}`,
  );
  return [completion.isOpen ? 'open' : 'words', typed, ...lines, ''].join('\n');
}

async function fleetOf(
  hostsFile: string | undefined,
  { currentFolder, homeFolder }: CompletionSurroundings,
): Promise<Fleet | undefined> {
  try {
    const file = hostsFile === '-' ? undefined : findHostsFile(currentFolder, hostsFile);
    if (file === undefined) return undefined;
    const { readHostsFile } = await import('../../controller/inventory/hosts-file.ts');
    return readHostsFile(file, homeFolder);
  } catch {
    return undefined;
  }
}
