import type { AccountSettings } from '../core/account.ts';
import { mapAtATime } from '../lib/at-a-time.ts';

/** Accounts at one broker that are asked at the same time. */
const AT_A_TIME = 16;

/**
 * Does something for many accounts: some at a time at each broker, and all brokers beside one another, so
 * that none waits for a broker that is slow or keeps its requests apart.
 * @returns what the work returned, in the order of the accounts.
 * @throws what the work throws; what only concerns one account is for the work to catch.
 */
export async function eachAccount<Result>(
  accounts: readonly AccountSettings[],
  work: (account: AccountSettings) => Promise<Result>,
): Promise<readonly Result[]> {
  const numbered = accounts.map((account, index) => ({ account, index }));
  const brokers = Map.groupBy(numbered, ({ account }) => account.broker);
  const results = await Promise.all(
    [...brokers.values()].map((theirs) =>
      mapAtATime(theirs, AT_A_TIME, async ({ account, index }) => ({
        index,
        result: await work(account),
      })),
    ),
  );
  return results
    .flat()
    .toSorted((a, b) => a.index - b.index)
    .map(({ result }) => result);
}
