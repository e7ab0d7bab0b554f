/**
 * An agent that was killed left its work folder on the host. The path is what the agent said, so the host looks first
 * whether it is one of ours; then only the files that an agent makes are taken out of it.
 */
import { journalMagic } from '../../model/journal.ts';
import { printable } from '../../transports/printable.ts';
import { runScript } from '../../transports/script.ts';
import { quote } from '../../transports/shell.ts';
import type { Connection } from '../../transports/transport.ts';

/** Removing two files takes longer only on a sick host. */
const limitMs = 30_000;

/** Gives what kept the folder from being removed; undefined where it is gone. */
export async function removeLeftovers(connection: Connection, workPath: string): Promise<string | undefined> {
  const { exit, stdout, stderr } = await runScript(connection, removal(workPath), {
    signal: AbortSignal.timeout(limitMs),
    timeoutMs: limitMs,
    maxOutputBytes: 4096,
  });
  if (exit.kind === 'exited' && exit.code === 0) return undefined;
  return `${printable(workPath)} is left: ${printable(`${stdout.toString()}${stderr.toString()}`.trim())}`;
}

function removal(workPath: string): string {
  return `w=${quote(workPath)}; j="$w/journal.fbj"
refuse() { echo "it isn't a work folder of ours: $1"; exit 1; }
[ -e "$w" ] || [ -L "$w" ] || exit 0
case "$w" in /*) ;; *) refuse "not absolute" ;; esac
case "\${w##*/}" in funbric-?*) ;; *) refuse "its name" ;; esac
[ ! -L "$w" ] && [ -d "$w" ] || refuse "not a folder"
[ -O "$w" ] || refuse "another user's"
case "$(ls -ld "$w")" in drwx------*) ;; *) refuse "open to others" ;; esac
# An agent that was killed before it had a journal, or after that was removed.
rmdir -- "$w" 2>/dev/null && exit 0
[ ! -L "$j" ] && [ -f "$j" ] || refuse "no journal in it"
[ ! -s "$j" ] || [ "$(head -c 4 "$j")" = ${quote(journalMagic)} ] || refuse "the journal in it"
rm -f -- "$j" "$w/result.json" && rmdir -- "$w"`;
}
