/** Results of several hosts, made up: FunkLoad's of any load, JUnit's of any cases; and what a merge makes of them. */
import { CaseTable } from '../../src/controller/merge/collected/case-table.ts';
import { Holding, type HeldResult } from '../../src/controller/merge/collected/held-result.ts';
import { mergeCollected, type CollectedParts } from '../../src/controller/merge/collected/merge-collected.ts';
import type { ReadFile } from '../../src/controller/merge/collected/read-collected.ts';
import { defaultLimits, type Plan } from '../../src/model/plan.ts';
import type { CollectedFile } from '../../src/model/receipt.ts';
import type { HostResult } from '../../src/model/result.ts';
import { readBytes } from './result-files.ts';

export const startSeconds = 1_735_787_045;

export interface Load {
  readonly node?: string;
  /** Users by cycle. */
  readonly cycles?: readonly number[];
  /** Since `startSeconds`. */
  readonly start?: number;
  /** Of each request, one after another within each cycle; a cycle begins 100 s after the one before it. */
  readonly durations?: readonly number[];
  readonly every?: number;
  /** Requests, by their place, that fail. */
  readonly failing?: readonly number[];
  readonly url?: string;
  readonly target?: string;
}

export function funkloadOf(load: Load): string {
  const { node, cycles = [2], start = 0, durations = [0.1, 0.2, 0.3], every = 1, failing = [], url = '/' } = load;
  const config = {
    cycles: `[${cycles.join(', ')}]`,
    duration: '10',
    ...(node === undefined ? {} : { node }),
    class: 'Shop',
    method: 'test_buy',
    server_url: load.target ?? 'http://shop.example/',
  };
  const lines = cycles.flatMap((users, cycle) =>
    durations.map((duration, at) => {
      const isFailed = failing.includes(at);
      const place = `cycle="00${cycle}" cvus="00${users}" thread="001" suite="Shop" name="test_buy" step="001" number="001"`;
      const what = `type="get" result="${isFailed ? 'Failure' : 'Successful'}" url="${url}" code="${isFailed ? 502 : 200}" description="Look"`;
      return `<response ${place} ${what} time="${startSeconds + start + cycle * 100 + at * every}" duration="${duration}" />`;
    }),
  );
  const entries = Object.entries(config).map(([key, value]) => `<config key="${key}" value="${value}" />`);
  return `<funkload version="1.17.1" time="2025-01-02T03:04:05.678">\n${[...entries, ...lines].join('\n')}\n</funkload>\n`;
}

export function junitOf(cases: Readonly<Record<string, 'passed' | 'failed' | 'skipped' | 'flaky'>>, more = ''): string {
  const bodies = {
    passed: '',
    failed: '<failure message="expected 1">at a.c:1</failure>',
    skipped: '<skipped/>',
    flaky: '<flakyFailure message="first try">trace</flakyFailure>',
  };
  const lines = Object.entries(cases).map(
    ([name, outcome]) => `<testcase classname="A" name="${name}" time="0.5">${bodies[outcome]}</testcase>`,
  );
  return `<testsuite name="all" ${more}>\n${lines.join('\n')}\n</testsuite>\n`;
}

export interface Given {
  readonly host: string;
  /** Undefined: it brought nothing. */
  readonly text: string | undefined;
}

export interface Merging {
  readonly merge?: Plan['merge'];
  /** How many single measurements are held. */
  readonly samples?: number;
  /** What its digest was when it was collected, where that isn't its own. */
  readonly sha256?: string;
}

/** One file a host. */
export function mergedOf(given: readonly Given[], { merge, samples, sha256 }: Merging = {}): CollectedParts {
  const cases = new CaseTable();
  const holding = new Holding(cases, samples === undefined ? {} : { samples });
  const files = new Map<string, ReadFile>();
  const results = given.map(({ host, text }, index): HostResult => {
    const base = { version: 1 as const, run: 'r', index, name: host, gaps: [], commands: [], pings: [] };
    if (text === undefined) return { ...base, status: 'completed' };
    const read = readBytes(text);
    const held = read.results.map((measured): HeldResult => holding.add(measured));
    files.set(`collected/000${index}/0`, { ...read, kind: 'read', results: held });
    const file: CollectedFile = {
      name: `${host}.xml`,
      bytes: read.bytes,
      sha256: sha256 ?? read.sha256,
      of: index,
      n: 0,
    };
    return { ...base, status: 'completed', collected: [file] };
  });
  const merged = mergeCollected(planOf(given, merge), results, { files, cases });
  if (merged === undefined) throw new Error('nothing was brought');
  return merged;
}

function planOf(given: readonly Given[], merge: Plan['merge']): Plan {
  return {
    version: 1,
    run: 'r',
    funbric: '0.1.0',
    createdAt: '2025-01-02T03:04:05.000Z',
    seed: 0,
    hosts: given.map(({ host }) => ({ name: host, roles: [], groups: [], variables: {} })),
    tasks: [{ name: 'merge', options: {} }],
    limits: defaultLimits,
    isKept: false,
    ...(merge === undefined ? {} : { merge }),
  };
}
