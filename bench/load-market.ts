import { randomBytes } from 'node:crypto';
import { nextSession } from '../src/core/market-calendar.ts';
import { systemClock } from '../src/lib/clock.ts';
import { createSteppedClock } from '../src/lib/stepped-clock.ts';
import type { Config } from '../src/config/config.ts';
import { logInAtSchwab } from '../test/e2e/schwab-login.ts';
import { startAlpacaFakeProcess } from '../test/fakes/alpaca/index.ts';
import { startSchwabFakeProcess } from '../test/fakes/schwab/index.ts';
import { startTwsFakeProcess } from '../test/fakes/tws/index.ts';

/** An account of the load bench and how it is written in portfolios.yaml. */
export interface LoadAccount {
  readonly name: string;
  readonly broker: 'paper' | 'alpaca' | 'ibkr' | 'schwab';
  /** Its broker's lines, in YAML. */
  readonly section: string;
}

/** An order on a broker's own books. */
export interface BookedOrder {
  readonly brokerOrderId: string;
  /** Ours; null where the broker keeps none. */
  readonly clientOrderId: string | null;
  readonly filledQuantity: string;
}

/** All brokers, the three that have a network as processes of their own. */
export interface LoadMarket extends AsyncDisposable {
  readonly accounts: readonly LoadAccount[];
  readonly environment: Readonly<Record<string, string>>;
  /** Seconds that the market's time is ahead of the machine's. */
  readonly clockShift: number;
  /** Everybody with a login at Schwab. */
  readonly owners: readonly string[];
  /** Logs the owners in; done once portfolios.yaml is there. */
  prepare(config: Config): Promise<void>;
  /** What the brokers other than paper have on their books. */
  books(): Promise<readonly BookedOrder[]>;
}

const HELD = { AAPL: '1065', MSFT: '1640', AMZN: '735', IBM: '405', GOOG: '68' };
const PRICES = { AAPL: '75.51', MSFT: '26.14', AMZN: '44.82', IBM: '75.89', GOOG: '432.66' };
const CASH = '1450';
const FILL_AFTER_MILLISECONDS = 100;
/** Accounts of one login at Schwab, which all take from its 120 reads a minute. */
const ACCOUNTS_A_LOGIN = 20;

/** @param counts how many accounts at each broker. */
export async function openLoadMarket(counts: {
  readonly paper: number;
  readonly alpaca: number;
  readonly ibkr: number;
  readonly schwab: number;
}): Promise<LoadMarket> {
  const now = Temporal.Now.instant();
  const start = nextSession(now).open.add({ minutes: 30 });
  const clockShift = Math.round(now.until(start).total('seconds'));
  const held = Object.entries(HELD).map(([symbol, quantity]) => ({ symbol, quantity }));
  const fills = { fills: 'automatic', fillAfterMilliseconds: FILL_AFTER_MILLISECONDS } as const;
  const namesOf = (broker: LoadAccount['broker']) =>
    Array.from(
      { length: counts[broker] },
      (_, index) => `${broker}-${String(index).padStart(3, '0')}`,
    );

  const keyOf = (name: string) => `PK${name.toUpperCase().replace('-', '')}`;
  const alpaca = await startAlpacaFakeProcess({
    ...fills,
    now: start.toString(),
    accounts: namesOf('alpaca').map((name) => ({
      name,
      keyId: keyOf(name),
      secretKey: `secret-of-${name}`,
      cash: CASH,
      positions: held.map((holding) => ({ ...holding, averageEntryPrice: '20' })),
    })),
    assets: Object.entries(PRICES).map(([symbol, price]) => ({ symbol, price })),
  });
  for (const [symbol, price] of Object.entries(PRICES)) {
    await alpaca.setPrice({ symbol, price, bid: price, ask: price });
  }
  const tws = await startTwsFakeProcess({
    ...fills,
    now: start.toString(),
    accounts: namesOf('ibkr').map((_, index) => ({
      id: ibkrId(index),
      type: 'margin',
      cash: CASH,
      positions: held.map((holding) => ({ ...holding, averageCost: '20' })),
    })),
    contracts: Object.entries(PRICES).map(([symbol, price], index) => ({
      symbol,
      conId: 9000 + index,
      primaryExchange: symbol === 'IBM' ? 'NYSE' : 'NASDAQ',
      last: price,
      bid: price,
      ask: price,
    })),
  });
  const schwab = await startSchwabFakeProcess({
    ...fills,
    now: start.toString(),
    answers: 'observed',
    accounts: namesOf('schwab').map((_, index) => ({
      number: schwabNumber(index),
      cash: CASH,
      positions: held.map((holding) => ({ ...holding, costBasis: '1000' })),
    })),
    symbols: Object.fromEntries(
      Object.entries(PRICES).map(([symbol, price]) => [symbol, { price }]),
    ),
  });
  const ownerOf = (index: number) => `owner-${Math.floor(index / ACCOUNTS_A_LOGIN) + 1}`;
  const owners = [...new Set(namesOf('schwab').map((_, index) => ownerOf(index)))];
  return {
    clockShift,
    owners,
    accounts: [
      ...namesOf('paper').map((name) => ({
        name,
        broker: 'paper' as const,
        section: `{ cash: ${CASH}, positions: ${JSON.stringify(HELD)}, prices: builtin, start: 2006-01, marketHours: ignore, latency: 20 ms, partialFills: 2, fillInterval: ${FILL_AFTER_MILLISECONDS} ms, slippageBasisPoints: 2 }`,
      })),
      ...namesOf('alpaca').map((name, index) => ({
        name,
        broker: 'alpaca' as const,
        section: `{ apiKey: '\${ALPACA_KEY_${index}}', secret: '\${ALPACA_SECRET_${index}}', apiUrl: '${alpaca.accounts[name]?.trading ?? ''}', dataUrl: '${alpaca.data}', streamUrl: '${alpaca.accounts[name]?.stream ?? ''}' }`,
      })),
      ...namesOf('ibkr').map((name, index) => ({
        name,
        broker: 'ibkr' as const,
        section: `{ account: ${ibkrId(index)} }`,
      })),
      ...namesOf('schwab').map((name, index) => ({
        name,
        broker: 'schwab' as const,
        section: `{ connection: ${ownerOf(index)}, accountNumber: "${schwabNumber(index)}" }`,
      })),
    ],
    environment: {
      TRADING_MODE: 'live',
      EVENKEEL_MASTER_KEY: randomBytes(32).toString('base64'),
      ...Object.fromEntries(
        namesOf('alpaca').flatMap((name, index) => [
          [`ALPACA_KEY_${index}`, keyOf(name)],
          [`ALPACA_SECRET_${index}`, `secret-of-${name}`],
        ]),
      ),
      IBKR_HOST: tws.host,
      IBKR_PORT: String(tws.port),
      IBKR_CLIENT_ID: '11',
      SCHWAB_CLIENT_ID: schwab.app.clientId,
      SCHWAB_CLIENT_SECRET: schwab.app.clientSecret,
      SCHWAB_REDIRECT_URI: schwab.app.redirectUri,
      SCHWAB_API_URL: schwab.apiUrl,
    },
    async prepare(config) {
      const clock = createSteppedClock(systemClock);
      clock.jump(Temporal.Duration.from({ seconds: clockShift }));
      for (const owner of owners) await logInAtSchwab(schwab, owner, { config, clock });
    },
    async books() {
      const there = [await alpaca.state(), await tws.state(), await schwab.state({})] as const;
      return [
        ...there[0].accounts.flatMap(({ orders }) => orders),
        ...there[1].orders.map((order) => ({ ...order, clientOrderId: order.orderRef })),
        ...there[2].orders.map((order) => ({ ...order, clientOrderId: null })),
      ].map(({ brokerOrderId, clientOrderId, filledQuantity }) => ({
        brokerOrderId,
        clientOrderId,
        filledQuantity,
      }));
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([alpaca.stop(), tws.stop(), schwab.stop()]);
    },
  };
}

function ibkrId(index: number): string {
  return `DU${1_000_000 + index}`;
}

function schwabNumber(index: number): string {
  return String(10_000_000 + index);
}
