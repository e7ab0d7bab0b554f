/** A look at a file's extended attribute: its value says by itself whose it is. */
import { contents, recordKinds } from '../model/record.ts';
import { decodeXattr } from '../model/xattr.ts';
import type { StressOptions } from './stress-options.ts';

export function lookAtXattr(
  { trace, content, extra }: Pick<StressOptions, 'trace' | 'content' | 'extra'>,
  place: {
    readonly owner: number;
    readonly name: number;
    readonly flags: number;
    readonly path: string;
    /** An error that says that others have removed the file. */
    readonly isGone?: (errno: number) => boolean;
  },
): void {
  const { owner, name, flags, path, isGone } = place;
  trace.begin(recordKinds.getxattr, owner, name, flags);
  try {
    const bytes = extra.calls?.getxattr(path);
    trace.mark();
    const value = bytes === undefined ? undefined : decodeXattr(bytes);
    if (value !== undefined) {
      const isOurs = value.runTag === content.runTag;
      trace.setContent(isOurs ? contents.data : contents.foreign);
      trace.setIncarnation(value.creator, value.incarnation);
      trace.setChange(0, 0, 0, value.operation);
      if (!isOurs) trace.setTarget(value.runTag);
    } else if (bytes !== undefined) trace.setContent(contents.unreadable);
    trace.succeed();
  } catch (error) {
    const lacks = extra.lacks('setxattr');
    trace.fail(error, (errno) => lacks(errno) || isGone?.(errno) === true);
  }
}
