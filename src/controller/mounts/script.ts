/**
 * What hosts run to mount and unmount, in plain POSIX sh, as root or by a sudo that asks for nothing. What was mounted is
 * told by its id, device and source in mountinfo, so that nothing of others is ever unmounted. The folder below /run, which
 * like every mount is gone after a restart, keeps this for people, should the controller die.
 */
import type { MountSpec } from '../../model/mount-spec.ts';
import { quote, quoteAll } from '../../transports/shell.ts';

/** What one host mounts. */
export interface MountJob {
  readonly spec: MountSpec;
  readonly source: string;
  /** The host's own word for this run, also the name of its folder. */
  readonly tag: string;
}

const statesFolder = '/run/funbric';

/** Says `mounted TYPE SOURCE OPTIONS` and `identity ...`, or why not; see mounting.ts. Credentials come on standard input. */
export function mountScript(job: MountJob): string {
  const { spec, source } = job;
  const options = spec.options.join(',');
  const credentials = spec.credentials === undefined ? '' : ',credentials=$state/credentials';
  // The file is there for as long as mount(8) runs, whatever ends it; unmountScript removes it once more.
  const takeCredentials = spec.credentials === undefined ? ':' : 'cat >"$state/credentials"';
  return asRoot(String.raw`${prelude(job)}
[ "$(uname -s)" = Linux ] || refuse "system $(uname -s)"
look
[ -z "$id" ] || { left; refuse "taken $kind $from"; }
command -v mount.${spec.type} >/dev/null || refuse "helper mount.${spec.type}"
tries=0
# A run that ends takes the folder of all away where it is empty, maybe in between.
until mkdir -p ${statesFolder} && mkdir -- "$state"; do
  tries=$((tries + 1))
  [ ! -e "$state" ] && [ $tries -lt 10 ] || refuse "folder $state"
done
echo $$ >"$state/pid"
made=
[ -d "$at" ] || { mkdir -m 755 -- "$at" && made=yes; } || { forget; refuse "point $at"; }
real=$(cd -P -- "$at" && pwd -P)
[ "$real" = "$at" ] || { forget; refuse "link $real"; }
[ -z "$made" ] || : >"$state/made"
trap 'rm -f -- "$state/credentials"' EXIT
trap 'exit 143' HUP INT TERM
: >"$state/mount"
${takeCredentials}
mount -t ${spec.type} -o ${quote(options)}"${credentials}" ${quote(source)} "$at" >"$state/said" 2>&1 </dev/null
code=$?
rm -f -- "$state/credentials"
sed -n 's/^/said /p' "$state/said"
rm -f -- "$state/said"
look
if [ $code != 0 ]; then
  if [ -n "$id" ]; then say remains; else forget; fi
  refuse "mount $code"
fi
[ -n "$id" ] || { forget; refuse "absent"; }
say "$id $dev $from" >"$state/mount"
say "mounted $kind $from $opts"
say "identity $id $dev $from"`);
}

/** How many seconds a mount that was cut off has to end: our own SIGKILL comes after two. */
const endTries = 15;
/** How often a busy mount is tried again, a second apart. */
const unmountTries = 5;

/** Without an identity, which a mount that was cut off couldn't tell any more, it's what the host itself remembers of it. */
export function unmountScript(job: MountJob, identity: string | undefined): string {
  return asRoot(String.raw`${prelude(job)}
ours=${quote(identity ?? '')}
tries=0
if [ -z "$ours" ]; then
  # A mount that was told to end may take its time.
  while [ -e "$state/pid" ] && kill -0 "$(cat "$state/pid")" 2>/dev/null && [ $tries -lt ${endTries} ]; do
    tries=$((tries + 1))
    sleep 1
  done
  [ -e "$state/mount" ] || { made=; [ -e "$state/made" ] && made=yes; forget; echo none; exit 0; }
  ours=$(cat "$state/mount")
fi
made=; [ -e "$state/made" ] && made=yes
look
[ -n "$id" ] || { forget; echo gone; exit 0; }
# Nothing was mounted there when ours began: an unfinished mount of this source is ours.
[ -n "$ours" ] || { [ "$(plain "$from")" = ${quote(job.source)} ] && ours="$id $dev $from"; }
[ "$id $dev $from" = "$ours" ] || { forget; refuse "other $kind $from"; }
tries=0
until said=$(umount "$at" 2>&1 </dev/null); do
  look
  [ "$id $dev $from" = "$ours" ] || break
  tries=$((tries + 1))
  [ $tries -lt ${unmountTries} ] || { say "$said" | sed 's/^/said /'; users; refuse busy; }
  sleep 1
done
forget
[ -n "$made" ] && [ -d "$at" ] && say "kept $at"
echo unmounted`);
}

/** Functions of both, and the words that they share. Paths in mountinfo have octal numbers for blanks. */
function prelude({ spec, tag }: MountJob): string {
  return String.raw`LC_ALL=C PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin; export LC_ALL PATH
umask 077; set -f; cd /
at=${quote(spec.at)} state=${quote(`${statesFolder}/${tag}`)}
say() { printf '%s\n' "$*"; }
refuse() { say "refused $*"; exit 0; }
plain() { case $1 in *\\*) printf %b "$1" ;; *) printf %s "$1" ;; esac; }
look() {
  id= dev= kind= from= opts=
  while read -r i parent d root p o rest; do
    case $p in *\\*) p=$(printf %b "$p") ;; esac
    [ "$p" = "$at" ] || continue
    set -- ${'$'}{rest#*- }
    id=$i dev=$d kind=$1 from=$2 opts=$o,$3
  done </proc/self/mountinfo
}
forget() {
  rm -f -- "$state/credentials" "$state/said" "$state/mount" "$state/made" "$state/pid"
  rmdir -- "$state" ${statesFolder} 2>/dev/null
  [ -z "$made" ] || rmdir -- "$at" 2>/dev/null
}
left() {
  set +f
  for m in ${statesFolder}/*/mount; do [ "$(cat "$m" 2>/dev/null)" = "$id $dev $from" ] && say "left $m"; done
}
users() {
  set +f
  find /proc/[0-9]*/cwd /proc/[0-9]*/root /proc/[0-9]*/fd -maxdepth 1 \( -lname ${quote(globOf(spec.at))} -o -lname ${quote(`${globOf(spec.at)}/*`)} \) 2>/dev/null |
    cut -d/ -f3 | sort -un | head -n 8 | while read -r pid; do say "user $pid $(cat "/proc/$pid/comm" 2>/dev/null)"; done
}`;
}

/** A path as a pattern that only it matches. */
function globOf(path: string): string {
  return path.replaceAll(/[*?[\]]/g, String.raw`\$&`);
}

/** Mounting takes root. sudo is used only where it asks for no password: nobody is there to type one. */
function asRoot(script: string): string {
  return `script=${quote(script)}
if [ "$(id -u)" = 0 ]; then exec ${quoteAll(['/bin/sh', '-c'])} "$script"; fi
sudo -n true 2>/dev/null || { echo "refused root $(id -un)"; exit 0; }
exec sudo -n /bin/sh -c "$script"`;
}
