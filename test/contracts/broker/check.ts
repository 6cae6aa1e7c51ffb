import { test } from 'vitest';
import type { Broker } from '../../../src/ports/broker.ts';
import type {
  BrokerContractHarness,
  BrokerControls,
  BrokerScenario,
  Requirement,
} from './harness.ts';

export const SCENARIO: BrokerScenario = {
  cash: '10000.07',
  positions: {
    AAPL: { quantity: '100', costBasis: '8123.45' },
    IBM: { quantity: '40', costBasis: '2010.00' },
  },
  prices: { AAPL: '100.10', IBM: '50.25', MSFT: '33.33' },
  notTradable: 'OLDCO',
  unknown: 'NOSUCH',
  closesSoon: false,
};

interface WorldWith<K extends keyof BrokerControls> {
  /** After `reopen`, the new one. */
  readonly broker: Broker;
  readonly controls: Pick<BrokerControls, K>;
}

interface Needs<K extends keyof BrokerControls> {
  readonly controls?: readonly K[];
  readonly others?: readonly Requirement[];
  /** What is different from the usual scenario. */
  readonly scenario?: Partial<BrokerScenario>;
}

/** Defines one test of the contract. */
export type Check = <K extends keyof BrokerControls>(
  title: string,
  needs: Needs<K>,
  body: (world: WorldWith<K>) => Promise<void>,
) => void;

/** A test runs where everything it needs is there; otherwise the report says why not. */
export function createCheck(harness: BrokerContractHarness): Check {
  return function check<K extends keyof BrokerControls>(
    title: string,
    needs: Needs<K>,
    body: (world: WorldWith<K>) => Promise<void>,
  ): void {
    const controls = needs.controls ?? [];
    const reasons = [...controls, ...(needs.others ?? [])]
      .map((need) => harness.notApplicable[need])
      .filter((reason) => reason !== undefined);
    const applicable = reasons.length === 0;
    const reported = applicable ? title : `${title} (not applicable: ${reasons.join('; ')})`;
    // oxlint-disable-next-line vitest/valid-title, vitest/expect-expect -- both are the callers'.
    test.runIf(applicable)(reported, async () => {
      await using world = await harness.open({ ...SCENARIO, ...needs.scenario });
      const { controls: offered } = world;
      if (!hasControls(offered, controls)) throw new Error('the harness lacks a control it claims');
      await body({
        get broker() {
          return world.broker;
        },
        controls: offered,
      });
    });
  };
}

function hasControls<K extends keyof BrokerControls>(
  controls: Readonly<Partial<BrokerControls>>,
  names: readonly K[],
): controls is Readonly<Partial<BrokerControls>> & Pick<BrokerControls, K> {
  return names.every((name) => controls[name] !== undefined);
}
