/**
 * Puts a file on a host, into a folder of its own for us alone: below ~/.cache/funbric, named by the file's sha256, or, where
 * the home can't take it, a fresh one in /var/tmp or /tmp. It has its name only once it is whole.
 */
import { randomBytes } from 'node:crypto';
import { sha256Function } from '../../transports/copy/one-file.ts';
import type { ScriptOptions } from '../../transports/script.ts';
import { printable } from '../../transports/printable.ts';
import type { Connection } from '../../transports/transport.ts';
import { runDeployScript } from './script.ts';

export type Place = 'home' | '/var/tmp' | '/tmp';

/** The home first: what lies there is found again by the next run. */
export const places: readonly Place[] = ['home', '/var/tmp', '/tmp'];

export const agentFileName = 'agent.cjs';
export const runtimeFileName = 'node';

export interface PlacedFile {
  readonly sha256: string;
  readonly name: typeof agentFileName | typeof runtimeFileName;
  /** What is sent, when the host is ready for it. */
  readonly stdin: ScriptOptions['stdin'];
  /** It is sent gzipped. */
  readonly isPacked: boolean;
  /** Shell lines for when the file lies there as "$f"; they may `refuse` it. */
  readonly check?: string;
  readonly timeoutMs: number;
}

export type Placing =
  | { readonly kind: 'placed'; readonly path: string }
  /** Not here; another place may take it. */
  | { readonly kind: 'refused'; readonly reason: string }
  /** Nor anywhere else on this host. */
  | { readonly kind: 'unfit'; readonly reason: string };

/** A folder in the cache: a word of a shell. */
export function cacheFolder(sha256: string): string {
  return `"$HOME/.cache/funbric/${sha256}"`;
}

export async function placeFile(
  connection: Connection,
  file: PlacedFile,
  place: Place,
  signal: AbortSignal,
): Promise<Placing> {
  const { stdin, timeoutMs } = file;
  const answers = await runDeployScript(connection, { text: placeScript(file, place), signal, stdin, timeoutMs });
  const path = answers.first('placed');
  if (path !== undefined) return { kind: 'placed', path };
  const unfit = answers.first('unfit');
  if (unfit !== undefined) return { kind: 'unfit', reason: printable(unfit) };
  return { kind: 'refused', reason: printable(answers.first('refused') ?? 'no answer') };
}

/**
 * However it ends, nothing half is left: what is still under its temporary name goes, and with it a folder made for it. That
 * name is ours alone, also where many hosts share one home.
 */
function placeScript({ sha256, name, isPacked, check = '' }: PlacedFile, place: Place): string {
  const temporary = `.${name}.${randomBytes(8).toString('hex')}`;
  return `${sha256Function}
umask 077
made=; t=
clean() { [ -z "$t" ] || rm -f -- "$t"; [ -z "$made" ] || rmdir -- "$made" 2>/dev/null; }
refuse() { echo "refused $1"; exit 0; }
trap clean EXIT; trap 'exit 1' HUP INT TERM
# Nobody may be listening any more: that is no reason to leave anything.
trap '' PIPE
${place === 'home' ? cacheFolderScript(sha256) : temporaryFolderScript(place)}
f="$d/${name}"
[ ! -d "$f" ] || refuse "$f is a folder"
t="$d/${temporary}"
{ ${isPacked ? 'gunzip -c' : 'cat'} >"$t"; } 2>/dev/null || refuse "it can't be written (full or read-only?), or came cut"
[ "$(sha256 <"$t")" = ${sha256} ] || refuse "it arrived damaged"
mv -f -- "$t" "$f" || refuse "it can't be renamed"
${check}
made=
echo "placed $f"`;
}

/** One `mkdir -m 700` for each part that is ours; what others could have put there is refused. */
function cacheFolderScript(sha256: string): string {
  return `[ -n "$HOME" ] && [ -d "$HOME" ] || refuse "no home directory"
[ -d "$HOME/.cache" ] || mkdir -m 700 -- "$HOME/.cache" 2>/dev/null
for d in "$HOME/.cache/funbric" ${cacheFolder(sha256)}; do
  mkdir -m 700 -- "$d" 2>/dev/null
  [ -d "$d" ] && [ ! -L "$d" ] && [ -O "$d" ] || refuse "$d is not a folder of ours"
  chmod 700 -- "$d" || refuse "$d can't be made private"
done
# Of uploads of another day, whose host went down in the middle.
find "$d" -type f -name '.*' -mtime +0 -exec rm -f {} + 2>/dev/null`;
}

function temporaryFolderScript(place: Place): string {
  return `d=$(mktemp -d ${place}/funbric-XXXXXXXX) || refuse "no folder can be made"
made=$d`;
}
