import { EventName } from '@stoqey/ib';
import { roundToCents, ZERO, type Decimal } from '../../core/decimal.ts';
import type { AccountBalance, Position } from '../../core/portfolio.ts';
import { BrokerError } from '../../ports/broker-error.ts';
import type { Log } from '../../ports/log.ts';
import { BROKER, unavailable } from './errors.ts';
import type { Login } from './login.ts';
import { createNextRun } from './next-run.ts';
import { fromIbSymbol } from './symbols.ts';

/** Balances and positions of every account of a login, read together: IB has no request for one. */
export interface AccountReads {
  /** @throws BrokerError when IB does not tell one, or the account is kept in another currency. */
  balance(account: string): Promise<AccountBalance>;
  positions(account: string): Promise<readonly Position[]>;
}

const CURRENCY = 'USD';

/** https://interactivebrokers.github.io/tws-api/account_summary.html */
const TAGS = ['TotalCashValue', 'SettledCash', 'BuyingPower'] as const;

interface Value {
  readonly amount: Decimal | null;
  readonly currency: string;
}

interface HeldStock {
  readonly account: string;
  readonly position: Position;
}

export function createAccountReads(login: Login, log: Log): AccountReads {
  const askValues = createNextRun(async () => {
    const values = new Map<string, Map<string, Value>>();
    await login.ask<void>({
      urgency: 'reading',
      what: 'the balances',
      send: (api, id) => {
        api.reqAccountSummary(id, 'All', TAGS.join(','));
      },
      hear: (event, id, { give }) => {
        if (event.type === 'account_value' && event.id === id) {
          const ofAccount = values.get(event.account) ?? new Map<string, Value>();
          values.set(event.account, ofAccount.set(event.tag, event));
        }
        if (event.type === 'account_values_end' && event.id === id) {
          // Otherwise it goes on for ever, and IB allows two of them.
          void login.tell((api) => {
            api.cancelAccountSummary(id);
          });
          give();
        }
      },
    });
    return values;
  });

  const askPositions = createNextRun(async () => {
    const held: HeldStock[] = [];
    await login.ask<void>({
      urgency: 'reading',
      what: 'the positions',
      callbacks: [EventName.position, EventName.positionEnd],
      send: (api) => {
        api.reqPositions();
      },
      hear: (event, _id, { give }) => {
        if (event.type === 'position') {
          const { account, contract, quantity, averageCost } = event;
          if (quantity.eq(ZERO)) return;
          if (contract.secType !== 'STK' || contract.currency !== CURRENCY) {
            log.info(
              { account, symbol: contract.symbol, secType: contract.secType },
              'position is not a stock in US dollars and is left out',
            );
            return;
          }
          held.push({
            account,
            position: {
              symbol: fromIbSymbol(contract.symbol),
              quantity,
              // An average of binary floats, so that cents are all it is good for.
              costBasis: averageCost === null ? null : roundToCents(averageCost.times(quantity)),
            },
          });
        }
        if (event.type === 'positions_end') {
          void login.tell((api) => {
            api.cancelPositions();
          });
          give();
        }
      },
    });
    return held;
  });

  return {
    async balance(account) {
      const values = (await askValues()).get(account);
      const amountOf = (tag: (typeof TAGS)[number]): Decimal | null => {
        const value = values?.get(tag);
        if (value === undefined || value.amount === null) return null;
        if (value.currency !== CURRENCY) throw otherCurrency(account, value.currency);
        return value.amount;
      };
      const cash = amountOf('TotalCashValue');
      const buyingPower = amountOf('BuyingPower');
      if (cash === null || buyingPower === null) {
        throw unavailable(`TWS did not tell the cash and the buying power of ${account}.`);
      }
      return { cash, settledCash: amountOf('SettledCash'), buyingPower };
    },
    async positions(account) {
      const held = await askPositions();
      return held.filter((each) => each.account === account).map(({ position }) => position);
    },
  };
}

function otherCurrency(account: string, currency: string): BrokerError {
  return new BrokerError(
    BROKER,
    'not_tradable',
    `${account} is kept in ${currency}; only accounts in US dollars can be rebalanced.`,
  );
}
