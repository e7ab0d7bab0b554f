/**
 * Reading a big FunkLoad result beside Python's expat on the same file: expat tells its handlers of every tag, as FunkLoad
 * itself uses it, and they do nothing. `FUNBRIC_BENCH_MB` makes the file smaller.
 */
import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, statSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as z from 'zod/mini';
import { figure, median, type Group } from './group.ts';
import { works } from './timed.ts';

const rounds = 3;
const limitMs = 300_000;
const megabytes = Number(process.env['FUNBRIC_BENCH_MB'] ?? 1000);

const spentSchema = z.object({ wallSeconds: z.number(), cpuSeconds: z.number(), peakBytes: z.number() });
type Spent = z.infer<typeof spentSchema>;

const reader = fileURLToPath(new URL('xml-reader.js', import.meta.url));

const expat = `
import json, resource, sys, time, xml.parsers.expat
parser = xml.parsers.expat.ParserCreate()
if sys.argv[1] == 'handlers':
    parser.StartElementHandler = lambda name, attributes: None
    parser.EndElementHandler = lambda name: None
    parser.CharacterDataHandler = lambda text: None
started = time.perf_counter()
with open(sys.argv[2], 'rb') as file:
    parser.ParseFile(file)
wall = time.perf_counter() - started
used = resource.getrusage(resource.RUSAGE_SELF)
print(json.dumps({'wallSeconds': wall, 'cpuSeconds': used.ru_utime + used.ru_stime, 'peakBytes': used.ru_maxrss * 1024}))
`;

const ways = {
  scanned: [process.execPath, reader, 'scan'],
  read: [process.execPath, reader, 'read'],
  expat: ['python3', '-c', expat, 'handlers'],
  'expat that tells nobody': ['python3', '-c', expat, 'none'],
} as const;

export const xml: Group = {
  name: 'xml',
  summary: `a FunkLoad result of ${megabytes} MB, median CPU time of ${rounds} rounds`,
  async run(print) {
    const folder = mkdtempSync(join(tmpdir(), 'funbric-bench-'));
    try {
      const file = join(folder, 'funkload.xml');
      writeResult(file, megabytes * 1e6);
      measure(file, print);
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
};

function measure(file: string, print: (line: string) => void): void {
  const hasPython = works('python3', '-c', 'import xml.parsers.expat');
  if (!hasPython) print('expat: not measured: no python3 here');
  const names = (['scanned', 'read', 'expat', 'expat that tells nobody'] as const).filter(
    (name) => hasPython || !name.startsWith('expat'),
  );
  const spent = new Map<string, Spent[]>(names.map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const name of names) spent.get(name)?.push(run([...ways[name], file]));
  }
  const mb = statSync(file).size / 1e6;
  const speed = (name: string): number => mb / median((spent.get(name) ?? []).map((each) => each.cpuSeconds));
  for (const ours of ['scanned', 'read'] as const) {
    const what = ours === 'read' ? 'read, hashed and added up' : 'scanned, every tag';
    for (const than of names.filter((name) => name.startsWith('expat'))) {
      print(figure({ what, ours: speed(ours), theirs: speed(than), than, unit: 'MB/s', digits: 0 }));
    }
    const peak = Math.max(...(spent.get(ours) ?? []).map((each) => each.peakBytes)) / 2 ** 20;
    print(`${what}: ${speed(ours).toFixed(0)} MB/s, peak memory ${peak.toFixed(0)} MiB`);
  }
}

function run([program = '', ...args]: readonly string[]): Spent {
  return spentSchema.parse(JSON.parse(execFileSync(program, args, { encoding: 'utf8', timeout: limitMs })));
}

/** As fl-run-bench writes it: a test of 20 pages by 20 users, again and again. */
function writeResult(file: string, bytes: number): void {
  const descriptor = openSync(file, 'w');
  let written = writeSync(
    descriptor,
    '<funkload version="1.17.1" time="2025-01-02T03:04:05.6">\n<config key="cycles" value="[20]" />\n',
  );
  let second = 0;
  while (written < bytes) written += writeSync(descriptor, testsOf(second++));
  writeSync(descriptor, '</funkload>\n');
  closeSync(descriptor);
}

function testsOf(second: number): string {
  const lines: string[] = [];
  for (let user = 0; user < 20; user++) {
    const who = `cycle="000" cvus="020" thread="${pad(user)}" suite="Simple" name="test_simple"`;
    for (let step = 1; step <= 20; step++) {
      const duration = ((second * 7919 + user * 104_729 + step * 1_299_709) % 1_000_003) / 1_000_003;
      const when = `time="${(1_735_787_045 + second + step / 20).toFixed(2)}" duration="${duration.toFixed(12)}"`;
      const what = `step="${pad(step)}" number="001" type="get" result="Successful" url="/page${step}.html?user=${user}"`;
      lines.push(`<response ${who} ${what} code="200" description="Page ${step}" ${when} />\n`);
    }
    const counts =
      'steps="20" connection_duration="9.3" requests="20" pages="20" xmlrpc="0" redirects="0" images="0" links="0"';
    lines.push(
      `<testResult ${who}  time="${1_735_787_045 + second}.01" result="Successful" duration="10.5" ${counts} />\n`,
    );
  }
  return lines.join('');
}

function pad(number: number): string {
  return String(number).padStart(3, '0');
}
