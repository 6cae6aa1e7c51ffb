import { createServer } from 'node:net';
import { describe, expect, test, vi } from 'vitest';
import { sum, toText } from '../../../src/core/decimal.ts';
import type { Broker } from '../../../src/ports/broker.ts';
import { EPOCH, accept, buy, fillsIn, found, sharesIn } from '../../contracts/broker/requests.ts';
import { recordUpdates } from '../../contracts/broker/harness.ts';
import { ACCOUNT, openIbkrWorld, type IbkrWorld } from './open-ibkr.ts';
import { MAY_SEND } from '../../fixtures/send-permits.ts';

const reconnected = (updates: readonly { type: string }[]): boolean =>
  updates.some((update) => update.type === 'reconnected');

async function asked(world: IbkrWorld, type: string): Promise<number> {
  const { requests } = await world.fake.requests();
  return requests.filter((request) => request.type === type).length;
}

/** Lets time pass until the adapter has tried again and is connected. */
async function comeBack({ clock, fake }: IbkrWorld): Promise<void> {
  await vi.waitFor(
    async () => {
      await clock.advance({ seconds: 1 });
      expect((await fake.requests()).connected).toEqual([7]);
    },
    { timeout: 10_000 },
  );
}

/** A port that nothing listens on. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  await new Promise((resolve) => {
    server.close(resolve);
  });
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

describe('what doctor says of an account', () => {
  const problems = async (broker: Broker): Promise<readonly string[]> =>
    (await broker.findProblems?.()) ?? [];

  test('nothing when all is well, and nothing on the console either', async () => {
    const written = (['log', 'info', 'warn', 'error', 'debug'] as const).map((method) =>
      vi.spyOn(console, method),
    );
    await using world = await openIbkrWorld();
    expect(await problems(world.broker)).toEqual([]);
    const log = recordUpdates(world.broker);
    await world.fake.loseConnection();
    await log.until(reconnected);
    expect(await problems(world.broker)).toEqual([]);
    for (const method of written) expect(method).not.toHaveBeenCalled();
  });

  test('that nothing answers at its port', async () => {
    const port = await freePort();
    await using world = await openIbkrWorld({}, { port: String(port) });
    const [problem, ...others] = await problems(world.broker);
    expect(problem).toContain(`Nothing answers at 127.0.0.1:${port}`);
    expect(problem).toContain('Enable ActiveX and Socket Clients');
    expect(others).toEqual([]);
  });

  test('that its client id is in use', async () => {
    await using world = await openIbkrWorld();
    await world.broker.getPositions();
    await using other = await openIbkrWorld({}, { port: String(world.fake.port) });
    expect(await problems(other.broker)).toEqual([
      `Client id 7 is in use by another program at 127.0.0.1:${world.fake.port}. Stop that program, or give this bot a client id of its own with IBKR_CLIENT_ID or ibkr.clientId.`,
    ]);
  });

  test('that the account is not on this login', async () => {
    await using world = await openIbkrWorld({}, { account: 'DU7654321' });
    const [problem] = await problems(world.broker);
    expect(problem).toContain('does not have the account DU7654321; it has DU1234567');
    await expect(world.broker.getPositions()).rejects.toMatchObject({ code: 'authentication' });
  });

  test('that the API is read-only', async () => {
    await using world = await openIbkrWorld({ readOnly: true });
    expect(await problems(world.broker)).toEqual([expect.stringContaining('"Read-Only API"')]);
    expect(await world.broker.executeTrade(buy('MSFT', '1'), MAY_SEND)).toMatchObject({
      type: 'rejected',
      code: 'authentication',
    });
  });

  test('that market data is missing', async () => {
    await using world = await openIbkrWorld({ marketData: 'none' });
    expect(await problems(world.broker)).toEqual([
      expect.stringMatching(/gives no price of SPY .* share it with the paper account\.$/),
    ]);
  });

  test('that somebody else has the market data', async () => {
    await using world = await openIbkrWorld({ marketData: 'competing' });
    expect(await problems(world.broker)).toEqual([
      expect.stringMatching(/another session of this login \(No market data.*\)\. Log out there/),
    ]);
  });
});

test('a paper account is never traded at a live account of IB', async () => {
  await using world = await openIbkrWorld(
    { accounts: [{ id: 'U1234567', cash: '1000' }] },
    { account: 'U1234567' },
  );
  const result = await world.broker.executeTrade(buy('MSFT', '1'), MAY_SEND);
  expect(result).toMatchObject({ type: 'rejected', code: 'authentication' });
  expect((await world.fake.requests()).requests).toEqual([]);
});

test('accounts of one login share a connection, and each sees its own', async () => {
  await using world = await openIbkrWorld({
    accounts: [
      { id: ACCOUNT, cash: '1000' },
      { id: 'DU7654321', cash: '500' },
    ],
  });
  const second = world.openAccount({ account: 'DU7654321' }, { name: 'second' });
  const intent = buy('MSFT', '1', '30.00');
  await accept(second, intent);
  expect((await second.listOrders(EPOCH)).map((order) => order.symbol)).toEqual(['MSFT']);
  expect(await world.broker.listOrders(EPOCH)).toEqual([]);
  expect(toText((await second.getAccountBalance()).cash)).toBe('500');
  expect(toText((await world.broker.getAccountBalance()).cash)).toBe('1000');
  expect((await world.fake.requests()).connected).toEqual([7]);
  // Another client id is another connection.
  const third = world.openAccount({ clientId: '8' }, { name: 'third' });
  await third.getPositions();
  expect((await world.fake.requests()).connected).toEqual([7, 8]);
});

describe('when TWS loses its connection to IB', () => {
  test.each(['restored', 'restored_data_lost'] as const)(
    'nothing is sent, and what happened meanwhile is found out: %s',
    async (restored) => {
      await using world = await openIbkrWorld();
      const { broker, fake } = world;
      const log = recordUpdates(broker);
      const intent = buy('MSFT', '10');
      await accept(broker, intent);
      await fake.connectivity('lost');
      await vi.waitFor(async () => {
        await expect(broker.getPositions()).rejects.toMatchObject({ brokerCode: '1100' });
      });
      expect(await broker.executeTrade(buy('AAPL', '1'), MAY_SEND)).toMatchObject({
        type: 'rejected',
        code: 'unavailable',
        brokerCode: '1100',
      });
      await expect(broker.findOrder(intent)).rejects.toMatchObject({ code: 'unavailable' });
      await fake.fillNext();
      await fake.fillNext();
      expect(fillsIn(log.updates)).toEqual([]);

      await fake.connectivity(restored);
      await log.until(reconnected);
      expect(sharesIn(fillsIn(log.updates))).toBe('10');
      expect((await found(broker, intent)).status).toBe('filled');
      expect(await asked(world, 'place_order')).toBe(1);
    },
  );
});

describe('the daily restart of IB Gateway', () => {
  test('is survived, with the fills inside the gap', async () => {
    await using world = await openIbkrWorld();
    const { broker, fake } = world;
    const log = recordUpdates(broker);
    const intent = buy('MSFT', '10');
    await accept(broker, intent);
    await fake.refuseConnections('until_told');
    await fake.restart();
    await vi.waitFor(async () => {
      await expect(broker.getPositions()).rejects.toMatchObject({ code: 'unavailable' });
    });
    await fake.fillNext();
    await fake.fillNext();
    await fake.acceptConnections();
    await comeBack(world);
    await log.until(reconnected);
    expect(sharesIn(fillsIn(log.updates))).toBe('10');
    const order = await found(broker, intent);
    expect([order.status, order.filledQuantity.toFixed()]).toEqual(['filled', '10']);
    const fills = await broker.listFills(EPOCH);
    expect(fills).toEqual(fillsIn(log.updates));
    expect(toText(sum(fills.map((fill) => fill.fees)))).toBe('1');
  });

  test('leaves our orders ours: one that was sent before it can be cancelled', async () => {
    await using world = await openIbkrWorld();
    const { broker, fake } = world;
    const log = recordUpdates(broker);
    const intent = buy('MSFT', '10', '30.00');
    const id = await accept(broker, intent);
    await fake.restart();
    await log.until(reconnected);
    await broker.cancelOrder(id);
    expect((await found(broker, intent)).status).toBe('canceled');
  });

  test('is waited for with growing patience, while nobody asks', async () => {
    await using world = await openIbkrWorld();
    await world.broker.getPositions();
    await world.fake.refuseConnections('until_told');
    await world.fake.restart();
    // The first try is at once; then the clock decides.
    for (const wait of [1, 2, 5, 10, 30, 60, 60]) {
      await vi.waitFor(() => {
        expect(world.clock.scheduled().map((at) => world.clock.now().until(at).seconds)).toEqual([
          wait,
        ]);
      });
      await world.clock.advance({ seconds: wait });
    }
    await world.fake.acceptConnections();
    await comeBack(world);
  });
});

describe('a connection that neither answers nor ends', () => {
  test('is ended after a question and a probe, and made again', async () => {
    await using world = await openIbkrWorld();
    const { broker, fake, clock } = world;
    await broker.listOrders(EPOCH);
    // The question and the probe after it.
    await fake.fail('any', 'half_open', 2);
    const failure = broker.getAccountBalance().catch((error: unknown) => error);
    await vi.waitFor(async () => {
      expect(await asked(world, 'account_summary')).toBe(1);
    });
    await clock.advance({ seconds: 15 });
    expect(await failure).toMatchObject({ name: 'BrokerError', code: 'unavailable' });
    await clock.advance({ seconds: 5 });
    expect(toText((await broker.getAccountBalance()).cash)).toBe('100000');
    expect(world.logged.some(({ message }) => message === 'connection to TWS lost')).toBe(true);
  });

  test('leaves an order unknown, and finding it decides', async () => {
    await using world = await openIbkrWorld();
    const { broker, fake, clock } = world;
    await broker.listOrders(EPOCH);
    await broker.getQuotes(['MSFT']);
    const intent = buy('MSFT', '10');
    await fake.fail('submit', 'half_open');
    const answer = broker.executeTrade(intent, MAY_SEND);
    await vi.waitFor(async () => {
      expect(await asked(world, 'place_order')).toBe(1);
    });
    await clock.advance({ seconds: 10 });
    expect(await answer).toMatchObject({ type: 'unknown' });
    await clock.advance({ seconds: 5 });
    const result = await broker.findOrder(intent).catch((error: unknown) => error);
    // Either IB has it, or nobody can say: it is never called gone, and never sent again.
    expect(result).not.toEqual({ type: 'not_found' });
    await broker.executeTrade(intent, MAY_SEND);
    expect(await asked(world, 'place_order')).toBe(1);
  });
});

test('garbage from TWS is an error for whoever asked, and no crash', async () => {
  await using world = await openIbkrWorld();
  const { broker, fake } = world;
  await broker.listOrders(EPOCH);
  await fake.fail('any', 'garbage');
  await expect(broker.getAccountBalance()).rejects.toMatchObject({ code: 'unavailable' });
  expect(toText((await broker.getAccountBalance()).cash)).toBe('100000');
});
