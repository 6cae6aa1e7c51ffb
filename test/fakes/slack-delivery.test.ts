import type { App } from '@slack/bolt';
import { describe, expect, test } from 'vitest';
import { client, connect, posted, slack } from './slack-bolt.ts';
import type { Mode } from './slack-bolt.ts';
import { actions, button, plain, section } from './slack-samples.ts';
import { manualClock } from './slack/index.ts';
import type { SlackFake } from './slack/index.ts';

/** How interactions reach the app, and what becomes of those that do not. */

interface Seen {
  readonly command: string[];
  readonly events: { readonly retryNum: number | undefined }[];
}

function watching(seen: Seen): (app: App) => void {
  return (app) => {
    app.command('/rebalance', async ({ ack, command }) => {
      seen.command.push(command.trigger_id);
      await ack('on it');
    });
    app.event('app_home_opened', async ({ context }) => {
      seen.events.push({ retryNum: context.retryNum });
    });
  };
}

const nothingSeen = (): Seen => ({ command: [], events: [] });
const type = (fake: SlackFake) => fake.user('U1').command('/rebalance', 'core', { channel: 'C1' });

describe('without an app', () => {
  test('a command is lost, and the person is told', async () => {
    const fake = await slack();
    expect(await type(fake)).toMatchObject({ status: 'failed', error: 'dispatch_failed' });
    const seen = nothingSeen();
    await connect(fake, 'Socket Mode', watching(seen));
    await type(fake);
    expect(seen.command).toHaveLength(1);
  });

  test('an event waits for the app: tried again at once, after 1 and after 5 minutes', async () => {
    const clock = manualClock();
    const fake = await slack({ clock });
    expect(await fake.user('U1').openHome()).toMatchObject({ status: 'failed' });
    clock.advance(0);
    const seen = nothingSeen();
    await connect(fake, 'Socket Mode', watching(seen));
    clock.advance(60_000);
    await fake.waitFor(() => fake.interactions[0]?.status === 'acknowledged');
    expect(seen.events).toEqual([{ retryNum: 2 }]);
    clock.advance(300_000);
    expect(fake.interactions[0]?.deliveries.map(({ sent }) => sent)).toEqual([false, false, true]);
  });
});

describe.each<Mode>(['Socket Mode', 'signed HTTP'])('over %s', (mode) => {
  test('a redelivered interaction carries the same ids', async () => {
    const fake = await slack();
    const seen = nothingSeen();
    await connect(fake, mode, watching(seen));
    const first = await type(fake);
    await fake.redeliver(first);
    expect(seen.command).toEqual([first.triggerId, first.triggerId]);
    expect(first.deliveries.map(({ retryAttempt }) => retryAttempt)).toEqual([0, 1]);
  });

  test('a delivery can arrive twice', async () => {
    const fake = await slack();
    const seen = nothingSeen();
    await connect(fake, mode, watching(seen));
    fake.planNextDelivery({ twice: true });
    await type(fake);
    await fake.waitFor(() => seen.command.length === 2 || null);
    expect(new Set(seen.command).size).toBe(1);
    expect(fake.user('U1').ephemeralMessages()).toMatchObject([{ text: 'on it' }]);
    expect(fake.problems).toEqual([]);
  });

  test('an event that is not acknowledged comes again, marked as a retry', async () => {
    const clock = manualClock();
    const fake = await slack({ clock });
    const seen = nothingSeen();
    await connect(fake, mode, watching(seen));
    fake.planNextDelivery({ lost: true });
    const opened = fake.user('U1').openHome();
    clock.advance(3000);
    expect(await opened).toMatchObject({ error: 'operation_timeout' });
    clock.advance(0);
    await fake.waitFor(() => fake.interactions[0]?.status === 'acknowledged');
    await fake.waitFor(() => seen.events.length > 0);
    expect(seen.events).toEqual([{ retryNum: 1 }]);
  });
});

test('a command that is not acknowledged comes again where Slack is made to repeat all', async () => {
  const clock = manualClock();
  const fake = await slack({ clock, retry: 'all' });
  const seen = nothingSeen();
  await connect(fake, 'Socket Mode', watching(seen));
  fake.planNextDelivery({ lost: true });
  const typed = type(fake);
  clock.advance(3000);
  const { triggerId } = await typed;
  await fake.waitFor(() => fake.interactions[0]?.status === 'acknowledged');
  expect(seen.command).toEqual([triggerId]);
});

describe('sockets', () => {
  test('spread what arrives over all connections', async () => {
    const fake = await slack();
    const seen = [nothingSeen(), nothingSeen()];
    for (const each of seen) await connect(fake, 'Socket Mode', watching(each));
    expect(fake.socketMode.connections()).toEqual([1, 2]);
    for (let count = 0; count < 4; count += 1) await type(fake);
    expect(seen.map(({ command }) => command.length)).toEqual([2, 2]);
    fake.planNextDelivery({ twice: true });
    await type(fake);
    await fake.waitFor(() => seen.every(({ command }) => command.length === 3));
  });

  test.each(['warning', 'refresh_requested'] as const)('are renewed on "%s"', async (reason) => {
    const fake = await slack();
    const seen = nothingSeen();
    await connect(fake, 'Socket Mode', watching(seen));
    fake.socketMode.disconnect(reason);
    await fake.waitFor(() => fake.socketMode.connections().includes(2));
    expect(await type(fake)).toMatchObject({ status: 'acknowledged' });
    expect(fake.callsTo('apps.connections.open')).toHaveLength(2);
  });

  test('are renewed after they were cut', async () => {
    const fake = await slack();
    const seen = nothingSeen();
    await connect(fake, 'Socket Mode', watching(seen));
    fake.socketMode.drop();
    await fake.waitFor(() => fake.socketMode.connections().length === 0);
    await fake.waitFor(() => fake.socketMode.connections().includes(2));
    expect(await type(fake)).toMatchObject({ status: 'acknowledged' });
  });

  test('are renewed after they fell silent', async () => {
    const fake = await slack();
    await connect(fake, 'Socket Mode', watching(nothingSeen()));
    fake.socketMode.fallSilent();
    await fake.waitFor(() => fake.socketMode.connections().includes(2));
    expect(await type(fake)).toMatchObject({ status: 'acknowledged' });
  });

  test.each<['after_envelope' | 'mid_envelope', number]>([
    ['after_envelope', 1],
    ['mid_envelope', 0],
  ])('can break %s', async (cut, arrived) => {
    const clock = manualClock();
    const fake = await slack({ clock });
    const seen = nothingSeen();
    await connect(fake, 'Socket Mode', watching(seen));
    fake.planNextDelivery({ cut });
    const broken = type(fake);
    await fake.waitFor(() => fake.socketMode.connections().includes(2));
    clock.advance(3000);
    expect((await broken).deliveries).toHaveLength(1);
    expect(await type(fake)).toMatchObject({ status: 'acknowledged' });
    expect(seen.command).toHaveLength(arrived + 1);
  });

  test('are at most ten', async () => {
    const fake = await slack();
    const web = client(fake, fake.appToken);
    const greetings: unknown[] = [];
    for (let count = 0; count < 11; count += 1) {
      const { url = '' } = await web.apps.connections.open({});
      const socket = new WebSocket(url);
      const greeting = await new Promise<string>((resolve) => {
        socket.addEventListener('message', ({ data }) => resolve(String(data)), { once: true });
      });
      greetings.push(JSON.parse(greeting));
    }
    expect(greetings[9]).toMatchObject({ type: 'hello', num_connections: 10 });
    expect(greetings[10]).toMatchObject({ type: 'disconnect', reason: 'too_many_websockets' });
  });

  test('take no ticket twice', async () => {
    const fake = await slack();
    const { url = '' } = await client(fake, fake.appToken).apps.connections.open({});
    const open = (): Promise<string> =>
      new Promise((resolve) => {
        const socket = new WebSocket(url);
        socket.addEventListener('message', ({ data }) => resolve(String(data)));
        socket.addEventListener('error', () => resolve('refused'));
      });
    expect(JSON.parse(await open())).toMatchObject({ type: 'hello', num_connections: 1 });
    expect(await open()).toBe('refused');
  });

  test('hold wrong acknowledgements against the app', async () => {
    const fake = await slack();
    const { url = '' } = await client(fake, fake.appToken).apps.connections.open({});
    const socket = new WebSocket(url);
    await new Promise((resolve) => socket.addEventListener('open', resolve));
    socket.send('{"envelope_id":"none"}');
    socket.send('hello');
    await fake.waitFor(() => fake.problems.length === 2);
    expect(fake.problems[0]).toContain('unknown envelope');
    socket.addEventListener('message', ({ data }) => {
      const { envelope_id: id } = JSON.parse(String(data));
      socket.send(JSON.stringify({ envelope_id: id, payload: { text: 'hi' } }));
    });
    await fake.user('U1').openHome();
    expect(fake.problems[2]).toContain('where none is accepted');
  });
});

describe('signed requests', () => {
  test.each(['wrong', 'stale', 'missing'] as const)(
    'with a %s signature are refused',
    async (signing) => {
      const fake = await slack();
      const seen = nothingSeen();
      await connect(fake, 'signed HTTP', watching(seen));
      fake.planNextDelivery({ signing });
      const typed = await type(fake);
      expect(typed).toMatchObject({ status: 'failed', error: 'http_client_error' });
      expect(typed.deliveries).toMatchObject([{ transport: 'http', status: 401 }]);
      expect(seen.command).toEqual([]);
    },
  );

  test('come with a challenge and certificate checks', async () => {
    const fake = await slack();
    await connect(fake, 'signed HTTP');
    expect(await fake.verifyRequestUrl()).toBe(true);
    expect(await fake.sslCheck()).toBe(true);
  });

  test('to nobody fail', async () => {
    const fake = await slack({ requestUrl: 'http://127.0.0.1:9/slack/events' });
    expect(await type(fake)).toMatchObject({ status: 'failed', error: 'dispatch_failed' });
  });
});

describe('an acknowledgement', () => {
  test('of 200 commands at once is measured for each', async () => {
    const fake = await slack();
    await connect(fake, 'Socket Mode', watching(nothingSeen()));
    const all = await Promise.all(Array.from({ length: 200 }, () => type(fake)));
    expect(all.every(({ status }) => status === 'acknowledged')).toBe(true);
    expect(all.every(({ acknowledgementMilliseconds: each }) => each !== null && each > 0)).toBe(
      true,
    );
  });

  test('of a submission cannot name what the view does not have', async () => {
    const fake = await slack();
    await connect(fake, 'Socket Mode', (app) => {
      app.action('open', async ({ ack, body, client: web }) => {
        await ack();
        const trigger = 'trigger_id' in body ? body.trigger_id : '';
        const view = {
          type: 'modal',
          callback_id: 'form',
          title: plain('Form'),
          submit: plain('Go'),
        };
        await web.apiCall('views.open', {
          trigger_id: trigger,
          view: { ...view, blocks: [section()] },
        });
      });
      app.view('form', ({ ack }) => ack({ response_action: 'errors', errors: { none: 'no' } }));
    });
    await posted(client(fake), { blocks: [actions(button({ action_id: 'open' }))] });
    const message = await fake.waitFor(() => fake.channel('C1').messages()[0]);
    await fake.user('U1').click(message, 'open');
    const view = await fake.waitFor(() => fake.user('U1').views()[0]);
    await fake.user('U1').submit(view);
    expect(fake.problems).toEqual([
      'view_submission was answered badly: errors of a view_submission must name input blocks of the view',
    ]);
  });
});
