/** What runs left on a host: found by our own names and markers, told as data. The host's words, so each is checked. */
import { runTagOf } from '../../model/plan.ts';
import { numberOf } from '../asking/answers.ts';

/**
 * `agent` and `runtime` lie in the cache of the home, `upload` in a temporary folder where the home took none; `work` is an
 * agent's own folder, `run` one below the directory under test, `mount` what a run mounted, by its note in /run/funbric, `part`
 * a put that was cut off, in the home or in such a directory itself.
 */
export type RemainKind = 'agent' | 'runtime' | 'upload' | 'work' | 'run' | 'mount' | 'part';

export interface Remain {
  readonly kind: RemainKind;
  /** Absolute, on the host. */
  readonly path: string;
  readonly ageSeconds: number;
  readonly bytes: number;
  /** As the host itself sees it: a process has something open in it, it changed lately, something is mounted in it. */
  readonly state: 'free' | 'used' | 'young' | 'mounted';
  /** Of a run or a mount. */
  readonly run: string | undefined;
  /** Where a mount is, escaped as in mountinfo; undefined where it is gone and only the note is left. */
  readonly at: string | undefined;
}

export interface HostRemains {
  readonly remains: readonly Remain[];
  /** Run tags of the agents that are alive. */
  readonly liveTags: readonly number[];
  /** An agent is alive whose run the host can't tell: it has written nothing yet. */
  readonly hasUnknownAgent: boolean;
  /** What couldn't be looked at. */
  readonly remarks: readonly string[];
}

const kinds: readonly RemainKind[] = ['agent', 'runtime', 'upload', 'work', 'run', 'mount', 'part'];
const states: readonly Remain['state'][] = ['free', 'used', 'young', 'mounted'];

/** More than this no host has left; a hostile one shall not fill our memory. */
const maxRemains = 2_000;

export function readRemains(output: string): HostRemains {
  const lines = output.split('\n');
  const rest = (word: string): readonly string[] =>
    lines.filter((line) => line.startsWith(`${word}\t`)).map((line) => line.slice(word.length + 1));
  const tags = rest('live').map(tagOf);
  return {
    remains: rest('found').slice(0, maxRemains).flatMap(readRemain),
    liveTags: tags.filter((tag) => tag !== undefined),
    hasUnknownAgent: tags.includes(undefined),
    remarks: rest('remark').slice(0, 10),
  };
}

function readRemain(line: string): readonly Remain[] {
  const [kindText, age, kilobytes, stateText, run = '', at = '', path = '', ...more] = line.split('\t');
  const kind = kinds.find((one) => one === kindText);
  const state = states.find((one) => one === stateText);
  // Where a name of the host has a tab or a control character, it is none of ours.
  const isPlain = path.startsWith('/') && !/\p{Cc}/u.test(path + run + at);
  if (kind === undefined || state === undefined || !isPlain || more.length > 0) return [];
  return [
    {
      kind,
      path,
      ageSeconds: numberOf(age) ?? 0,
      bytes: (numberOf(kilobytes) ?? 0) * 1024,
      state,
      run: run === '' ? undefined : run,
      at: at === '' ? undefined : at,
    },
  ];
}

/** Four bytes in hex, the lowest first, as they stand in the first block of a journal. */
function tagOf(hex: string): number | undefined {
  const bytes = hex
    .trim()
    .split(/\s+/)
    .map((byte) => Number.parseInt(byte, 16));
  if (bytes.length !== 4 || !bytes.every((byte) => byte >= 0 && byte <= 255)) return undefined;
  return bytes.reduceRight((tag, byte) => tag * 256 + byte, 0);
}

/** Why it must stay; undefined: it may go. `live` is what is known of all hosts, which may share what one of them shows. */
export function reasonToKeep(
  remain: Remain,
  live: { readonly tags: ReadonlySet<number>; readonly hasUnknown: boolean },
  wanted: { readonly currentAgent: string; readonly isAll: boolean },
): string | undefined {
  const { kind, path, state, run } = remain;
  if (run !== undefined && live.tags.has(runTagOf({ run }))) return 'its run goes on';
  if (state === 'used') return 'a process uses it';
  if (state === 'mounted') return 'something is mounted in it';
  if ((kind === 'run' || kind === 'mount') && live.hasUnknown)
    return 'an agent has just started, and its run may be this one';
  if (state === 'young') return 'it changed lately (--older-than)';
  if (wanted.isAll) return undefined;
  if (kind === 'runtime') return 'the next run uses it (--all)';
  if (kind === 'agent' && path.endsWith(`/${wanted.currentAgent}`)) return 'the next run uses it (--all)';
  return undefined;
}
