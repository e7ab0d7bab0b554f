/** Which operations of a tree's owner its replay asks about, and what they touch. */
import { contents, recordKinds } from '../../model/record.ts';
import { contentKinds, kindTable, renameKinds, syncKinds } from '../journal/kinds.ts';

export const twoNames = kindTable([...renameKinds, recordKinds.copy]);
/** Contents that a read may show where the tree isn't what it should be. */
export const doubtful = Uint8Array.from({ length: 256 }, (_, content) =>
  content === contents.zeros || content === contents.unreadable || content === contents.badBody ? 1 : 0,
);
export const reading = kindTable([recordKinds.read, recordKinds.observe]);
/** What changes the tree. */
export const changing = kindTable([
  recordKinds.touch,
  ...contentKinds,
  ...syncKinds,
  ...renameKinds,
  recordKinds.delete,
  recordKinds.mkdir,
  recordKinds.rmdir,
  recordKinds.fsyncFolder,
]);
/** Whatever becomes of these, the name itself stays what it was. */
export const nameless = kindTable([...contentKinds, ...syncKinds]);
export const syncing = kindTable(syncKinds);
