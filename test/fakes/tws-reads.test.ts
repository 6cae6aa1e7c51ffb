import { MarketDataType } from '@stoqey/ib';
import { describe, expect, it } from 'vitest';
import { connectTws, limitOrder, stock } from './tws-client.ts';
import { startTwsFake } from './tws/index.ts';
import type { TwsFakeOptions } from './tws/index.ts';

const FURNISHED: TwsFakeOptions = {
  clock: 'stepped',
  now: '2026-11-25T15:00:00Z',
  accounts: [
    {
      id: 'DU1234567',
      cash: '10000',
      positions: [{ symbol: 'AAPL', quantity: '20', averageCost: '200.5' }],
    },
    {
      id: 'DU7654321',
      type: 'cash',
      cash: '500',
      positions: [{ symbol: 'MSFT', quantity: '2', averageCost: '400' }],
    },
  ],
};

describe('contracts', () => {
  it('are all told that fit, one or several, by every field that was given', async () => {
    await using fake = await startTwsFake();
    await using client = await connectTws(fake);
    client.clear();
    client.api.reqContractDetails(1, stock('IBM'));
    client.api.reqContractDetails(2, stock('IBM', { currency: '' }));
    client.api.reqContractDetails(3, stock('CSCO'));
    client.api.reqContractDetails(4, stock('CSCO', { primaryExch: 'EBS' }));
    client.api.reqContractDetails(5, { conId: 265598 });
    client.api.reqContractDetails(6, stock('NOPE'));
    await client.until(/^error .* 6$/);
    expect(client.lines).toEqual([
      'contractDetails 1 IBM USD NYSE',
      'contractDetailsEnd 1',
      'contractDetails 2 IBM USD NYSE',
      'contractDetails 2 IBM GBP LSEETF',
      'contractDetails 2 IBM EUR IBIS',
      'contractDetailsEnd 2',
      'contractDetails 3 CSCO USD NASDAQ',
      'contractDetails 3 CSCO USD EBS',
      'contractDetailsEnd 3',
      'contractDetails 4 CSCO USD EBS',
      'contractDetailsEnd 4',
      'contractDetails 5 AAPL USD NASDAQ',
      'contractDetailsEnd 5',
      'error No security definition has been found for the request 200 6',
    ]);
  });

  it.each([
    { market: 'calendar', holidays: ['2026-11-26'], days: ['25:0930-20261125:1600', '26:CLOSED'] },
    { market: 'closed', holidays: [], days: ['25:CLOSED', '26:0930-20261126:1600'] },
  ] as const)('say when a $market market trades', async ({ market, holidays, days }) => {
    const now = '2026-11-25T15:00:00Z';
    await using fake = await startTwsFake({
      clock: 'stepped',
      now,
      market,
      holidays: [...holidays],
    });
    await using client = await connectTws(fake);
    const hours = new Promise<string | undefined>((resolve) => {
      client.api.once('contractDetails', (_: number, details: { liquidHours?: string }) => {
        resolve(details.liquidHours);
      });
    });
    client.api.reqContractDetails(1, stock('AAPL'));
    expect((await hours)?.split(';').slice(0, 2)).toEqual(days.map((day) => `202611${day}`));
  });
});

describe('market data', () => {
  it('comes as a snapshot with an end', async () => {
    await using fake = await startTwsFake();
    await using client = await connectTws(fake);
    client.clear();
    client.api.reqMktData(1, stock('AAPL'), '', true, false);
    await client.until(/^tickSnapshotEnd 1/);
    await fake.setPrice('AAPL', '300');
    client.api.reqMktData(2, stock('AAPL'), '', true, false);
    await client.until(/^tickSnapshotEnd 2/);
    expect(client.matching(/^(tickPrice|marketDataType)/)).toEqual([
      'marketDataType 1 1',
      'tickPrice 1 1 219.99 true',
      'tickPrice 1 2 220.01 true',
      'tickPrice 1 4 220 true',
      'tickPrice 1 9 220 false',
      'marketDataType 2 1',
      'tickPrice 2 1 299.99 true',
      'tickPrice 2 2 300.01 true',
      'tickPrice 2 4 300 true',
      'tickPrice 2 9 220 false',
    ]);
  });

  it('streams until it is cancelled', async () => {
    await using fake = await startTwsFake();
    await using client = await connectTws(fake);
    client.api.reqMktData(1, stock('AAPL'), '', false, false);
    await client.until(/^tickPrice 1 4 220 /);
    client.api.reqMktData(1, stock('MSFT'), '', false, false);
    await client.until(/^error .*Duplicate ticker id 322 1/);
    await fake.setPrice('AAPL', '221', { bid: '220.5', ask: '221.5' });
    await client.until(/^tickPrice 1 1 220.5 /);
    client.api.cancelMktData(1);
    client.api.cancelMktData(1);
    await client.until(/^error Can't find EId with tickerId:1 300 1/);
    await fake.setPrice('AAPL', '222');
    client.api.reqCurrentTime();
    await client.until(/^currentTime/);
    expect(client.matching(/^tickPrice 1 4/)).toEqual([
      'tickPrice 1 4 220 true',
      'tickPrice 1 4 221 true',
    ]);
  });

  it('is not told while the data farm is away: 2103, then 2104', async () => {
    await using fake = await startTwsFake();
    await using client = await connectTws(fake);
    client.api.reqMktData(1, stock('AAPL'), '', false, false);
    await client.until(/^tickPrice 1 4 220 /);
    await fake.connectivity('farm_lost');
    await client.until(/^info .*broken.* 2103$/);
    await fake.setPrice('AAPL', '221');
    await fake.connectivity('farm_restored');
    await client.until(/^info .*OK:usfarm.* 2104$/);
    await fake.setPrice('AAPL', '222');
    await client.until(/^tickPrice 1 4 222 /);
    expect(client.matching(/^tickPrice 1 4 221/)).toEqual([]);
  });

  it('ends on a line that stands when somebody logs in elsewhere: 10197', async () => {
    await using fake = await startTwsFake();
    await using client = await connectTws(fake);
    client.api.reqMktData(1, stock('AAPL'), '', false, false);
    await client.until(/^tickPrice 1 4 220 /);
    await fake.setMarketData('AAPL', 'competing');
    await expect(client.until(/ 10197 1$/)).resolves.toBeDefined();
  });

  it('is refused where it is not subscribed, and comes delayed after type 3', async () => {
    await using fake = await startTwsFake({ marketData: 'delayed' });
    await using client = await connectTws(fake);
    client.clear();
    client.api.reqMktData(1, stock('AAPL'), '', true, false);
    await client.until(/^error .*Delayed market data is available.* 10089 1/);
    client.api.reqMarketDataType(MarketDataType.DELAYED);
    client.api.reqMktData(2, stock('AAPL'), '', true, false);
    await client.until(/^tickSnapshotEnd 2/);
    expect(client.matching(/ 2 |10167/).slice(0, 7)).toEqual([
      'error Requested market data is not subscribed. Displaying delayed market data. 10167 2',
      'marketDataType 2 3',
      'tickReqParams 2 0 9c0001 3',
      'tickPrice 2 66 219.99 true',
      'tickSize 2 69 100',
      'tickPrice 2 67 220.01 true',
      'tickSize 2 70 100',
    ]);
    expect(client.matching(/^tickPrice 2 (68|75) 220/)).toHaveLength(2);
  });

  it.each([
    { access: 'none', says: /Delayed market data is not available.* 354 1$/ },
    { access: 'competing', says: /No market data during competing live session 10197 1$/ },
  ] as const)('is refused even delayed when access is $access', async ({ access, says }) => {
    await using fake = await startTwsFake();
    await using client = await connectTws(fake);
    await fake.setMarketData('AAPL', access);
    client.api.reqMarketDataType(MarketDataType.DELAYED);
    client.api.reqMktData(1, stock('AAPL'), '', true, false);
    await expect(client.until(says)).resolves.toBeDefined();
  });

  it('has no bid and ask without a market', async () => {
    await using fake = await startTwsFake({ market: 'closed' });
    await using client = await connectTws(fake);
    client.api.reqMktData(1, stock('AAPL'), '', true, false);
    await client.until(/^tickSnapshotEnd 1/);
    expect(client.matching(/^tickPrice 1 [124] /)).toEqual([
      'tickPrice 1 1 -1 true',
      'tickPrice 1 2 -1 true',
      'tickPrice 1 4 220 true',
    ]);
  });
});

describe('accounts', () => {
  it('are summed up with the tags that were asked, for all of the login', async () => {
    await using fake = await startTwsFake(FURNISHED);
    await using client = await connectTws(fake);
    client.clear();
    client.api.reqAccountSummary(1, 'All', 'NetLiquidation,SettledCash,AvailableFunds,BuyingPower');
    await client.until(/^accountSummaryEnd 1/);
    expect(client.lines).toEqual([
      'accountSummary 1 DU1234567 NetLiquidation 14400 USD',
      'accountSummary 1 DU1234567 SettledCash 10000 USD',
      'accountSummary 1 DU1234567 BuyingPower 24400 USD',
      'accountSummary 1 DU1234567 AvailableFunds 12200 USD',
      'accountSummary 1 DU7654321 NetLiquidation 1340 USD',
      'accountSummary 1 DU7654321 SettledCash 500 USD',
      'accountSummary 1 DU7654321 BuyingPower 500 USD',
      'accountSummary 1 DU7654321 AvailableFunds 500 USD',
      'accountSummaryEnd 1',
    ]);
    client.api.reqAccountSummary(2, 'All', 'NetLiquidation');
    client.api.reqAccountSummary(3, 'All', 'NetLiquidation');
    await client.until(/^error .*Maximum number of account summary requests exceeded 322 3/);
    client.api.reqAccountSummary(4, 'All', 'Wealth');
    await client.until(/^error .*Invalid account summary tag: Wealth 321 4/);
  });

  it('have positions without an exchange, and tell of changes until that is cancelled', async () => {
    await using fake = await startTwsFake(FURNISHED);
    await using client = await connectTws(fake);
    client.clear();
    client.api.reqPositions();
    await client.until(/^positionEnd/);
    expect(client.lines).toEqual([
      'position DU1234567 AAPL 20 @200.5 on ""',
      'position DU7654321 MSFT 2 @400 on ""',
      'positionEnd',
    ]);
    client.api.reqPositionsMulti(5, 'DU7654321', '');
    await client.until(/^positionMultiEnd 5/);
    expect(client.matching(/^positionMulti /)).toEqual(['positionMulti 5 DU7654321 MSFT 2']);
    client.api.placeOrder(1, stock('AAPL'), limitOrder('SELL', 1, 219));
    await client.until(/^orderStatus 1 Submitted/);
    await fake.fillNext();
    await client.until(/^position DU1234567 AAPL 19 /);
  });

  it.each([
    { account: '', says: /The account code is required for this operation. 321/ },
    { account: 'DU9999999', says: /Invalid account code 'DU9999999'. 321/ },
  ])('must be named among several: $account', async ({ account, says }) => {
    await using fake = await startTwsFake(FURNISHED);
    await using client = await connectTws(fake);
    client.api.reqAccountUpdates(true, account);
    await client.until(says);
    client.api.reqPositionsMulti(6, account, '');
    await expect(client.until(/ 321 6$/)).resolves.toBeDefined();
  });

  it('are told in full, then when they change, and by requests of several at once', async () => {
    await using fake = await startTwsFake(FURNISHED);
    await using client = await connectTws(fake);
    client.api.reqAccountUpdates(true, 'DU1234567');
    await client.until(/^accountDownloadEnd DU1234567/);
    expect(client.matching(/TotalCashBalance|updatePortfolio|updateAccountTime/)).toEqual([
      'updateAccountValue TotalCashBalance 10000 USD DU1234567',
      'updateAccountValue TotalCashBalance 10000 BASE DU1234567',
      'updatePortfolio AAPL 20 @220',
      'updateAccountTime 10:00',
    ]);
    client.api.reqAccountUpdatesMulti(8, 'DU7654321', '', true);
    await client.until(/^accountUpdateMultiEnd 8/);
    expect(client.matching(/^accountUpdateMulti 8 .* CashBalance/)).toHaveLength(2);
    client.api.placeOrder(1, stock('AAPL'), limitOrder('SELL', 1, 219));
    await client.until(/^orderStatus 1 Submitted/);
    await fake.fillNext();
    await client.until(/^updatePortfolio AAPL 19 /);
  });
});

describe("other people's orders", () => {
  it('are seen by nobody but client 0 and those who ask for all', async () => {
    await using fake = await startTwsFake();
    await using person = await connectTws(fake, 0);
    await using other = await connectTws(fake, 8);
    await using client = await connectTws(fake, 7);
    const permId = await fake.placeElsewhere({
      account: 'DU1234567',
      symbol: 'AAPL',
      side: 'buy',
      quantity: '10',
      limitPrice: '221',
    });
    other.api.placeOrder(3, stock('MSFT'), limitOrder('BUY', 1, 100, { orderRef: 'theirs' }));
    await other.until(/^orderStatus 3 Submitted/);
    for (const each of [person, client]) {
      each.clear();
      each.api.reqOpenOrders();
      await each.until(/^openOrderEnd/);
    }
    expect(client.lines).toEqual(['openOrderEnd']);
    expect(person.lines[0]).toBe('openOrder 1 Submitted BUY 10 LMT 221  DU1234567');
    client.clear();
    client.api.reqAllOpenOrders();
    await client.until(/^openOrderEnd/);
    expect(client.matching(/^openOrder /)).toHaveLength(2);
    client.clear();
    await fake.fillNext();
    await person.until(/^execDetails -1 order 1 /);
    client.api.reqExecutions(1, {});
    client.api.reqExecutions(2, { clientId: '7' });
    client.api.reqExecutions(3, { symbol: 'MSFT' });
    client.api.reqExecutions(4, { time: '20361125-00:00:00' });
    client.api.reqExecutions(5, { time: 'yesterday' });
    await client.until(/^error .*Invalid date or time format.* 321 5/);
    expect(client.matching(/^execDetails /)).toHaveLength(1);
    await fake.cancelElsewhere(permId);
    await person.until(/^error .* 202 1$/);
  });

  it('are bound as they come by client 0 alone', async () => {
    await using fake = await startTwsFake();
    await using person = await connectTws(fake, 0);
    await using client = await connectTws(fake, 7);
    client.api.reqAutoOpenOrders(true);
    await client.until(/^info .*Only the default client .* can auto bind orders. 321/);
    person.api.reqAutoOpenOrders(true);
    person.api.reqCurrentTime();
    await person.until(/^currentTime/);
    const order = {
      account: 'DU1234567',
      symbol: 'AAPL',
      quantity: '10',
      limitPrice: '100',
    } as const;
    await fake.placeElsewhere({ ...order, side: 'buy' });
    await person.until(/^orderStatus 1 Submitted/);
    person.api.cancelOrder(1);
    await person.until(/^orderStatus 1 Cancelled/);
    client.api.reqCompletedOrders(true);
    client.api.reqCompletedOrders(false);
    client.api.reqCurrentTime();
    await client.until(/^currentTime/);
    expect(client.matching(/^completedOrder /)).toHaveLength(1);
  });
});
