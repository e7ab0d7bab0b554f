/**
 * What hosts run to list and to remove what runs left, in plain POSIX sh. Both look at a folder with the same functions:
 * whether it is one of ours is asked again right before anything in it is removed, and then only files that we make go.
 */
import { journalMagic } from '../../model/journal.ts';
import {
  arenas,
  fioDataFolder,
  fioFolderPart,
  fioWorkFiles,
  markerFile,
  ownFolder,
  runFolderName,
  tokenPrefix,
} from '../../model/namespace.ts';
import { quote, quoteAll } from '../../transports/shell.ts';
import type { Remain } from './remains.ts';

export interface ListRequest {
  /** Directories that were under test. */
  readonly dirs: readonly string[];
  /** Where agents keep journals, besides /var/tmp and /tmp. */
  readonly workDir: string | undefined;
  readonly olderThanMs: number;
}

/** Says `found`, `live` and `remark` lines; see remains.ts. */
export function listScript({ dirs, workDir, olderThanMs }: ListRequest): string {
  const folders = ['/var/tmp', '/tmp', ...(workDir === undefined ? [] : [workDir])];
  return String.raw`${prelude}
minutes=${Math.ceil(olderThanMs / 60_000)}
now=$(date +%s)
# What is made from now on is at work, although what is open is asked too early to show it.
known=$(
  printf '%s\n' ${folders.map((folder) => `${quote(folder)}/funbric-*`).join(' ')}
  for t in ${quoteAll(dirs)}; do t=$(cd -P -- "$t" 2>/dev/null && pwd -P) && printf '%s\n' "${'$'}{t%/}"/${runFolderName('')}*; done
)
was() { case "${'\n'}$known${'\n'}" in *"${'\n'}$1${'\n'}"*) ;; *) false ;; esac; }
open= args=
if [ -d /proc/self/fd ]; then
  open=$(ls -l /proc/[0-9]*/fd /proc/[0-9]*/cwd 2>/dev/null | sed -n 's/^.* -> //p' | sort -u)
  args=$(cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\0' '\n' | grep '^/.*funbric')
else
  # Nothing tells what is open here: then only age does.
  args=$(ps -A -o args= 2>/dev/null | grep -o '/[^ ]*funbric[^ ]*')
  [ "$minutes" -ge 1440 ] || minutes=1440
fi
printf '%s\n' "$open" | grep '/funbric-[A-Za-z0-9]*/journal[.]fbj' | while read -r j; do
  printf 'live\t%s\n' "$(od -An -tx1 -j20 -N4 "${'$'}{j% (deleted)}" 2>/dev/null)"
done
age() { m=$(stat -c %Y "$1" 2>/dev/null || stat -f %m "$1" 2>/dev/null) || m=$now; [ "$m" -le "$now" ] || m=$now; echo $((now - m)); }
# Where a process may be in it, and what its age is told by: of a mount the note, as its server may be gone.
state() {
  case "$args${'\n'}$open${'\n'}" in *"$1/"* | *"$1${'\n'}"*) echo used; return ;; esac
  [ "$minutes" = 0 ] || [ -z "$(find "$2" -mmin "-$minutes" 2>/dev/null | head -n 1)" ] || { echo young; return; }
  ! cut -d' ' -f5 /proc/self/mountinfo 2>/dev/null | grep -qF -- "$1/" || { echo mounted; return; }
  echo free
}
found() { printf 'found\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n' "$1" "$(age "$2")" "$(du -sk "$2" 2>/dev/null | cut -f1)" "$(state "${'$'}{5:-$2}" "$2")" "$3" "$4" "$2"; }
for d in "$HOME"/.cache/funbric/*; do
  if cached "$d"; then
    if [ -e "$d/node" ]; then found runtime "$d"; else found agent "$d"; fi
  fi
done
for t in ${quoteAll(folders)}; do
  for d in "$t"/funbric-*; do
    was "$d" || continue
    if worked "$d" || held "$d"; then found work "$d"; elif uploaded "$d"; then found upload "$d"; fi
  done
done
parts() { for d in "$1"/.funbric-*.part; do ! unfinished "$d" || found part "$d"; done; }
h=$(cd -P -- "$HOME" 2>/dev/null && pwd -P) && parts "${'$'}{h%/}"
for t in ${quoteAll(dirs)}; do
  [ -d "$t" ] || { printf 'remark\t%s\n' "--dir $t: there is no such directory"; continue; }
  said=$t; t=$(cd -P -- "$t" 2>/dev/null && pwd -P) || { printf 'remark\t%s\n' "--dir $said: it can not be entered"; continue; }
  [ "$t" = "$h" ] || parts "${'$'}{t%/}"
  [ "$t" != / ] || t=
  for d in "$t"/${runFolderName('')}*; do ! was "$d" || ! ran "$d" || found run "$d" "$run"; done
done
for d in /run/funbric/*; do
  # Its mount is under way.
  [ -s "$d/mount" ] || ! kill -0 "$(cat "$d/pid" 2>/dev/null)" 2>/dev/null || continue
  ! noted "$d" || { look "$d"; n=${'$'}{d##*/}; found mount "$d" "${'$'}{n%.*}" "$escaped" "$at"; }
done
[ ! -d /run/funbric ] || [ -r /run/funbric ] || printf 'remark\t%s\n' 'what runs mounted can not be seen: log in as root'
:`;
}

/** Says `removed PATH` or `left PATH` and why, each on a line, for each of them. */
export function removeScript(remains: readonly Remain[]): string {
  const calls = remains.map(({ kind, path }) => `remove ${kind} ${quote(path)}`);
  return String.raw`${prelude}
# Where hosts share a folder, another may be removing it right now.
left() {
  [ ! -e "$d" ] || sleep 1
  if [ -e "$d" ] || [ -L "$d" ]; then printf 'left\t%s\t%s\n' "$d" "$(printf %s "$1" | tail -n 1)"; else printf 'removed\t%s\n' "$d"; fi
}
remove() {
  d=$2
  [ -e "$d" ] || [ -L "$d" ] || { printf 'removed\t%s\n' "$d"; return; }
  case $1 in
    agent | runtime) cached "$d" || { left "it isn't one of ours any more"; return; }; forget "$d" ;;
    upload) uploaded "$d" || { left "it isn't one of ours any more"; return; }; forget "$d" ;;
    work) worked "$d" || held "$d" || { left "it isn't one of ours any more"; return; }; forget "$d" ;;
    part) unfinished "$d" || { left "it isn't one of ours any more"; return; }; said=$(rm -rf -- "$d" 2>&1); done_or_left "$said" ;;
    run) ran "$d" || { left "it isn't one of ours any more"; return; }; empty "$d" ;;
    mount) noted "$d" || { left "it isn't one of ours any more"; return; }; unmount "$d" ;;
  esac
}
done_or_left() { if [ -e "$d" ]; then left "${'$'}{1:-it can not be removed}"; else printf 'removed\t%s\n' "$d"; fi; }
forget() {
  for f in ${quoteAll(fioWorkFiles)}; do rm -f -- "$1/$f"; done
  said=$(rm -f -- "$1/journal.fbj" "$1/result.json" "$1/agent.cjs" "$1/node" "$1"/.agent.* "$1"/.node.* 2>&1; rmdir -- "$1" 2>&1)
  done_or_left "$said"
}
# What lacks the marker is nobody's to remove, so it goes last. Another host may be at it too.
empty() {
  said=$(for f in "$1"/* "$1"/.[!.]* "$1"/..?*; do
    [ "${'$'}{f##*/}" = ${markerFile} ] || rm -rf -- "$f"
  done 2>&1; [ -n "$(ls -A "$1" | grep -vx ${quote(markerFile.replaceAll('.', '[.]'))})" ] || { rm -f -- "$1/${markerFile}"; rmdir -- "$1"; } 2>&1)
  done_or_left "$said"
}
unmount() {
  look "$1"
  if [ -n "$at" ]; then said=$(umount "$at" 2>&1 </dev/null) || { left "$said"; return; }; fi
  [ ! -e "$1/made" ] || [ -z "$at" ] || rmdir -- "$at" 2>/dev/null
  rm -f -- "$1/credentials" "$1/said" "$1/mount" "$1/made" "$1/pid"
  said=$(rmdir -- "$1" 2>&1)
  done_or_left "$said"
}
${calls.join('\n')}
:`;
}

/** Each says whether a folder is of one kind of ours. No link is followed, and one strange name in it makes it a stranger's. */
const prelude = String.raw`LC_ALL=C PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin; export LC_ALL PATH
umask 077; cd / || exit 1
own() { [ ! -L "$1" ] && [ -d "$1" ] && [ -O "$1" ]; }
private() { own "$1" && case "$(ls -ld "$1")" in drwx------*) ;; *) false ;; esac; }
file() { [ ! -L "$1" ] && [ -f "$1" ]; }
# Every name in the folder fits one of the patterns, and is a plain file.
holds() {
  folder=$1; shift
  for f in "$folder"/* "$folder"/.[!.]* "$folder"/..?*; do
    [ -e "$f" ] || [ -L "$f" ] || continue
    file "$f" || return 1
    fits=
    for pattern; do case "${'$'}{f##*/}" in $pattern) fits=yes ;; esac; done
    [ -n "$fits" ] || return 1
  done
}
agent() { file "$1/agent.cjs" && grep -qaF 'funbric agent' "$1/agent.cjs"; }
cached() {
  n=${'$'}{1##*/}
  [ ${'$'}{#n} = 64 ] && case $n in *[!0-9a-f]*) false ;; esac && private "$1" &&
    holds "$1" agent.cjs node '.agent.*' '.node.*' && { agent "$1" || ! [ -e "$1/agent.cjs" ]; }
}
# As mkdtemp and mktemp name them.
named() { n=${'$'}{1##*/funbric-}; case $n in *[!A-Za-z0-9]*) false ;; ?????? | ????????) ;; *) false ;; esac; }
worked() {
  named "$1" && private "$1" && holds "$1" journal.fbj result.json || return 1
  [ ! -s "$1/journal.fbj" ] || [ "$(head -c 4 "$1/journal.fbj")" = ${journalMagic} ]
}
# What fio was to do and what it said, in a folder that is named like the one in which it worked.
held() { case ${'$'}{1##*/} in ${runFolderName('')}?*${fioFolderPart}[0-9]*) private "$1" && holds "$1" ${quoteAll(fioWorkFiles)} ;; *) false ;; esac; }
uploaded() { named "$1" && private "$1" && holds "$1" agent.cjs node '.agent.*' '.node.*' && { agent "$1" || file "$1/node" || ! [ -e "$1/agent.cjs" ]; }; }
numbered() { case ${'$'}{n#"${runFolderName('')}$run$1"} in '' | *[!0-9]*) false ;; esac; }
ran() {
  # Of another user's run we could see no process; root sees all, and its own folders as nobody's on some NFS.
  own "$1" || { [ "$(id -u)" = 0 ] && [ ! -L "$1" ] && [ -d "$1" ]; } || return 1
  file "$1/${markerFile}" && read -r run <"$1/${markerFile}" || return 1
  case $run in '' | *[!A-Za-z0-9_.-]*) return 1 ;; esac
  n=${'$'}{1##*/}
  [ "$n" = "${runFolderName('')}$run" ] || numbered .new- || numbered ${fioFolderPart} || return 1
  for f in "$1"/* "$1"/.[!.]*; do
    case ${'$'}{f##*/} in ${[ownFolder, fioDataFolder, ...arenas].join(' | ')} | ${markerFile} | ${tokenPrefix}* | '*' | '.[!.]*' | .nfs*) ;; *) return 1 ;; esac
  done
}
# What put left of a large file, or of a folder: named by 16 or 32 hex digits, for nobody else.
unfinished() {
  n=${'$'}{1##*/.funbric-}; n=${'$'}{n%.part}
  [ "${'$'}{1##*/}" = ".funbric-$n.part" ] && case $n in *[!0-9a-f]*) false ;; esac || return 1
  case ${'$'}{#n} in
    16) private "$1" ;;
    32) file "$1" && [ -O "$1" ] && case "$(ls -ld "$1")" in -rw-------*) ;; *) false ;; esac ;;
    *) false ;;
  esac
}
noted() { own "$1" && holds "$1" mount made pid said credentials && file "$1/mount"; }
# Where the mount of a note is, if it still is the one that was noted.
look() {
  at= escaped= id=
  read -r id dev from <"$1/mount" || [ -n "$id" ] || return 0
  while read -r i parent on root p o rest; do
    set -f; set -- "$1" ${'$'}{rest#*- }; set +f
    [ "$i $on $3" = "$id $dev $from" ] || continue
    escaped=$p at=$p
    case $p in *\\*) at=$(printf %b "$p") ;; esac
  done </proc/self/mountinfo
}`;
