import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseTradeEvents } from '../../../src/brokers/alpaca/activity-events.ts';
import type { TradeEvent } from '../../../src/brokers/alpaca/activity-events.ts';
import type { FillAnswer } from '../../../src/brokers/alpaca/answers.ts';
import { applyCorrections } from '../../../src/brokers/alpaca/corrections.ts';
import { decimal } from '../../../src/core/decimal.ts';
import type { Fill } from '../../../src/core/order.ts';
import { recordUpdates } from '../../contracts/broker/harness.ts';
import { accept, buy, EPOCH, fillsIn } from '../../contracts/broker/requests.ts';
import { until } from '../../e2e/bot-world.ts';
import type { AlpacaFake } from '../../fakes/alpaca/index.ts';
import { openAlpacaWorld, startSteppedFake } from './alpaca-world.ts';

const START = Temporal.Instant.from('2026-11-23T15:00:00Z');

function fill(execution: string, changes: Partial<FillAnswer> = {}): FillAnswer {
  return {
    id: `20261123100000000::${execution}`,
    order_id: 'order-1',
    symbol: 'VTI',
    side: 'buy',
    qty: decimal('10'),
    price: decimal('5'),
    transaction_time: START,
    ...changes,
  };
}

let events = 0;
function event(type: TradeEvent['type'], changes: Partial<TradeEvent> = {}): TradeEvent {
  events += 1;
  return {
    eventId: String(events).padStart(26, '0'),
    at: START.add({ seconds: events }),
    executionId: `event-${events}`,
    previousId: 'a',
    type,
    orderId: 'order-1',
    executedAt: START,
    quantity: decimal('10'),
    price: decimal('5'),
    ...changes,
  };
}

/** `a 10 5 r0`: execution, quantity, price, and whether it was corrected. */
const shown = (found: ReturnType<typeof applyCorrections>) => [
  ...found.fills.map(
    ({ id, qty, price, revision }) =>
      `${id.split('::')[1]} ${qty.toFixed()} ${price.toFixed()}${revision > 0 ? ' corrected' : ''}`,
  ),
  ...found.unmatched.map(() => 'unmatched'),
];

const price = (text: string) => ({ price: decimal(text) });

describe('what corrections make of fills', () => {
  it.each<[string, readonly FillAnswer[], readonly TradeEvent[], readonly string[]]>([
    ['nothing without any', [fill('a')], [], ['a 10 5']],
    [
      'nothing of events that only tell them again',
      [fill('a')],
      [event('fill', { executionId: 'a', previousId: null })],
      ['a 10 5'],
    ],
    [
      'another price',
      [fill('a'), fill('b')],
      [event('correction', price('4.9'))],
      ['a 10 4.9 corrected', 'b 10 5'],
    ],
    [
      'another quantity',
      [fill('a')],
      [event('correction', { quantity: decimal('9') })],
      ['a 9 5 corrected'],
    ],
    ['nothing at all', [fill('a')], [event('bust')], ['a 0 5 corrected']],
    [
      'the last word counts',
      [fill('a')],
      [event('correction', price('4.9')), event('correction', price('4.8'))],
      ['a 10 4.8 corrected'],
    ],
    [
      'a correction of a correction is of the same fill',
      [fill('a')],
      [
        event('correction', { executionId: 'c', ...price('4.9') }),
        event('bust', { previousId: 'c' }),
      ],
      ['a 0 5 corrected'],
    ],
    [
      'a figure that is left out stays',
      [fill('a')],
      [event('correction', { quantity: null, price: decimal('6') })],
      ['a 10 6 corrected'],
    ],
    [
      'a correction that the activities list too is no fill of its own',
      [fill('a'), fill('c', price('4.9'))],
      [event('correction', { executionId: 'c', ...price('4.9') })],
      ['a 10 4.9 corrected'],
    ],
    [
      'where ids differ, the execution that fits alone is meant',
      [fill('x'), fill('y', { qty: decimal('3') })],
      [event('fill', { executionId: 'a', previousId: null }), event('bust')],
      ['x 0 5 corrected', 'y 3 5'],
    ],
    [
      'where ids differ and several fit, none is',
      [fill('x'), fill('y')],
      [event('fill', { executionId: 'a', previousId: null }), event('bust')],
      ['x 10 5', 'y 10 5', 'unmatched'],
    ],
    ['of a fill that is not here', [fill('b')], [event('bust')], ['b 10 5', 'unmatched']],
    [
      'of nothing that is named',
      [fill('b')],
      [event('bust', { previousId: null })],
      ['b 10 5', 'unmatched'],
    ],
    [
      'in a circle',
      [fill('b')],
      [
        event('bust', { executionId: 'p', previousId: 'q' }),
        event('bust', { executionId: 'q', previousId: 'p' }),
      ],
      ['b 10 5', 'unmatched', 'unmatched'],
    ],
  ])('%s', (_, fills, told, expected) => {
    expect(shown(applyCorrections(fills, told))).toEqual(expected);
  });

  it('the revision grows, and is the same whatever else is read', () => {
    const first = event('correction', price('4.9'));
    const second = event('correction', price('4.8'));
    const revisionOf = (told: readonly TradeEvent[]) =>
      applyCorrections([fill('a')], told).fills[0]?.revision ?? 0;
    expect(revisionOf([first, second])).toBe(revisionOf([second]));
    expect(revisionOf([second])).toBeGreaterThan(revisionOf([first]));
    expect(Number.isSafeInteger(revisionOf([second]))).toBe(true);
  });
});

describe('events of trades', () => {
  const body = {
    event_id: '01JCZ0000000000000000000A1',
    at: '2026-11-23T15:00:01Z',
    executed_at: '2026-11-23T15:00:00Z',
    activity_type: 'FILL',
    status: 'executed',
    ref_id: 'c',
    previous_id: 'a',
    qty: '10',
    price: '4.9',
    details: { execution_type: 'trade_correct', order_id: 'order-1' },
  };
  const data = (value: unknown) => `data: ${JSON.stringify(value)}`;

  it('are read from lines of any ending, with comments and other activities between', () => {
    const dividend = { ...body, activity_type: 'DIV', details: { symbol: 'VTI' } };
    const text = [': hello', '', `event: message`, data(body), '', data(dividend), '', ''];
    for (const ending of ['\n', '\r\n', '\r']) {
      expect(parseTradeEvents(text.join(ending))).toMatchObject([
        { executionId: 'c', previousId: 'a', type: 'correction', orderId: 'order-1' },
      ]);
    }
    expect(parseTradeEvents('')).toEqual([]);
    expect(parseTradeEvents(data([body]))).toHaveLength(1);
  });

  it.each([
    ['is cut short', 'data: {"event_id": "01'],
    ['is JSON, and no events', '{"message": "hello"}'],
    ['is a page', '<html><body>Welcome</body></html>'],
    [
      'says that it was slow',
      `${data(body)}\n\n: you are reading too slowly, dropped 10000 messages\n`,
    ],
    ['says that it failed', ': internal server error\n\n'],
    ['has a trade without its order', data({ ...body, details: { execution_type: 'trade_bust' } })],
    [
      'has a trade of a kind that is none',
      data({ ...body, details: { ...body.details, execution_type: 'trade_moved' } }),
    ],
    ['has a price that is none', data({ ...body, price: 'cheap' })],
  ])('a stream that %s is none', (_, text) => {
    expect(() => parseTradeEvents(text)).toThrow('the events of trades could not be read');
  });
});

describe.each(['shared', 'separate'] as const)('corrections at a fake, ids %s', (executionIds) => {
  let fake: AlpacaFake;
  const unused = Array.from({ length: 6 }, (_, index) => `account-${index}`);
  beforeAll(async () => {
    fake = await startSteppedFake(
      START,
      unused.map((name) => ({ name, cash: '100000' })),
      { fills: 'told', executionIds },
    );
  });
  afterAll(async () => {
    const { defects } = await fake.state();
    await fake.stop();
    if (defects.length > 0) throw new Error(`the fake broke the document: ${defects.join('; ')}`);
  });

  async function openFilled() {
    const at = unused.shift() ?? '';
    const world = await openAlpacaWorld({ fake, at });
    const updates = recordUpdates(world.broker);
    await world.listening();
    await accept(world.broker, buy('VTI', '10'));
    // Two executions at different times.
    const [first] = await fake.fillNext(at);
    await world.advance({ seconds: 1 });
    await fake.fillNext(at);
    await updates.until((told) => fillsIn(told).length === 2);
    if (first === undefined) throw new Error('nothing was filled');
    return { world, updates, first };
  }
  const figures = (fills: readonly Fill[]) =>
    fills.map(({ executionId, quantity, price: at }) => [
      executionId,
      quantity.toFixed(),
      at.toFixed(),
    ]);

  /** Until what the stream made the broker read has been read: a later read is then the test's own. */
  const toldOfCorrection = async (
    world: Awaited<ReturnType<typeof openFilled>>['world'],
    updates: ReturnType<typeof recordUpdates>,
  ) =>
    await until('the correction', async () => {
      await world.advance({ seconds: 10 });
      return fillsIn(updates.updates).length === 3;
    });

  it('are told by the stream, as a revision of the fill', async () => {
    const { world, updates, first } = await openFilled();
    await using _ = world;
    await fake.correctExecution({ executionId: first.executionId, price: '1.5' });
    await world.advance({ seconds: 10 });
    await updates.until((told) => fillsIn(told).length === 3);
    expect(fillsIn(updates.updates).at(-1)).toMatchObject({
      executionId: first.activityId,
      revision: expect.any(Number),
    });
    expect(figures(fillsIn(updates.updates).slice(-1))).toEqual([[first.activityId, '5', '1.5']]);
  });

  it('that cannot be read are no reason to tell no fills', async () => {
    const { world, updates, first } = await openFilled();
    await using _ = world;
    await fake.correctExecution({ executionId: first.executionId, price: '1.5' });
    await toldOfCorrection(world, updates);
    expect(figures(await world.broker.listFills(EPOCH))[0]).toEqual([first.activityId, '5', '1.5']);
    await fake.fail({ operation: 'events', code: 'garbage', count: 2 });
    expect(figures(await world.broker.listFills(EPOCH))[0]).toEqual([
      first.activityId,
      '5',
      first.price,
    ]);
    await world.broker.listFills(EPOCH);
    const warnings = world.log.lines.filter(
      ({ fields }) => fields['code'] === 'alpaca_corrections_unread',
    );
    expect(warnings).toHaveLength(1);
    expect(figures(await world.broker.listFills(EPOCH))[0]).toEqual([first.activityId, '5', '1.5']);
  });

  it('that could not be read are in the list once they can, whatever is asked for by then', async () => {
    const { world, updates, first } = await openFilled();
    await using _ = world;
    await fake.correctExecution({ executionId: first.executionId, price: '1.5' });
    await toldOfCorrection(world, updates);
    expect(figures(await world.broker.listFills(START))[0]).toEqual([first.activityId, '5', '1.5']);
    await fake.fail({ operation: 'events', code: 'garbage', count: 1 });
    const [, second] = await world.broker.listFills(START);
    await world.advance({ hours: 1 });
    // After the correction.
    const since = second?.at.add({ minutes: 30 }) ?? EPOCH;
    expect(figures(await world.broker.listFills(since))).toEqual([[first.activityId, '5', '1.5']]);
    expect(await world.broker.listFills(since)).toEqual([]);
  });

  it('are in the list, however late, also when only what is newer is asked for', async () => {
    const { world, first } = await openFilled();
    await using _ = world;
    await world.advance({ hours: 30 });
    await fake.bustExecution(first.executionId);
    await world.advance({ seconds: 10 });
    const since = START.add({ hours: 29 });
    const [busted, ...others] = await world.broker.listFills(since);
    expect(others).toEqual([]);
    expect(busted).toMatchObject({ executionId: first.activityId });
    expect(busted?.quantity.toFixed()).toBe('0');
    expect(await world.broker.listFills(EPOCH)).toHaveLength(2);
    // Cash and position at Alpaca follow.
    expect((await world.broker.getPositions()).map(({ quantity }) => quantity.toFixed())).toEqual([
      '5',
    ]);
  });
});
