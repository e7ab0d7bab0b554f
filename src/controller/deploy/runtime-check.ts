/** Whether a program that we brought runs on its host, said before the agent depends on it. */
import { askVersion, oldestNode } from './probe.ts';

/** Shell lines about "$f", which goes where it is of no use: a later try may not find it and think that it works. */
export const runtimeCheck = `chmod 700 -- "$f" || refuse "it can't be made a program"
v=$("$f" ${askVersion} 2>&1 </dev/null); s=$?
[ $s -ne 126 ] || { rm -f -- "$f"; refuse "no program may run there"; }
[ $s -eq 0 ] || { rm -f -- "$f"; echo "unfit $v"; exit 0; }
case $v in [1-9]*.*.*) ;; *) rm -f -- "$f"; echo "unfit it is no Node.js"; exit 0 ;; esac
[ "\${v%%.*}" -ge ${oldestNode} ] 2>/dev/null || { rm -f -- "$f"; echo "unfit it is $v, and older than ${oldestNode}"; exit 0; }`;
