/** What a host says to a mount or unmount (see script.ts), line by line, and what that means to a person. */
import { FunbricError } from '../../model/errors.ts';
import type { MountSpec } from '../../model/mount-spec.ts';
import { readable } from '../../transports/shell.ts';

/** Lines that start with a word; the text is the host's: hostile. */
export class MountAnswer {
  readonly #lines: readonly string[];

  constructor(stdout: string, stderr: string) {
    const said = stderr.split('\n').map((line) => `said ${line}`);
    this.#lines = [...stdout.split('\n'), ...said].map((line) => line.trimEnd());
  }

  /** The rest of every line with this word. */
  all(word: string): readonly string[] {
    const found = this.#lines.filter((line) => line.startsWith(`${word} `) || line === word);
    return found.map((line) => line.slice(word.length + 1)).filter((rest) => rest !== '' || word !== 'said');
  }

  one(word: string): string | undefined {
    return this.all(word)[0];
  }

  /** As of a command: the code of mount(8), or why it wasn't even tried. */
  get exit(): number | string {
    const refused = this.one('refused') ?? 'mount 0';
    return refused.startsWith('mount ') ? Number(refused.slice(6)) : `not done: ${refused}`;
  }

  /** What programs said in it, for one line. */
  get said(): string {
    return this.all('said').slice(-3).join(' / ').slice(-600);
  }
}

export interface Asked {
  readonly host: string;
  readonly spec: MountSpec;
  /** As a person would type it. */
  readonly command: string;
}

const packages = {
  nfs: 'nfs-common (Debian, Ubuntu) or nfs-utils (Red Hat, Fedora)',
  cifs: 'cifs-utils',
} as const;

/** Why nothing was mounted. */
export function mountRefusal({ host, spec, command }: Asked, answer: MountAnswer): FunbricError {
  const [word = '', ...rest] = (answer.one('refused') ?? '').split(' ');
  const what = rest.join(' ');
  const refuse = (text: string, hint: string): FunbricError => new FunbricError('task', `${host}: ${text}`, { hint });
  const said = answer.said === '' ? '' : `: ${answer.said}`;
  switch (word) {
    case 'root':
      return refuse(
        `mounting takes root, and ${what} may not use sudo without a password`,
        'log in with -u root, or let sudo run without a password there',
      );
    case 'system':
      return refuse(`mounting is done on Linux, and this is ${what}`, 'mount it there by hand, and leave out --mount');
    case 'taken': {
      const left = answer.one('left');
      const by = left === undefined ? '' : `, left by the run ${runOf(left)}`;
      return refuse(
        `${spec.at} is the mount point of ${what} already${by}`,
        `use it without --mount, or undo it: funbric -H ${host} -- ${readable(['umount', spec.at])}`,
      );
    }
    case 'helper':
      return refuse(`${what} is not there`, `install ${packages[spec.type]} on it`);
    case 'link':
      return refuse(`${spec.at} is ${what === '' ? 'no directory' : `a link to ${what}`}`, 'name the directory itself');
    case 'point':
      return refuse(`${spec.at} can't be made${said}`, `make it there: ${readable(['mkdir', '-p', spec.at])}`);
    case 'folder':
      return refuse(`${what} can't be made${said}`, 'it keeps what is mounted; /run must take folders of root');
    case 'mount':
      return refuse(
        `${command} ended with exit code ${what}${said}`,
        `does it work by hand on ${host}? Is the server's name right, and does it export this to ${host}?`,
      );
    default:
      return refuse(
        `${command} ended well, but nothing is mounted at ${spec.at}${said}`,
        'look at the log of its kernel: dmesg',
      );
  }
}

/** Why it is still mounted. */
export function unmountRefusal({ host, spec, command }: Asked, answer: MountAnswer): FunbricError {
  const [word = '', ...rest] = (answer.one('refused') ?? '').split(' ');
  if (word === 'other') {
    return new FunbricError(
      'task',
      `${host}: ${spec.at} now is the mount point of ${rest.join(' ')}, which this run didn't mount: it was left alone`,
      {
        hint: 'somebody else mounted there during the run; what was under it may still be mounted',
      },
    );
  }
  if (word === 'root') return mountRefusal({ host, spec, command }, answer);
  const users = answer.all('user').map((user) => user.replace(/^(\d+) (.*)$/, '$1 ($2)'));
  const by = users.length === 0 ? '' : `; in use by ${users.join(', ')}`;
  return new FunbricError('task', `${host}: ${spec.at} is still mounted: ${answer.said}${by}`, {
    hint: `end what uses it, then: funbric -H ${host} -- ${readable(['umount', spec.at])}`,
  });
}

/** /run/funbric/RUN.0007/mount */
function runOf(path: string): string {
  return (
    path
      .split('/')
      .at(-2)
      ?.replace(/\.\d+$/, '') ?? path
  );
}
