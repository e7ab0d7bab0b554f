/** Gathered output as text: a block for each group of hosts that said the same, or what it differs in from the largest group. */
import type { ChalkInstance } from 'chalk';
import { unifiedDiff } from '../../model/diff.ts';
import { foldNodeSet } from '../../model/nodeset.ts';
import { plural } from '../../report/format.ts';
import { sanitize } from '../terminal/sanitize.ts';
import type { Group } from './gather.ts';

export interface BlockOptions {
  /** In the order of their positions. */
  readonly names: readonly string[];
  readonly colors: ChalkInstance;
}

/** Hosts that said nothing have a line, where others have said something. */
export function blocksText(groups: readonly Group[], options: BlockOptions): string {
  const isSilent = groups.every(isEmpty);
  return isSilent ? '' : groups.map((group) => blockOf(group, options)).join('');
}

/** On stderr few hosts say anything: who doesn't is no news. */
export function errorBlocksText(groups: readonly Group[], options: BlockOptions): string {
  return groups
    .filter((group) => !isEmpty(group))
    .map((group) => blockOf(group, options, ', stderr'))
    .join('');
}

export function diffText(groups: readonly Group[], options: BlockOptions): string {
  const [largest, ...others] = groups;
  if (largest === undefined) return '';
  const { colors } = options;
  const painters = { '-': colors.red, '+': colors.green, '@': colors.cyan };
  return others
    .map((group) => {
      const lines = unifiedDiff(largest.text, group.text).map((line) => {
        const paint = Object.entries(painters).find(([sign]) => line.startsWith(sign))?.[1];
        const shown = sanitize(line);
        return paint === undefined ? shown : paint(shown);
      });
      const heads = [colors.bold(`--- ${titleOf(largest, options)}`), colors.bold(`+++ ${titleOf(group, options)}`)];
      const cut = lines.length === 0 ? ['they differ in what is not kept: raise --max-output'] : [];
      return `${[...heads, ...lines, ...cut].join('\n')}\n`;
    })
    .join('');
}

const ruler = '-'.repeat(15);

function blockOf(group: Group, options: BlockOptions, kind = ''): string {
  const { colors } = options;
  const title = `${titleOf(group, options)}${kind}`;
  if (isEmpty(group)) return `${colors.cyan(`${ruler}\n${title}: no output`)}\n`;
  const lines = group.text
    .replace(/\r?\n$/, '')
    .split('\n')
    .map(sanitize);
  const more = group.droppedBytes === 0 ? [] : [colors.yellow(`... and ${plural(group.droppedBytes, 'byte')} more`)];
  return `${[colors.cyan(`${ruler}\n${title}\n${ruler}`), ...lines, ...more].join('\n')}\n`;
}

function titleOf({ hosts }: Group, { names }: BlockOptions): string {
  return `${foldNodeSet(hosts.map((host) => sanitize(names[host] ?? '')))} (${hosts.length})`;
}

function isEmpty({ text, droppedBytes }: Group): boolean {
  return text === '' && droppedBytes === 0;
}
