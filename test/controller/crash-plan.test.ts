import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { filesWorkload } from '../../src/controller/profiles/profiles.ts';
import { makePlan, type PlanRequest } from '../../src/controller/run/planning.ts';
import { agentSpecOf, type Plan } from '../../src/model/plan.ts';

function plan(profile: string | undefined, changes: Partial<PlanRequest>): Plan {
  const workload =
    profile === undefined ? undefined : filesWorkload({ dir: '/mnt/x', profile, durationMs: 1_000, workers: 1 });
  const task = { summary: 'a test', ...(workload === undefined ? {} : { workload: () => workload }) };
  return makePlan({
    tasks: [{ name: 'runtest', task, options: {} }],
    hosts: [{ name: 'a', roles: [], groups: [], variables: {} }],
    seed: 1,
    version: '0.0.0',
    now: new Date(0),
    nonce: 'abcd',
    ...changes,
  });
}

describe('--after-crash', () => {
  it('goes to the plan, and to the agents, whose setup must survive', () => {
    const made = plan('durability', { beforeVerify: 'true', isAfterCrash: true });
    assert.equal(made.isAfterCrash, true);
    const [workload] = made.tasks.flatMap((task) => task.workload ?? []);
    assert.ok(workload !== undefined);
    assert.equal(agentSpecOf(made, 0, workload).isAfterCrash, true);
    assert.equal('isAfterCrash' in plan('durability', { beforeVerify: 'true' }), false);
  });

  it('is refused without the command that crashes, without a workload, and where many share what nobody judges', () => {
    assert.throws(() => plan('durability', { isAfterCrash: true }), /says what --before-verify does/);
    assert.throws(() => plan(undefined, { beforeVerify: 'true', isAfterCrash: true }), /needs a task that runs/);
    assert.throws(
      () => plan('race', { beforeVerify: 'true', isAfterCrash: true }),
      /leave of race is judged by no check/,
    );
  });
});
