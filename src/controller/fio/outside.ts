/**
 * What of a job reaches beyond the folder that it runs in: files and devices elsewhere, programs that it starts, settings of the
 * host. A job file may come from anyone, and fio does as root whatever stands in it.
 */
import { FunbricError } from '../../model/errors.ts';
import { globalSection, type FioOption, type FioSection } from './job-file.ts';

export function refuseOutside(file: string, sections: readonly FioSection[]): void {
  for (const section of sections) {
    const inName = section.name === globalSection ? undefined : pathBeyond(section.name);
    if (inName !== undefined)
      throw refusal(file, section, section.where, `its name, from which fio makes files, ${inName}`);
    for (const option of section.options) {
      const reason = reachOf(option);
      if (reason !== undefined) throw refusal(file, section, option.where, `${option.name} ${reason}`);
    }
  }
}

function refusal(file: string, { name }: FioSection, where: string, what: string): FunbricError {
  return new FunbricError(where.startsWith('--') ? 'usage' : 'input', `${file}, ${where}, [${name}]: ${what}`, {
    hint: 'keep to files named relative to the folder that each host makes below --dir, or trust the whole job: --allow-outside',
  });
}

function reachOf({ name, value = '' }: FioOption): string | undefined {
  if (name === 'description') return undefined;
  if (programs.has(name)) return 'starts a program';
  if (hostSettings.has(name)) return 'changes a setting of the host';
  // Engines take what is theirs behind a colon.
  if (name === 'ioengine' && !fileEngines.has(value.split(':')[0] ?? ''))
    return `is ${JSON.stringify(value)}, which works on other things than files`;
  if (value.includes('${')) return 'takes a variable of the host, which may say anything';
  if (fileNames.has(name) && value.split(':').some((part) => part.trim() === '-'))
    return 'is the standard input or output';
  return pathBeyond(value);
}

/** Whatever the option is called, as each version has new ones: no part of its value may lead elsewhere. */
function pathBeyond(value: string): string | undefined {
  for (const part of value.replaceAll('\\', '').split(/[:,'"=\s]/)) {
    if (part.startsWith('/')) return `has an absolute path: ${JSON.stringify(part)}`;
    if (part.split('/').includes('..')) return `leaves its folder: ${JSON.stringify(part)}`;
  }
  return undefined;
}

const programs: ReadonlySet<string> = new Set(['exec_prerun', 'exec_postrun']);

const hostSettings: ReadonlySet<string> = new Set(['ioscheduler', 'cgroup', 'cgroup_weight', 'cgroup_nodelete']);

const fileNames: ReadonlySet<string> = new Set(['filename', 'opendir', 'read_iolog', 'write_iolog']);

/** The others work on devices, servers, object stores, or load a library. */
const fileEngines: ReadonlySet<string> = new Set([
  'sync',
  'psync',
  'vsync',
  'pvsync',
  'pvsync2',
  'libaio',
  'posixaio',
  'solarisaio',
  'windowsaio',
  'io_uring',
  'mmap',
  'splice',
  'falloc',
  'ftruncate',
  'filecreate',
  'filestat',
  'filedelete',
  'e4defrag',
  'libpmem',
  'cpuio',
  'null',
]);
