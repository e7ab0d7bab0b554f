/** `funbric export [RUN] --to csv`: a judged run in the formats of other programs. Needs no hosts, and changes nothing of the run. */
import { exportFormats, exportRun, task } from 'funbric';

export default task({
  summary:
    'Write a judged run (the latest one) as CSV, OpenMetrics, Markdown, HdrHistogram log or JUnit XML; or its JSON Schema',
  arguments: '[RUN]',
  options: {
    to: {
      type: 'string',
      required: true,
      choices: exportFormats,
      describe:
        'csv: every table; openmetrics: run.prom; markdown: summary.md; hdr: latency.hlog; junit: junit.xml; json-schema: of run.json',
    },
    output: {
      type: 'string',
      alias: 'o',
      describe:
        "file, or folder for several files, or - to print; in the run's folder where not given (a schema is printed)",
    },
    table: { type: 'string', describe: 'of CSV, this table alone: operations, hosts, findings, timeline, ...' },
  },
  examples: {
    'funbric export --to csv': 'reports/latest/csv/hosts.csv, operations.csv, ...',
    'funbric export --to csv --table operations -o -': 'one table, for a pipe',
    'funbric export reports/RUN --to openmetrics -o run.prom': 'for a collector of text files',
    'funbric export --to markdown -o -': 'for a comment on a merge request',
    'funbric export --to hdr': 'latency.hlog, for the tools of HdrHistogram',
    'funbric export --to json-schema -o run.schema.json': 'what programs that read run.json go by',
  },
  async local({ arguments: [run], reportsFolder, currentFolder, log, print, data }, { to, output, table }) {
    const exported = await exportRun({ reportsFolder, currentFolder, run, to, output, table });
    if (exported.kind === 'printed') print(exported.text);
    else {
      for (const { path, bytes } of exported.files) {
        if (data === undefined) log(`wrote ${path}`);
        else data({ kind: 'file', path, bytes });
      }
    }
    return undefined;
  },
});
