/** One row of docs/rigs.md, from a run of scripts/rig-mounts.sh. */
import { readFileSync } from 'node:fs';

const [path = '', protocol = '', profile = '', status = '', left = ''] = process.argv.slice(2);
const run = JSON.parse(readFileSync(path, 'utf8'));
const sum = (field) => run.hosts.reduce((total, host) => total + host[field], 0);
const counts = new Map();
for (const { code, grade, count } of run.findings) {
  counts.set(`${code} ${grade}`, (counts.get(`${code} ${grade}`) ?? 0) + count);
}
const findings = [...counts].map(([kind, count]) => `${kind} x${count}`).join(', ') || 'none';
const target = run.hosts[0]?.facts?.target;
const told = target?.options.filter((option) => /^(vers|rsize|wsize|proto|cache|nconnect|actimeo)/.test(option)) ?? [];
const cells = [
  protocol,
  profile,
  run.plan.createdAt.slice(0, 10),
  `${run.plan.tasks[0].workload.durationMs / 1000} s`,
  status,
  run.verdict,
  sum('operations'),
  Math.round(sum('perSecond')),
  sum('errors'),
  run.evidence.chunksVerified,
  findings,
  left === '0' ? 'nothing' : `${left} lines`,
  `${target?.type ?? 'nothing'} ${told.join(',')}`,
];
process.stdout.write(`| ${cells.join(' | ')} |\n`);
