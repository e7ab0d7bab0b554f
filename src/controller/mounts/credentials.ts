/** What a user and password are for a mount, as mount.cifs reads them: lines of username=, password= and domain=. */
import { FunbricError, messageOf } from '../../model/errors.ts';
import { readBounded } from '../../transports/read-bounded.ts';

/** The content of a credentials file, and what of it must be seen nowhere. */
export interface MountCredentials {
  readonly text: string;
  readonly secrets: readonly string[];
}

/** No name and password are as long as this. */
const maxBytes = 4096;

export function readCredentialsFile(path: string): MountCredentials {
  let text: string;
  try {
    text = readBounded(path, maxBytes).toString('utf8');
  } catch (error) {
    throw new FunbricError('input', `--mount-credentials ${path}: can't be read: ${messageOf(error)}`, {
      hint: 'name a file with lines username=, password= and domain=; - reads standard input',
    });
  }
  return parseCredentials(text, path);
}

/** No message repeats any of it. */
export function parseCredentials(text: string, from: string): MountCredentials {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '' && !line.startsWith('#'));
  const fields = lines.map((line) => /^\s*(user(?:name)?|pass(?:word)?|dom(?:ain)?)\s*=(.*)$/.exec(line));
  const strange = fields.indexOf(null);
  const hint = 'it needs lines username=, password= and, where there is one, domain=';
  if (text.includes('\0') || text.length > maxBytes) {
    throw new FunbricError('input', `--mount-credentials ${from}: it holds more than names and passwords`, { hint });
  }
  if (strange !== -1) {
    throw new FunbricError('input', `--mount-credentials ${from}: setting ${strange + 1} isn't understood`, { hint });
  }
  const valuesOf = (name: string): readonly string[] =>
    fields.flatMap((field) => (field?.[1]?.startsWith(name) === true ? [field[2] ?? ''] : []));
  if (valuesOf('user').length !== 1 || valuesOf('pass').length > 1) {
    throw new FunbricError('input', `--mount-credentials ${from}: it must name one user with one password`, { hint });
  }
  return { text: `${lines.join('\n')}\n`, secrets: valuesOf('pass').filter((password) => password !== '') };
}
