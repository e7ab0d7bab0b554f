/**
 * What hosts run for a job of fio, in plain POSIX sh. It works in `DIR/NAME/data`, below a marker without which nothing is
 * ever removed; its job and what it says lie in a work folder elsewhere, so that they outlive a file system that is full.
 */
import { fioDataFolder, fioWorkFiles, markerFile } from '../../model/namespace.ts';
import { quote } from '../../transports/shell.ts';

export interface FioPlace {
  /** The directory under test. */
  readonly dir: string;
  /** Of both folders. */
  readonly name: string;
  readonly run: string;
  /** Where the work folder may be, the best first. */
  readonly workDirs: readonly string[];
}

/** Exit code of a host that has none. */
export const noFioCode = 127;

/** Takes the job on its standard input. Says its version. */
export function setUpScript(place: FioPlace, folders: readonly string[]): string {
  return String.raw`${prelude(place)}
command -v fio >/dev/null 2>&1 || exit ${noFioCode}
fio --version </dev/null || exit 1
[ -d "$dir" ] || refuse "the directory under test $dir is not there, or no directory"
made=
for t in ${words(place.workDirs)}; do
  said=$(mkdir -m 700 -- "$t/$name" 2>&1) && { made=$t/$name; break; }
done
[ -n "$made" ] || refuse "no work folder can be made: $said"
cat >"$made/job.fio" || exit 1
mkdir -- "$data" || exit 1
printf '%s\n' "$run" >"$data/${markerFile}" || { rm -f -- "$data/${markerFile}"; rmdir -- "$data"; exit 1; }
for f in ${words([fioDataFolder, ...folders.map((folder) => `${fioDataFolder}/${folder}`)])}; do
  mkdir -p -- "$data/$f" || exit 1
done`;
}

/** `work`: the work folder, as a word of a shell. */
export function fioCommand(work: string): string {
  return `fio --output-format=json+ --output=${work}/fio.json --eta=always --eta-newline=5s --aux-path=. ${work}/job.fio`;
}

/** Every process of it has the path of its job among its words. In brackets, so that whoever looks doesn't find itself. */
const running = String.raw`pattern="$name/[j]ob[.]fio"
running() {
  if [ -d /proc/self ]; then grep -ls -- "$pattern" /proc/[0-9]*/cmdline | sed 's/[^0-9]//g'
  else ps -A -o pid= -o args= | grep -- "$pattern" | sed 's/^ *\([0-9]*\).*/\1/'; fi
}`;

/** From the word to end until it is killed: it writes what it measured then. */
export const graceSeconds = 10;

/**
 * In whole seconds, and without a long sleep that would be there when fio is gone. `$fio` is told by a signal at which it writes
 * its results, and by another where it doesn't end. One that is still starting misses the first (the shell has it ignored in
 * what runs beside it, and fio 3.33 listens some 0.2 s after its start, on a busy host later): it's told again until it says
 * that it heard, and then no more, as many at once have kept it from ending.
 */
function cutAfter(seconds: number): string {
  return String.raw`(
    left=${seconds}
    while [ "$left" -gt 0 ]; do
      kill -s 0 "$fio" 2>/dev/null || exit
      sleep 1
      left=$((left - 1))
    done
    : >"$w/cut"
    left=${graceSeconds}
    while [ "$left" -gt 0 ]; do
      kill -s 0 "$fio" 2>/dev/null || exit
      grep -qs 'terminating on signal' "$w/fio.json" "$w/stderr" || kill -s INT "$fio"
      sleep 1
      left=$((left - 1))
    done
    kill -s KILL $(running)
  ) >/dev/null 2>&1 </dev/null &
  timer=$!`;
}

/** The results and, behind them, the words of what went wrong; there is a whole file of both, or none. */
const keep = String.raw`keep() {
  { cat "$w/fio.json"; echo; head -n 4000 "$w/stderr"; } >"$w/results.part" && mv -f -- "$w/results.part" "$w/results.json" ||
    refuse "its results can't be kept in $w"
  echo "results: $w/results.json"
}`;

/**
 * Ends with fio's own exit code. After `limitSeconds` it is ended. What it says of its progress is passed on line by line; where nobody hears that any more, as
 * our connection is gone, it is ended with all that it started. Where it left results they lie beside the job, and the last line says where.
 */
export function runScript(place: FioPlace, limitSeconds?: number): string {
  return String.raw`${prelude(place)}
work
[ -n "$w" ] || refuse "its work folder is gone"
cd -- "$data/${fioDataFolder}" || exit 1
cr=$(printf '\r')
${running}
${keep}
# All of it is gone when nobody can write to us any more.
end() {
  trap '' TERM
  kill -s TERM 0
  (sleep 5; kill -s KILL 0) &
  while IFS= read -r line; do :; done
  kill -s KILL 0
}
{
  ${fioCommand('"$w"')} 2>"$w/stderr" </dev/null &
  fio=$!
  ${limitSeconds === undefined ? '' : cutAfter(limitSeconds)}
  wait "$fio"
  echo $? >"$w/code"
  ${limitSeconds === undefined ? '' : 'kill -s KILL "$timer" 2>/dev/null'}
  # Jobs whose parent was killed may wait for it for ever, and we for the last word of theirs.
  pids=$(running)
  [ -z "$pids" ] || kill -s KILL $pids 2>/dev/null
} | {
  trap '' PIPE
  while IFS= read -r line; do
    line=${'$'}{line%"$cr"}
    printf '%s\n' "${'$'}{line##*"$cr"}" 2>/dev/null || end
  done
}
read -r code <"$w/code" || code=1
head -n 200 "$w/stderr" >&2
if grep -qF '"fio version"' "$w/fio.json" 2>/dev/null; then
  keep
else
  head -n 200 "$w/fio.json" >&2
  [ "$code" != 0 ] || code=1
fi
[ ! -e "$w/cut" ] || echo cut
exit "$code"`;
}

/** Says where what fio measured is: after Ctrl-C, at which it writes that, nobody may have been told, or not have come to fetch it. */
export function leftScript(place: FioPlace): string {
  return String.raw`${prelude(place)}
${running}
${keep}
work
[ -n "$w" ] || exit 0
[ ! -e "$w/results.json" ] || { echo "results: $w/results.json"; exit 0; }
for try in 1 2 3; do
  [ -n "$(running)" ] || break
  sleep 1
done
# What was killed while it wrote them left a part.
grep -qF '"fio version"' "$w/fio.json" 2>/dev/null && [ "$(tail -n 1 "$w/fio.json")" = "}" ] && keep
exit 0`;
}

/** Ends what is left of it, then removes the work folder and, where nothing is to be kept, what it wrote. */
export function removeScript(place: FioPlace, { isKept }: { readonly isKept: boolean }): string {
  return String.raw`${prelude(place)}
${running}
for try in 1 2 3 4 5; do
  pids=$(running)
  [ -n "$pids" ] || break
  kill -s KILL $pids 2>/dev/null
  sleep 1
done
[ -z "$(running)" ] || echo "processes of fio can not be ended: $(running | tr '\n' ' ')" >&2
work
if [ -n "$w" ]; then
  for f in ${words(fioWorkFiles)}; do rm -f -- "$w/$f"; done
  rmdir -- "$w"
fi
${isKept ? 'echo "kept: $data"; exit 0' : ''}
[ -e "$data" ] || [ -L "$data" ] || exit 0
[ ! -L "$data" ] && [ -d "$data" ] || refuse "nothing was removed: $data is no folder"
# Of a setup that was cut short.
[ -n "$(ls -A "$data")" ] || { rmdir -- "$data"; exit; }
said=
[ -L "$data/${markerFile}" ] || read -r said <"$data/${markerFile}"
[ "$said" = "$run" ] || refuse "nothing was removed: $data lacks our marker ${markerFile}"
# On NFS a file that was open leaves another behind for a moment.
for try in 1 2 3 4 5; do
  rm -rf -- "$data/${fioDataFolder}"
  [ -e "$data/${fioDataFolder}" ] || break
  sleep 1
done
left=$(ls -A "$data" | grep -vxF ${quote(markerFile)} | head -n 3 | tr '\n' ' ')
[ -z "$left" ] || refuse "$data can not be removed, as there is in it: $left"
rm -f -- "$data/${markerFile}" && rmdir -- "$data"`;
}

/** `work` finds the work folder: one that is another user's or a link is not ours. */
function prelude({ dir, name, run, workDirs }: FioPlace): string {
  return String.raw`LC_ALL=C PATH=$PATH:/usr/local/bin:/opt/homebrew/bin; export LC_ALL PATH
umask 077
dir=${quote(dir)} name=${quote(name)} run=${quote(run)}
data=${'$'}{dir%/}/$name
refuse() { printf '%s\n' "$1" >&2; exit 1; }
work() {
  w=
  for t in ${words(workDirs)}; do
    if [ ! -L "$t/$name" ] && [ -d "$t/$name" ] && [ -O "$t/$name" ]; then w=$t/$name; return; fi
  done
}`;
}

function words(all: readonly string[]): string {
  return all.map((word) => quote(word)).join(' ');
}
