/** The options of a task, from the texts of a command line to typed values: an error names option, value and what is allowed. */
import { FunbricError } from '../../model/errors.ts';
import { didYouMean } from '../input/closest.ts';
import type { OptionValues, TaskOption } from './task.ts';
import { parseDuration, parsePercent, parseSize } from './units.ts';

/** What was given for an option: each text in turn; a boolean without a value is `true`, with --no- `false`. */
export type GivenOptions = ReadonlyMap<string, readonly string[]>;

type Value = OptionValues[string];

/**
 * Every given or defaulted option by the name that the task declared. An option that is given twice has its last value.
 * `undefined` is funbric itself.
 */
export function decodeOptions(
  task: string | undefined,
  declared: Readonly<Record<string, TaskOption>>,
  given: GivenOptions,
): OptionValues {
  refuseUnknown(task, declared, given);
  const values: Record<string, Value> = {};
  for (const [name, option] of Object.entries(declared)) {
    const value = valueOf(task, name, option, given.get(name));
    if (value !== undefined) values[name] = value;
  }
  return values;
}

/** The option as it is typed: `fileSize` and `file-size` are both --file-size. */
export function flagOf(name: string): string {
  return name.replaceAll(/(?<=[a-z0-9])[A-Z]/g, (letter) => `-${letter}`).toLowerCase();
}

function refuseUnknown(
  task: string | undefined,
  declared: Readonly<Record<string, TaskOption>>,
  given: GivenOptions,
): void {
  for (const name of given.keys()) {
    if (Object.hasOwn(declared, name)) continue;
    const flags = Object.keys(declared).map((known) => `--${flagOf(known)}`);
    throw new FunbricError('usage', `${ownerOf(task)}unknown option --${flagOf(name)}`, {
      hint: didYouMean(`--${flagOf(name)}`, flags, `see: funbric ${task === undefined ? '' : `${task} `}--help`),
    });
  }
}

function valueOf(
  task: string | undefined,
  name: string,
  option: TaskOption,
  texts: readonly string[] | undefined,
): Value | undefined {
  if (texts === undefined || texts.length === 0) {
    if (option.default !== undefined) return decodeDefault(task, name, option, option.default);
    if (option.required !== true) return undefined;
    throw new FunbricError('usage', `${ownerOf(task)}--${flagOf(name)} is missing (${option.describe})`, {
      hint: `add it: --${flagOf(name)} ${placeholderOf(option)}`,
    });
  }
  const isList = option.type === 'list';
  const decoded = (isList ? texts : texts.slice(-1)).map((text) => decode(task, name, option, text));
  return isList ? decoded.flatMap((value) => (Array.isArray(value) ? value.map(String) : [])) : decoded[0];
}

/** What stands for a value in help: `--duration <5s>`. */
export function placeholderOf(option: TaskOption): string {
  if (option.choices !== undefined && option.type !== 'size') return option.choices.join('|');
  switch (option.type) {
    case 'string':
      return 'TEXT';
    case 'number':
      return 'N';
    case 'boolean':
      return '';
    case 'duration':
      return 'TIME';
    case 'size':
      return 'SIZE';
    case 'percent':
      return 'SHARE%';
    case 'list':
      return 'A,B';
  }
}

/** A default is written as on the command line, or as the value that it stands for: 5000 for a duration of 5s. */
function decodeDefault(
  task: string | undefined,
  name: string,
  option: TaskOption,
  value: string | number | boolean,
): Value {
  const hasUnit = option.type === 'duration' || option.type === 'size' || option.type === 'percent';
  return typeof value === 'number' && hasUnit ? value : decode(task, name, option, String(value));
}

function decode(task: string | undefined, name: string, option: TaskOption, text: string): Value {
  const value = parse(option, text);
  const isRefused = value === undefined || !isChoice(option, value) || !isWithinBounds(option, value);
  if (!isRefused) return value;
  throw new FunbricError('usage', `${ownerOf(task)}--${flagOf(name)} can't be ${JSON.stringify(text)}`, {
    hint: `${allowedOf(option, text)}${boundsOf(option)}`,
  });
}

/** Said before what is wrong: which task's option it is; funbric's own name stands there already. */
function ownerOf(task: string | undefined): string {
  return task === undefined ? '' : `${task}: `;
}

function parse(option: TaskOption, text: string): Value | undefined {
  switch (option.type) {
    case 'string':
      return text;
    case 'number':
      return parseNumber(text);
    case 'boolean':
      return text === 'true' ? true : text === 'false' ? false : undefined;
    case 'duration':
      return parseDuration(text);
    case 'size':
      return parseSize(text);
    case 'percent':
      return parsePercent(text);
    case 'list':
      return text.split(',').map((part) => part.trim());
  }
}

function parseNumber(text: string): number | undefined {
  return /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(text) && Number.isFinite(Number(text)) ? Number(text) : undefined;
}

/** A list is allowed when all of it is; a size in whatever unit. */
function isChoice({ choices, type }: TaskOption, value: Value): boolean {
  if (choices === undefined) return true;
  if (typeof value === 'number') return choices.some((choice) => parse({ type, describe: '' }, choice) === value);
  return (Array.isArray(value) ? value : [value]).every((one) => choices.includes(String(one)));
}

function isWithinBounds({ type, min, max }: TaskOption, value: Value): boolean {
  if (typeof value !== 'number') return true;
  const bound = (text: string | undefined, otherwise: number): number => {
    const parsed = text === undefined ? undefined : parse({ type, describe: '' }, text);
    return typeof parsed === 'number' ? parsed : otherwise;
  };
  return value >= bound(min, -Infinity) && value <= bound(max, Infinity);
}

function boundsOf({ min, max }: TaskOption): string {
  if (min !== undefined && max !== undefined) return `; from ${min} to ${max}`;
  if (max !== undefined) return `; at most ${max}`;
  return min === undefined ? '' : `; at least ${min}`;
}

function allowedOf({ type, choices }: TaskOption, text: string): string {
  if (choices !== undefined) return didYouMean(text, choices, `allowed: ${choices.join(', ')}`);
  switch (type) {
    case 'string':
    case 'list':
      return 'write a text';
    case 'number':
      return 'write a number: 4';
    case 'boolean':
      return 'write true or false, or only the option';
    case 'duration':
      return 'write a time: 500ms, 5s, 2m or 1h; a number alone means seconds';
    case 'size':
      return 'write a size: 512, 4K, 1M or 1GiB; K is 1024';
    case 'percent':
      return 'write a share from 0% to 100%: 5%';
  }
}
