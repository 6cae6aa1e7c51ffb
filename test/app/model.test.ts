import * as fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { fuzzSettings } from '../fixtures/fuzz-runs.ts';
import { lives, setups } from './model/model-commands.ts';
import type { Model } from './model/model-commands.ts';
import { expectReconciled } from './model/model-invariants.ts';
import { openSubject } from './model/model-world.ts';
import type { Subject } from './model/model-world.ts';

const settings = fuzzSettings(20);
const STEPS = 25;
const counted = { lives: 0, steps: 0, sent: 0, executions: 0 };

/** The people end all halts, and whatever is under way gets the time that it may take. */
async function comeToRest(subject: Subject): Promise<void> {
  const { world, faults } = subject;
  faults.length = 0;
  for (const scope of ['core', 'income', 'all']) await world.say('dev', 'resume', scope);
  await world.clock.advance({ minutes: 40 });
  await world.clock.settle();
}

/**
 * Whatever people, platforms, brokers, admins, the market and the machine do, in whatever order: no
 * limit is exceeded, nothing executes without its votes or against a rule, nothing is sold that is not
 * held or paid with what is not there, every leg has one order and every fill counts once.
 */
test(
  'no sequence of commands, clicks, restarts, faults and time breaks a promise',
  { timeout: settings.isLong ? 0 : 60_000 },
  async () => {
    await fc.assert(
      fc.asyncProperty(setups, lives(STEPS), async (setup, steps) => {
        const subject = await openSubject(setup);
        await using _ = subject.world;
        const model: Model = { steps: 0 };
        await fc.asyncModelRun(() => ({ model, real: subject }), steps);
        await comeToRest(subject);
        await expectReconciled(subject);
        counted.lives += 1;
        counted.steps += model.steps;
        counted.sent += subject.sent.length;
        counted.executions += (
          await subject.world.store.listAudit({ actions: ['execution_started'], limit: 10_000 })
        ).length;
      }),
      settings,
    );
    // A model in which nothing happens proves nothing.
    expect(counted.executions).toBeGreaterThan(counted.lives / 2);
  },
);

afterAll(() => {
  const { lives: runs, steps, executions, sent } = counted;
  console.log(
    `model: ${runs} lives, ${steps} steps, ${executions} executions, ${sent} orders sent`,
  );
});
