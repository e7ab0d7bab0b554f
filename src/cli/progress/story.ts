/**
 * A run told in lines. What several hosts say within half a second is one line with their names folded; each host's own
 * lines keep their order.
 */
import type { ChalkInstance } from 'chalk';
import { LineFolder } from '../../model/fold-lines.ts';
import { foldNodeSet } from '../../model/nodeset.ts';
import type { RunEvent } from '../../controller/events/events.ts';
import { hostBar, lineOf, type Telling } from './event-lines.ts';
import { sanitize } from '../terminal/sanitize.ts';

export interface Story {
  readonly listen: (event: RunEvent) => void;
  /** To be called a few times a second: says what has waited long enough for others to say the same. */
  readonly tick: (nowMs: number) => void;
  readonly flush: () => void;
}

export interface StoryOptions {
  readonly say: (line: string) => void;
  readonly colors: ChalkInstance;
  /** In ms, how long a host's line waits for others; 0: not at all. */
  readonly foldMs?: number;
  /** Of the names before the bar, so that the bars stand below each other. */
  readonly width?: number;
}

const defaultFoldMs = 500;
/** More is said at once: a flood of lines must not fill our memory. */
const maxFolded = 500;
const maxWidth = 24;

export function makeStory({ say, colors, foldMs = defaultFoldMs, width = 0 }: StoryOptions): Story {
  const telling: Telling = { hosts: 0, connected: 0, phase: undefined, failed: new Set() };
  const folder = new LineFolder();
  let barAt = Math.min(maxWidth, width);
  let firstMs = 0;
  const flush = (): void => {
    for (const { hosts, text } of folder.take()) {
      const names = foldNodeSet(hosts.map(sanitize));
      say(text.startsWith(hostBar) ? `${colors.cyan(names.padEnd(barAt))}${text}` : `${names}${text}`);
    }
  };
  return {
    listen(event) {
      if (event.kind === 'run-started') barAt = Math.min(maxWidth, widest(event.hosts));
      const line = lineOf(event, telling, colors);
      if (line === undefined) return;
      if (line.host === undefined) {
        flush();
        say(line.text);
        return;
      }
      if (folder.size === 0) firstMs = event.atMs;
      folder.add(line.host, line.text);
      if (foldMs === 0 || folder.size >= maxFolded) flush();
    },
    tick(nowMs) {
      if (folder.size > 0 && nowMs - firstMs >= foldMs) flush();
    },
    flush,
  };
}

export function widest(hosts: readonly string[]): number {
  return Math.max(0, ...hosts.map((host) => sanitize(host).length));
}
