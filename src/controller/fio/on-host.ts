/** A job of fio on one host: its folders, its run, and the end of both. A host that fails says what to do there. */
import { FunbricError } from '../../model/errors.ts';
import { fioDataFolder, fioFolderName } from '../../model/namespace.ts';
import type { CommandResult, TaskHost } from '../tasks/task.ts';
import type { FioJob } from './job.ts';
import {
  fioCommand,
  graceSeconds,
  leftScript,
  noFioCode,
  removeScript,
  runScript,
  setUpScript,
  type FioPlace,
} from './scripts.ts';

export interface FioOnHost {
  /** The directory under test. */
  readonly dir: string;
  readonly job: FioJob;
  /** What laying out files before and verifying them after may take beyond the job's own time. */
  readonly slackMs: number;
}

/** For people: the command that every host runs, where, and its job. */
export function fioLines({ dir, job }: Omit<FioOnHost, 'slackMs'>): readonly string[] {
  const folder = `${dir.replace(/\/+$/, '')}/${fioFolderName('RUN', 0).replace(/0$/, 'HOST')}/${fioDataFolder}`;
  return [
    `in a new folder, ${folder}: ${fioCommand('WORK')}`,
    job.seconds === undefined ? 'its jobs say no time: they end once they are done' : `its jobs take ${job.seconds} s`,
    'WORK/job.fio:',
    ...job.text
      .trimEnd()
      .split('\n')
      .map((line) => `  ${line}`),
  ];
}

/** Makes a folder for its files below the directory under test, with our marker, and one for the job and its results elsewhere. */
export async function setUpFio(host: TaskHost, { dir, job }: Omit<FioOnHost, 'slackMs'>): Promise<void> {
  const script = setUpScript(placeOf(host, dir), job.folders);
  const result = await sh(host, script, { shown: 'fio --version', stdin: job.text });
  if (result.code === noFioCode) {
    throw new FunbricError('task', `${host.name}: there is no fio`, {
      hint: `install it: funbric -H ${host.name} --sudo -- apt-get install -y fio (or dnf, apk add, brew install)`,
    });
  }
  if (result.code !== 0) throw failure(host, 'fio can not be set up', result);
}

/**
 * Runs the job until it ends, and brings its results into the run. Then throws where fio found or met an error: what it wrote
 * of it counts all the same.
 */
export async function runFio(host: TaskHost, { dir, job, slackMs }: FioOnHost): Promise<void> {
  const place = placeOf(host, dir);
  const limitMs = limitOf(host, job, slackMs);
  if (limitMs === host.commandMs && job.seconds !== undefined && limitMs < job.seconds * 1000) {
    host.log(`warning: -T ends fio after ${limitMs / 1000} s, and its job takes ${job.seconds} s`);
  }
  // It ends itself on the host, with what it measured until then; ours is for a host that doesn't come to that.
  const script = runScript(place, limitMs === undefined ? undefined : Math.ceil(limitMs / 1000));
  const timeoutMs = limitMs === undefined ? 0 : limitMs * 1.1 + 1000 * (graceSeconds + spareSeconds);
  const result = await sh(host, script, { shown: 'fio --output-format=json+ job.fio', timeoutMs });
  const hasResults = await bringResults(host, result);
  if (/^cut$/m.test(result.stdout)) throw cutShort(host, job, { limit: (limitMs ?? 0) / 1000, hasResults });
  if (result.code !== 0) throw failure(host, `fio ended with exit code ${result.code}`, result);
}

/** False where it left none, or none that can be had. */
async function bringResults(host: TaskHost, { stdout }: CommandResult): Promise<boolean> {
  const path = /^results: (.+)$/m.exec(stdout)?.[1];
  if (path === undefined) return false;
  const isThere = brought.get(path) ?? (await host.collect(path));
  brought.set(path, isThere);
  return isThere;
}

/** Whether results are in the run, by their paths, in which run and host are: each counts once, and Ctrl-C may come while one is fetched. */
const brought = new Map<string, boolean>();

/** For a busy host to read and write its results, whatever the job does to it. */
const spareSeconds = 30;

/** In ms: what comes first of -T and the job's own time with its slack. */
function limitOf({ commandMs }: TaskHost, { seconds }: FioJob, slackMs: number): number | undefined {
  const all = [commandMs === 0 ? Infinity : commandMs, seconds === undefined ? Infinity : seconds * 1000 + slackMs];
  const least = Math.min(...all);
  return Number.isFinite(least) ? least : undefined;
}

function cutShort(
  { name, commandMs }: TaskHost,
  { seconds }: FioJob,
  { limit, hasResults }: { readonly limit: number; readonly hasResults: boolean },
): FunbricError {
  const isByUser = commandMs === limit * 1000;
  const whose = isByUser ? '-T' : `the ${seconds ?? 0} s of its job and --slack`;
  return new FunbricError(
    'task',
    `${name}: fio didn't end within ${limit} s (${whose}), and was ended: the report has ${hasResults ? 'what' : 'nothing of what'} it measured until then`,
    {
      hint: isByUser
        ? 'raise -T, or give the job less to do: --duration'
        : 'raise --slack, or give the job less to do: --size',
    },
  );
}

/**
 * Leaves nothing of it on the host but, with --keep, what it wrote. What fio measured until Ctrl-C is brought before. -T is for
 * the job: what it wrote may take longer to remove, for which the teardown has a limit of its own.
 */
export async function removeFio(host: TaskHost, dir: string): Promise<void> {
  const place = placeOf(host, dir);
  try {
    await bringResults(host, await sh(host, leftScript(place), { shown: 'cat fio.json', timeoutMs: 0 }));
  } finally {
    await removeFolders(host, place);
  }
}

async function removeFolders(host: TaskHost, place: FioPlace): Promise<void> {
  const script = removeScript(place, { isKept: host.isKept });
  const result = await sh(host, script, { shown: `rm -r ${place.name}`, timeoutMs: 0 });
  if (result.code !== 0) throw failure(host, 'what fio left can not be removed', result);
}

function placeOf({ runId, index, workDir }: TaskHost, dir: string): FioPlace {
  const workDirs = workDir === undefined ? ['/var/tmp', '/tmp'] : [workDir];
  return { dir, name: fioFolderName(runId, index), run: runId, workDirs };
}

async function sh(
  host: TaskHost,
  script: string,
  options: { readonly shown: string; readonly stdin?: string; readonly timeoutMs?: number },
): Promise<CommandResult> {
  return await host.run(['/bin/sh', '-c', script], { ...options, check: false });
}

function failure(host: TaskHost, what: string, { stderr }: CommandResult): FunbricError {
  const said = stderr.trim().split('\n').slice(0, 3).join(' / ');
  return new FunbricError('task', `${host.name}: ${what}${said === '' ? '' : `: ${said}`}`);
}
