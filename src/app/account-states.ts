import type { AccountSettings } from '../core/account.ts';
import { EXCHANGE_TIME_ZONE } from '../core/market-calendar.ts';
import { planRebalance } from '../core/plan.ts';
import { planningPolicy } from '../core/planning-policy.ts';
import type { AccountState, OverviewInput } from '../messages/accounts-overview.ts';
import { presentPlanRefusal } from '../messages/errors.ts';
import { BrokerError } from '../ports/broker-error.ts';
import type { Store } from '../ports/store.ts';
import { haltedByName } from './announce-halt.ts';
import type { AppContext } from './context.ts';
import { eachAccount } from './each-account.ts';
import { haltFor } from './halt-record.ts';
import { takeSnapshot } from './take-snapshot.ts';

/** How long a look at many accounts is shown again: an open page asks for it after every change. */
const LENT_FOR = Temporal.Duration.from({ seconds: 30 });

interface Look {
  readonly at: Temporal.Instant;
  readonly names: string;
  readonly states: Promise<readonly AccountState[]>;
}

const looks = new WeakMap<Store, Look>();

/** What an account is worth and how far it is from its targets; a broker that is away is told of. */
export async function readAccountState(
  context: AppContext,
  account: AccountSettings,
): Promise<AccountState> {
  const found = await haltFor(context.store, account.name);
  const halt = found === null ? null : { halt: found, byName: haltedByName(context, found) };
  try {
    const snapshot = await takeSnapshot(context, account);
    const result = planRebalance(snapshot, account.targets, planningPolicy(account));
    if (result.type === 'refused') {
      const problem = presentPlanRefusal(result.refusal, account.name).fallback;
      return { account, state: null, problem, halt };
    }
    const { totalValue, driftBefore } = result.plan;
    const state = { totalValue, cash: snapshot.balance.cash, drift: driftBefore };
    return { account, state, problem: null, halt };
  } catch (error) {
    if (!(error instanceof BrokerError)) throw error;
    return { account, state: null, problem: `${error.message} ${error.nextStep}`, halt };
  }
}

/** Many accounts at a glance, from a look that is at most half a minute old. */
export async function readOverview(
  context: AppContext,
  accounts: readonly AccountSettings[],
): Promise<OverviewInput> {
  const now = context.clock.now();
  const names = accounts.map(({ name }) => name).join();
  const known = looks.get(context.store);
  const fresh =
    known !== undefined &&
    known.names === names &&
    Temporal.Instant.compare(known.at.add(LENT_FOR), now) > 0 &&
    Temporal.Instant.compare(known.at, now) <= 0;
  const look = fresh
    ? known
    : {
        at: now,
        names,
        states: eachAccount(accounts, (account) => readAccountState(context, account)),
      };
  looks.set(context.store, look);
  try {
    const states = await look.states;
    return { accounts: states, at: look.at, timeZone: EXCHANGE_TIME_ZONE, now };
  } catch (error) {
    if (looks.get(context.store) === look) looks.delete(context.store);
    throw error;
  }
}
