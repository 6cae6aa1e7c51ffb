import { SecType, type Contract } from '@stoqey/ib';
import { BrokerError } from '../../ports/broker-error.ts';
import { BROKER, NO_SECURITY_DEFINITION, readError } from './errors.ts';
import type { Login } from './login.ts';
import type { ContractHint } from './settings.ts';
import { fromIbSymbol, toIbSymbol } from './symbols.ts';
import type { ContractTold } from './wire.ts';

/** A contract as requests name it, with its number at IB. */
export type NumberedContract = Contract & { readonly conId: number };

/** The one contract at IB that a symbol means. */
export interface ResolvedContract {
  readonly contract: NumberedContract;
  readonly tradable: boolean;
}

export interface Contracts {
  /**
   * @returns null for a symbol that IB does not know.
   * @throws BrokerError not_tradable with the choices when the symbol means several contracts.
   */
  resolve(symbol: string): Promise<ResolvedContract | null>;
}

/** US stocks and funds in US dollars, routed by IB. */
const CURRENCY = 'USD';
const ROUTED = 'SMART';

/** Where IB keeps what no longer trades. */
const NOT_TRADING: ReadonlySet<string> = new Set(['VALUE', 'CORPACT', 'EXCHANGE_DELISTED']);

/** One look-up a symbol and process: contracts do not change within a day, and the bot restarts more often. */
export function createContracts(
  login: Login,
  hints: Readonly<Record<string, ContractHint>>,
): Contracts {
  const known = new Map<string, Promise<ResolvedContract | null>>();

  async function lookUp(symbol: string): Promise<ResolvedContract | null> {
    const hint = hints[symbol];
    const found = await askDetails(login, symbol, hint);
    const distinct = [...new Map(found.map((each) => [each.contract.conId, each])).values()];
    const [only, ...others] = distinct;
    if (only === undefined) return null;
    if (others.length > 0) throw ambiguous(symbol, distinct);
    const { conId, symbol: ibSymbol, primaryExch } = only.contract;
    // Positions and orders come back under IB's symbol; it must be ours.
    if (fromIbSymbol(ibSymbol) !== symbol) throw otherSymbol(symbol, only);
    return {
      contract: {
        conId,
        symbol: ibSymbol,
        secType: SecType.STK,
        exchange: ROUTED,
        currency: CURRENCY,
        ...(primaryExch === null ? {} : { primaryExch }),
      },
      tradable: isTradable(only),
    };
  }

  return {
    resolve: (symbol) => {
      const earlier = known.get(symbol);
      if (earlier !== undefined) return earlier;
      const looked = lookUp(symbol);
      known.set(symbol, looked);
      const forget = () => {
        known.delete(symbol);
      };
      // Only what IB is sure of is kept: a symbol may be listed tomorrow.
      looked.then((contract) => {
        if (contract?.tradable !== true) forget();
      }, forget);
      return looked;
    },
  };
}

async function askDetails(
  login: Login,
  symbol: string,
  hint: ContractHint | undefined,
): Promise<readonly ContractTold[]> {
  const found: ContractTold[] = [];
  return await login.ask<readonly ContractTold[]>({
    urgency: 'reading',
    what: `what ${symbol} is`,
    send: (api, id) => {
      api.reqContractDetails(
        id,
        hint?.conId === undefined
          ? {
              symbol: toIbSymbol(symbol),
              secType: SecType.STK,
              exchange: ROUTED,
              currency: CURRENCY,
              ...(hint?.primaryExchange === undefined ? {} : { primaryExch: hint.primaryExchange }),
            }
          : { conId: hint.conId, exchange: ROUTED },
      );
    },
    hear: (event, id, { give }) => {
      if (event.type === 'contract' && event.id === id) {
        const { secType, currency } = event.details.contract;
        if (secType === 'STK' && currency === CURRENCY) found.push(event.details);
      }
      if (event.type === 'contracts_end' && event.id === id) give(found);
    },
    hearMessage: (code, text, { give, fail }) => {
      if (code === NO_SECURITY_DEFINITION) give([]);
      else fail(readError(code, text));
    },
  });
}

function isTradable({ contract, orderTypes, validExchanges }: ContractTold): boolean {
  const types = (orderTypes ?? '').split(',');
  const exchanges = (validExchanges ?? '').split(',').filter((exchange) => exchange !== '');
  return (
    types.includes('LMT') &&
    exchanges.some((exchange) => !NOT_TRADING.has(exchange)) &&
    !NOT_TRADING.has(contract.primaryExch ?? '')
  );
}

function ambiguous(symbol: string, choices: readonly ContractTold[]): BrokerError {
  const named = choices.map(
    ({ contract, longName }) =>
      `${longName ?? contract.symbol} on ${contract.primaryExch ?? contract.exchange ?? 'an unnamed exchange'} (conId ${contract.conId})`,
  );
  return new BrokerError(
    BROKER,
    'not_tradable',
    `${symbol} means several contracts at Interactive Brokers: ${named.join('; ')}. Say which under ibkr.contracts.${symbol} with conId or primaryExchange.`,
    { brokerCode: 'ambiguous_symbol' },
  );
}

function otherSymbol(symbol: string, { contract }: ContractTold): BrokerError {
  const found = fromIbSymbol(contract.symbol);
  return new BrokerError(
    BROKER,
    'not_tradable',
    `conId ${contract.conId} under ibkr.contracts.${symbol} is ${found} at Interactive Brokers. Correct it, or write ${found} in the targets.`,
    { brokerCode: 'other_symbol' },
  );
}
