/**
 * fio's JSON: 2.x and 3.x, json+ with its bins, and what a client writes that had several servers, each of which becomes a
 * result of its own. Its "All clients" is only compared with their sum.
 */
import type { Asked, Claim, Definition, Fault, Measured, Window } from '../../model/measured.ts';
import { clip } from '../clip.ts';
import type { Content, Format } from '../format.ts';
import { fieldOf, linesIn, parseJson, readJson, refuse, type JsonText } from '../json.ts';
import { Remarks } from '../remarks.ts';
import { bytesOf, countOf, directions, operationsOf } from './fio-operations.ts';
import { fioSchema, type FioDirection, type FioJob, type FioOutput } from './fio-schema.ts';
import { fioSeconds } from './fio-seconds.ts';
import { disagreeingOptions, endedBy, splitText, verifyFailures } from './fio-text.ts';

export const fio: Format = {
  name: 'an output of fio (JSON)',
  recognises: ({ text, root }) => /\{\s*"fio version"\s*:/.test(text) && root === undefined,
  open: (file) => readJson(file, (json) => understand(file, json)),
};

const allClients = 'All clients';

function understand(file: string, { text, end }: JsonText): Content {
  const parts = splitText(text);
  if (parts === undefined) throw refuse(file, 'its JSON ends too early');
  const decoded = fioSchema.safeParse(parseJson(file, parts.json, linesIn(parts.before)));
  if (!decoded.success) throw refuse(file, `not as fio writes it: ${fieldOf(decoded.error)}`);
  const remarks = new Remarks();
  for (const option of disagreeingOptions(parts.json))
    remarks.add('global options', `hosts had different ones: ${clip(option)}`);
  const output = decoded.data;
  const words = { faults: verifyFailures(`${parts.before}\n${parts.after}`), ended: endedBy(parts) };
  const jobs = [...(output.jobs ?? []), ...(output.client_stats ?? [])];
  noteClones(file, output.client_stats ?? [], remarks);
  const results = hostsOf(jobs).map((ours) => measured(output, ours, words, remarks));
  const [first, ...others] = results;
  const claims = claimsOf(jobs);
  return {
    end,
    warnings: remarks.list(),
    // What is said of all of them stands with the first.
    results: first === undefined ? [] : [{ ...first, claims }, ...others],
  };
}

/**
 * A server that is there several times with one job has clones of it (numjobs), or was named to the client as often: it is one
 * host, and did all of that. What is the same to the last digit was not done twice.
 */
function noteClones(file: string, jobs: readonly FioJob[], remarks: Remarks): void {
  const counts = new Map<string, number>();
  const seen = new Set<string>();
  for (const job of jobs) {
    const host = hostOf(job);
    if (host === undefined || job.jobname === allClients) continue;
    const text = JSON.stringify(job);
    const didSomething = directions.some((name) => countOf(job[name] ?? {}) > 0);
    if (didSomething && seen.has(text)) throw refuse(file, `the same result of ${host} is there twice`);
    seen.add(text);
    const what = `${host} with job ${clip(job.jobname)}`;
    counts.set(what, (counts.get(what) ?? 0) + 1);
  }
  for (const [what, count] of counts) {
    if (count > 1) remarks.add('client_stats', `${what} is there ${count} times: one host, whose jobs are added`);
  }
}

/** In the order of the file. */
function hostsOf(jobs: readonly FioJob[]): readonly (readonly FioJob[])[] {
  const byHost = new Map<string, FioJob[]>();
  for (const job of jobs) {
    if (job.jobname === allClients && job.hostname !== undefined) continue;
    const host = hostOf(job) ?? '';
    byHost.set(host, [...(byHost.get(host) ?? []), job]);
  }
  return [...byHost.values()];
}

/** Several servers may run on one host. */
function hostOf({ hostname, port }: FioJob): string | undefined {
  return hostname === undefined ? undefined : clip(port === undefined ? hostname : `${hostname}:${port}`);
}

/** What it says around its JSON. */
interface Words {
  readonly faults: readonly Fault[];
  /** What ended it before its time. */
  readonly ended: string | undefined;
}

function measured(output: FioOutput, jobs: readonly FioJob[], words: Words, remarks: Remarks): Measured {
  const host = jobs[0] === undefined ? undefined : hostOf(jobs[0]);
  const global = optionsOf(output['global options']);
  const own = jobs.flatMap((job) => optionsOf(job['job options']));
  const window = windowOf(output, jobs);
  const failed = jobs.filter(({ error = 0 }) => error !== 0);
  const errors = failed.map(({ jobname, error }) => `${clip(jobname)} ended with error ${error}`);
  const unfinished = [...(words.ended === undefined ? [] : [words.ended]), ...errors];
  return {
    tool: 'fio',
    toolVersion: clip(output['fio version'].replace(/^fio-/, '')),
    ...(host === undefined ? {} : { host }),
    test: { name: clip([...new Set(jobs.map(({ jobname }) => jobname))].join(', ')) },
    asked: { ...askedOf([...own, ...global]), options: toldOptions(global, jobs) },
    ...(window === undefined ? {} : { window }),
    operations: jobs.flatMap((job) => operationsOf(job, remarks)),
    errors: jobs.flatMap(({ jobname, total_err: count = 0, first_error: code = 0 }) =>
      count === 0
        ? []
        : [{ what: 'Error', code: String(code), message: '', operation: clip(jobname), count, examples: [] }],
    ),
    cases: [],
    faults: faultsOf(failed, words.faults),
    figures: [],
    claims: [],
    definitions: [...global, ...own.filter(({ name }, at) => own.findIndex((other) => other.name === name) === at)],
    ...(unfinished.length === 0 ? {} : { unfinished: unfinished.join('; ') }),
  };
}

/** 84 is EILSEQ, by which fio means that data was wrong; where, only its words tell, which name no job. */
function faultsOf(failed: readonly FioJob[], said: readonly Fault[]): readonly Fault[] {
  return failed.flatMap(({ jobname, error = 0 }): readonly Fault[] => {
    const job = clip(jobname);
    if (error === 84 && said.length > 0)
      return said.map((fault) => ({ ...fault, job: failed.length === 1 ? job : '' }));
    const message = error === 84 ? 'data was not what its checksum says' : `the job ended with error ${error}`;
    return [{ kind: error === 84 ? 'verify' : 'job', job, code: error, message }];
  });
}

function optionsOf(options: Readonly<Record<string, unknown>> | undefined): readonly Definition[] {
  return Object.entries(options ?? {}).map(([name, value]) => ({
    name: clip(name),
    value: clip(typeof value === 'string' ? value : JSON.stringify(value)),
  }));
}

function askedOf(options: readonly Definition[]): Asked {
  const valueOf = (wanted: string): string | undefined => options.find(({ name }) => name === wanted)?.value;
  const durationSeconds = fioSeconds(valueOf('runtime'));
  const target = valueOf('filename') ?? valueOf('directory');
  return {
    cycles: [],
    ...(durationSeconds === undefined ? {} : { durationSeconds }),
    ...(target === undefined ? {} : { target }),
  };
}

/** Where it works and what it is called are as good as any other. Of clones of a job, which have its name, one. */
function toldOptions(global: readonly Definition[], jobs: readonly FioJob[]): readonly Definition[] {
  const ofJobs = jobs.flatMap((job) =>
    optionsOf(job['job options']).map(({ name, value }) => ({ name, shown: clip(`${job.jobname} ${name}`), value })),
  );
  const told = [...global.map(({ name, value }) => ({ name, shown: name, value })), ...ofJobs];
  const byName = new Map(told.filter(({ name }) => !placing.has(name)).map(({ shown, value }) => [shown, value]));
  return [...byName].map(([name, value]) => ({ name, value }));
}

const placing: ReadonlySet<string> = new Set([
  'name',
  'description',
  'directory',
  'filename',
  'filename_format',
  'opendir',
  'unique_filename',
  'write_bw_log',
  'write_lat_log',
  'write_iops_log',
  'write_hist_log',
]);

/** It says when it wrote this, and how long jobs ran: where no job says when it began, that is told from the end. */
function windowOf({ timestamp, timestamp_ms: ms }: FioOutput, jobs: readonly FioJob[]): Window | undefined {
  const toMs = ms ?? (timestamp === undefined ? undefined : timestamp * 1000);
  if (toMs === undefined) return undefined;
  const longestMs = Math.max(0, ...jobs.flatMap((job) => directionsOf(job).map(({ runtime = 0 }) => runtime)));
  const starts = jobs.flatMap(({ job_start: start }) => (start === undefined ? [] : [start]));
  return { fromMs: Math.min(toMs - longestMs, ...starts), toMs };
}

function directionsOf({ read, write, trim, mixed }: FioJob): readonly FioDirection[] {
  return [read, write, trim, mixed].filter((direction) => direction !== undefined);
}

function claimsOf(jobs: readonly FioJob[]): readonly Claim[] {
  const whole = jobs.find(({ jobname, hostname }) => jobname === allClients && hostname !== undefined);
  if (whole === undefined) return [];
  const parts = jobs.filter((job) => job !== whole);
  return (['read', 'write', 'trim'] as const).flatMap((name): readonly Claim[] => {
    const sum = (amount: (direction: FioDirection) => number): Omit<Claim, 'what'> => ({
      said: whole[name] === undefined ? 0 : amount(whole[name]),
      counted: parts.reduce((total, { [name]: part }) => total + (part === undefined ? 0 : amount(part)), 0),
    });
    return [
      { what: `${name}s of ${allClients}`, ...sum(countOf) },
      { what: `bytes of ${name} of ${allClients}`, ...sum(bytesOf) },
    ];
  });
}
