import { ZERO } from '../../../src/core/decimal.ts';
import { validExchanges } from './contracts.ts';
import type { Contract } from './contracts.ts';
import { contractMessage, message } from './encode.ts';
import type { GatewayContext } from './gateway-context.ts';
import { invalid } from './gateway-context.ts';
import type { ContractQuery, Request } from './requests.ts';
import { findContracts, resolveContract } from './resolve-contract.ts';
import type { Session } from './session.ts';

type MarketDataRequest = Extract<Request, { readonly type: 'market_data' }>;

const TICKERS = 100;
const DELAYED_TYPES: ReadonlySet<number> = new Set([3, 4]);

/** Tick types: price and what its delayed twin is called. */
const TICKS = { bid: [1, 66], ask: [2, 67], last: [4, 68], close: [9, 75] } as const;
const VOLUME = [8, 74] as const;
const LAST_TIMESTAMP = [45, 88] as const;
const AVERAGE_VOLUME = 21;
/** What generic ticks a stock has: https://interactivebrokers.github.io/tws-api/tick_types.html */
const GENERIC_TICKS = new Set([
  '100',
  '101',
  '104',
  '106',
  '165',
  '225',
  '232',
  '233',
  '236',
  '258',
]);
const MISCELLANEOUS_STATISTICS = '165';

/** REQ_MKT_DATA: a snapshot, or ticks until they are cancelled. */
export function sendMarketData(
  context: GatewayContext,
  session: Session,
  request: MarketDataRequest,
): void {
  const { id, snapshot } = request;
  const { tickers } = session.subscriptions;
  if (tickers.has(id)) {
    session.error(id, 322, "Error processing request.-'bN' : cause - Duplicate ticker id");
    return;
  }
  if (tickers.size >= TICKERS) {
    session.error(id, 101, 'Max number of tickers has been reached');
    return;
  }
  if (snapshot && request.genericTicks !== '') {
    invalid(session, id, 'Snapshot market data subscription is not applicable to generic ticks');
    return;
  }
  const unknown = request.genericTicks
    .split(',')
    .find((tick) => tick !== '' && !GENERIC_TICKS.has(tick));
  if (unknown !== undefined) {
    const known = [...GENERIC_TICKS].join(',');
    session.error(
      id,
      321,
      `Error validating request.-'bN' : cause - Incorrect generic tick list of ${request.genericTicks}.  Legal ones for (STK) are: ${known}`,
    );
    return;
  }
  const contract = resolveContract(context.world.contracts, session, id, request.contract);
  if (contract === null) return;
  const kind = permitted(session, id, contract);
  if (kind === null) return;
  const delayed = kind === 'delayed';
  session.send(message(58, 1, id, delayed ? 3 : 1));
  session.send(message(81, id, contract.minTick, '9c0001', 3));
  sendTicks(context, session, id, contract, delayed);
  // In lots of a hundred; of what the login sees delayed only there is none.
  const wantsStatistics = request.genericTicks.split(',').includes(MISCELLANEOUS_STATISTICS);
  if (wantsStatistics && !delayed && contract.averageVolume > 0) {
    session.send(message(2, 6, id, AVERAGE_VOLUME, contract.averageVolume / 100));
  }
  if (snapshot) session.send(message(57, 1, id));
  else tickers.set(id, { contract, delayed });
}

/** What the login may see of this contract; null after an error has been sent. */
function permitted(session: Session, id: number, contract: Contract): 'live' | 'delayed' | null {
  const where = `${contract.symbol} ${contract.primaryExchange}.${contract.tradingClass}/TOP/ALL`;
  switch (contract.marketData) {
    case 'live':
      return 'live';
    case 'competing':
      session.error(id, 10197, 'No market data during competing live session');
      return null;
    case 'none':
      session.error(
        id,
        354,
        `Requested market data is not subscribed.Delayed market data is not available.${where}`,
      );
      return null;
    case 'delayed': {
      if (!DELAYED_TYPES.has(session.marketDataType)) {
        session.error(
          id,
          10089,
          "Requested market data requires additional subscription for API. See link in 'Market Data " +
            `Connections' dialog for more details.Delayed market data is available.${where}`,
        );
        return null;
      }
      session.error(
        id,
        10167,
        'Requested market data is not subscribed. Displaying delayed market data.',
      );
      return 'delayed';
    }
  }
}

/** All prices of a contract now. Without a market, bid and ask are -1, unless frozen ones were asked. */
export function sendTicks(
  { world }: GatewayContext,
  session: Session,
  id: number,
  contract: Contract,
  delayed: boolean,
): void {
  if (!session.dataFarm) return;
  const twin = delayed ? 1 : 0;
  const quoted = world.market.hours().open || session.marketDataType % 2 === 0;
  for (const name of ['bid', 'ask', 'last', 'close'] as const) {
    const absent = !quoted && (name === 'bid' || name === 'ask');
    const price = absent || !contract[name].gt(ZERO) ? -1 : contract[name];
    const size = absent || name === 'close' ? 0 : 100;
    session.send(message(1, 6, id, TICKS[name][twin], price, size, name === 'close' ? 0 : 1));
  }
  session.send(message(2, 6, id, VOLUME[twin], 1_000_000));
  const seconds = Math.floor(world.clock.now().epochMilliseconds / 1000);
  session.send(message(46, 6, id, LAST_TIMESTAMP[twin], seconds));
}

/** Somebody logs in elsewhere and takes the market data along: those who get it are told. */
export function endMarketData(sessions: readonly Session[], contract: Contract): void {
  for (const session of sessions) {
    for (const [id, ticker] of session.subscriptions.tickers) {
      if (ticker.contract === contract) permitted(session, id, contract);
    }
  }
}

export function cancelMarketData(session: Session, id: number): void {
  if (!session.subscriptions.tickers.delete(id)) {
    session.error(id, 300, `Can't find EId with tickerId:${id}`);
  }
}

/** REQ_CONTRACT_DATA: every contract that fits, then the end; or error 200. */
export function sendContractDetails(
  { world }: GatewayContext,
  session: Session,
  id: number,
  query: ContractQuery,
): void {
  const found = findContracts(world.contracts, session, id, query);
  if (found === null) return;
  for (const contract of found) {
    const [smart = 'SMART'] = validExchanges(contract);
    session.send(
      contractMessage(id, contract, {
        serverVersion: session.serverVersion,
        exchange: query.exchange === '' ? smart : query.exchange,
        tradingHours: world.market.tradingHours(),
        liquidHours: world.market.liquidHours(),
      }),
    );
  }
  session.send(message(52, 1, id));
}

/** REQ_MARKET_RULE: there is one, of a cent. */
export function sendMarketRule(session: Session, rule: number): void {
  if (rule === 26) session.send(message(93, rule, 1, 0, '0.01'));
  else
    session.error(
      -1,
      322,
      `Error processing request.-'bR' : cause - Invalid market rule id: ${rule}`,
    );
}
