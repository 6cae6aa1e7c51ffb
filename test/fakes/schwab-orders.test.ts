import { describe, expect, test } from 'vitest';
import { range, shares, sharedCaller, startCaller, tradingHour } from './schwab-caller.ts';

const day = range('2026-11-18T00:00:00Z', '2026-11-19T00:00:00Z');
const oneAccount = (type: 'CASH' | 'MARGIN' = 'CASH') => ({
  accounts: [
    {
      number: '12345678',
      type,
      cash: '10000',
      positions: [{ symbol: 'VTI', quantity: '40.5', costBasis: '8100' }],
    },
  ],
});

describe('an order', () => {
  test('is answered 201 with its number at the end of Location, and nothing else', async () => {
    const { call, hash, order } = await startCaller();
    const path = `/trader/v1/accounts/${hash}/orders`;
    const answer = await call('POST', path, shares('BUY', 5, 'VTI', 249.5), {
      'schwab-client-correlid': 'mine',
    });
    expect(answer).toMatchObject({ status: 201, body: undefined });
    expect(answer.headers.get('schwab-client-correlid')).toBe('mine');
    const id = new RegExp(`${path}/(\\d+)$`).exec(answer.headers.get('location') ?? '')?.[1];
    expect(await order(id ?? '')).toEqual({
      session: 'NORMAL',
      duration: 'DAY',
      orderType: 'LIMIT',
      complexOrderStrategyType: 'NONE',
      quantity: 5,
      filledQuantity: 0,
      remainingQuantity: 5,
      requestedDestination: 'AUTO',
      destinationLinkName: 'AutoRoute',
      price: 249.5,
      orderLegCollection: [
        {
          orderLegType: 'EQUITY',
          legId: 1,
          instrument: {
            assetType: 'COLLECTIVE_INVESTMENT',
            symbol: 'VTI',
            description: 'VTI of the fake',
            instrumentId: 1000001,
          },
          instruction: 'BUY',
          positionEffect: 'OPENING',
          quantity: 5,
        },
      ],
      orderStrategyType: 'SINGLE',
      orderId: Number(id),
      cancelable: true,
      editable: true,
      status: 'WORKING',
      enteredTime: '2026-11-18T15:30:00+0000',
      accountNumber: 12345678,
    });
  });

  test('fills in two executions, half first, at the market', async () => {
    const { fake, place, order } = await startCaller(oneAccount());
    const id = await place(shares('BUY', 5, 'VTI'));
    await fake.setPrice({ symbol: 'VTI', price: '250', bid: '249.99', ask: '250.01' });
    expect(await fake.fillNext({})).toEqual({ executions: 1 });
    expect(await order(id)).toMatchObject({
      status: 'WORKING',
      filledQuantity: 2,
      remainingQuantity: 3,
    });
    await fake.advance({ seconds: 2 });
    await fake.fillNext({});
    expect(await order(id)).toMatchObject({
      status: 'FILLED',
      filledQuantity: 5,
      remainingQuantity: 0,
      closeTime: '2026-11-18T15:30:02+0000',
      orderActivityCollection: [
        {
          activityType: 'EXECUTION',
          executionType: 'FILL',
          quantity: 2,
          orderRemainingQuantity: 3,
          executionLegs: [
            { legId: 1, quantity: 2, price: 250.01, time: '2026-11-18T15:30:00+0000' },
          ],
        },
        {
          quantity: 3,
          orderRemainingQuantity: 0,
          executionLegs: [
            { legId: 1, quantity: 3, price: 250.01, time: '2026-11-18T15:30:02+0000' },
          ],
        },
      ],
    });
    expect((await fake.state({})).accounts[0]).toMatchObject({
      cash: '8749.95',
      positions: [{ symbol: 'VTI', quantity: '45.5', costBasis: '9350.05' }],
    });
  });

  test('fills by itself when the fake is automatic, once the market reaches its limit', async () => {
    const { fake, place, order } = await startCaller({
      fills: 'automatic',
      fillAfterMilliseconds: 1000,
    });
    const id = await place(shares('BUY', 4, 'VTI', 249));
    await fake.advance({ seconds: 10 });
    expect(await order(id)).toMatchObject({ status: 'WORKING', filledQuantity: 0 });
    await fake.setPrice({ symbol: 'VTI', price: '248.5' });
    await fake.advance({ seconds: 1 });
    expect(await order(id)).toMatchObject({ status: 'WORKING', filledQuantity: 2 });
    await fake.advance({ seconds: 1 });
    expect(await order(id)).toMatchObject({
      status: 'FILLED',
      orderActivityCollection: [
        { executionLegs: [{ price: 248.5, time: '2026-11-18T15:30:11+0000' }] },
        { executionLegs: [{ price: 248.5, time: '2026-11-18T15:30:12+0000' }] },
      ],
    });
  });

  test.each([
    ['more than the cash', shares('BUY', 41, 'VTI', 250), /buying power/],
    ['more than the position', shares('SELL', 41, 'VTI', 250), /oversold/],
  ])('for %s is taken with 201 and then rejected', async (_, body, reason) => {
    const { place, order } = await startCaller(oneAccount());
    expect(await order(await place(body))).toMatchObject({
      status: 'REJECTED',
      statusDescription: expect.stringMatching(reason),
      cancelable: false,
      remainingQuantity: 0,
    });
  });

  test('is rejected later when told, and open orders count', async () => {
    const { fake, place, order } = await startCaller(oneAccount());
    await fake.rejectNext({ reason: 'Not today.' });
    expect(await order(await place(shares('BUY', 1, 'VTI')))).toMatchObject({
      status: 'REJECTED',
      statusDescription: 'Not today.',
    });
    const working = await place(shares('SELL', 40, 'VTI', 260));
    expect(await order(await place(shares('SELL', 1, 'VTI', 260)))).toMatchObject({
      status: 'REJECTED',
    });
    await fake.reject({ brokerOrderId: working, reason: 'Halted.' });
    expect(await order(working)).toMatchObject({
      status: 'REJECTED',
      statusDescription: 'Halted.',
    });
  });

  test('to buy takes of the buying power while it is open, and its successor takes its place', async () => {
    const { call, hash, place, order } = await startCaller(oneAccount());
    const id = await place(shares('BUY', 30, 'VTI', 250));
    expect(await order(await place(shares('BUY', 11, 'VTI', 250)))).toMatchObject({
      status: 'REJECTED',
    });
    const path = `/trader/v1/accounts/${hash}/orders/${id}`;
    const { headers } = await call('PUT', path, shares('BUY', 40, 'VTI', 250));
    const successor = headers.get('location')?.split('/').at(-1) ?? '';
    expect(await order(successor)).toMatchObject({ status: 'WORKING' });
  });

  test('can be refused with 400 instead, when the fake is told so', async () => {
    const { call, hash } = await startCaller({ ...oneAccount(), refusals: 'answer' });
    const path = `/trader/v1/accounts/${hash}/orders`;
    expect(await call('POST', path, shares('BUY', 41, 'VTI'))).toMatchObject({
      status: 400,
      body: { errors: [expect.stringContaining('buying power')] },
    });
  });

  test('can be in other live statuses, where it does not fill', async () => {
    const { fake, place, order } = await startCaller();
    const id = await place(shares('BUY', 1, 'VTI'));
    for (const status of [
      'AWAITING_PARENT_ORDER',
      'AWAITING_MANUAL_REVIEW',
      'ACCEPTED',
      'QUEUED',
      'PENDING_ACTIVATION',
      'PENDING_ACKNOWLEDGEMENT',
    ] as const) {
      await fake.setStatus({ brokerOrderId: id, status });
      expect(await fake.fillNext({})).toEqual({ executions: 0 });
      expect(await order(id)).toMatchObject({ status });
    }
    await fake.setStatus({ brokerOrderId: id, status: 'WORKING' });
    expect(await fake.fillNext({})).toEqual({ executions: 1 });
  });
});

test('an order can be missing from what is read for a while, though its answer has come', async () => {
  const { fake, call, hash, place, order } = await startCaller({ visibleAfterMilliseconds: 2000 });
  const id = await place(shares('BUY', 1, 'VTI', 240));
  const path = `/trader/v1/accounts/${hash}/orders?${day}`;
  await fake.advance({ seconds: 1 });
  expect(await order(id)).toMatchObject({ message: 'Order not found.' });
  expect((await call('GET', path)).body).toEqual([]);
  await fake.advance({ seconds: 1 });
  expect(await order(id)).toMatchObject({ status: 'WORKING' });
  expect((await call('GET', path)).body).toHaveLength(1);
});

describe('an order that is wrong is answered 400', () => {
  const caller = sharedCaller();
  const plain = shares('BUY', 1, 'VTI', 250);
  const leg = {
    instruction: 'BUY',
    quantity: 1,
    instrument: { symbol: 'VTI', assetType: 'EQUITY' },
  };
  const legs = (change: object) => ({ ...plain, orderLegCollection: [{ ...leg, ...change }] });
  test.each([
    ['a fraction of a share', legs({ quantity: 1.5 }), /whole number/],
    ['no share', legs({ quantity: 0 }), /between 1 and 999999/],
    ['a quantity as text', legs({ quantity: '1' }), /must be number/],
    ['a price as text', { ...plain, price: '250' }, /must be number/],
    ['a tenth of a cent', { ...plain, price: 250.001 }, /decimal places/],
    ['a limit order without a price', { ...plain, price: undefined }, /needs a price/],
    ['a market order with a price', { ...plain, orderType: 'MARKET' }, /has no price/],
    ['an unknown order type', { ...plain, orderType: 'LIMITED' }, /allowed values/],
    ['no session', { ...plain, session: undefined }, /session is required/],
    ['an id of ours', { ...plain, clientOrderId: 'x' }, /clientOrderId/],
    ['a tag of ours', { ...plain, tag: 'x' }, /tag/],
    ['an unknown symbol', legs({ instrument: { symbol: 'NOPE', assetType: 'EQUITY' } }), /NOPE/],
    ['two legs', { ...plain, orderLegCollection: [leg, leg] }, /exactly one leg/],
    ['dollars', legs({ quantityType: 'DOLLARS' }), /SHARES/],
    ['a short sale', legs({ instruction: 'SELL_SHORT' }), /BUY and SELL/],
    ['a market order at night', { ...shares('BUY', 1, 'VTI'), session: 'PM' }, /Only limit orders/],
    ['something that is not JSON', '{', /not JSON/],
  ])('%s', async (_, body, words) => {
    const { fake, call, hash } = caller();
    const answer = await call('POST', `/trader/v1/accounts/${hash}/orders`, body, {
      'content-type': 'application/json',
    });
    expect(answer).toMatchObject({
      status: 400,
      body: {
        message: 'A validation error occurred while processing the request.',
        errors: expect.arrayContaining([expect.stringMatching(words)]),
      },
    });
    expect((await fake.state({})).orders).toEqual([]);
  });
});

describe('a cancel', () => {
  const caller = sharedCaller();
  test('is answered 200 with nothing, and the order is CANCELED', async () => {
    const { call, hash, place, order } = await startCaller();
    const id = await place(shares('BUY', 2, 'VTI', 240));
    const path = `/trader/v1/accounts/${hash}/orders/${id}`;
    expect(await call('DELETE', path)).toMatchObject({ status: 200, body: undefined });
    expect(await order(id)).toMatchObject({ status: 'CANCELED', cancelable: false });
    expect(await call('DELETE', path)).toMatchObject({
      status: 400,
      body: { message: expect.stringContaining('cannot be canceled') },
    });
  });

  test('can hang in PENDING_CANCEL, while fills still come', async () => {
    const { fake, call, hash, place, order } = await startCaller({ cancels: 'told' });
    const id = await place(shares('BUY', 4, 'VTI'));
    await call('DELETE', `/trader/v1/accounts/${hash}/orders/${id}`);
    await fake.fillNext({});
    expect(await order(id)).toMatchObject({ status: 'PENDING_CANCEL', filledQuantity: 2 });
    await fake.finishCancel({ brokerOrderId: id });
    expect(await order(id)).toMatchObject({ status: 'CANCELED', filledQuantity: 2 });
  });

  test.each([
    ['999', 404],
    ['abc', 400],
  ])('of order %s answers %i', async (id, status) => {
    const { call, hash } = caller();
    expect(await call('DELETE', `/trader/v1/accounts/${hash}/orders/${id}`)).toMatchObject({
      status,
    });
  });
});

test('a replaced order is REPLACED, and its successor has a number of its own', async () => {
  const { call, hash, place, order } = await startCaller();
  const id = await place(shares('BUY', 2, 'VTI', 240));
  const path = `/trader/v1/accounts/${hash}/orders`;
  expect((await call('PUT', `${path}/${id}`, shares('BUY', 1.5, 'VTI', 245))).status).toBe(400);
  expect(await order(id)).toMatchObject({ status: 'WORKING' });
  const answer = await call('PUT', `${path}/${id}`, shares('BUY', 3, 'VTI', 245));
  expect(answer).toMatchObject({ status: 201, body: undefined });
  const next = answer.headers.get('location')?.split('/').at(-1) ?? '';
  expect(await order(id)).toMatchObject({ status: 'REPLACED' });
  expect(await order(next)).toMatchObject({ status: 'WORKING', quantity: 3, price: 245 });
});

describe('a list of orders', () => {
  const caller = sharedCaller();
  test('holds what was entered in a range of time, newest first, whoever did it', async () => {
    const { fake, call, hash, place } = await startCaller();
    const first = await place(shares('BUY', 1, 'VTI', 240));
    await fake.advance({ seconds: 60 });
    const second = await fake.placeElsewhere({
      account: '12345678',
      symbol: 'AAPL',
      side: 'buy',
      quantity: '2',
    });
    const ids = async (query: string) => {
      const { body } = await call('GET', `/trader/v1/accounts/${hash}/orders?${query}`);
      return Array.isArray(body) ? body.map((order) => String(Object(order)['orderId'])) : body;
    };
    expect(await ids(day)).toEqual([second.brokerOrderId, first]);
    expect(await ids(`${day}&maxResults=1`)).toEqual([second.brokerOrderId]);
    expect(await ids(range(tradingHour, '2026-11-18T15:30:59Z'))).toEqual([first]);
    await fake.cancelElsewhere({ brokerOrderId: second.brokerOrderId });
    expect(await ids(`${day}&status=CANCELED`)).toEqual([second.brokerOrderId]);
    expect((await call('GET', `/trader/v1/orders?${day}`)).body).toHaveLength(2);
  });

  test.each([
    ['no range', '', /fromEnteredTime is required/],
    ['half a range', 'fromEnteredTime=2026-11-18T00:00:00.000Z', /toEnteredTime is required/],
    ['times without milliseconds', day.replaceAll('.000', ''), /yyyy-MM-dd/],
    ['a plus that became a space', day.replaceAll('Z', '+0000'), /yyyy-MM-dd/],
    ['a day that does not exist', day.replace('11-18', '13-18'), /yyyy-MM-dd/],
    ['more than 60 days', range('2026-09-01T00:00:00Z', '2026-11-19T00:00:00Z'), /60 days/],
    [
      'a range that runs backwards',
      range('2026-11-18T01:00:00Z', tradingHour.replace('18', '17')),
      /before/,
    ],
    ['an unknown status', `${day}&status=OPEN`, /status must be/],
    ['no results', `${day}&maxResults=0`, /maxResults/],
    ['an unknown parameter', `${day}&symbol=VTI`, /symbol is not known/],
  ])('is refused for %s', async (_, query, words) => {
    const { call, hash } = caller();
    expect(await call('GET', `/trader/v1/accounts/${hash}/orders?${query}`)).toMatchObject({
      status: 400,
      body: { errors: expect.arrayContaining([expect.stringMatching(words)]) },
    });
  });

  test('takes an encoded offset', async () => {
    const { call, hash } = caller();
    const path = `/trader/v1/accounts/${hash}/orders?${day.replaceAll('Z', '%2B0000')}`;
    expect(await call('GET', path)).toMatchObject({ status: 200, body: [] });
  });
});

test('a preview does nothing but tell, in its own shape and in that of an order', async () => {
  const { fake, call, hash } = await startCaller(oneAccount());
  const path = `/trader/v1/accounts/${hash}/previewOrder`;
  const strategy = {
    orderType: 'LIMIT',
    session: 'NORMAL',
    duration: 'DAY',
    orderStrategyType: 'SINGLE',
    price: 250,
    orderLegs: [{ finalSymbol: 'VTI', quantity: 50, instruction: 'BUY', assetType: 'EQUITY' }],
  };
  for (const body of [{ orderStrategy: strategy }, shares('BUY', 50, 'VTI', 250)]) {
    expect(await call('POST', path, body)).toMatchObject({
      status: 200,
      body: {
        orderStrategy: { orderBalance: { orderValue: 12500 } },
        orderValidationResult: { rejects: [{ message: expect.stringContaining('buying power') }] },
      },
    });
  }
  expect((await call('POST', path, { orderStrategy: { ...strategy, shares: 1 } })).status).toBe(
    400,
  );
  expect((await fake.state({})).orders).toEqual([]);
});
