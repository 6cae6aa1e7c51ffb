import { describe, expect, it } from 'vitest';
import { IBApiNext } from '@stoqey/ib';
import { connectTws, limitOrder, listenTws, stock } from './tws-client.ts';
import { startTwsFake, startTwsFakeProcess } from './tws/index.ts';

const TWO_ACCOUNTS = {
  accounts: [
    { id: 'DU1234567', cash: '50000' },
    { id: 'DU7654321', cash: '20000' },
  ],
};

it('the fake can be a process of its own, with a clock that runs and orders that fill', async () => {
  await using fake = await startTwsFakeProcess({ fills: 'automatic', market: 'open' });
  await using client = await connectTws(fake);
  client.api.placeOrder(1, stock('AAPL'), limitOrder('BUY', 10, 500));
  await client.until(/^orderStatus 1 Filled/);
  const { now } = await fake.state();
  await expect.poll(async () => (await fake.state()).now).not.toBe(now);
});

describe('a connection to the fake TWS', () => {
  it('begins with accounts, the next order id and the farms', async () => {
    await using fake = await startTwsFake(TWO_ACCOUNTS);
    await using client = await connectTws(fake);
    expect(client.lines.filter((line) => !line.startsWith('server'))).toEqual([
      'connected',
      'managedAccounts DU1234567,DU7654321,',
      'nextValidId 1',
      'info Market data farm connection is OK:usfarm 2104',
      'info HMDS data farm connection is OK:ushmds 2106',
      'info Sec-def data farm connection is OK:secdefil 2158',
    ]);
  });

  it.each([177, 185, 188, 191, 193])(
    'speaks server version %d from end to end',
    async (serverVersion) => {
      await using fake = await startTwsFake({ serverVersion });
      await using client = await connectTws(fake);
      expect(client.api.serverVersion).toBe(serverVersion);
      client.api.reqContractDetails(1, stock('AAPL'));
      client.api.placeOrder(1, stock('AAPL'), limitOrder('BUY', 10, 220.5));
      client.api.placeOrder(2, stock('MSFT'), limitOrder('BUY', 1, 400));
      await client.until(/^orderStatus 2 Submitted/);
      client.api.cancelOrder(2);
      await client.until(/^orderStatus 2 Cancelled/);
      await fake.fillNext();
      await fake.fillNext();
      await client.until(/^orderStatus 1 Filled 10\/0/);
      client.api.reqCompletedOrders(false);
      client.api.reqExecutions(5, {});
      await client.until(/^execDetailsEnd 5/);
      expect(client.matching(/^completedOrder /)).toEqual([
        'completedOrder Filled BUY 0 LMT 220.5 ref DU1234567 filled 10 "Filled Size: 10"',
        'completedOrder Cancelled BUY 1 LMT 400 ref DU1234567 filled 0 "Cancelled by Trader"',
      ]);
      // The library reports what it could not decode as errors of its own (505).
      expect(client.matching(/505|[Uu]nderrun|unprocessed/)).toEqual([]);
      expect((await fake.requests()).defects).toEqual([]);
    },
  );

  it('speaks 176 as TWS does: with the field in completed orders that the library forgets', async () => {
    await using fake = await startTwsFake({ serverVersion: 176 });
    await using client = await connectTws(fake);
    client.api.placeOrder(1, stock('AAPL'), limitOrder('BUY', 10, 220.5));
    await client.until(/^openOrder 1 Submitted BUY 10 LMT 220.5 ref DU1234567$/);
    client.api.cancelOrder(1);
    await client.until(/^orderStatus 1 Cancelled/);
    client.api.reqCompletedOrders(false);
    await client.until(/^completedOrdersEnd/);
    expect(client.matching(/505/)).toHaveLength(1);
  });

  it('tells its own time, standing still when it is stepped', async () => {
    await using fake = await startTwsFake({ clock: 'stepped', now: '2026-11-25T15:00:00Z' });
    await using client = await connectTws(fake);
    client.api.reqCurrentTime();
    await client.until(/^currentTime 1795618800$/);
    await fake.advance(90);
    client.api.reqCurrentTime();
    await expect(client.until(/^currentTime 1795618890$/)).resolves.toBeDefined();
  });

  it('refuses a client id that is in use and ends that connection', async () => {
    await using fake = await startTwsFake();
    await using first = await connectTws(fake, 3);
    await using second = listenTws(fake, 3);
    second.api.connect();
    await second.until(/^info Unable to connect as the client id is already in use.* 326$/);
    await second.until(/^disconnected/);
    first.api.reqIds();
    await first.until(/^nextValidId/);
    expect((await fake.requests()).connected).toEqual([3]);
  });

  it('frees a client id when its connection ends', async () => {
    await using fake = await startTwsFake();
    for (let time = 0; time < 3; time += 1) {
      await using client = await connectTws(fake, 3);
      client.api.disconnect();
      await expect(client.until(/^disconnected/)).resolves.toBeDefined();
      for (let left = 1; left > 0;) left = (await fake.requests()).connected.length;
    }
  });

  it('refuses connections until it is told to accept them', async () => {
    await using fake = await startTwsFake();
    await using client = await connectTws(fake);
    await fake.refuseConnections('until_told');
    await client.until(/^disconnected/);
    client.api.connect();
    await client.until(/^error .*ECONNREFUSED.* 502 /);
    await fake.acceptConnections();
    client.clear();
    client.api.connect();
    await expect(client.until(/^nextValidId/)).resolves.toBeDefined();
  });

  it('forgets subscriptions in its daily restart and keeps what the broker knows', async () => {
    await using fake = await startTwsFake();
    await using client = await connectTws(fake);
    client.api.reqPositions();
    client.api.placeOrder(1, stock('AAPL'), limitOrder('BUY', 10, 220.5));
    await client.until(/^orderStatus 1 Submitted/);
    await fake.restart();
    await client.until(/^disconnected/);
    client.clear();
    client.api.connect();
    await client.until(/^nextValidId 2$/);
    await client.until(/^orderStatus 1 Submitted 0\/10/);
    await fake.fillNext();
    await client.until(/^orderStatus 1 Submitted 5\/5/);
    await fake.fillNext();
    await client.until(/^orderStatus 1 Filled/);
    expect(client.matching(/^position/)).toEqual([]);
  });

  it('can lose the order ids in a restart: the permId and the reference are left', async () => {
    await using fake = await startTwsFake();
    await using client = await connectTws(fake);
    client.api.placeOrder(4, stock('AAPL'), limitOrder('BUY', 10, 200, { orderRef: 'ours' }));
    await client.until(/^orderStatus 4 Submitted/);
    await fake.restart({ forgetOrderIds: true, resetOrderIds: true });
    await client.until(/^disconnected/);
    client.clear();
    client.api.connect();
    await client.until(/^nextValidId 1$/);
    client.api.reqAllOpenOrders();
    await client.until(/^openOrderEnd/);
    expect(client.matching(/^openOrder 0 Submitted BUY 10 LMT 200 ours/)).not.toEqual([]);
  });

  it('tells nothing that happens while the broker is away, and 1102 keeps subscriptions', async () => {
    await using fake = await startTwsFake();
    await using client = await connectTws(fake);
    client.api.reqMktData(4, stock('AAPL'), '', false, false);
    client.api.placeOrder(1, stock('AAPL'), limitOrder('BUY', 10, 220.5));
    await client.until(/^orderStatus 1 Submitted/);
    await fake.connectivity('lost');
    await client.until(/^info .* 1100$/);
    await fake.fillNext();
    await fake.connectivity('restored');
    await client.until(/^info .* 1102$/);
    await fake.setPrice('AAPL', '221');
    await client.until(/^tickPrice 4 4 221 /);
    expect(client.matching(/^execDetails/)).toEqual([]);
    client.api.reqExecutions(9, {});
    await client.until(/^execDetailsEnd 9/);
    expect(client.matching(/^execDetails 9 order 1 .*BOT 5@220.01/)).toHaveLength(1);
  });

  it('loses subscriptions with 1101, and sends orders that waited for the broker', async () => {
    await using fake = await startTwsFake();
    await using client = await connectTws(fake);
    client.api.reqMktData(4, stock('AAPL'), '', false, false);
    await client.until(/^tickPrice 4 4 220 /);
    await fake.connectivity('lost');
    await client.until(/^info .* 1100$/);
    client.api.placeOrder(1, stock('AAPL'), limitOrder('BUY', 10, 220.5));
    client.api.reqIds();
    await client.until(/^nextValidId/);
    expect((await fake.state()).orders).toEqual([]);
    await fake.connectivity('restored_data_lost');
    await client.until(/^info .* 1101$/);
    await client.until(/^orderStatus 1 Submitted/);
    await fake.setPrice('AAPL', '221');
    client.api.cancelMktData(4);
    await client.until(/^error Can't find EId with tickerId:4 300 4/);
    expect(client.matching(/^tickPrice 4 4 221/)).toEqual([]);
  });

  it('serves IBApiNext as well', async () => {
    await using fake = await startTwsFake({ fills: 'automatic' });
    const next = new IBApiNext({ host: fake.host, port: fake.port, reconnectInterval: 0 });
    next.connect(11);
    const [details] = await next.getContractDetails(stock('AAPL'));
    expect(details?.contract.conId).toBe(265598);
    const id = await next.placeNewOrder(stock('AAPL'), limitOrder('BUY', 10, 220.5));
    const executions = await next.getExecutionDetails({});
    // The library hands out executions told meanwhile as well: each has its id once.
    const ids = new Set(executions.map(({ execution }) => execution.execId));
    expect([...ids]).toEqual(['0000e0d5.00000001.01.01', '0000e0d5.00000002.01.01']);
    expect(executions.every(({ execution }) => execution.orderId === id)).toBe(true);
    next.disconnect();
  });
});
