import { describe, expect, it } from 'vitest';
import { connectTws, limitOrder, stock } from './tws-client.ts';
import { startTwsFake } from './tws/index.ts';

describe('faults of the fake TWS', () => {
  it.each([
    { order: 'placed', orders: 1 },
    { order: 'not_placed', orders: 0 },
  ] as const)('cut the line without an answer, the order $order', async ({ order, orders }) => {
    await using fake = await startTwsFake();
    await using client = await connectTws(fake);
    await fake.dropAnswer('submit', order);
    client.clear();
    client.api.placeOrder(1, stock('AAPL'), limitOrder('BUY', 10, 200));
    await client.until(/^disconnected/);
    expect(client.lines).toEqual(['disconnected']);
    expect((await fake.state()).orders).toHaveLength(orders);
    client.clear();
    client.api.connect();
    await client.until(/^nextValidId /);
    client.api.reqOpenOrders();
    await client.until(/^openOrderEnd/);
    expect(client.matching(/^orderStatus 1 Submitted/).length > 0).toBe(orders === 1);
  });

  it.each([
    { code: 'authentication', says: /^error .*Read-Only mode. 321 1/ },
    { code: 'rate_limited', says: /^error Max rate of messages .* 100 1/ },
    { code: 'unavailable', says: /^error Not connected 504 1/ },
    { code: 'garbage', says: /^error No parser implementation found .* 505/ },
  ] as const)('$code answers once, and the order is not placed', async ({ code, says }) => {
    await using fake = await startTwsFake();
    await using client = await connectTws(fake);
    await fake.fail('submit', code);
    client.api.placeOrder(1, stock('AAPL'), limitOrder('BUY', 10, 200));
    await client.until(says);
    expect((await fake.state()).orders).toEqual([]);
    client.api.placeOrder(2, stock('AAPL'), limitOrder('BUY', 10, 200));
    await client.until(/^orderStatus 2 Submitted/);
  });

  it('half_open answers nothing and leaves the line open', async () => {
    await using fake = await startTwsFake();
    await using client = await connectTws(fake);
    await fake.fail('read', 'half_open');
    client.clear();
    client.api.reqPositions();
    client.api.placeOrder(1, stock('AAPL'), limitOrder('BUY', 10, 200));
    await client.until(/^orderStatus 1 Submitted/);
    expect(client.matching(/^position/)).toEqual([]);
  });

  it('delay answers, and what follows waits behind them', async () => {
    await using fake = await startTwsFake();
    await using client = await connectTws(fake);
    await fake.delay(300, 'read');
    const began = performance.now();
    client.api.reqPositions();
    client.api.placeOrder(1, stock('AAPL'), limitOrder('BUY', 10, 200));
    await client.until(/^orderStatus 1 Submitted/);
    expect(performance.now() - began).toBeGreaterThanOrEqual(295);
    expect(client.matching(/^(positionEnd|orderStatus 1 Sub)/)).toEqual([
      'positionEnd',
      'orderStatus 1 Submitted 0/10 @0',
    ]);
  });

  it('lose the connection while fills happen', async () => {
    await using fake = await startTwsFake();
    await using client = await connectTws(fake);
    client.api.placeOrder(1, stock('AAPL'), limitOrder('BUY', 10, 221));
    await client.until(/^orderStatus 1 Submitted/);
    await fake.loseConnection({ duringFills: true });
    await client.until(/^disconnected/);
    expect(client.matching(/^execDetails/)).toEqual([]);
    client.clear();
    client.api.connect();
    await client.until(/^orderStatus 1 Submitted 5\/5/);
  });

  it('send every update again', async () => {
    await using fake = await startTwsFake();
    await using client = await connectTws(fake);
    client.clear();
    client.api.placeOrder(1, stock('AAPL'), limitOrder('BUY', 10, 221));
    await client.until(/^orderStatus 1 Submitted/);
    await fake.fillNext();
    await client.until(/^commissionReport/);
    const once = [...client.lines];
    await fake.replayUpdates();
    client.api.reqCurrentTime();
    await client.until(/^currentTime/);
    expect(client.lines.slice(0, -1)).toEqual([...once, ...once]);
  });

  it('swap two updates', async () => {
    await using fake = await startTwsFake();
    await using client = await connectTws(fake);
    client.api.placeOrder(1, stock('AAPL'), limitOrder('BUY', 10, 221));
    await client.until(/^orderStatus 1 Submitted/);
    await fake.reorderUpdates(true);
    client.clear();
    await fake.fillNext();
    await fake.reorderUpdates(false);
    await client.until(/^commissionReport/);
    expect(client.lines.map((line) => line.split(' ')[0])).toEqual([
      'openOrder',
      'orderStatus',
      'execDetails',
      'commissionReport',
    ]);
  });

  it('fill what is told, and no more than there is', async () => {
    await using fake = await startTwsFake();
    await using client = await connectTws(fake);
    client.api.placeOrder(1, stock('AAPL'), limitOrder('BUY', 10, 221));
    await client.until(/^orderStatus 1 Submitted/);
    const [order] = (await fake.state()).orders;
    const id = order?.brokerOrderId ?? '';
    await fake.fill(id, '3', '219.5');
    await client.until(/^orderStatus 1 Submitted 3\/7 @219.5/);
    await expect(fake.fill(id, '8', '219.5')).rejects.toThrow('only 7 are left');
  });
});
