/**
 * Many names in few letters: `web[01-60]`, `n[1-9/2]`, `rack[1-4]-node[1,3,5-7]`. Between them `,` is and, `!` but not, `&`
 * only those that are also, `^` those in one of both, from left to right; `@name` is a group. Zero padding is kept, and
 * folding is the way back. A bracket that holds a colon is an IPv6 address, never a range.
 */
import { expandItem, maxNames, mistake, tooMany, type Item } from './nodeset-item.ts';

const operators = [',', '!', '&', '^'] as const;

/** A part of a NodeSet, with what it does to all before it. */
export interface Operand extends Item {
  readonly operator: (typeof operators)[number];
}

/** The names of a group; `*` is all names there are. */
export type Groups = (group: string) => Iterable<string>;

/** All names of a NodeSet in the order written, each once; without `groups` an `@` is a letter. Throws `usage`, showing the place. */
export function expandNodeSet(text: string, groups?: Groups): string[] {
  return [...evaluateNodeSet(text, (operand) => namesOf(operand, groups).map((name) => [name, name])).keys()];
}

/** The names of one operand. */
export function namesOf(operand: Item, groups?: Groups): readonly string[] {
  if (groups === undefined || !operand.text.startsWith('@')) return expandItem(operand);
  const { whole, text, start } = operand;
  return expandItem({ whole, text: text.slice(1), start: start + 1 }).flatMap((group) => Array.from(groups(group)));
}

/**
 * What a NodeSet stands for, where its operands stand for more than names: by name, in the order written. `join` decides
 * about a name that comes twice.
 */
export function evaluateNodeSet<T>(
  text: string,
  read: (operand: Operand) => Iterable<readonly [name: string, value: T]>,
  join: (before: T, now: T) => T = (before) => before,
): Map<string, T> {
  const all = new Map<string, T>();
  for (const operand of splitOperands(text)) {
    const these = new Map(read(operand));
    for (const [name, value] of these) {
      const before = all.get(name);
      if (operand.operator === ',') all.set(name, before === undefined ? value : join(before, value));
      else if (operand.operator === '!') all.delete(name);
      else if (operand.operator === '^') {
        if (!all.delete(name)) all.set(name, value);
      }
    }
    if (operand.operator === '&') for (const name of all.keys()) if (!these.has(name)) all.delete(name);
    if (all.size > maxNames) throw tooMany(operand);
  }
  return all;
}

/** The parts between the operators that aren't in brackets. */
export function splitOperands(whole: string): readonly Operand[] {
  const operands: Operand[] = [];
  let start = 0;
  let depth = 0;
  let operator: Operand['operator'] = ',';
  for (let at = 0; at <= whole.length; at++) {
    const character = whole[at];
    if (character === '[') depth++;
    if (character === ']') depth = Math.max(0, depth - 1);
    const next = operators.find((one) => one === character && depth === 0);
    if (next === undefined && at < whole.length) continue;
    operands.push({ whole, operator, ...trim(whole, start, at) });
    start = at + 1;
    operator = next ?? ',';
  }
  return operands;
}

function trim(whole: string, start: number, end: number): Pick<Operand, 'text' | 'start'> {
  const raw = whole.slice(start, end);
  const text = raw.trim();
  if (text === '') throw mistake(whole, start, 'has no name here', 'write a name, or remove the sign beside it');
  return { text, start: start + raw.indexOf(text) };
}

export { foldNodeSet } from './fold-nodeset.ts';
