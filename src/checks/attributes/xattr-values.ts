/** What a look found in the extended attribute of a file, and what had to be there, by the operation that set it. */
import { contents, type JournalRecord } from '../../model/record.ts';

/** `operation`: the one that set the value that was found, 0 for none; undefined where it is no value of this file. */
export function foundXattr(
  { content, creator, incarnation, generation, target }: JournalRecord,
  file: { readonly owner: number; readonly incarnation: number },
): { readonly operation: number | undefined; readonly text: string } {
  switch (content) {
    case contents.none:
      return { operation: 0, text: xattrText(0) };
    case contents.data:
      if (creator === file.owner && incarnation === file.incarnation)
        return { operation: generation, text: xattrText(generation) };
      return { operation: undefined, text: `the attribute that operation ${generation} set of another file` };
    case contents.foreign:
      return {
        operation: undefined,
        text: `an attribute of another run (tag ${target.toString(16).padStart(8, '0')})`,
      };
    default:
      return { operation: undefined, text: 'an attribute that is no value of ours' };
  }
}

export function xattrText(operation: number): string {
  return operation === 0
    ? 'no extended attribute'
    : `the extended attribute that its owner's operation ${operation} set`;
}
