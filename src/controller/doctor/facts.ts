/** What a host is and has, asked by one POSIX script that touches nothing but a file of its own in three folders. */
import { randomBytes } from 'node:crypto';
import { FunbricError } from '../../model/errors.ts';
import { runScript } from '../../transports/script.ts';
import { printable } from '../../transports/printable.ts';
import { quote } from '../../transports/shell.ts';
import { describeExit, type Connection } from '../../transports/transport.ts';
import { Answers, numberOf } from '../asking/answers.ts';

export interface Limit {
  readonly soft: number;
  readonly hard: number;
}

/** A folder that runs use. */
export interface Place {
  readonly name: string;
  readonly state: 'usable' | 'noexec' | 'not writable' | 'missing';
  readonly freeBytes: number | undefined;
}

/** What is undefined the host didn't tell. */
export interface HostFacts {
  readonly system: string;
  readonly user: string | undefined;
  readonly shell: string | undefined;
  readonly cpus: number | undefined;
  readonly memoryBytes: number | undefined;
  /** Of the last minute. */
  readonly load: number | undefined;
  /** Of this start of its kernel: the same for two names of one machine. */
  readonly boot: string | undefined;
  readonly fio: string | undefined;
  readonly openFiles: Limit | undefined;
  readonly processes: Limit | undefined;
  readonly places: readonly Place[];
  /** Lines of its sshd's settings, where we may see them. */
  readonly sshd: readonly string[];
}

const limitMs = 60_000;
const maxOutputBytes = 64 << 10;
/** Lines of sshd's settings. */
const maxSettings = 8;

export async function gatherHostFacts(
  connection: Connection,
  { workDir, signal }: { readonly workDir: string | undefined; readonly signal: AbortSignal },
): Promise<HostFacts> {
  const text = factsScript(workDir, `.funbric-doctor-${randomBytes(8).toString('hex')}`);
  const { exit, stdout, stderr } = await runScript(connection, text, { signal, timeoutMs: limitMs, maxOutputBytes });
  const answers = new Answers(stdout.toString());
  if (answers.text('done') === undefined) {
    const said = printable(stderr.toString().trim().slice(-300));
    const code = exit.kind === 'lost' ? 'lost' : 'deploy';
    throw new FunbricError(code, `${connection.name}: the probe ${describeExit(exit)}: ${said}`, {
      hint: 'it is a plain POSIX script: does /bin/sh work there?',
    });
  }
  return {
    system: answers.text('system') ?? 'an unknown system',
    user: answers.text('user'),
    shell: answers.text('shell'),
    cpus: answers.number('cpus'),
    memoryBytes: answers.number('memory'),
    load: answers.number('load'),
    boot: answers.text('boot'),
    fio: answers.text('fio'),
    openFiles: limitOf(answers.text('files')),
    processes: limitOf(answers.text('processes')),
    places: answers.all('place').slice(0, 3).map(placeOf),
    sshd: answers.all('sshd').slice(0, maxSettings),
  };
}

function limitOf(line: string | undefined): Limit | undefined {
  const [soft, hard] = (line ?? '').split(/\s+/).map((word) => (word === 'unlimited' ? Infinity : numberOf(word)));
  return soft === undefined || hard === undefined ? undefined : { soft, hard };
}

const states: Readonly<Record<string, Place['state']>> = {
  usable: 'usable',
  noexec: 'noexec',
  unwritable: 'not writable',
};

function placeOf(line: string): Place {
  const [state = '', kilobytes, ...name] = line.split(' ');
  const free = numberOf(kilobytes);
  return {
    name: name.join(' '),
    state: states[state] ?? 'missing',
    freeBytes: free === undefined ? undefined : free * 1024,
  };
}

/** noexec shows only when a program is run; df may hang on a dead mount, so it has a limit where the host can set one. */
function factsScript(workDir: string | undefined, probe: string): string {
  return String.raw`LC_ALL=C PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin; export LC_ALL PATH
cd / || exit 1
limited() { if command -v timeout >/dev/null 2>&1; then timeout 5 "$@"; else "$@"; fi </dev/null 2>/dev/null; }
echo "system $(uname -s) $(uname -r) $(uname -m)"
echo "user $(id -un)"
echo "shell $SHELL"
echo "cpus $(getconf _NPROCESSORS_ONLN 2>/dev/null || nproc 2>/dev/null)"
if [ -r /proc/meminfo ]; then
  while read -r key value unit; do [ "$key" != MemTotal: ] || echo "memory $((value * 1024))"; done </proc/meminfo
else echo "memory $(sysctl -n hw.memsize 2>/dev/null)"; fi
if [ -r /proc/loadavg ]; then read -r load rest </proc/loadavg && echo "load $load"
else set -- $(sysctl -n vm.loadavg 2>/dev/null); echo "load $2"; fi
[ ! -r /proc/sys/kernel/random/boot_id ] || { read -r id </proc/sys/kernel/random/boot_id && echo "boot $id"; }
if [ -r /proc/self/limits ]; then
  while read -r line; do
    case $line in
      "Max open files"*) set -- $line; echo "files $4 $5" ;;
      "Max processes"*) set -- $line; echo "processes $3 $4" ;;
    esac
  done </proc/self/limits
else echo "files $(ulimit -Sn) $(ulimit -Hn)"; fi
! command -v fio >/dev/null 2>&1 || echo "fio $(limited fio --version | head -n 1)"
place() {
  [ -n "$1" ] && [ -d "$1" ] || { echo "place missing - $2"; return; }
  free=$(limited df -Pk "$1" | { read -r line; read -r device blocks used free rest; echo "$free"; })
  p="$1/${probe}"
  if ! (umask 077; set -C; printf '#!/bin/sh\nexit 0\n' >"$p") 2>/dev/null; then s=unwritable
  elif chmod 700 "$p" && "$p" 2>/dev/null; then s=usable
  else s=noexec; fi
  rm -f "$p" 2>/dev/null
  echo "place $s ${'$'}{free:--} $2"
}
place "$HOME" home
${workDir === undefined ? 'place /var/tmp /var/tmp' : `place ${quote(workDir)} ${quote(workDir)}`}
place /tmp /tmp
if [ "$(id -u)" = 0 ] && command -v sshd >/dev/null 2>&1; then
  limited sshd -T | while read -r key value; do
    case $key in maxsessions | maxstartups | clientaliveinterval | usedns | persourcepenalties) echo "sshd $key $value" ;; esac
  done
fi
echo "done yes"`;
}
