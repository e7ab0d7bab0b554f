/**
 * Tasks are TypeScript files that a user writes and nobody compiles: jiti loads them. `funbric` inside them is this very
 * program, so a tasks/ folder needs no package of its own.
 */
import { relative } from 'node:path';
import * as z from 'zod';
import { FunbricError, messageOf } from '../../model/errors.ts';
import type { TaskFile } from './find-tasks.ts';
import { flagOf } from './options.ts';
import type { Task } from './task.ts';

export interface LoadContext {
  /** What `import ... from 'funbric'` gives to a task: the exports of the running program. */
  readonly library: () => Promise<Readonly<Record<string, unknown>>>;
  /** Where compiled tasks are kept; see private-folder.ts. Without one, tasks are compiled each time. */
  readonly cacheFolder?: string | undefined;
  /** Options that funbric has itself; a task can't have them as well. */
  readonly reservedOptions?: readonly string[];
}

/** Runs the file and hands over its default export. Throws FunbricError `input` that names the file and what was found. */
export async function loadTask(file: TaskFile, context: LoadContext): Promise<Task> {
  const exported = await defaultExportOf(file, context);
  const mistake = mistakeOf(exported, context.reservedOptions ?? []);
  if (isTask(exported) && mistake === undefined) return exported;
  throw new FunbricError('input', `${shownPath(file)}: ${mistake ?? 'no task'}`, {
    hint: "a task file ends in: export default task({ summary: '...', run: async (host, options) => { ... } })",
  });
}

async function defaultExportOf(file: TaskFile, { library, cacheFolder }: LoadContext): Promise<unknown> {
  // Loaded only where a task is: a command on many hosts needs none of it.
  const { createJiti } = await import('jiti');
  // Without a folder of ours, jiti's cache would be a guessable path in /tmp, where anyone could leave code for us to run.
  const jiti = createJiti(import.meta.url, {
    fsCache: cacheFolder ?? false,
    moduleCache: false,
    virtualModules: { funbric: await library() },
  });
  try {
    const module = await jiti.import(file.path);
    return typeof module === 'object' && module !== null && 'default' in module ? module.default : undefined;
  } catch (error) {
    throw new FunbricError('input', `${shownPath(file)}: can't be loaded: ${messageOf(error)}`, {
      hint: 'correct the file; funbric --list shows which tasks can be loaded',
      cause: error,
    });
  }
}

const phaseNames = ['setup', 'run', 'teardown', 'local'] as const;
const functionNames = [...phaseNames, 'prepare', 'preview', 'workload', 'mount'] as const;

const optionSchema = z.strictObject({
  type: z.enum(['string', 'number', 'boolean', 'duration', 'size', 'percent', 'list']),
  describe: z.string(),
  alias: z
    .string()
    .regex(/^[A-Za-z]$/, 'must be one letter')
    .optional(),
  default: z.union([z.string(), z.number(), z.boolean()]).optional(),
  required: z.boolean().optional(),
  choices: z.array(z.string()).readonly().optional(),
  min: z.string().optional(),
  max: z.string().optional(),
});

const taskSchema = z.looseObject({
  summary: z.string().min(1),
  options: z
    .record(z.string().regex(/^[a-z][A-Za-z0-9-]*$/, 'must look like fileSize or file-size'), optionSchema)
    .optional(),
  examples: z.record(z.string(), z.string()).optional(),
  arguments: z.string().optional(),
});

/** Functions can't be described by a schema: mistakeOf has looked at all that this says. */
function isTask(value: unknown): value is Task {
  return taskSchema.safeParse(value).success;
}

function mistakeOf(value: unknown, reservedOptions: readonly string[]): string | undefined {
  if (value === undefined) return 'has no default export';
  if (typeof value !== 'object' || value === null) return `its default export is a ${typeof value}, not a task`;
  const checked = taskSchema.safeParse(value);
  if (!checked.success) return `its default export is no task: ${firstIssue(checked.error)}`;
  const fields = new Map(Object.entries(value));
  const notCallable = functionNames.find((name) => fields.has(name) && typeof fields.get(name) !== 'function');
  if (notCallable !== undefined) return `its ${notCallable} is no function`;
  if (!phaseNames.some((name) => fields.has(name))) return `does nothing: it has none of ${phaseNames.join(', ')}`;
  if (fields.has('local') && functionNames.some((name) => name !== 'local' && fields.has(name))) {
    return 'has local, which needs no hosts, beside functions that need them';
  }
  const options = checked.data.options ?? {};
  const letters = Object.values(options).flatMap(({ alias }) => alias ?? []);
  return optionMistake([...Object.keys(options).map(flagOf), ...letters], reservedOptions);
}

function optionMistake(flags: readonly string[], reservedOptions: readonly string[]): string | undefined {
  const reserved = flags.find((flag) => reservedOptions.includes(flag));
  if (reserved !== undefined) return `declares ${dashed(reserved)}, which is an option of funbric itself`;
  const twice = flags.find((flag, at) => flags.indexOf(flag) !== at);
  return twice === undefined ? undefined : `declares ${dashed(twice)} twice`;
}

function dashed(flag: string): string {
  return flag.length === 1 ? `-${flag}` : `--${flag}`;
}

function firstIssue(error: z.ZodError): string {
  const [issue] = error.issues;
  return issue === undefined ? 'not understood' : `${issue.path.map(String).join('.') || 'it'}: ${issue.message}`;
}

/** Relative where that is shorter. */
function shownPath({ path }: TaskFile): string {
  const short = relative('', path);
  return short.startsWith('..') ? path : short;
}
