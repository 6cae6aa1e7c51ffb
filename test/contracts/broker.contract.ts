import { describe, expect, test } from 'vitest';
import { createCheck, SCENARIO } from './broker/check.ts';
import { CAPABILITIES, CONTROLS, type BrokerContractHarness } from './broker/harness.ts';
import { describeEndings } from './broker/endings.ts';
import { describeLists } from './broker/lists.ts';
import { describeLostAnswers } from './broker/lost-answers.ts';
import { describeOrders } from './broker/orders.ts';
import { describePermits } from './broker/permits.ts';
import { describeReads } from './broker/reads.ts';
import { describeRefusals } from './broker/refusals.ts';
import { describeRestarts } from './broker/restarts.ts';
import { describeUpdates } from './broker/updates.ts';

/** What every broker adapter must do, whatever is behind it. */
export function describeBrokerContract(name: string, harness: BrokerContractHarness): void {
  const check = createCheck(harness);
  describe(`${name} keeps the broker contract`, () => {
    test('its capabilities and controls are those that the harness claims', async () => {
      await using world = await harness.open(SCENARIO);
      const { capabilities } = world.broker;
      const claimed = (keys: object): Record<string, boolean> =>
        Object.fromEntries(
          Object.keys(keys).map((key) => [key, !Object.hasOwn(harness.notApplicable, key)]),
        );
      expect({ ...capabilities }).toEqual(claimed(CAPABILITIES));
      expect(world.broker.getTime !== undefined).toBe(
        !Object.hasOwn(harness.notApplicable, 'getTime'),
      );
      expect(
        Object.fromEntries(
          Object.keys(CONTROLS).map((control) => [control, Object.hasOwn(world.controls, control)]),
        ),
      ).toEqual(claimed(CONTROLS));
    });

    describeReads(check);
    describeOrders(check);
    describePermits(check);
    describeRefusals(check);
    describeLostAnswers(check);
    describeLists(check);
    describeUpdates(check);
    describeEndings(check);
    describeRestarts(check);
  });
}
