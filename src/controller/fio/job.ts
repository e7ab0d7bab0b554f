/**
 * The job that every host gives its fio: a profile of ours or of the user, or any job file, with what the command line says
 * in place of what stands in it. Whatever is wrong with it is known before any host is reached.
 */
import { existsSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { FunbricError } from '../../model/errors.ts';
import { packageFiles } from '../package-files.ts';
import { readText } from '../input/read-json.ts';
import { fioJobText, globalSection, optionOf, readFioJob, type FioOption, type FioSection } from './job-file.ts';
import { refuseOutside } from './outside.ts';
import { plannedSeconds } from './time.ts';

/** The options of the task fio; those with names of fio's are what fio takes them for. */
export interface FioRequest {
  /** Absolute, the same path on every host. */
  readonly dir: string;
  /** A profile's name, or the path of its file. */
  readonly profile?: string | undefined;
  /** A job file of fio. */
  readonly job?: string | undefined;
  readonly allowOutside: boolean;
  readonly rw?: string | undefined;
  readonly rwmixread?: number | undefined;
  readonly bs?: string | undefined;
  readonly iodepth?: number | undefined;
  readonly numjobs?: number | undefined;
  readonly size?: string | undefined;
  /** fio's runtime, in ms: another option of funbric has its name. */
  readonly duration?: number | undefined;
  readonly rateIops?: string | undefined;
  readonly direct?: string | undefined;
  readonly ioengine?: string | undefined;
  readonly verify?: string | undefined;
  /** `name=value` of any other option. */
  readonly set?: readonly string[] | undefined;
}

export interface FioJob {
  readonly text: string;
  /** Folders that it wants to find, relative to where it runs. */
  readonly folders: readonly string[];
  /** What its jobs say that they take, one group after the other; undefined where one of them doesn't. */
  readonly seconds: number | undefined;
}

/** What was read when the command began is what every host runs. */
const jobs = new WeakMap<FioRequest, FioJob>();

/** Throws `usage` or, for what stands in a file, `input` for a job that can't be run, or that reaches beyond its folder. */
export function fioJob(request: FioRequest): FioJob {
  const known = jobs.get(request);
  if (known !== undefined) return known;
  if (!request.dir.startsWith('/') || /\p{Cc}/u.test(request.dir)) {
    throw new FunbricError('usage', `fio: --dir can't be ${JSON.stringify(request.dir)}`, {
      hint: 'write an absolute path without control characters, as it is on every host',
    });
  }
  const { file, isProfile } = fileOf(request);
  const read = readFioJob(file, readText(file));
  const sections = withOptions(read, [...optionsOf(request), ...verifyingOptions(request, isProfile)]);
  if (isProfile && !sections.some(({ options }) => options.some(({ name }) => aliasesOf('rw').includes(name)))) {
    throw new FunbricError('usage', `fio: the profile ${basename(file)} leaves open what to do`, {
      hint: 'say it: --rw read, write, randread, randwrite, rw or randrw',
    });
  }
  if (!request.allowOutside) refuseOutside(file, sections);
  const job = { text: fioJobText(sections), folders: foldersOf(sections), seconds: plannedSeconds(sections) };
  jobs.set(request, job);
  return job;
}

function fileOf({ profile, job }: FioRequest): { readonly file: string; readonly isProfile: boolean } {
  if (profile !== undefined && job !== undefined)
    throw new FunbricError('usage', 'fio: --profile and --job are both given', { hint: 'choose one of them' });
  if (job !== undefined) return { file: resolve(job), isProfile: false };
  const folders = [resolve('tasks/profiles/fio'), join(packageFiles.profiles, 'fio')];
  if (profile === undefined) {
    throw new FunbricError('usage', 'fio: there is nothing to run', {
      hint: 'name a profile (randr, randrlimited, randrw7030, seqwrite, custom) with --profile, or a job file of your own with --job',
    });
  }
  if (profile.endsWith('.fio')) return { file: resolve(profile), isProfile: true };
  const found = /^[\w-]+$/.test(profile)
    ? folders.map((folder) => join(folder, `${profile}.fio`)).find((path) => existsSync(path))
    : undefined;
  if (found !== undefined) return { file: found, isProfile: true };
  throw new FunbricError('usage', `fio: there is no profile ${profile}`, {
    hint: `looked in ${folders.join(' and ')}; a profile of your own is a job file there, or --profile path/to/it.fio`,
  });
}

/** What fio calls the same. */
const aliases: readonly (readonly string[])[] = [
  ['rw', 'readwrite'],
  ['bs', 'blocksize'],
  ['runtime', 'timeout'],
  ['direct', 'buffered'],
  ['rwmixread', 'rwmixwrite'],
];

function aliasesOf(wanted: string): readonly string[] {
  return aliases.find((names) => names.includes(wanted)) ?? [wanted];
}

function optionsOf({ set = [], ...request }: FioRequest): readonly FioOption[] {
  const { duration, rateIops } = request;
  const given = {
    rw: request.rw,
    rwmixread: request.rwmixread,
    bs: request.bs,
    iodepth: request.iodepth,
    numjobs: request.numjobs,
    size: request.size,
    // Older ones know no ms.
    runtime: duration === undefined ? undefined : duration % 1000 === 0 ? duration / 1000 : `${duration}ms`,
    rate_iops: rateIops,
    direct: request.direct,
    ioengine: request.ioengine,
    verify: request.verify,
  };
  const flags = Object.entries(given).flatMap(([name, value]) =>
    value === undefined ? [] : [{ name, value: plain(name, String(value)), where: `--${name.replaceAll('_', '-')}` }],
  );
  return [...flags, ...set.map(optionOfSet)];
}

function optionOfSet(text: string): FioOption {
  const option = optionOf(text, '--set');
  if (option !== undefined)
    return { ...option, ...(option.value === undefined ? {} : { value: plain('set', option.value) }) };
  throw new FunbricError('usage', `fio: --set can't be ${JSON.stringify(text)}`, {
    hint: "write an option of fio's: fsync=32",
  });
}

/** It becomes a line of a file. */
function plain(name: string, value: string): string {
  if (!/[\p{Cc};#]/u.test(value)) return value;
  throw new FunbricError('usage', `fio: --${name.replaceAll('_', '-')} can't be ${JSON.stringify(value)}`, {
    hint: 'fio takes neither control characters nor ; and # in it',
  });
}

/** fio verifies once all is written, which a job that goes on until its time is over never gets to. */
function verifyingOptions({ verify, duration, set = [] }: FioRequest, isProfile: boolean): readonly FioOption[] {
  const isTimed = set.some((text) => text.startsWith('time_based'));
  if (!isProfile || verify === undefined || verify === '0' || isTimed) return [];
  const where = '--verify';
  return [
    { name: 'time_based', value: '0', where },
    ...(duration === undefined ? [{ name: 'runtime', value: '0', where }] : []),
  ];
}

/** They hold for every job: so nothing that the file says of them is left, and they stand in front of all. */
function withOptions(sections: readonly FioSection[], given: readonly FioOption[]): readonly FioSection[] {
  if (given.length === 0) return sections;
  const replaced = new Set(given.flatMap(({ name }) => aliasesOf(name)));
  const rest = sections.map((section) => ({
    ...section,
    options: section.options.filter(({ name }) => !replaced.has(name)),
  }));
  return [{ name: globalSection, where: 'the command line', options: given }, ...rest];
}

/** fio makes the folders of files, but wants to find the one that it is told to work in. */
function foldersOf(sections: readonly FioSection[]): readonly string[] {
  const values = sections.flatMap(({ options }) => options.filter(({ name }) => name === 'directory'));
  const folders = values
    .flatMap(({ value = '' }) => value.split(/(?<!\\):/))
    .map((folder) => folder.replaceAll('\\', '').trim());
  return [...new Set(folders)].filter((folder) => folder !== '' && !folder.startsWith('/'));
}
