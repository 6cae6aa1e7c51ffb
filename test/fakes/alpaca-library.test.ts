import { AlpacaClient, AlpacaStream } from '@master-chief/alpaca';
import { expect, test } from 'vitest';
import { alpaca } from './alpaca-client.ts';

/** The library that speaks to the real Alpaca speaks to the fake, unmodified. */
test('the unmodified client and stream understand every answer', async () => {
  const { fake, next } = await alpaca();
  await using _ = fake;
  const { name } = next();
  const { trading = '', stream: streamUrl = '' } = fake.accounts[name] ?? {};
  // The library's types know Alpaca's own addresses only, or a Map of anything.
  const endpoints = Object.assign(new Map<never, unknown>(), {
    rest: {
      beta: `${fake.data}/v1beta1`,
      account: `${trading}/v2`,
      market_data_v2: `${fake.data}/v2`,
      market_data_v1: `${fake.data}/v1`,
    },
    websocket: { account: streamUrl, market_data: () => streamUrl },
  });
  const credentials = { key: `key-${name}`, secret: `secret-${name}`, paper: true };
  const client = new AlpacaClient({ credentials, endpoints });
  const stream = new AlpacaStream({ credentials, endpoints, type: 'account' });
  const updates: (readonly [string, number | undefined])[] = [];
  const filled = Promise.withResolvers<void>();
  stream.on('trade_updates', (update) => {
    updates.push([update.event, update.qty]);
    if (update.event === 'fill') filled.resolve();
  });
  const listening = Promise.withResolvers<void>();
  stream.on('message', (message) => {
    if ('stream' in message && message.stream === 'listening') listening.resolve();
  });
  stream.once('authenticated', () => stream.subscribe('trade_updates'));
  await listening.promise;

  const account = await client.getAccount();
  expect([account.cash, account.status]).toEqual([10_000, 'ACTIVE']);
  expect((await client.getClock()).is_open).toBe(true);
  // The library's types want a number, where Alpaca's document wants text.
  const order = JSON.parse(
    '{"symbol":"VTI","qty":"2","side":"buy","type":"market","time_in_force":"day","client_order_id":"through-the-library"}',
  );
  const placed = await client.placeOrder(order);
  await fake.fillNext();
  await fake.fillNext();
  await filled.promise;
  expect(updates).toEqual([
    ['pending_new', undefined],
    ['new', undefined],
    ['partial_fill', 1],
    ['fill', 1],
  ]);
  expect(await client.getOrder({ order_id: placed.id })).toMatchObject({
    status: 'filled',
    filled_qty: 2,
    client_order_id: 'through-the-library',
  });
  expect(await client.getOrders({ status: 'all', symbols: ['VTI'] })).toHaveLength(1);
  expect(await client.getPositions()).toMatchObject([{ symbol: 'VTI', qty: 2 }]);
  expect(await client.getAccountActivities({ activity_type: 'FILL' })).toHaveLength(2);
  expect(await client.getSnapshots({ symbols: ['VTI', 'BND'] })).toMatchObject({
    VTI: { latestTrade: { p: 300 } },
    BND: { latestQuote: { bp: 74.99 } },
  });
  await expect(client.placeOrder(order)).rejects.toEqual({
    code: 40010001,
    message: 'client_order_id must be unique',
  });
  expect(await client.cancelOrder({ order_id: placed.id })).toBe(false);
  stream.getConnection().close();
  expect((await fake.state()).defects).toEqual([]);
});
