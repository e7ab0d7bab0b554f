import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Check } from '../../src/checks/check.ts';
import { fingerprintOf } from '../../src/checks/fingerprint.ts';
import { checks } from '../../src/checks/registry.ts';
import type { Fingerprint } from '../../src/model/fingerprint.ts';
import { historyOfCase, type Case } from './case-history.ts';
import { readCases } from './read-cases.ts';

describe('the strongest consistency that a run satisfied', () => {
  it('is posix where nothing broke it, and what was not looked at is said', () => {
    const { declared, strongest, looks, untested } = fingerprint('V02', 'innocent-in-time.json');
    assert.notEqual(declared, 'posix');
    assert.deepEqual(strongest, ['posix']);
    assert.ok(looks.reads > 0);
    assert.ok(untested.includes('locks between hosts'));
    assert.ok(untested.every((text) => !text.startsWith('data')));
  });

  it('is not posix where what the declared one allows would be proven under posix', () => {
    const { declared, strongest, models } = fingerprint('D12', 'close-to-open.json');
    assert.equal(declared, 'close-to-open');
    assert.deepEqual(strongest, ['close-to-open', 'smb']);
    const breach = models.find(({ model }) => model === 'posix')?.breach;
    assert.equal(breach?.code, 'D12');
    assert.equal(breach.clause, 'what has ended before a look begins is seen by it, on every host');
    assert.equal(breach.witness.length, 3);
    assert.ok((breach.edges?.length ?? 0) > 0);
    assert.doesNotMatch(breach.found, /allowed/);
  });

  it('is weaker than the declared one where that was broken', () => {
    const { declared, strongest } = fingerprint('V01', 'missed.json');
    assert.equal(declared, 'close-to-open');
    assert.deepEqual(strongest, ['smb']);
  });

  it('is none where data is lost for good', () => {
    const { strongest, models } = fingerprint('D04', 'older.json');
    assert.deepEqual(strongest, []);
    assert.ok(models.every(({ breach }) => breach?.code === 'D04'));
  });

  it('says nothing of what one client alone can show', () => {
    const given = readCases().find(({ code, name }) => code === 'D14' && /innocent/.test(name))?.given;
    assert.ok(given !== undefined);
    const { looks, untested } = of({
      ...given,
      hosts: ['a'],
      operations: given.operations.filter(({ by }) => by.startsWith('a')),
    });
    assert.equal(looks.hosts, 1);
    assert.deepEqual(untested, ['anything between clients: there was one only']);
  });

  it('is not said where a check crashes under another model: it may have been what breaks it', () => {
    const given = readCases().find(({ code, name }) => code === 'D12' && name === 'close-to-open.json')?.given;
    assert.ok(given !== undefined);
    const fragile: Check = {
      code: 'D12',
      claim: 'holds where nothing is promised',
      examine({ consistency }) {
        if (consistency === 'posix') throw new Error('it has no answer');
        return [];
      },
    };
    const history = historyOfCase(given);
    assert.throws(() => fingerprintOf({ history, checks: [fragile], findings: [] }), /it has no answer/);
  });

  it('judges under the declared model as the run was judged', () => {
    for (const { code, name, given } of readCases()) {
      const history = historyOfCase(given);
      const findings = checks.flatMap((check) => check.examine(history));
      const { declared, models } = fingerprintOf({ history, checks, findings });
      const isBroken = findings.some((one) => one.grade === 'proven' && !one.code.startsWith('H'));
      const row = models.find(({ model }) => model === declared);
      assert.equal(row?.isHeld, !isBroken, `${code}/${name}`);
      // What a weaker model forbids, no stronger one allows.
      const [posix, closeToOpen, smb, eventual] = models.map(({ isHeld }) => isHeld);
      const isOrdered = (posix !== true || (closeToOpen && smb)) && (!(closeToOpen || smb) || eventual);
      assert.equal(isOrdered, true, `${code}/${name}`);
    }
  });
});

function fingerprint(code: string, file: string): Fingerprint {
  const given = readCases().find((one) => one.code === code && one.name === file)?.given;
  assert.ok(given !== undefined, `${code}/${file}`);
  return of(given);
}

function of(given: Case): Fingerprint {
  const history = historyOfCase(given);
  return fingerprintOf({ history, checks, findings: checks.flatMap((check) => check.examine(history)) });
}
