import { z } from 'zod';
import { createJoined } from '../../lib/joined.ts';
import type { LinkedAccount, SchwabLogin } from './login.ts';
import { accountSchema } from './wire.ts';
import type { WireAccount } from './wire.ts';

/** Whose a book is; the rest of it is read with the schema of one account. */
const ownedSchema = z.object({ securitiesAccount: z.object({ accountNumber: z.string() }) });

/**
 * Reads balances and positions of the accounts of a login. Who alone asks gets them from the account's own
 * address; several who ask before the request leaves share one of all accounts: a login's reads are few.
 * @returns a function that throws a BrokerError.
 */
export function createAccountReads(
  login: SchwabLogin,
): (account: LinkedAccount) => Promise<WireAccount> {
  return createJoined<LinkedAccount, WireAccount>(async (leave) => {
    let isOfAll = false;
    const json = await login.read(() => {
      const asked = leave();
      const [first] = asked;
      if (first === undefined) throw new Error('nobody asks');
      isOfAll = new Set(asked.map(({ accountNumber }) => accountNumber)).size > 1;
      return isOfAll ? '/trader/v1/accounts?fields=positions' : ownPath(first);
    }, z.unknown());
    if (!isOfAll) {
      const alone = login.understand('account', json, accountSchema).securitiesAccount;
      return () => alone;
    }
    const listed = new Map(
      login.understand('accounts', json, z.array(z.unknown())).flatMap((each) => {
        const owned = ownedSchema.safeParse(each);
        return owned.success ? [[owned.data.securitiesAccount.accountNumber, each] as const] : [];
      }),
    );
    return async (account) => {
      const mine = listed.get(account.accountNumber);
      return mine === undefined
        ? // Its own address says what is wrong with it.
          (await login.read(ownPath(account), accountSchema)).securitiesAccount
        : login.understand('account', mine, accountSchema).securitiesAccount;
    };
  });
}

function ownPath({ hashValue }: LinkedAccount): string {
  return `/trader/v1/accounts/${encodeURIComponent(hashValue)}?fields=positions`;
}
