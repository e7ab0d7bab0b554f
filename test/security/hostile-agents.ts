/**
 * Agents that lie: each is our own agent with one change on its way out, as the CommonJS text that a host's `node` runs in its
 * place. The change is a function `(event) => line or undefined`, undefined for what stays as it is.
 */
import { terminalEscapes } from '../../src/testing/index.ts';

function agentThat(change: string): string {
  return `const fs = require('node:fs');
const { isMainThread } = require('node:worker_threads');
const [node, , agent, marker] = process.argv;
process.argv = [node, agent, marker];
const change = ${change};
if (isMainThread) {
  const write = process.stdout.write.bind(process.stdout);
  process.stdout.write = (text, ...rest) => {
    let event;
    try { event = JSON.parse(text); } catch { return write(text, ...rest); }
    return write(change(event) ?? text, ...rest);
  };
}
require(agent);`;
}

/** When its files are ready, something is done to them. */
const atDelivery = (act: string): string =>
  agentThat(
    `(event) => { if (event.kind === 'delivered') { const { resultPath, journalPath } = event.delivery; ${act} } }`,
  );

const spoken = JSON.stringify([
  ...terminalEscapes,
  '<script>escaped()</script>',
  ']]><!ENTITY x SYSTEM "file:///etc/passwd">',
]);

export const hostileAgents: Readonly<Record<string, string>> = {
  'says escapes': agentThat(`(event) => {
    const text = ${spoken}.join(' ');
    if (event.kind === 'hello') for (const key of ['hostname', 'kernel', 'cpu']) event.facts[key] = text;
    if (event.kind !== 'phase-started') return JSON.stringify(event) + '\\n';
    return JSON.stringify({ kind: 'log', text }) + '\\n' + JSON.stringify(event) + '\\n';
  }`),
  'names paths that lead out': agentThat(`(event) => {
    if (event.kind === 'delivered') event.delivery = { resultPath: '../../../escaped', journalPath: '/etc/passwd' };
    return JSON.stringify(event) + '\\n';
  }`),
  'has a result of 600 MB': atDelivery('fs.truncateSync(resultPath, 600e6);'),
  'nests its result': atDelivery("fs.writeFileSync(resultPath, '['.repeat(5e6));"),
  'has a result of many members': atDelivery(
    "fs.writeFileSync(resultPath, '{' + Array.from({ length: 1e6 }, (_, at) => '\"__proto__' + at + '\":{}').join() + '}');",
  ),
  'has journal blocks of impossible lengths': atDelivery(
    'const bytes = fs.readFileSync(journalPath); bytes.fill(0xff, 8, 40); fs.writeFileSync(journalPath, bytes);',
  ),
  'has a journal that is a pipe': atDelivery(
    "fs.rmSync(journalPath); require('node:child_process').execFileSync('mkfifo', [journalPath]);",
  ),
  'sends a line that never ends': agentThat("(event) => event.kind === 'heartbeat' ? 'x'.repeat(6 << 20) : undefined"),
  'sends what is no event': agentThat(
    '(event) => event.kind === \'heartbeat\' ? \'{"kind":"nonsense"}\\n\' : undefined',
  ),
};
