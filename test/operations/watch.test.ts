import { describe, expect, it } from 'vitest';
import { measuredBroker } from '../../src/operations/measured-broker.ts';
import { openWatch } from '../../src/operations/watch.ts';
import { BrokerError } from '../../src/ports/broker-error.ts';
import type { Observer } from '../../src/ports/observer.ts';
import { openAppWorld } from '../app/app-world.ts';
import { SILENT_LOG } from '../fixtures/test-store.ts';

async function opened(world: Awaited<ReturnType<typeof openAppWorld>>) {
  const watch = await openWatch({
    host: '127.0.0.1',
    port: 0,
    clock: world.clock,
    log: SILENT_LOG,
  });
  const get = async (path: string) => {
    const response = await fetch(`http://127.0.0.1:${watch.port}${path}`);
    return { status: response.status, text: await response.text() };
  };
  return { watch, get, [Symbol.asyncDispose]: () => watch.close() };
}

describe('what a supervisor sees', () => {
  it('is live at once, ready when the bot acts, and not ready when it stops', async () => {
    await using world = await openAppWorld();
    await using seen = await opened(world);
    expect(await seen.get('/health/live')).toEqual({ status: 200, text: '{"status":"live"}' });
    expect((await seen.get('/health/ready')).status).toBe(503);
    seen.watch.attach(world.store);
    expect((await seen.get('/health/ready')).text).toContain('another process acts');
    seen.watch.becomes('ready');
    expect(await seen.get('/health/ready')).toEqual({
      status: 200,
      text: '{"status":"ready","detail":"it acts on the database"}',
    });
    seen.watch.becomes('stopping');
    expect((await seen.get('/health/ready')).status).toBe(503);
    expect((await seen.get('/elsewhere')).status).toBe(404);
  });

  it('is not ready while the database fails', async () => {
    await using world = await openAppWorld();
    await using seen = await opened(world);
    seen.watch.attach({
      ...world.store,
      auditHead: () => Promise.reject(new Error('disk gone')),
    });
    seen.watch.becomes('ready');
    expect(await seen.get('/health/ready')).toEqual({
      status: 503,
      text: '{"status":"not ready","detail":"the database does not answer"}',
    });
  });

  it('counts proposals, orders, fills, halts and rows from the database, and what was measured', async () => {
    await using world = await openAppWorld();
    await using seen = await opened(world);
    seen.watch.attach(world.store);
    await world.say('ana', 'rebalance', 'core');
    await world.click('ben', 'approve');
    await world.settle();
    await world.say('chloe', 'halt', 'core testing');
    seen.watch.observer.acknowledged('slack', 12);
    for (let asked = 0; asked < 3; asked += 1) seen.watch.observer.brokerAsked('alpaca');
    seen.watch.observer.brokerCalled('alpaca', 'order', 'rejected', 40);
    const { text } = await seen.get('/metrics');
    const orders = (await world.store.listOrders({})).length;
    const { seq } = await world.store.auditHead();
    for (const line of [
      'evenkeel_proposals{status="executed"} 1',
      `evenkeel_orders{status="filled"} ${orders}`,
      `evenkeel_fills ${(await world.store.listFills({})).length}`,
      'evenkeel_halts 1',
      `evenkeel_audit_rows ${seq}`,
      'evenkeel_acknowledgement_seconds_count{platform="slack"} 1',
      'evenkeel_broker_calls_total{broker="alpaca",operation="order",outcome="rejected"} 1',
      'evenkeel_broker_calls_waiting{broker="alpaca"} 2',
    ]) {
      expect(text.split('\n')).toContain(line);
    }
    expect(text).toMatch(/^evenkeel_deliveries_behind\{platform="slack"\} [1-9]/m);
  });
});

describe('the runway of logins', () => {
  it.each([
    ['six hours before the end', { endsAt: 6 * 3600, endedAt: null }, ['21600']],
    ['when the broker ended it before its time', { endsAt: 6 * 3600, endedAt: -60 }, ['-60']],
    ['of a login that does not end', { endsAt: null, endedAt: null }, []],
  ])('%s', async (_when, { endsAt, endedAt }, seconds) => {
    await using world = await openAppWorld();
    await using seen = await opened(world);
    const now = world.clock.now();
    const after = (given: number | null) => (given === null ? null : now.add({ seconds: given }));
    seen.watch.attach({
      ...world.store,
      listLogins: async () => [
        {
          broker: 'schwab',
          person: 'ana',
          connectedAt: now.subtract({ hours: 1 }),
          accessTokenExpiresAt: null,
          endsAt: after(endsAt),
          endedAt: after(endedAt),
          revision: '1',
        },
      ],
    });
    const { text } = await seen.get('/metrics');
    const lines = text.matchAll(/^evenkeel_login_runway_seconds\{(.*)\} (\S+)$/gm);
    expect([...lines].map(([, labels, value]) => [labels, value])).toEqual(
      seconds.map((value) => ['broker="schwab",person="ana"', value]),
    );
  });
});

describe('a measured broker', () => {
  it('passes everything on and tells outcome and time of each question', async () => {
    await using world = await openAppWorld();
    const calls: string[] = [];
    const observer: Observer = {
      acknowledged: () => {},
      brokerAsked: (broker) => calls.push(`${broker} asked`),
      brokerCalled: (broker, operation, outcome, milliseconds) => {
        expect(milliseconds).toBeGreaterThanOrEqual(0);
        calls.push(`${broker} ${operation} ${outcome}`);
      },
    };
    const broker = measuredBroker(world.broker, observer);
    expect(await broker.getAccountBalance()).toEqual(await world.broker.getAccountBalance());
    expect(await broker.getQuotes(['IBM'])).toHaveLength(1);
    const failing = measuredBroker(
      {
        ...world.broker,
        getPositions: () => Promise.reject(new BrokerError('paper', 'rate_limited', 'slow down')),
        executeTrade: () => Promise.resolve({ type: 'unknown', reason: 'no answer' }),
      },
      observer,
    );
    await expect(failing.getPositions()).rejects.toThrow('slow down');
    await world.say('ana', 'rebalance', 'core');
    expect(calls.filter((call) => call === 'paper asked')).toHaveLength(3);
    expect(calls.filter((call) => call !== 'paper asked')).toEqual([
      'paper balance ok',
      'paper quotes ok',
      'paper positions rate_limited',
    ]);
  });
});
