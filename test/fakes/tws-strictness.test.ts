import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectRaw, connectTws, greeting, rawFrame, startRaw, stock } from './tws-client.ts';
import { startTwsFake, startTwsFakeProcess } from './tws/index.ts';
import type { TwsFake } from './tws/index.ts';

/** LMT 10 AAPL at 220 as servers from 192 on take it, with one field replaced. */
function orderFields(replaced: Readonly<Record<number, string>> = {}): readonly string[] {
  const start = ['3', '1', '0', 'AAPL', 'STK', '', '0', '', '', 'SMART', '', 'USD', '', '', '', ''];
  const order = ['BUY', '10', 'LMT', '220', '', 'DAY', '', 'DU1234567', '', '0', 'ref', '1'];
  const fields = [...start, ...order, ...Array<string>(90).fill('')];
  return fields.map((value, index) => replaced[index] ?? value);
}

describe('bad bytes at the fake TWS', () => {
  let fake: TwsFake;
  let clientId = 100;
  beforeAll(async () => {
    fake = await startTwsFake();
  });
  afterAll(async () => {
    await fake.stop();
  });

  it.each([
    { name: 'another protocol', bytes: Buffer.from('GET / HTTP/1.1\r\n\r\n') },
    { name: 'a version that says nothing', bytes: greeting('193') },
    { name: 'versions that are too old', bytes: greeting('v100..175') },
    { name: 'versions that are too new', bytes: greeting('v194..220') },
    {
      name: 'a version of endless length',
      bytes: Buffer.concat([Buffer.from('API\0'), Buffer.alloc(4, 0xff)]),
    },
    { name: 'a request before START_API', bytes: Buffer.concat([greeting(), rawFrame(49, 1)]) },
  ])('ends the connection without a word for $name', async ({ bytes }) => {
    await using raw = await connectRaw(fake);
    raw.write(bytes);
    expect(await raw.nextOf('4')).toBeNull();
  });

  it.each([
    { name: 'a length of nothing', bytes: Buffer.alloc(4), code: '507' },
    { name: 'a length beyond all messages', bytes: Buffer.alloc(4, 0x7f), code: '507' },
    {
      name: 'a message that does not end',
      bytes: rawFrame(49, 1).subarray(0, -1).fill(4, 3, 4),
      code: '507',
    },
    { name: 'an unknown message', bytes: rawFrame(999, 1), code: '505' },
    { name: 'a message that is no number', bytes: rawFrame('hello'), code: '505' },
  ])('says $code and ends the connection for $name', async ({ bytes, code }) => {
    await using raw = await startRaw(fake, (clientId += 1));
    raw.write(bytes);
    let last: readonly string[] | null = null;
    for (;;) {
      const message = await raw.nextOf('4');
      if (message === null) break;
      last = message;
    }
    expect(last?.slice(2, 4)).toEqual(['-1', code]);
  });

  it.each([
    { name: 'a field too few', fields: ['2', '1'] },
    { name: 'a field too many', fields: ['2', '1', '5', 'more'] },
    { name: 'letters for a number', fields: ['2', '1', 'five'] },
    { name: 'a flag that is neither', fields: ['15', '1', 'maybe'] },
    { name: 'letters for a price', fields: orderFields({ 19: 'cheap' }) },
    { name: 'an order without its end', fields: orderFields().slice(0, 60) },
    { name: 'an order with a field too many', fields: [...orderFields(), ''] },
  ])('says 320 and goes on for $name', async ({ fields }) => {
    await using raw = await startRaw(fake, (clientId += 1));
    raw.send(...fields);
    raw.send(49, 1);
    const answers: string[] = [];
    for (;;) {
      const message = await raw.next();
      if (message === null || message[0] === '49') break;
      if (message[0] === '4' && message[2] !== '-1') answers.push(message[3] ?? '');
      if (message[0] === '4' && message[3] === '320') answers.push('320');
    }
    expect(new Set(answers)).toEqual(new Set(['320']));
    expect((await fake.state()).orders).toEqual([]);
  });

  it('says that it does not play a message rather than nothing', async () => {
    await using raw = await startRaw(fake, (clientId += 1));
    raw.send(20, 7, 'AAPL');
    raw.send(49, 1);
    let told = await raw.nextOf('4');
    while (told?.[3] !== '321') told = await raw.nextOf('4');
    expect(told[4]).toContain('this fake does not play message 20');
  });

  it('takes bytes however they are chopped', async () => {
    await using raw = await connectRaw(fake);
    const bytes = Buffer.concat([greeting(), rawFrame(71, 2, (clientId += 1), '')]);
    for (const byte of bytes) raw.write(Buffer.from([byte]));
    expect(await raw.nextOf('9')).toEqual(['9', '1', '1']);
  });

  it('takes the same order with empty fields and with zeros', async () => {
    await using raw = await startRaw(fake, (clientId += 1));
    const zeros = Object.fromEntries(
      [36, 37, 38, 44, 45, 49, 60, 61, 62].map((index) => [index, '0']),
    );
    raw.send(...orderFields({ 1: '5' }));
    expect((await raw.nextOf('5'))?.slice(1, 4)).toEqual(['5', '265598', 'AAPL']);
    raw.send(...orderFields({ 1: '6', ...zeros }));
    let told = await raw.nextOf('5');
    while (told?.[1] === '5') told = await raw.nextOf('5');
    expect(told?.[1]).toBe('6');
    raw.send(4, 5, '', '', '2147483647');
    raw.send(4, 6, '', '', '');
    let status = await raw.nextOf('3');
    while (status?.[1] !== '6' || status[2] !== 'Cancelled') status = await raw.nextOf('3');
    const { orders } = await fake.state();
    expect(orders.map((order) => [order.orderId, order.status])).toEqual([
      [5, 'Cancelled'],
      [6, 'Cancelled'],
    ]);
  });

  it('is none the worse for any of it', async () => {
    expect((await fake.requests()).defects).toEqual([]);
  });
});

describe('the pace of messages', () => {
  const flood = async (fake: TwsFake, count: number) => {
    const raw = await startRaw(fake);
    raw.write(Buffer.concat(Array.from({ length: count }, () => rawFrame(8, 1, 1))));
    return raw;
  };

  it('may be fifty in a second; the next ones are answered by 100, and the third ends it', async () => {
    await using fake = await startTwsFake();
    await using raw = await flood(fake, 60);
    const answered: string[] = [];
    for (;;) {
      const message = await raw.next();
      if (message === null) break;
      if (message[0] === '9') answered.push('id');
      if (message[3] === '100') answered.push(message[4] ?? '');
    }
    expect(answered).toEqual([
      ...Array<string>(50).fill('id'),
      'Max rate of messages per second has been exceeded:max=50 rec=51 (1)',
      'Max rate of messages per second has been exceeded:max=50 rec=52 (2)',
      'Max rate of messages per second has been exceeded:max=50 rec=53 (3)',
    ]);
  });

  it('does not matter when it is turned off', async () => {
    await using fake = await startTwsFake({ pacing: 'off' });
    await using raw = await flood(fake, 60);
    for (let answers = 0; answers < 60; answers += 1) {
      expect((await raw.nextOf('9'))?.[0]).toBe('9');
    }
  });
});

describe('the control interface', () => {
  it.each([
    { verb: 'advance', body: { seconds: 'long' }, says: /seconds/ },
    { verb: 'fill', body: { brokerOrderId: '1', quantity: '1', price: '1' }, says: /no order 1/ },
    { verb: 'setPrice', body: { symbol: 'NOPE', price: '1' }, says: /no contract NOPE/ },
    { verb: 'setPrice', body: { symbol: 'AAPL', price: 1 }, says: /price/ },
    { verb: 'fail', body: { operation: 'token', code: 'garbage' }, says: /operation/ },
    { verb: 'stateless', body: {}, says: /no such verb/ },
  ])('refuses $verb with $body in a sentence', async ({ verb, body, says }) => {
    await using fake = await startTwsFake();
    await expect(fake.control(verb, body)).rejects.toThrow(says);
  });

  it('refuses options that it does not know', async () => {
    const options: object = { fils: 'told' };
    await expect(startTwsFakeProcess(options)).rejects.toThrow(/ended before it was ready/);
  });
});

describe('a Read-Only API', () => {
  it('reads and does not trade', async () => {
    await using fake = await startTwsFake({ readOnly: true });
    await using client = await connectTws(fake);
    client.api.reqContractDetails(1, stock('AAPL'));
    await client.until(/^contractDetailsEnd 1/);
    client.api.cancelOrder(1);
    await expect(
      client.until(/^error .*The API interface is currently in Read-Only mode. 321 1/),
    ).resolves.toBeDefined();
  });
});
