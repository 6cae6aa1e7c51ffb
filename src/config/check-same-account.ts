import type { AccountSettings } from '../core/account.ts';
import { isSecret, reveal } from '../lib/secret.ts';
import type { PathProblem } from './issues.ts';

/**
 * What of a broker's section says which account at the broker it is; what is left out is the environment's.
 * Every paper account is one of its own.
 */
const IDENTITIES: Readonly<Record<string, readonly string[]>> = {
  alpaca: ['apiKey', 'connection'],
  ibkr: ['account'],
  schwab: ['connection', 'accountNumber'],
};

/**
 * One account at a broker is one account here: two would each take the other's shares for their own, and
 * could sell them twice.
 */
export function checkSameAccount(accounts: readonly AccountSettings[]): readonly PathProblem[] {
  const owners = new Map<string, string>();
  return accounts.flatMap(({ name, broker, mode, brokerSettings }): readonly PathProblem[] => {
    const identity = IDENTITIES[broker];
    if (identity === undefined) return [];
    const values = identity.map((field) => textOf(brokerSettings[field]));
    const key = JSON.stringify([broker, mode, ...values]);
    const owner = owners.get(key);
    if (owner === undefined) {
      owners.set(key, name);
      return [];
    }
    return [
      {
        path: ['accounts', name, broker],
        message:
          `expected an account at the broker of its own; ${owner} has this one, and each would sell what ` +
          'the other holds: make one account of both, or give each its own',
      },
    ];
  });
}

function textOf(value: unknown): unknown {
  return isSecret(value) ? reveal(value) : value;
}
