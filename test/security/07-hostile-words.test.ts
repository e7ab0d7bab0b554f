/** Promise 7: what a host says is text of bounded size: never a path here, never markup, never a terminal's command. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { startFleet, type FleetRun, type TestFleet } from '../../src/testing/index.ts';
import { controlsIn } from '../support/controls.ts';
import { hostileAgents } from './hostile-agents.ts';

const kinds = Object.keys(hostileAgents);

describe('promise 7: a host with a hostile agent', { timeout: 600_000 }, () => {
  let fleet: TestFleet;
  let ended: FleetRun;
  before(async () => {
    const hostile = Object.entries(hostileAgents).map(([kind, program], at) => ({
      name: `evil${at}`,
      faults: [{ kind: 'other-agent', program }] as const,
      files: { kind },
    }));
    fleet = await startFleet({ hosts: [{ name: 'sound' }, ...hostile] });
    const words = ['runtest', '--dir', fleet.shared, '--workers', '1', '--duration', '2s', '--rate', '300'];
    ended = await fleet.run(words, { timeoutMs: 300_000 });
  });
  after(async () => fleet.close());
  const latest = (name: string): string => join(fleet.reportsFolder, 'latest', name);

  it('makes no bug of ours and no pass: the run is judged, and the report is there', () => {
    assert([1, 2].includes(Number(ended.status)), `${ended.status} ${ended.stdout}${ended.stderr}`);
    assert.doesNotMatch(ended.stderr, /bug/i);
    assert(existsSync(latest('report.html')));
  });

  it('takes nothing from the sound host beside it', async () => {
    const { hosts, findings } = await fleet.latestRun();
    const [sound] = hosts;
    assert.deepEqual([sound?.name, sound?.status, sound?.reason], ['sound', 'completed', undefined], ended.stdout);
    assert.deepEqual(
      findings.filter(({ grade, host }) => grade === 'proven' && host === 'sound'),
      [],
    );
  });

  for (const [at, kind] of kinds.entries()) {
    if (kind === 'says escapes') continue;
    it(`is not taken for one that completed, or has a gap in its evidence: it ${kind}`, async () => {
      const { hosts, reasons } = await fleet.latestRun();
      const row = hosts.find(({ name }) => name === `evil${at}`);
      const said = [row?.reason ?? '', ...reasons].join(' ');
      assert(
        reasons.every((reason) => !reason.includes('\n')),
        'a reason is one line',
      );
      assert(row?.status !== 'completed' || said.includes(`evil${at}`), JSON.stringify([row, reasons]));
    });
  }

  it('chooses no name here: the run has the files that we named, and nothing else was made', () => {
    const names = readdirSync(latest(''), { recursive: true }).map(String);
    const ours =
      /^(plan\.json|events\.ndjson|run\.json|junit\.xml|report\.html|results|journals|results\/\d{4}\.json|journals\/\d{4}\.fbj)$/;
    assert.deepEqual(
      names.filter((name) => !ours.test(name)),
      [],
    );
    const all = readdirSync(fleet.folder, { recursive: true }).map(String);
    assert.deepEqual(
      all.filter((name) => /escaped/.test(name)),
      [],
    );
  });

  it('reaches no terminal with a control character or a change of direction', () => {
    assert.deepEqual(controlsIn(ended.stdout + ended.stderr), []);
    assert.match(ended.stdout, /overwritten/, 'it was said, and shown as text');
  });

  it('is text in the report, which also allows nothing but its own script and style', () => {
    const html = readFileSync(latest('report.html'), 'utf8');
    assert.match(html, /Content-Security-Policy" content="default-src &#x27;none&#x27;|content="default-src 'none'/);
    assert(!html.includes('<script>escaped'), 'markup of a host is in the report');
    assert.deepEqual(controlsIn(html), []);
  });

  it('is text in junit.xml, which has no DTD and no entity of its own', () => {
    const xml = readFileSync(latest('junit.xml'), 'utf8');
    assert.equal(XMLValidator.validate(xml), true);
    assert.doesNotMatch(xml, /<!DOCTYPE|<!ENTITY/);
    assert.deepEqual(controlsIn(xml), []);
    assert('testsuites' in new XMLParser({ processEntities: false }).parse(xml));
  });
});
