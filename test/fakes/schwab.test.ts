import { describe, expect, test } from 'vitest';
import { shares, startCaller, request } from './schwab-caller.ts';
import { startSchwabFakeProcess } from './schwab/index.ts';
import { answerErrors, operationNames, requestErrors } from './schwab/spec.ts';

const books = (type: 'CASH' | 'MARGIN') => ({
  accounts: [
    {
      number: '12345678',
      type,
      cash: '10000',
      positions: [{ symbol: 'VTI', quantity: '40', costBasis: '8000' }],
    },
  ],
});

test('the fake can be a process of its own, with a clock that runs and orders that fill', async () => {
  await using fake = await startSchwabFakeProcess();
  const { accessToken } = await fake.issueTokens({});
  await fake.setMarket({
    open: true,
    nextOpen: Temporal.Now.instant().add({ hours: 24 }).toString(),
    nextClose: Temporal.Now.instant().add({ hours: 1 }).toString(),
  });
  const path = `/trader/v1/accounts/${(await fake.state({})).accounts[0]?.hash ?? ''}/orders`;
  const headers = { authorization: `Bearer ${accessToken}` };
  const answer = await request(`${fake.apiUrl}${path}`, 'POST', shares('BUY', 4, 'VTI'), headers);
  expect(answer.status).toBe(201);
  const { executions, now } = await fake.state({});
  expect(executions.map(({ quantity }) => quantity)).toEqual(['2', '2']);
  await expect.poll(async () => (await fake.state({})).now).not.toBe(now);
});

describe('the fake holds itself to Schwab’s document', () => {
  const oneOrder = 'GET /trader/v1/accounts/{accountNumber}/orders/{orderId}';
  test.each([
    ['a price as text', oneOrder, 200, { price: '250' }],
    ['an unknown order status', oneOrder, 200, { status: 'OPEN' }],
    ['a body where there is none', 'POST /trader/v1/accounts/{accountNumber}/orders', 201, {}],
    ['a success that is not in it', 'GET /trader/v1/accounts', 204, undefined],
    ['errors as objects', oneOrder, 429, { errors: [{ id: '1' }] }],
    [
      'an account of neither type',
      'GET /trader/v1/accounts/{accountNumber}',
      200,
      { securitiesAccount: { type: 'IRA' } },
    ],
    [
      'a balance as text, by the type of the account',
      'GET /trader/v1/accounts/{accountNumber}',
      200,
      { securitiesAccount: { type: 'MARGIN', currentBalances: { sma: '1' } } },
    ],
  ] as const)('and finds %s', (_, operation, status, body) => {
    expect(answerErrors(operation, status, body)).not.toEqual([]);
  });

  test('which names its operations, and what a request may hold', () => {
    expect(operationNames()).toHaveLength(13);
    const placing = 'POST /trader/v1/accounts/{accountNumber}/orders';
    expect(requestErrors(placing, shares('BUY', 1, 'VTI'))).toEqual([]);
    expect(requestErrors(placing, { orderID: 1 })).not.toEqual([]);
    const instrument = { symbol: 'VTI', assetType: 'EQUITY', isin: 'x' };
    expect(requestErrors(placing, { orderLegCollection: [{ instrument }] })).not.toEqual([]);
  });

  test.each([
    ['MARGIN', { cashBalance: 1 }, true],
    ['MARGIN', { sma: 1 }, false],
    ['CASH', { sma: 1 }, true],
    ['CASH', { totalCash: 1 }, false],
  ])('beyond which an answer has nothing: %s with %o', (type, currentBalances, isBeyond) => {
    const account = { securitiesAccount: { type, currentBalances } };
    const operation = 'GET /trader/v1/accounts/{accountNumber}';
    expect(answerErrors(operation, 200, account, true).length > 0).toBe(isBeyond);
    expect(answerErrors(operation, 200, account)).toEqual([]);
  });
});

describe('accounts', () => {
  test('of cash: proceeds can be traded with at once, and settle the next trading day', async () => {
    const { fake, call, hash, place, later } = await startCaller(books('CASH'));
    await place(shares('SELL', 10, 'VTI'));
    await fake.fillNext({});
    await fake.fillNext({});
    await place(shares('BUY', 4, 'VTI', 240));
    const balances = async () =>
      Object((await call('GET', `/trader/v1/accounts/${hash}`)).body)['securitiesAccount'];
    expect(await balances()).toMatchObject({
      type: 'CASH',
      accountNumber: '12345678',
      currentBalances: {
        totalCash: 12500,
        cashAvailableForTrading: 12500,
        cashAvailableForWithdrawal: 10000,
        unsettledCash: 2500,
      },
      projectedBalances: { cashAvailableForTrading: 11540 },
    });
    expect(await balances()).not.toHaveProperty('positions');
    await later(86_400);
    expect(await balances()).toMatchObject({
      currentBalances: { cashAvailableForWithdrawal: 12500, unsettledCash: 0 },
    });
  });

  test('of margin: half of a purchase is borrowed', async () => {
    const { fake, call, place } = await startCaller(books('MARGIN'));
    const id = await place(shares('BUY', 60, 'VTI'));
    expect((await fake.state({})).accounts[0]?.buyingPower).toBe('30000');
    await fake.fill({ brokerOrderId: id, quantity: '60', price: '250' });
    await place(shares('BUY', 4, 'VTI', 250));
    const { body } = await call('GET', '/trader/v1/accounts?fields=positions');
    expect(body).toMatchObject([
      {
        securitiesAccount: {
          type: 'MARGIN',
          positions: [
            {
              longQuantity: 100,
              shortQuantity: 0,
              averagePrice: 230,
              marketValue: 25000,
              instrument: { assetType: 'COLLECTIVE_INVESTMENT', symbol: 'VTI' },
            },
          ],
          currentBalances: { marginBalance: -5000, equity: 20000, buyingPower: 15000 },
          projectedBalances: { marginBalance: -6000, equity: 20000, buyingPower: 14000 },
        },
      },
    ]);
  });

  test('say what users report and the document does not, when the fake is told so', async () => {
    const { call, hash } = await startCaller({ ...books('MARGIN'), answers: 'observed' });
    expect((await call('GET', `/trader/v1/accounts/${hash}`)).body).toMatchObject({
      securitiesAccount: { currentBalances: { cashBalance: 10000, liquidationValue: 20000 } },
      aggregatedBalance: { liquidationValue: 20000 },
    });
  });

  test.each([
    ['the plain number', '12345678', 400],
    ['an unknown hash', 'A'.repeat(64), 404],
  ])('are not found by %s', async (_, text, status) => {
    const { call } = await startCaller();
    expect(await call('GET', `/trader/v1/accounts/${text}`)).toMatchObject({ status });
  });

  test('have transactions and preferences', async () => {
    const { fake, call, hash, place } = await startCaller(books('CASH'));
    const id = await place(shares('SELL', 10, 'VTI'));
    await fake.fill({ brokerOrderId: id, quantity: '10', price: '251.5' });
    expect((await fake.state({})).accounts[0]?.positions).toEqual([
      { symbol: 'VTI', quantity: '30', costBasis: '6000' },
    ]);
    const path = `/trader/v1/accounts/${hash}/transactions`;
    const dates = 'startDate=2026-11-18T00:00:00.000Z&endDate=2026-11-19T00:00:00.000Z';
    const { body } = await call('GET', `${path}?${dates}&types=TRADE`);
    expect(body).toMatchObject([
      {
        orderId: Number(id),
        netAmount: 2515,
        settlementDate: '2026-11-19T05:00:00+0000',
        transferItems: [{ amount: -10, price: 251.5, positionEffect: 'CLOSING' }],
      },
    ]);
    const [transaction]: unknown[] = Array.isArray(body) ? body : [];
    const one = await call('GET', `${path}/${String(Object(transaction)['activityId'])}`);
    expect(one.body).toEqual(body);
    expect((await call('GET', `${path}?${dates}`)).status).toBe(400);
    expect((await call('GET', '/trader/v1/userPreference')).body).toMatchObject([
      { accounts: [{ accountNumber: '12345678' }] },
    ]);
  });
});

describe('market data', () => {
  test('quotes what is known, and names what is not', async () => {
    const { fake, call } = await startCaller();
    await fake.setPrice({ symbol: 'VTI', price: '251.25', bid: '251.2', ask: '251.3' });
    const path = '/marketdata/v1/quotes?symbols=VTI,NOPE&fields=quote,reference';
    expect((await call('GET', path)).body).toMatchObject({
      VTI: {
        assetMainType: 'EQUITY',
        symbol: 'VTI',
        realtime: true,
        quote: { lastPrice: 251.25, bidPrice: 251.2, askPrice: 251.3, closePrice: 250 },
        reference: { description: 'VTI of the fake' },
      },
      errors: { invalidSymbols: ['NOPE'] },
    });
    expect((await call('GET', '/marketdata/v1/AAPL/quotes')).body).toMatchObject({
      AAPL: { quote: { lastPrice: 200, quoteTime: Date.parse('2026-11-18T15:30:00Z') } },
    });
    expect(await call('GET', '/marketdata/v1/NOPE/quotes')).toMatchObject({
      status: 404,
      body: { errors: [{ status: '404', title: 'Not Found' }] },
    });
    expect((await call('GET', '/marketdata/v1/quotes')).status).toBe(400);
  });

  test('tells the hours of a day, and that a day has none', async () => {
    const { call } = await startCaller({ holidays: ['2026-11-26'] });
    const path = '/marketdata/v1/markets?markets=equity';
    expect((await call('GET', path)).body).toMatchObject({
      equity: {
        EQ: {
          date: '2026-11-18',
          isOpen: true,
          sessionHours: {
            regularMarket: [
              { start: '2026-11-18T09:30:00-05:00', end: '2026-11-18T16:00:00-05:00' },
            ],
          },
        },
      },
    });
    for (const date of ['2026-11-21', '2026-11-26']) {
      const { body } = await call('GET', `${path}&date=${date}`);
      expect(body).toMatchObject({ equity: { equity: { date, isOpen: false } } });
      expect(JSON.stringify(body)).not.toContain('sessionHours');
    }
    expect((await call('GET', `${path}&date=2026-11-17`)).status).toBe(400);
  });
});

describe('sessions', () => {
  test('day orders wait for the opening and expire at the close', async () => {
    const { fake, place, order, later } = await startCaller({ now: '2026-11-18T13:00:00Z' });
    const id = await place(shares('BUY', 2, 'VTI'));
    expect(await order(id)).toMatchObject({ status: 'PENDING_ACTIVATION' });
    expect(await fake.fillNext({})).toEqual({ executions: 0 });
    await later(90 * 60);
    expect(await order(id)).toMatchObject({ status: 'WORKING' });
    await fake.fillNext({});
    await later(390 * 60);
    expect(await order(id)).toMatchObject({
      status: 'EXPIRED',
      filledQuantity: 1,
      remainingQuantity: 0,
      closeTime: '2026-11-18T21:00:00+0000',
    });
  });

  test('an order in the evening is for tomorrow, and one until canceled stays', async () => {
    const { fake, place, order, later } = await startCaller();
    const stays = await place({ ...shares('BUY', 2, 'VTI', 240), duration: 'GOOD_TILL_CANCEL' });
    const ends = await place(shares('BUY', 2, 'VTI', 240));
    await fake.closeMarket({});
    const tomorrow = await place(shares('BUY', 2, 'VTI', 240));
    expect(await order(stays)).toMatchObject({ status: 'WORKING' });
    expect(await order(ends)).toMatchObject({ status: 'EXPIRED' });
    await fake.setPrice({ symbol: 'VTI', price: '239' });
    expect(await fake.fillNext({})).toEqual({ executions: 0 });
    expect(await order(tomorrow)).toMatchObject({ status: 'PENDING_ACTIVATION' });
    await later(86_400);
    expect(await order(tomorrow)).toMatchObject({ status: 'WORKING' });
  });

  test.each([
    ['AM', '2026-11-18T13:00:00Z', 'WORKING', '2026-11-18T14:30:00+0000'],
    ['PM', '2026-11-18T15:30:00Z', 'PENDING_ACTIVATION', '2026-11-19T01:00:00+0000'],
    ['SEAMLESS', '2026-11-18T22:00:00Z', 'WORKING', '2026-11-19T01:00:00+0000'],
    ['NORMAL', '2026-11-20T22:00:00Z', 'PENDING_ACTIVATION', '2026-11-23T21:00:00+0000'],
  ])('of an order for %s at %s: %s, until %s', async (session, now, status, closeTime) => {
    const { place, order, later } = await startCaller({ now });
    const id = await place({ ...shares('BUY', 2, 'VTI', 240), session });
    expect(await order(id)).toMatchObject({ status });
    await later(4 * 86_400);
    expect(await order(id)).toMatchObject({ status: 'EXPIRED', closeTime });
  });

  test('can be opened on any day', async () => {
    const { fake, call, place, order, later } = await startCaller({
      now: '2026-11-22T15:00:00Z',
    });
    const id = await place(shares('BUY', 2, 'VTI'));
    expect(await order(id)).toMatchObject({ status: 'PENDING_ACTIVATION' });
    await fake.setMarket({
      open: true,
      nextOpen: '2026-11-23T14:30:00Z',
      nextClose: '2026-11-22T18:00:00Z',
    });
    expect(await order(id)).toMatchObject({ status: 'WORKING' });
    const { body } = await call('GET', '/marketdata/v1/markets?markets=equity');
    expect(body).toMatchObject({
      equity: {
        EQ: {
          isOpen: true,
          sessionHours: { regularMarket: [{ end: '2026-11-22T13:00:00-05:00' }] },
        },
      },
    });
    await later(3 * 3600);
    expect(await order(id)).toMatchObject({ status: 'EXPIRED' });
  });
});

describe('what is refused', () => {
  test('a request without a token, in the words of each API', async () => {
    const { fake } = await startCaller();
    const ask = (path: string) => request(`${fake.apiUrl}${path}`, 'GET', undefined, {});
    expect(await ask('/trader/v1/accounts')).toMatchObject({
      status: 401,
      body: { message: 'Unauthorized', errors: ['Client not authorized'] },
    });
    expect(await ask('/marketdata/v1/quotes?symbols=VTI')).toMatchObject({
      status: 401,
      body: { errors: [{ status: '401', title: 'Unauthorized' }] },
    });
    expect((await ask('/trader/v2/accounts')).status).toBe(404);
  });

  test.each([0, 2])('more than %i order requests a minute', async (ordersPerMinute) => {
    const { fake, call, hash } = await startCaller({ ordersPerMinute });
    const submit = async () =>
      (await call('POST', `/trader/v1/accounts/${hash}/orders`, shares('BUY', 1, 'VTI', 240)))
        .status;
    const statuses = [await submit(), await submit(), await submit()];
    expect(statuses).toEqual([
      ...Array(ordersPerMinute).fill(201),
      ...Array(3 - ordersPerMinute).fill(429),
    ]);
    expect((await fake.state({})).orders).toHaveLength(ordersPerMinute);
    expect((await call('GET', '/trader/v1/accounts')).status).toBe(200);
    await fake.advance({ seconds: 60 });
    expect(await submit()).toBe(ordersPerMinute === 0 ? 429 : 201);
  });

  test('a control verb that cannot be done, with a sentence', async () => {
    const { fake } = await startCaller();
    await expect(fake.fill({ brokerOrderId: '1', quantity: '1', price: '1' })).rejects.toThrow(
      'There is no order 1',
    );
    await expect(fake.advance({ seconds: -1 })).rejects.toThrow('seconds');
  });
});
