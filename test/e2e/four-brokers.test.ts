import { randomBytes, randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { toText } from '../../src/core/decimal.ts';
import { startAlpacaFake } from '../fakes/alpaca/index.ts';
import type { AlpacaFake } from '../fakes/alpaca/index.ts';
import { startSchwabFake } from '../fakes/schwab/index.ts';
import type { SchwabFake } from '../fakes/schwab/index.ts';
import { startTwsFake } from '../fakes/tws/index.ts';
import type { TwsFake } from '../fakes/tws/index.ts';
import { openBotWorld, until } from './bot-world.ts';
import type { BotWorld } from './bot-world.ts';
import { logInAtSchwab } from './schwab-login.ts';

/** A Wednesday, 10:30 in New York. */
const START = '2026-11-18T15:30:00Z';

/** Too much of AAPL; the same book at every broker that is not paper. */
const HELD = { AAPL: '600', MSFT: '200', AMZN: '100', IBM: '150', GOOG: '60' };
const PRICES = { AAPL: '200', MSFT: '150', AMZN: '120', IBM: '100', GOOG: '90' };
const CASH = '2000';

const IBKR_ACCOUNT = 'DU1234567';
const KEY = 'PKFOURBROKERS';
const SECRET = 'secret-of-four-brokers';

const ACCOUNTS: Readonly<Record<string, string>> = {
  practice: `
    broker: paper
    paper:
      cash: 1450
      positions: { AAPL: 1065, MSFT: 1640, AMZN: 735, IBM: 405, GOOG: 68 }
      prices: builtin
      start: 2006-01
      marketHours: ignore`,
  'at-alpaca': `
    broker: alpaca`,
  'at-ibkr': `
    broker: ibkr
    ibkr: { account: ${IBKR_ACCOUNT} }`,
  'at-schwab': `
    broker: schwab
    mode: live
    schwab: { connection: ana, accountNumber: "5678" }`,
};
const NAMES = Object.keys(ACCOUNTS);

const PORTFOLIOS = `
accounts:
${NAMES.map(
  (name) => `  ${name}:${ACCOUNTS[name]}
    targets: { AAPL: 30%, MSFT: 20%, AMZN: 15%, IBM: 20%, GOOG: 15% }
    policy: { cashBuffer: $500, minimumTrade: $250, lots: whole }
    approvals: { votes: 1, allowOwnProposals: false, expiresAfter: 1 hour, priceTolerance: 1% }
    channels: []`,
).join('\n')}
people:
  ana: { name: Ana, role: proposer, web: ana }
  ben: { name: Ben, role: approver, web: ben }
`;

interface FourBrokers extends AsyncDisposable {
  readonly world: BotWorld;
  readonly alpaca: AlpacaFake;
  readonly tws: TwsFake;
  readonly schwab: SchwabFake;
}

async function open(): Promise<FourBrokers> {
  const positions = Object.entries(HELD).map(([symbol, quantity]) => ({ symbol, quantity }));
  const alpaca = await startAlpacaFake({
    now: START,
    accounts: [
      {
        name: 'core',
        keyId: KEY,
        secretKey: SECRET,
        cash: CASH,
        positions: positions.map((position) => ({ ...position, averageEntryPrice: '80' })),
      },
    ],
    assets: Object.entries(PRICES).map(([symbol, price]) => ({ symbol, price })),
  });
  for (const [symbol, price] of Object.entries(PRICES)) {
    await alpaca.setPrice({ symbol, price, bid: price, ask: price });
  }
  const tws = await startTwsFake({
    now: START,
    fills: 'automatic',
    accounts: [
      {
        id: IBKR_ACCOUNT,
        cash: CASH,
        positions: positions.map((position) => ({ ...position, averageCost: '80' })),
      },
    ],
    contracts: Object.entries(PRICES).map(([symbol, price], index) => ({
      symbol,
      conId: 9000 + index,
      primaryExchange: symbol === 'IBM' ? 'NYSE' : 'NASDAQ',
      last: price,
      bid: price,
      ask: price,
    })),
  });
  const schwab = await startSchwabFake({
    now: START,
    accounts: [
      {
        number: '12345678',
        cash: CASH,
        positions: positions.map((position) => ({ ...position, costBasis: '1000' })),
      },
    ],
    symbols: Object.fromEntries(
      Object.entries(PRICES).map(([symbol, price]) => [symbol, { price }]),
    ),
  });
  const world = await openBotWorld({
    start: START,
    portfolios: PORTFOLIOS,
    channels: [],
    ids: {},
    environment: {
      TRADING_MODE: 'live',
      EVENKEEL_MASTER_KEY: randomBytes(32).toString('base64'),
      ALPACA_API_KEY: KEY,
      ALPACA_SECRET: SECRET,
      ALPACA_API_URL: alpaca.accounts['core']?.trading ?? '',
      ALPACA_DATA_URL: alpaca.data,
      IBKR_HOST: tws.host,
      IBKR_PORT: String(tws.port),
      IBKR_CLIENT_ID: '11',
      SCHWAB_CLIENT_ID: schwab.app.clientId,
      SCHWAB_CLIENT_SECRET: schwab.app.clientSecret,
      SCHWAB_REDIRECT_URI: schwab.app.redirectUri,
      SCHWAB_API_URL: schwab.apiUrl,
    },
    before: async (facts) => await logInAtSchwab(schwab, 'ana', facts),
  });
  return {
    world,
    alpaca,
    tws,
    schwab,
    async [Symbol.asyncDispose]() {
      await world[Symbol.asyncDispose]();
      await Promise.all([alpaca.stop(), tws.stop(), schwab.stop()]);
    },
  };
}

const by = (userId: string) => ({
  idempotencyKey: randomUUID(),
  user: { platform: 'web', userId, roleIds: [] },
  channel: 'workspace',
});

async function propose({ world }: FourBrokers, account: string) {
  const { bot } = world;
  const reply = await bot.handle({
    ...by('ana'),
    type: 'command',
    command: 'rebalance',
    text: account,
  });
  const [record] = await bot.context.store.listProposals({ account, limit: 1 });
  if (record === undefined) throw new Error(`${account}: ${JSON.stringify(reply)}`);
  return record.proposal;
}

describe('one bot with an account at each of the four brokers', () => {
  it('rebalances all of them at once, each at its own broker and nowhere else', async () => {
    await using four = await open();
    const { world } = four;
    const { store } = world.bot.context;
    expect([...world.bot.context.brokers].map(([name, broker]) => [name, broker.name])).toEqual([
      ['practice', 'paper'],
      ['at-alpaca', 'alpaca'],
      ['at-ibkr', 'ibkr'],
      ['at-schwab', 'schwab'],
    ]);
    const proposals = await Promise.all(NAMES.map((name) => propose(four, name)));
    // The same book at the same prices is the same plan, whoever keeps it.
    const legsOf = (index: number) =>
      proposals[index]?.plan.legs.map(({ side, symbol, quantity }) => [
        side,
        symbol,
        toText(quantity),
      ]);
    expect(legsOf(1)?.length).toBeGreaterThan(2);
    expect(legsOf(2)).toEqual(legsOf(1));
    expect(legsOf(3)).toEqual(legsOf(1));

    await Promise.all(
      proposals.map(({ id: proposalId, digest }) =>
        world.bot.handle({
          ...by('ben'),
          type: 'click',
          action: 'approve',
          proposalId,
          digest,
          fields: null,
        }),
      ),
    );
    await until(
      'the end of all four',
      async () => {
        const records = await Promise.all(proposals.map(({ id }) => store.findProposal(id)));
        return records.every((record) => record?.status === 'executed');
      },
      30_000,
    );

    const brokerIdsOf = async (account: string) =>
      new Set((await store.listOrders({ account })).map(({ brokerOrderId }) => brokerOrderId));
    const idsThere = (orders: readonly { readonly brokerOrderId: string }[]) =>
      new Set(orders.map(({ brokerOrderId }) => brokerOrderId));
    const there = [
      (await four.alpaca.state()).accounts[0]?.orders ?? [],
      (await four.tws.state()).orders,
      (await four.schwab.state({})).orders,
    ];
    for (const [index, orders] of there.entries()) {
      expect(orders).toHaveLength(proposals[index + 1]?.plan.legs.length ?? 0);
      expect(idsThere(orders)).toEqual(await brokerIdsOf(NAMES[index + 1] ?? ''));
    }
    expect(await store.verifyAudit()).toMatchObject({ ok: true });
    expect(world.log.lines.filter(({ level }) => level === 'error')).toEqual([]);
  }, 60_000);
});
