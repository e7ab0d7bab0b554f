/** Which Node.js a host without one gets: a file that the user named, or a package of npm's; or why there is none for it. */
import { FunbricError, messageOf } from '../../model/errors.ts';
import { printable } from '../../transports/printable.ts';
import { readProgram, type Program } from './elf.ts';
import { findPackage, installCommand, packageFor } from './packages.ts';
import { oldestNode, type HostProbe } from './probe.ts';

/** `auto`: the host's own, else one of npm's. `files`: one of these for all hosts, also those that have their own. */
export type RuntimeChoice =
  | { readonly kind: 'auto' | 'host' }
  | { readonly kind: 'files'; readonly paths: readonly string[] };

export interface Source {
  readonly path: string;
  /** For people. */
  readonly what: string;
}

/** What it gives throws `deploy`, with what was found and what to do. Throws `usage` for a file that no Linux host could run. */
export async function openSources(
  choice: RuntimeChoice,
  projects: readonly string[],
): Promise<(host: string, probe: HostProbe) => Source> {
  if (choice.kind !== 'files') return (host, probe) => packageOf(host, probe, choice.kind, projects);
  const files = await Promise.all(choice.paths.map(readGiven));
  return (host, probe) => fileFor(host, probe, files);
}

interface Given extends Program {
  readonly path: string;
}

async function readGiven(path: string): Promise<Given> {
  const hint = 'name a node program for Linux, as in bin/node of its archive, or leave --runtime out';
  let program: Program | undefined;
  try {
    program = await readProgram(path);
  } catch (error) {
    throw new FunbricError('usage', `--runtime can't read ${path}: ${messageOf(error)}`, { hint, cause: error });
  }
  if (program === undefined) throw new FunbricError('usage', `--runtime: ${path} is no program for Linux`, { hint });
  return { ...program, path };
}

/** The first of the given files that the host can start, as far as its first page tells. */
function fileFor(host: string, { system }: HostProbe, files: readonly Given[]): Source {
  const fitting = files.find(
    ({ machine, libc }) =>
      system.name === 'Linux' &&
      machine === system.machine &&
      (libc === undefined || system.libc === undefined || libc === system.libc),
  );
  if (fitting !== undefined) return { path: fitting.path, what: 'the given Node.js' };
  const are = files.map(({ machine, libc }) => [machine, libc ?? 'static'].join(' ')).join(', ');
  const is = printable([system.name, system.machine, system.libc ?? ''].join(' ').trimEnd());
  throw new FunbricError('deploy', `${host}: no file of --runtime fits it: it is ${is}, they are ${are}`, {
    hint: 'give one for each kind of host (--runtime FILE --runtime FILE), or leave --runtime out',
  });
}

function packageOf(host: string, probe: HostProbe, kind: 'auto' | 'host', projects: readonly string[]): Source {
  const place =
    'it is looked for in PATH, /usr, /usr/local, /opt, /snap, and in the home where nvm, fnm, volta, asdf, mise and n put it';
  const missing = `${host}: ${whatIsMissing(probe)}: the agent needs ${oldestNode} or later`;
  if (kind === 'host') {
    throw new FunbricError('deploy', missing, { hint: `install Node.js there, or leave --runtime host out; ${place}` });
  }
  const fitting = packageFor(probe.system);
  if (typeof fitting === 'string') {
    throw new FunbricError('deploy', `${missing}, and there is none on npm ${printable(fitting)}`, {
      hint: `install Node.js there, or give one that runs there: --runtime FILE; ${place}`,
    });
  }
  const found = findPackage(fitting, projects);
  if (found !== undefined) return { path: found.program, what: `Node.js ${found.version}` };
  throw new FunbricError('deploy', missing, {
    hint: `to send it one: ${installCommand(fitting)}; or install Node.js there: ${place}`,
  });
}

function whatIsMissing({ unfit: [unfit] }: HostProbe): string {
  if (unfit === undefined) return 'there is no Node.js on it';
  const path = printable(unfit.path);
  if (unfit.version === undefined) return `the Node.js on it (${path}) doesn't run`;
  if (unfit.version === 'bun') return `what is called node on it (${path}) is bun, which the agent can't run on`;
  return `the Node.js ${printable(unfit.version)} on it (${path}) is too old`;
}
