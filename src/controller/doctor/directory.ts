/** The directory under test, as a host sees it. Asked apart from all else: a mount whose server is gone may never answer. */
import { randomBytes } from 'node:crypto';
import { FunbricError } from '../../model/errors.ts';
import { consistencyOf, isNetworkMount, settleMsOf, type Consistency } from '../../model/consistency.ts';
import { mountAt, parseMounts } from '../../model/mountinfo.ts';
import type { Mount } from '../../model/mount.ts';
import { runScript } from '../../transports/script.ts';
import { printable } from '../../transports/printable.ts';
import { quote } from '../../transports/shell.ts';
import type { Connection } from '../../transports/transport.ts';
import { Answers } from '../asking/answers.ts';

/** `silent`: it didn't answer in time. */
export type DirectoryState = 'usable' | 'missing' | 'no directory' | 'closed' | 'not writable' | 'silent';

export interface Directory {
  readonly state: DirectoryState;
  /** Why it isn't writable, in the host's words. */
  readonly said: string | undefined;
  readonly freeBytes: number | undefined;
  readonly freeInodes: number | undefined;
  readonly mount: Mount | undefined;
  readonly isNetwork: boolean | undefined;
  /** What funbric would take it to promise. */
  readonly consistency: Consistency | undefined;
  /** How long verify would wait for caches. */
  readonly settleMs: number | undefined;
}

const limitMs = 15_000;
/** A host of containers has thousands of mounts. */
const maxOutputBytes = 1 << 20;

export async function lookAtDirectory(connection: Connection, dir: string, signal: AbortSignal): Promise<Directory> {
  const script = directoryScript(dir, `.funbric-doctor-${randomBytes(8).toString('hex')}`);
  try {
    const { stdout } = await runScript(connection, script, { signal, timeoutMs: limitMs, maxOutputBytes });
    return read(stdout.toString());
  } catch (error) {
    if (!(error instanceof FunbricError) || error.code !== 'limit') throw error;
    return { ...nothing, state: 'silent' };
  }
}

const nothing = {
  said: undefined,
  freeBytes: undefined,
  freeInodes: undefined,
  mount: undefined,
  isNetwork: undefined,
  consistency: undefined,
  settleMs: undefined,
} as const;

const states: Readonly<Record<string, DirectoryState>> = {
  missing: 'missing',
  other: 'no directory',
  closed: 'closed',
  unwritable: 'not writable',
  usable: 'usable',
};

function read(output: string): Directory {
  const answers = new Answers(output);
  const [real = ''] = answers.raw('real');
  const found = mountAt(parseMounts(answers.raw('mount').join('\n')), real);
  const free = answers.number('free');
  return {
    state: states[answers.text('state') ?? ''] ?? 'silent',
    said: answers.text('said'),
    freeBytes: free === undefined ? undefined : free * 1024,
    freeInodes: answers.number('inodes'),
    mount: found === undefined ? undefined : cleaned(found),
    isNetwork: found === undefined ? undefined : isNetworkMount(found),
    consistency: found === undefined ? undefined : consistencyOf(found),
    settleMs: found === undefined ? undefined : settleMsOf(found),
  };
}

function cleaned({ path, type, source, options }: Mount): Mount {
  return {
    path: printable(path),
    type: printable(type),
    source: printable(source),
    options: options.slice(0, 40).map(printable),
  };
}

/** A folder is made and removed again, as a run does: neither the mode nor a mount's `rw` tells whether that is allowed. */
function directoryScript(dir: string, probe: string): string {
  return String.raw`LC_ALL=C; export LC_ALL
cd /
d=${quote(dir)}
state() { echo "state $1"; exit 0; }
[ -e "$d" ] || state missing
[ -d "$d" ] || state other
real=$(cd -P -- "$d" 2>/dev/null && pwd -P) || state closed
echo "real $real"
df -Pk "$d" 2>/dev/null | { read -r line; read -r device blocks used free rest; echo "free $free"; }
df -Pi "$d" 2>/dev/null | { read -r line; read -r device blocks used free rest; echo "inodes $free"; }
[ ! -r /proc/self/mountinfo ] || sed 's/^/mount /' /proc/self/mountinfo
said=$(umask 077; mkdir -- "$d/${probe}" 2>&1) || { echo "said $said"; state unwritable; }
rmdir -- "$d/${probe}"
state usable`;
}
