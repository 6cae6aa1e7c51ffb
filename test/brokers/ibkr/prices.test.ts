import { describe, expect, test, vi } from 'vitest';
import type { Quote } from '../../../src/core/portfolio.ts';
import type { Broker } from '../../../src/ports/broker.ts';
import { EPOCH, buy } from '../../contracts/broker/requests.ts';
import { MAY_SEND } from '../../fixtures/send-permits.ts';
import { openIbkrWorld, type IbkrWorld } from './open-ibkr.ts';

async function asked({ fake }: IbkrWorld, type: string): Promise<number> {
  const { requests } = await fake.requests();
  return requests.filter((request) => request.type === type).length;
}

/** How many lines were given back up to now: TWS answers after it has read them. */
async function givenBack(world: IbkrWorld): Promise<number> {
  await world.broker.getTime?.();
  return await asked(world, 'cancel_market_data');
}

/** What the one price that is asked for is. */
async function priceOf(broker: Broker, symbol = 'MSFT'): Promise<string | undefined> {
  const [quote] = await broker.getQuotes([symbol]);
  return quote?.price?.toFixed();
}

describe('prices', () => {
  test('that are delayed say so by their time', async () => {
    await using world = await openIbkrWorld({ marketData: 'delayed' });
    const [quote] = await world.broker.getQuotes(['MSFT']);
    expect(quote?.price).not.toBeNull();
    const age = quote?.at.until(world.clock.now()).total('minutes') ?? 0;
    expect(age).toBeGreaterThanOrEqual(15);
  });

  test('that are delayed are refused where the account wants live ones', async () => {
    await using world = await openIbkrWorld({ marketData: 'delayed' }, { marketData: 'live' });
    await expect(world.broker.getQuotes(['MSFT'])).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('ibkr.marketData: delayed'),
    });
  });

  test('are the middle of bid and ask when the last trade is outside them', async () => {
    await using world = await openIbkrWorld();
    await world.fake.setPrice('MSFT', '30.00', { bid: '33.00', ask: '33.50' });
    const [quote] = await world.broker.getQuotes(['MSFT']);
    expect(quote?.price?.toFixed()).toBe('33.25');
  });

  test('come with the average daily volume where a limit looks at it, in shares', async () => {
    await using world = await openIbkrWorld(
      { contracts: [{ symbol: 'THIN', conId: 801, last: '10', averageVolume: 4200 }] },
      {},
      { needsVolumes: true },
    );
    for (let turn = 0; turn < 2; turn += 1) {
      const [quote] = await world.broker.getQuotes(['THIN']);
      expect(quote?.averageDailyVolume?.toFixed()).toBe('4200');
    }
  });

  test('do not wait long for a volume that TWS does not tell, and not twice on a day', async () => {
    await using world = await openIbkrWorld(
      { contracts: [{ symbol: 'THIN', conId: 801, last: '10', averageVolume: 0 }] },
      {},
      { needsVolumes: true },
    );
    let quotes: readonly Quote[] | null = null;
    const answer = world.broker.getQuotes(['THIN']).then((told) => (quotes = told));
    await vi.waitFor(async () => {
      await world.clock.advance({ milliseconds: 100 });
      expect(quotes).not.toBeNull();
    });
    const [quote] = await answer;
    expect([quote?.price?.toFixed(), quote?.averageDailyVolume]).toEqual(['10', null]);
    // Without the clock going on.
    expect(await world.broker.getQuotes(['THIN'])).toHaveLength(1);
  });

  test('come without a volume where no limit looks at it', async () => {
    await using world = await openIbkrWorld();
    const [quote] = await world.broker.getQuotes(['MSFT']);
    expect(quote?.averageDailyVolume).toBeNull();
  });

  test('of more symbols than there are lines come all the same', async () => {
    const symbols = Array.from({ length: 90 }, (_, index) => `S${index}`);
    await using world = await openIbkrWorld({
      contracts: symbols.map((symbol, index) => ({ symbol, conId: 800 + index, last: '10' })),
    });
    const quotes = await world.broker.getQuotes(symbols);
    expect(quotes.map((quote) => quote.symbol)).toEqual(symbols);
    expect(quotes.every((quote) => quote.price?.toFixed() === '10')).toBe(true);
  });
});

describe('prices that are wanted again', () => {
  test('are those of now, and cost one message for all of them', async () => {
    await using world = await openIbkrWorld();
    const { broker, fake } = world;
    const symbols = ['MSFT', 'AAPL', 'IBM'];
    await broker.getQuotes(symbols);
    const before = (await fake.requests()).requests.length;
    await fake.setPrice('AAPL', '31.00', { bid: '30.99', ask: '31.01' });
    const quotes = await broker.getQuotes(symbols);
    expect(quotes.map(({ symbol }) => symbol)).toEqual(symbols);
    expect(quotes[1]?.price?.toFixed()).toBe('31');
    expect(quotes.map(({ at }) => at.until(world.clock.now()).total('seconds'))).toEqual([0, 0, 0]);
    const after = (await fake.requests()).requests.slice(before);
    expect(after.map(({ type }) => type)).toEqual(['current_time']);
  });

  test('share that message with who asks for the time meanwhile', async () => {
    await using world = await openIbkrWorld();
    const { broker } = world;
    await broker.getQuotes(['MSFT']);
    await Promise.all([broker.getTime?.(), broker.getQuotes(['MSFT'])]);
    expect(await asked(world, 'current_time')).toBe(1);
  });

  test('are not told by a TWS that does not answer any more', async () => {
    await using world = await openIbkrWorld();
    const { broker, fake } = world;
    await broker.getQuotes(['MSFT']);
    await fake.fail('read', 'half_open');
    const answer = broker.getQuotes(['MSFT']).catch((error: unknown) => error);
    await vi.waitFor(async () => {
      expect(await asked(world, 'current_time')).toBe(1);
    });
    await world.clock.advance({ seconds: 15 });
    expect(await answer).toMatchObject({ name: 'BrokerError', code: 'unavailable' });
  });

  test('know that a bid and an ask are gone', async () => {
    await using world = await openIbkrWorld();
    await world.broker.getQuotes(['MSFT']);
    await world.fake.closeMarket();
    await world.fake.setPrice('MSFT', '31.00');
    const [quote] = await world.broker.getQuotes(['MSFT']);
    expect([quote?.price?.toFixed(), quote?.bid, quote?.ask]).toEqual(['31', null, null]);
  });

  test('still say by their time that they are delayed', async () => {
    await using world = await openIbkrWorld({ marketData: 'delayed' });
    for (let turn = 0; turn < 2; turn += 1) {
      const [quote] = await world.broker.getQuotes(['MSFT']);
      expect(quote?.at.until(world.clock.now()).total('minutes')).toBe(20);
    }
    expect(await asked(world, 'market_data')).toBe(1);
  });

  test('that are delayed are not for another account of the login that wants live ones', async () => {
    await using world = await openIbkrWorld({ marketData: 'delayed' }, { marketData: 'delayed' });
    await world.broker.getQuotes(['MSFT']);
    const second = world.openAccount({ marketData: 'live' }, { name: 'second' });
    await expect(second.getQuotes(['MSFT'])).rejects.toMatchObject({ code: 'unavailable' });
  });

  test('that are live are for another account of the login that would take delayed ones', async () => {
    await using world = await openIbkrWorld({ marketData: 'live' }, { marketData: 'live' });
    await world.broker.getQuotes(['MSFT']);
    const second = world.openAccount({ marketData: 'delayed' }, { name: 'second' });
    expect(await priceOf(second)).toBe(await priceOf(world.broker));
    expect(await asked(world, 'market_data')).toBe(1);
  });

  test('are asked for anew where a volume is wanted that was not asked for with them', async () => {
    await using world = await openIbkrWorld({
      contracts: [{ symbol: 'THIN', conId: 801, last: '10', averageVolume: 4200 }],
    });
    await world.broker.getQuotes(['THIN']);
    const careful = world.openAccount({}, { name: 'careful', needsVolumes: true });
    const [quote] = await careful.getQuotes(['THIN']);
    expect(quote?.averageDailyVolume?.toFixed()).toBe('4200');
    await careful.getQuotes(['THIN']);
    expect(await asked(world, 'market_data')).toBe(2);
  });

  test('outside the session are not waited for again', async () => {
    await using world = await openIbkrWorld({ market: 'closed' });
    const first = world.broker.getQuotes(['MSFT']);
    await vi.waitFor(async () => {
      expect(await asked(world, 'market_data')).toBe(1);
      await world.clock.advance({ seconds: 1 });
    });
    await world.clock.advance({ seconds: 4 });
    const [told] = await first;
    // Without the clock going on.
    const [again] = await world.broker.getQuotes(['MSFT']);
    expect(again?.price).toEqual(told?.price);
    expect(await asked(world, 'market_data')).toBe(1);
  });
});

describe('a line that TWS told prices on', () => {
  test.each<[string, (world: IbkrWorld) => Promise<void>]>([
    [
      'TWS lost the servers and kept the subscriptions',
      async ({ fake }) => {
        await fake.connectivity('lost');
        await fake.setPrice('MSFT', '77.00');
        await fake.connectivity('restored');
      },
    ],
    [
      'TWS lost the servers and the subscriptions',
      async ({ fake }) => {
        await fake.connectivity('lost');
        await fake.setPrice('MSFT', '77.00');
        await fake.connectivity('restored_data_lost');
      },
    ],
    [
      'the data farm was away',
      async ({ fake }) => {
        await fake.connectivity('farm_lost');
        await fake.setPrice('MSFT', '77.00');
        await fake.connectivity('farm_restored');
      },
    ],
    [
      'the connection to TWS was lost',
      async ({ fake }) => {
        await fake.loseConnection();
        await fake.setPrice('MSFT', '77.00');
      },
    ],
    [
      'something that TWS told could not be read',
      async ({ fake, broker }) => {
        await fake.fail('read', 'garbage');
        await expect(broker.getAccountBalance()).rejects.toMatchObject({ code: 'unavailable' });
        await fake.setPrice('MSFT', '77.00');
      },
    ],
    [
      'it told nothing for a minute',
      async (world) => {
        await world.fake.setPrice('MSFT', '77.00');
        expect(await priceOf(world.broker)).toBe('77');
        await world.advance({ minutes: 1 });
      },
    ],
  ])('does not count any more once %s', async (_name, happen) => {
    await using world = await openIbkrWorld({
      contracts: [{ symbol: 'MSFT', conId: 801, last: '30' }],
    });
    expect(await priceOf(world.broker)).toBe('30');
    await happen(world);
    await vi.waitFor(async () => {
      expect(await priceOf(world.broker)).toBe('77');
    });
    expect(await asked(world, 'market_data')).toBe(2);
  });

  test('counts for as long as it tells something each minute', async () => {
    await using world = await openIbkrWorld();
    for (const price of ['31', '32', '33', '34']) {
      await world.advance({ seconds: 59 });
      await world.fake.setPrice('MSFT', price, { bid: price, ask: price });
      expect(await priceOf(world.broker)).toBe(price);
    }
    expect(await asked(world, 'market_data')).toBe(1);
  });

  test('does not count once somebody else has the market data', async () => {
    await using world = await openIbkrWorld();
    await world.broker.getQuotes(['MSFT']);
    await world.fake.setMarketData('MSFT', 'competing');
    await expect(world.broker.getQuotes(['MSFT'])).rejects.toMatchObject({
      message: expect.stringContaining('another session of this login'),
    });
  });

  test('is kept for ten minutes after it was wanted, and then given back', async () => {
    await using world = await openIbkrWorld();
    await world.broker.getQuotes(['MSFT', 'AAPL']);
    await world.advance({ seconds: 30 });
    await world.broker.getQuotes(['MSFT']);
    await world.advance({ minutes: 9, seconds: 29 });
    expect(await givenBack(world)).toBe(0);
    await world.advance({ seconds: 1 });
    expect(await givenBack(world)).toBe(1);
    await world.advance({ seconds: 29 });
    expect(await givenBack(world)).toBe(1);
    await world.advance({ seconds: 1 });
    expect(await givenBack(world)).toBe(2);
    expect(world.clock.scheduled()).toEqual([]);
  });

  test('is given back after the orders that wait for their turn', async () => {
    await using world = await openIbkrWorld({}, { messagesPerSecond: '20' });
    const { broker } = world;
    await broker.listOrders(EPOCH);
    await broker.getQuotes(['MSFT', 'AAPL']);
    await world.advance({ minutes: 9, seconds: 59 });
    const orders = Array.from({ length: 40 }, (_, index) =>
      broker.executeTrade(buy(index % 2 === 0 ? 'MSFT' : 'AAPL', '1', '1.00'), MAY_SEND),
    );
    await vi.waitFor(async () => {
      expect(await asked(world, 'place_order')).toBe(20);
    });
    await world.advance({ seconds: 1 });
    // The lines have to go now, and wait with twenty orders for the next second.
    await world.advance({ milliseconds: 500 });
    await Promise.all(orders);
    const { requests } = await world.fake.requests();
    expect(requests.slice(-20).map(({ type }) => type)).toEqual(Array(20).fill('place_order'));
    const given = givenBack(world);
    await world.advance({ milliseconds: 1500 });
    expect(await given).toBe(2);
  });

  test('is not given back where TWS has lost it', async () => {
    await using world = await openIbkrWorld();
    await world.broker.getQuotes(['MSFT']);
    await world.fake.connectivity('lost');
    await world.fake.connectivity('restored_data_lost');
    await vi.waitFor(async () => {
      expect(await priceOf(world.broker)).toBeDefined();
    });
    await world.advance({ minutes: 1 });
    expect(await givenBack(world)).toBe(0);
  });

  test('is given back some seconds after another one took its place', async () => {
    await using world = await openIbkrWorld();
    await world.broker.getQuotes(['MSFT']);
    await world.advance({ minutes: 2 });
    await world.broker.getQuotes(['MSFT']);
    await world.broker.getQuotes(['MSFT']);
    expect(await asked(world, 'market_data')).toBe(2);
    await world.advance({ seconds: 4 });
    expect(await givenBack(world)).toBe(0);
    await world.advance({ seconds: 1 });
    expect(await givenBack(world)).toBe(1);
    await world.broker.getQuotes(['MSFT']);
    expect(await asked(world, 'market_data')).toBe(2);
  });

  test('is one of eighty at most: what was wanted longest ago makes room, and only that', async () => {
    const symbols = Array.from({ length: 90 }, (_, index) => `S${index}`);
    await using world = await openIbkrWorld({
      contracts: symbols.map((symbol, index) => ({ symbol, conId: 800 + index, last: '10' })),
    });
    await world.broker.getQuotes(symbols.slice(0, 50));
    await world.advance({ seconds: 1 });
    await world.broker.getQuotes(symbols.slice(50));
    await world.advance({ seconds: 1 });
    // The last forty of the first fifty are there still.
    await world.broker.getQuotes(symbols.slice(10, 50));
    expect(await asked(world, 'market_data')).toBe(90);
    await world.broker.getQuotes(symbols.slice(0, 10));
    expect(await asked(world, 'market_data')).toBe(100);
    expect(mostLines((await world.fake.requests()).requests)).toBe(80);
  });
});

/** How many subscriptions stood at once. */
function mostLines(requests: readonly { readonly type: string }[]): number {
  let [now, most] = [0, 0];
  for (const { type } of requests) {
    if (type === 'market_data') now += 1;
    if (type === 'cancel_market_data') now -= 1;
    most = Math.max(most, now);
  }
  return most;
}
