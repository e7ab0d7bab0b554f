/** Processes of this machine: who runs what, below whom, with how much memory. Where there is no /proc, there are none. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { errorCodeOf } from '../../src/model/errors.ts';

export function allProcesses(): readonly number[] {
  if (!existsSync('/proc')) return [];
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

/** A file of its folder in /proc. Empty where it is gone, or another user's. */
export function textOfProcess(pid: number, file: 'cmdline' | 'environ' | 'status'): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'latin1');
  } catch {
    return '';
  }
}

/** Its words with a space after each. */
export function commandOf(pid: number): string {
  return textOfProcess(pid, 'cmdline').replaceAll('\0', ' ');
}

/** Whose words or environment hold a text. */
export function processesThatTell(text: string): readonly number[] {
  return allProcesses().filter((pid) =>
    (['cmdline', 'environ'] as const).some((file) => textOfProcess(pid, file).includes(text)),
  );
}

/** The ssh programs that hold a connection to a port. */
export function sshTo(port: number): readonly number[] {
  return allProcesses().filter((pid) => {
    const command = commandOf(pid);
    return command.startsWith('ssh ') && command.includes(`-p ${port} `);
  });
}

/** A zombie doesn't. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return errorCodeOf(error) === 'EPERM';
  }
  return !/^State:\s+Z/m.test(textOfProcess(pid, 'status'));
}

/** Those that it started, and that run on: of an sshd its sessions. */
export function childrenOf(pid: number): readonly number[] {
  return byParent().get(pid) ?? [];
}

/** All that runs below one: of an sshd its sessions, their shells and what those run. */
export function descendantsOf(pid: number): readonly number[] {
  const children = byParent();
  const below = (parent: number): readonly number[] => {
    const own = children.get(parent) ?? [];
    return own.concat(own.flatMap(below));
  };
  return below(pid);
}

/** From what each process says of its parent: the kernel's own list of children may leave some out while others of them end. */
function byParent(): ReadonlyMap<number, readonly number[]> {
  const children = new Map<number, number[]>();
  for (const child of allProcesses()) {
    const parent = Number(/^PPid:\s+(\d+)/m.exec(textOfProcess(child, 'status'))?.[1] ?? 0);
    children.set(parent, [...(children.get(parent) ?? []), child]);
  }
  return children;
}

/** All at once: first none of them goes on, so that none sees another go, and cleans up or starts what nobody would end. */
export function killDescendants(pid: number): void {
  const stopped = new Set<number>();
  const stopMore = (): boolean => {
    const more = descendantsOf(pid).filter((below) => !stopped.has(below));
    for (const below of more) {
      signal(below, 'SIGSTOP');
      stopped.add(below);
    }
    return more.length > 0;
  };
  while (stopMore());
  for (const below of stopped) signal(below, 'SIGKILL');
}

/** One that is gone hears nothing: ending a process may end others before it is their turn. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if (errorCodeOf(error) !== 'ESRCH') throw error;
  }
}

/** Its memory now; 0 where it is gone. */
export function residentBytes(pid: number | undefined): number {
  return memoryOf(pid, 'VmRSS');
}

/** The most that it had at any time so far. */
export function peakBytes(pid: number | undefined): number {
  return memoryOf(pid, 'VmHWM');
}

function memoryOf(pid: number | undefined, name: string): number {
  const status = pid === undefined ? '' : textOfProcess(pid, 'status');
  return 1024 * Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1] ?? 0);
}
