import { describe, expect, test } from 'vitest';
import { decimal, toText } from '../../../src/core/decimal.ts';
import type { Broker } from '../../../src/ports/broker.ts';
import type { Log } from '../../../src/ports/log.ts';
import { SILENT_LOG } from '../../fixtures/test-store.ts';
import { openPaperWorld, order } from './open-paper.ts';
import { MAY_SEND } from '../../fixtures/send-permits.ts';

const EPOCH = Temporal.Instant.from('1970-01-01T00:00:00Z');

async function cashOf(broker: Broker): Promise<string> {
  return toText((await broker.getAccountBalance()).cash);
}

async function fillsOf(broker: Broker): Promise<readonly string[]> {
  const fills = await broker.listFills(EPOCH);
  return fills.map(
    ({ executionId, side, quantity, symbol, price, fees, at }) =>
      `${executionId} ${side} ${toText(quantity)} ${symbol} @ ${toText(price)} fees ${toText(fees)} ${at.toString()}`,
  );
}

async function statusOf(broker: Broker, intent: Parameters<Broker['findOrder']>[0]) {
  const result = await broker.findOrder(intent);
  return result.type === 'found' ? result.order.status : result.type;
}

describe('an account', () => {
  test('begins with a demo portfolio at its cost when nothing is said', async () => {
    await using world = await openPaperWorld();
    const broker = await world.open();
    expect(await cashOf(broker)).toBe('25000');
    expect(
      (await broker.getPositions()).map(
        ({ symbol, quantity, costBasis }) =>
          `${symbol} ${toText(quantity)} ${costBasis === null ? '-' : toText(costBasis)}`,
      ),
    ).toEqual([
      'AAPL 120 9061.2',
      'AMZN 180 8067.6',
      'GOOG 20 8653.2',
      'IBM 130 9865.7',
      'MSFT 380 9933.2',
    ]);
    expect((await broker.replayMonth()).toString()).toBe('2006-01');
  });

  test('begins with what is configured, and keeps what it has when opened again', async () => {
    await using world = await openPaperWorld({ memory: false });
    const first = await world.open({ cash: '1000', positions: { IBM: '10' } });
    await first.executeTrade(order('buy', 'AAPL', '2'), MAY_SEND);
    await world.clock.advance('PT0S');
    await first.deposit(decimal('0.05'));
    await first.close();
    await world.kill();
    const second = await world.open({ cash: '99', positions: { AAPL: '7' } });
    expect(await cashOf(second)).toBe('849.03');
    expect((await second.getPositions()).map((position) => position.symbol)).toEqual([
      'AAPL',
      'IBM',
    ]);
  });

  test('may begin with positions as a broker exports them', async () => {
    await using world = await openPaperWorld();
    world.write(
      'mine.csv',
      'My account\n\nSymbol,Quantity,Cost Basis\nIBM,10,\nAAPL,2,120.5\nCash,500.25,\n',
    );
    const broker = await world.open({ positionsFile: 'mine.csv' });
    expect(await cashOf(broker)).toBe('500.25');
    const positions = await broker.getPositions();
    // What the file does not say is taken from the first prices.
    expect(positions.map(({ costBasis }) => costBasis?.toFixed())).toEqual(['120.5', '758.9']);
  });

  test('warns of what has no price', async () => {
    await using world = await openPaperWorld();
    const warnings: unknown[] = [];
    const log: Log = { ...SILENT_LOG, warn: (fields) => warnings.push(fields) };
    const broker = await world.open({ positions: { VTI: '3', AAPL: '1' } }, { log });
    expect(warnings).toEqual([{ account: 'core', symbols: ['VTI'] }]);
    expect(await broker.getQuotes(['VTI'])).toMatchObject([{ price: null, tradable: false }]);
  });

  test.each<[string, Record<string, unknown>, RegExp]>([
    [
      'a price file that is not there',
      { prices: 'none.csv' },
      /none\.csv: There is no such file\./,
    ],
    [
      'a price file with bad lines',
      { prices: 'bad.csv' },
      /bad\.csv:2: "x" is not a price\. Write the close/,
    ],
    [
      'a file that is not text',
      { prices: 'binary.csv' },
      /binary\.csv: The file is not UTF-8 text\./,
    ],
    ['a folder', { positionsFile: '.' }, /The file cannot be read/],
    ['positions that are none', { positionsFile: 'bad.csv' }, /No line names the columns/],
    ['a start without prices', { start: '1999-12' }, /from 2000-01 to 2010-03/],
  ])('is not opened with %s', async (_title, settings, message) => {
    await using world = await openPaperWorld();
    world.write('bad.csv', 'date,symbol,close\n2026-11-20,AAPL,x\n');
    world.write('binary.csv', new Uint8Array([0xff, 0xfe, 0x00]));
    await expect(world.open(settings)).rejects.toThrow(message);
    await expect(world.open(settings)).rejects.toMatchObject({
      code: 'paper_setup',
      account: 'core',
    });
    // Nothing was half-imported.
    const broker = await world.open({ cash: '5' });
    expect(await cashOf(broker)).toBe('5');
  });
});

describe('trading', () => {
  test('takes the latency, then fills slice by slice at worse prices, with fees', async () => {
    await using world = await openPaperWorld();
    const broker = await world.open({
      cash: '10000',
      latency: '50 ms',
      partialFills: '3',
      fillInterval: '200 ms',
      slippageBasisPoints: '10',
      spreadBasisPoints: '20',
      feePerOrder: '1',
      feePerShare: '0.005',
    });
    const intent = order('buy', 'MSFT', '10');
    const answer = broker.executeTrade(intent, MAY_SEND);
    await world.clock.advance('PT0.049S');
    expect(await statusOf(broker, intent)).toBe('not_found');
    await world.clock.advance('PT0.001S');
    expect(await answer).toEqual({ type: 'accepted', brokerOrderId: 'core-1' });
    await world.clock.advance('PT0.2S');
    expect(await statusOf(broker, intent)).toBe('partially_filled');
    await world.clock.advance('PT1S');
    // 26.14 + 10 bp of spread = 26.1661, + 10 bp of slippage = 26.1923 rounded up.
    expect(await fillsOf(broker)).toEqual([
      'core-1-1 buy 3 MSFT @ 26.1923 fees 1.015 2026-11-20T15:00:00.25Z',
      'core-1-2 buy 3 MSFT @ 26.1923 fees 0.015 2026-11-20T15:00:00.45Z',
      'core-1-3 buy 4 MSFT @ 26.1923 fees 0.02 2026-11-20T15:00:00.65Z',
    ]);
    expect(await cashOf(broker)).toBe('9737.027');
    expect(world.clock.scheduled()).toEqual([]);
  });

  test('refuses in sentences, with codes that stay', async () => {
    await using world = await openPaperWorld();
    const broker = await world.open({ cash: '1000', positions: { AAPL: '5' } });
    await broker.executeTrade(order('buy', 'IBM', '10', { limitPrice: '50.00' }), MAY_SEND);
    await broker.executeTrade(order('sell', 'AAPL', '3', { limitPrice: '90.00' }), MAY_SEND);
    const refusals = [
      order('buy', 'MSFT', '20'),
      order('sell', 'AAPL', '3'),
      order('buy', 'NOSUCH', '1'),
      order('buy', 'MSFT', '0'),
      order('buy', 'MSFT', '1.5'),
      order('buy', 'MSFT', '1', { limitPrice: '0' }),
      order('buy', 'MSFT', '1', { limitPrice: '26.145' }),
      order('buy', 'MSFT', '1', { orderType: 'limit' }),
      order('buy', 'MSFT', '1', { limitPrice: '26.14', orderType: 'market' }),
      order('buy', 'MSFT', '1', { extendedHours: true }),
      order('buy', 'MSFT', '1', { account: 'family' }),
      order('buy', 'MSFT', '1', { clientOrderId: 'twice' }),
      order('buy', 'MSFT', '1', { clientOrderId: 'twice' }),
    ];
    const answers: string[] = [];
    for (const intent of refusals) {
      const result = await broker.executeTrade(intent, MAY_SEND);
      answers.push(
        result.type === 'rejected'
          ? `${result.code} ${result.brokerCode ?? ''}: ${result.reason}`
          : result.type,
      );
    }
    expect(answers).toEqual([
      'insufficient_funds insufficient_buying_power: Insufficient buying power: $522.80 is needed, $500.00 is there ($500.00 is set aside for working buys).',
      'order_rejected insufficient_quantity: Insufficient quantity: 2 AAPL can be sold (working sells have claimed 3); short sales are not taken.',
      'not_tradable unknown_symbol: NOSUCH is not listed here.',
      'order_rejected invalid_quantity: A quantity is above zero, not 0.',
      'order_rejected invalid_quantity: Only whole shares are traded in this account, not 1.5.',
      'order_rejected invalid_limit_price: A limit order needs a limit price above zero.',
      'order_rejected invalid_limit_price: A limit price of 26.145 has more than 2 decimal places.',
      'order_rejected invalid_limit_price: A limit order needs a limit price above zero.',
      'order_rejected invalid_limit_price: A market order has no limit price.',
      'order_rejected extended_hours_not_offered: There is no trading outside the regular session.',
      'order_rejected wrong_account: This is account core; the order is for family.',
      'accepted',
      'order_rejected duplicate_client_order_id: The client order id twice has been used, for order core-14.',
    ]);
    // What was rejected is remembered, with the reason.
    expect(await broker.findOrder(refusals[0] ?? order('buy', 'X', '1'))).toMatchObject({
      type: 'found',
      order: { status: 'rejected', reason: expect.stringContaining('$522.80 is needed') },
    });
  });

  test('keeps to market hours when it observes them', async () => {
    await using world = await openPaperWorld({ start: '2026-11-25T20:59:00Z' });
    const broker = await world.open({
      cash: '1000',
      marketHours: 'observe',
      fillInterval: '40 s',
      partialFills: '2',
    });
    expect(await broker.getMarketClock()).toMatchObject({ open: true });
    const evening = order('buy', 'MSFT', '4');
    expect((await broker.executeTrade(evening, MAY_SEND)).type).toBe('accepted');
    // The Wednesday's session ends after the first of two fills; Thursday is Thanksgiving.
    await world.clock.advance('PT2M');
    expect(await statusOf(broker, evening)).toBe('expired');
    expect(await fillsOf(broker)).toEqual([
      'core-1-1 buy 2 MSFT @ 26.14 fees 0 2026-11-25T20:59:40Z',
    ]);
    expect(await broker.executeTrade(order('buy', 'MSFT', '1'), MAY_SEND)).toMatchObject({
      type: 'rejected',
      code: 'market_closed',
      reason: 'The market is closed; it opens 2026-11-27 at 09:30 New York time.',
    });
    await world.clock.set('2026-11-27T14:30:00Z');
    expect((await broker.executeTrade(order('buy', 'MSFT', '1'), MAY_SEND)).type).toBe('accepted');
  });

  test('takes orders at any time when it ignores them, for a day of 24 hours', async () => {
    await using world = await openPaperWorld({ start: '2026-11-26T05:00:00Z' });
    const broker = await world.open({ cash: '1000' });
    expect(await broker.getMarketClock()).toEqual({ open: true, nextOpen: null, nextClose: null });
    const waiting = order('buy', 'MSFT', '4', { limitPrice: '20.00' });
    expect((await broker.executeTrade(waiting, MAY_SEND)).type).toBe('accepted');
    await world.clock.advance('PT23H59M');
    expect(await statusOf(broker, waiting)).toBe('accepted');
    await world.clock.advance('PT1M');
    expect(await statusOf(broker, waiting)).toBe('expired');
  });

  test('cancels a market order whose price ran away from the cash', async () => {
    await using world = await openPaperWorld();
    const broker = await world.open({ cash: '760', fillInterval: '1 s' });
    const intent = order('buy', 'IBM', '10');
    expect((await broker.executeTrade(intent, MAY_SEND)).type).toBe('accepted');
    await broker.step(1);
    await broker.step(6 * 12);
    await world.clock.advance('PT1S');
    expect(await broker.findOrder(intent)).toMatchObject({
      order: { status: 'canceled', reason: expect.stringContaining('no more cash') },
    });
    expect(await cashOf(broker)).toBe('760');
  });
});

describe('the replay', () => {
  test('steps through real history to its end', async () => {
    await using world = await openPaperWorld();
    const broker = await world.open({ start: '2004-07' });
    const googAndAapl = async () =>
      (await broker.getQuotes(['GOOG', 'AAPL'])).map(
        ({ price, tradable, at }) => `${price?.toFixed() ?? 'none'} ${tradable} ${at.toString()}`,
      );
    // Google was listed in August 2004. 30 July was that month's last session.
    expect(await googAndAapl()).toEqual([
      'none false 2004-07-30T20:00:00Z',
      '16.17 true 2004-07-30T20:00:00Z',
    ]);
    expect(await broker.executeTrade(order('buy', 'GOOG', '1'), MAY_SEND)).toMatchObject({
      code: 'not_tradable',
      brokerCode: 'not_tradable',
      reason: 'GOOG has no price yet.',
    });
    expect((await broker.step(1)).month.toString()).toBe('2004-08');
    expect(await googAndAapl()).toEqual([
      '102.37 true 2004-08-31T20:00:00Z',
      '17.25 true 2004-08-31T20:00:00Z',
    ]);
    expect((await broker.step(1000)).month.toString()).toBe('2010-03');
    expect((await broker.step(1)).month.toString()).toBe('2010-03');
    await expect(broker.step(0)).rejects.toThrow('at least one');
    await expect(broker.step(1.5)).rejects.toThrow('whole months');
  });

  test('quotes a spread around the close', async () => {
    await using world = await openPaperWorld();
    const broker = await world.open({ spreadBasisPoints: '2', fractional: 'true' });
    const [quote] = await broker.getQuotes(['AAPL']);
    expect([quote?.bid, quote?.price, quote?.ask].map((price) => price?.toFixed())).toEqual([
      '75.5024',
      '75.51',
      '75.5176',
    ]);
    expect(quote).toMatchObject({ tradable: true, fractionable: true });
  });

  test('matches waiting limit orders again, also those of other accounts', async () => {
    await using world = await openPaperWorld();
    const core = await world.open({ cash: '10000' });
    const family = await world.open({ cash: '10000' }, { account: 'family' });
    const elsewhere = await world
      .open({ cash: '10000', prices: 'own.csv' }, { account: 'own' })
      .catch(() => null);
    expect(elsewhere).toBeNull();
    // AAPL: 75.51, then 68.49.
    const ours = order('buy', 'AAPL', '2', { limitPrice: '70.00' });
    const theirs = order('buy', 'AAPL', '3', { limitPrice: '69.00', account: 'family' });
    const tooLow = order('buy', 'AAPL', '3', { limitPrice: '60.00' });
    for (const intent of [ours, tooLow]) await core.executeTrade(intent, MAY_SEND);
    await family.executeTrade(theirs, MAY_SEND);
    const heard: string[] = [];
    family.subscribe((update) => heard.push(update.type));
    await core.step(1);
    await world.clock.advance('PT0S');
    expect(heard).toEqual(['fill', 'order']);
    expect(await fillsOf(core)).toEqual([
      'core-1-1 buy 2 AAPL @ 68.49 fees 0 2026-11-20T15:00:00Z',
    ]);
    expect(await fillsOf(family)).toEqual([
      'family-1-1 buy 3 AAPL @ 68.49 fees 0 2026-11-20T15:00:00Z',
    ]);
    expect(await statusOf(core, tooLow)).toBe('accepted');
    expect((await family.replayMonth()).toString()).toBe('2006-02');
  });

  test("of prices of one's own begins with the last, and goes on when the file grows", async () => {
    await using world = await openPaperWorld({ memory: false });
    world.write('own.csv', 'date,symbol,close\n2026-09-18,VTI,300\n2026-10-16,VTI,310.50\n');
    const first = await world.open({ prices: 'own.csv', cash: '1000' });
    const waiting = order('buy', 'VTI', '1', { limitPrice: '305.00' });
    await first.executeTrade(waiting, MAY_SEND);
    expect(await first.getQuotes(['VTI', 'AAPL'])).toMatchObject([
      { tradable: true, at: Temporal.Instant.from('2026-10-16T20:00:00Z') },
      { price: null, tradable: false },
    ]);
    await first.close();
    world.write(
      'own.csv',
      'date,symbol,close\n2026-09-18,VTI,300\n2026-10-16,VTI,310.50\n2026-11-20,VTI,304\n',
    );
    const second = await world.open({ prices: 'own.csv' });
    expect((await second.replayMonth()).toString()).toBe('2026-11');
    expect(await statusOf(second, waiting)).toBe('filled');
    expect(await cashOf(second)).toBe('696');
  });

  test('waits with the rest of an order whose price went away', async () => {
    await using world = await openPaperWorld();
    // AAPL: 75.51, 68.49, 62.72, 70.39.
    const broker = await world.open({
      positions: { AAPL: '10' },
      partialFills: '2',
      fillInterval: '1 s',
    });
    const intent = order('sell', 'AAPL', '10', { limitPrice: '75.00' });
    await broker.executeTrade(intent, MAY_SEND);
    await world.clock.advance('PT1S');
    await broker.step(1);
    await world.clock.advance('PT10S');
    expect(await statusOf(broker, intent)).toBe('partially_filled');
    expect(world.clock.scheduled()).toHaveLength(1); // its expiry
    await broker.step(11); // 85.73
    await world.clock.advance('PT1S');
    expect(await fillsOf(broker)).toEqual([
      'core-1-1 sell 5 AAPL @ 75.51 fees 0 2026-11-20T15:00:01Z',
      'core-1-2 sell 5 AAPL @ 85.73 fees 0 2026-11-20T15:00:12Z',
    ]);
  });
});

test('an account that joins a market takes it as it is, and says so', async () => {
  await using world = await openPaperWorld();
  const core = await world.open({ cash: '1', start: '2006-01' });
  await core.step(3);
  const warnings: unknown[] = [];
  const log: Log = { ...SILENT_LOG, warn: (fields) => warnings.push(fields) };
  const settings = { positions: { AAPL: '2' }, start: '2006-01' };
  const family = await world.open(settings, { account: 'family', log });
  expect(warnings).toEqual([{ account: 'family', start: '2006-01', month: '2006-04' }]);
  expect((await family.getPositions()).map(({ costBasis }) => costBasis?.toFixed())).toEqual([
    '140.78',
  ]);
});

describe('a rehearsal', () => {
  test('may reject an order, fill a part of it, or lose the answer', async () => {
    await using world = await openPaperWorld();
    const broker = await world.open(
      { cash: '10000' },
      {
        behaviour: ({ symbol }) => {
          if (symbol === 'IBM') return { type: 'reject', reason: 'Refused for practice.' };
          if (symbol === 'AAPL') return { type: 'fill_partly', quantity: decimal('3') };
          if (symbol === 'MSFT') return { type: 'lose_answer', reached: true };
          return { type: 'ordinary' };
        },
      },
    );
    expect(await broker.executeTrade(order('buy', 'IBM', '1'), MAY_SEND)).toEqual({
      type: 'rejected',
      code: 'order_rejected',
      brokerCode: 'refused_in_rehearsal',
      reason: 'Refused for practice.',
    });
    const partly = order('buy', 'AAPL', '10');
    const lost = order('buy', 'MSFT', '1');
    await broker.executeTrade(partly, MAY_SEND);
    expect((await broker.executeTrade(lost, MAY_SEND)).type).toBe('unknown');
    await world.clock.advance('PT1M');
    await broker.step(1);
    expect(await statusOf(broker, partly)).toBe('partially_filled');
    expect(await statusOf(broker, lost)).toBe('filled');
    expect((await fillsOf(broker))[0]).toContain('buy 3 AAPL');
    await broker.cancelOrder('core-2');
    expect(await statusOf(broker, partly)).toBe('canceled');
  });
});

describe('when something is wrong around it', () => {
  test('an order on its way when the broker closes never arrives', async () => {
    await using world = await openPaperWorld();
    const broker = await world.open({ latency: '1 s' });
    const intent = order('buy', 'MSFT', '1');
    const answer = broker.executeTrade(intent, MAY_SEND);
    await world.clock.settle();
    await broker.close();
    expect((await answer).type).toBe('unknown');
    await world.clock.advance('PT5S');
    const again = await world.open();
    expect(await statusOf(again, intent)).toBe('not_found');
  });

  test('a listener that throws is logged and disturbs nobody', async () => {
    await using world = await openPaperWorld();
    const errors: unknown[] = [];
    const log: Log = { ...SILENT_LOG, error: (fields) => errors.push(fields.code) };
    const broker = await world.open({}, { log });
    const heard: string[] = [];
    broker.subscribe(() => {
      throw new Error('a mistake');
    });
    broker.subscribe((update) => heard.push(update.type));
    await broker.executeTrade(order('buy', 'MSFT', '1'), MAY_SEND);
    await world.clock.advance('PT0S');
    expect(heard).toEqual(['order', 'fill', 'order']);
    expect(errors).toEqual(Array.from({ length: 3 }, () => 'paper_listener_failed'));
  });

  test('a database that fails makes reads unavailable, orders unknown, and the timer try again', async () => {
    await using world = await openPaperWorld();
    const errors: unknown[] = [];
    const log: Log = { ...SILENT_LOG, error: (fields) => errors.push(fields.code) };
    const broker = await world.open({ fillInterval: '1 s' }, { log });
    const before = order('buy', 'MSFT', '1');
    await broker.executeTrade(before, MAY_SEND);
    world.database.sqlite.exec('alter table paper_orders rename to gone');
    await expect(broker.getAccountBalance()).rejects.toMatchObject({
      name: 'BrokerError',
      code: 'unavailable',
    });
    const during = order('buy', 'MSFT', '1');
    expect((await broker.executeTrade(during, MAY_SEND)).type).toBe('unknown');
    await world.clock.advance('PT1S');
    world.database.sqlite.exec('alter table gone rename to paper_orders');
    await world.clock.advance('PT1S');
    expect(new Set(errors)).toEqual(new Set(['paper_exchange_failed']));
    expect(await fillsOf(broker)).toEqual([
      'core-1-1 buy 1 MSFT @ 26.14 fees 0 2026-11-20T15:00:01Z',
    ]);
    expect(await statusOf(broker, during)).toBe('not_found');
  });

  test('a deposit is more than nothing', async () => {
    await using world = await openPaperWorld();
    const broker = await world.open({ cash: '1' });
    await expect(broker.deposit(decimal('0'))).rejects.toThrow('more than zero');
    await expect(broker.deposit(decimal('-5'))).rejects.toThrow('more than zero');
    expect(await cashOf(broker)).toBe('1');
  });
});
