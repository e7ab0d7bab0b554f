/** A run for logs, CI and pipes: its story, and a heartbeat that comes less often the longer nothing else is said. */
import type { ChalkInstance } from 'chalk';
import { foldNodeSet } from '../../model/nodeset.ts';
import type { RunEvent } from '../../controller/events/events.ts';
import { formatCount, plural } from '../../report/format.ts';
import { newBoard, reduceBoard, type BoardState } from './board-state.ts';
import { durationOf } from '../terminal/duration.ts';
import { hungAfterMs, silentAfterMs, viewHost, type HostView } from './host-view.ts';
import { makeStory, type Story } from './story.ts';

const firstHeartbeatMs = 30_000;
const lastHeartbeatMs = 300_000;

export function makePlainDisplay(say: (line: string) => void, colors: ChalkInstance): Story {
  let board = newBoard();
  let pauseMs = firstHeartbeatMs;
  let hasSaid = false;
  let saidMs: number | undefined;
  const story = makeStory({
    colors,
    say: (line) => {
      hasSaid = true;
      say(line);
    },
  });
  /** Whatever is said puts the next heartbeat off. */
  const rest = (nowMs: number): void => {
    saidMs ??= nowMs;
    if (!hasSaid) return;
    hasSaid = false;
    saidMs = nowMs;
    pauseMs = firstHeartbeatMs;
  };
  return {
    listen(event: RunEvent) {
      board = reduceBoard(board, event);
      story.listen(event);
      rest(event.atMs);
    },
    tick(nowMs) {
      story.tick(nowMs);
      if (saidMs === undefined) return;
      rest(nowMs);
      if (nowMs - saidMs < pauseMs) return;
      say(heartbeatLine(board, nowMs, colors));
      saidMs = nowMs;
      pauseMs = Math.min(2 * pauseMs, lastHeartbeatMs);
    },
    flush: story.flush,
  };
}

function heartbeatLine(board: BoardState, nowMs: number, colors: ChalkInstance): string {
  const { phase, phaseMs, looked } = board;
  const hosts = [...board.hosts.values()];
  const ended = hosts.filter(({ stage }) => stage.kind === 'ended').length;
  const connected = hosts.filter(({ stage }) => stage.kind !== 'planned').length;
  if (phase === undefined) return `connected ${connected} of ${hosts.length}, ended ${ended}`;
  const beats = hosts.flatMap(({ stage, beat }) => (stage.kind === 'ended' || beat === undefined ? [] : [beat]));
  const operations = beats.reduce((sum, beat) => sum + beat.operations, 0);
  const elapsedMs = nowMs - phaseMs;
  const rate = elapsedMs > 0 ? (operations * 1000) / elapsedMs : 0;
  const views = hosts.map((host) => viewHost(host, nowMs));
  return [
    `${phase} ${durationOf(elapsedMs)}: ${plural(beats.length, 'host')}`,
    `${formatCount(operations)} operations (${formatCount(rate)}/s)`,
    `${formatCount(beats.reduce((sum, beat) => sum + beat.errors, 0))} errors`,
    ...(looked === undefined ? [] : [`${plural(looked.findings, 'finding')} so far`]),
    ...troubleTexts(views).map((text) => colors.yellow(text)),
    ...(ended > 0 ? [`${ended} ended`] : []),
  ].join(', ');
}

function troubleTexts(views: readonly HostView[]): readonly string[] {
  const silent = views.filter(({ state }) => state === 'silent').map(({ name }) => name);
  const hung = views.filter(({ state }) => state === 'hung');
  const worst = hung.toSorted((a, b) => (b.longestMs ?? 0) - (a.longestMs ?? 0))[0];
  return [
    ...(silent.length > 0 ? [`no word for ${silentAfterMs / 1000} s from ${foldNodeSet(silent)}`] : []),
    ...(worst === undefined
      ? []
      : [
          `nothing finished for ${hungAfterMs / 1000} s on ${foldNodeSet(hung.map(({ name }) => name))} (${worst.name}: ${worst.note})`,
        ]),
  ];
}
