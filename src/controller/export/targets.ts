/** All that a run can be turned into for others. Loaded where it is asked for. */
import { csv } from '../../formats/write/csv.ts';
import { hdr } from '../../formats/write/hdr.ts';
import { junit } from '../../formats/write/junit.ts';
import { openmetrics } from '../../formats/write/openmetrics.ts';
import type { Writer } from '../../formats/write/writer.ts';
import { renderSummary } from '../../report/summary.ts';

const markdown: Writer = {
  name: 'markdown',
  summary: 'the run in a few tables as Markdown, below 60 KB, for pages of CI servers',
  files: (run) => [{ name: 'summary.md', text: renderSummary(run) }],
};

export const targets: readonly Writer[] = [csv, openmetrics, markdown, hdr, junit];
