import { describe, expect, it } from 'vitest';
import { signIn, type BrowserSession } from './browser-session.ts';
import { openEvents, type EventStream, type ServerEvent } from './event-stream.ts';
import { openWebHarness, say, type WebHarness } from './harness.ts';
import { textOf } from './page-text.ts';

function connect(
  harness: WebHarness,
  session: BrowserSession,
  options: { readonly after?: number; readonly lastEventId?: string } = {},
): Promise<EventStream> {
  const { after = 0, lastEventId } = options;
  return openEvents(harness.chat.port, `/events?after=${after}`, {
    cookie: session.cookie,
    ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }),
  });
}

function textIn({ data }: ServerEvent): string {
  const { html }: { html: string } = JSON.parse(data);
  return textOf(html.slice(html.indexOf('<div class="body')));
}

describe('an open page', () => {
  it('is sent what is posted and edited, in order, under rising ids', async () => {
    await using harness = await openWebHarness();
    const session = await signIn(harness.chat);
    using events = await connect(harness, session);
    const reference = await harness.chat.post('treasury', say('One'));
    await harness.chat.post('treasury', say('Two'));
    await harness.chat.edit(reference, say('One, edited'));
    const seen = [
      await events.next('message'),
      await events.next('message'),
      await events.next('message'),
    ];
    expect(seen.map(textIn)).toEqual(['One', 'Two', 'One, edited']);
    expect(seen.map(({ id }) => id)).toEqual(['1', '2', '3']);
  });

  it('is not told about an edit that changes nothing', async () => {
    await using harness = await openWebHarness();
    const session = await signIn(harness.chat);
    const reference = await harness.chat.post('treasury', say('Same'));
    using events = await connect(harness, session, { after: 1 });
    await harness.chat.edit(reference, say('Same'));
    await harness.chat.post('treasury', say('Next'));
    expect(textIn(await events.next('message'))).toBe('Next');
  });

  it('catches up from the last event it had, over a restart too', async () => {
    await using harness = await openWebHarness();
    const session = await signIn(harness.chat);
    const first = await harness.chat.post('treasury', say('One'));
    for (let number = 2; number <= 250; number += 1) {
      await harness.chat.post('treasury', say(`Message ${number}`));
    }
    await harness.restart();
    await harness.chat.edit(first, say('One, edited'));
    using events = await connect(harness, session, { after: 1, lastEventId: '120' });
    for (let number = 121; number <= 250; number += 1) {
      expect(textIn(await events.next('message'))).toBe(`Message ${number}`);
    }
    expect(textIn(await events.next('message'))).toBe('One, edited');
  });

  it.each([
    ['missed too much', 0],
    ['comes from another database', 10_000],
  ])('loads anew when it %s', async (_name, after) => {
    await using harness = await openWebHarness();
    const session = await signIn(harness.chat);
    await Promise.all(
      Array.from({ length: 501 }, (_, index) => harness.chat.post('treasury', say(`${index}`))),
    );
    using events = await connect(harness, session, { after });
    await events.next('reset');
    await harness.chat.post('treasury', say('After that'));
    expect(textIn(await events.next('message'))).toBe('After that');
  });

  it('is told to load its views again', async () => {
    await using harness = await openWebHarness();
    using events = await connect(harness, await signIn(harness.chat));
    await events.next('working');
    harness.chat.notify();
    expect(await events.next('views')).toMatchObject({ data: '{}' });
  });

  it('hears while something is being worked on', async () => {
    await using harness = await openWebHarness();
    const session = await signIn(harness.chat);
    const released = Promise.withResolvers<void>();
    harness.answer(async () => {
      await released.promise;
      return { type: 'nothing' };
    });
    using events = await connect(harness, session);
    expect((await events.next('working')).data).toBe('{"active":false}');
    const both = [
      session.post('/say', { id: 'delivery-1', text: '/help' }),
      session.post('/say', { id: 'delivery-2', text: '/help' }),
    ];
    expect((await events.next('working')).data).toBe('{"active":true}');
    using late = await connect(harness, session);
    expect((await late.next('working')).data).toBe('{"active":true}');
    released.resolve();
    await Promise.all(both);
    expect((await events.next('working')).data).toBe('{"active":false}');
  });

  it('never sees what is private to somebody else', async () => {
    await using harness = await openWebHarness();
    const [ana, ben] = [await signIn(harness.chat), await signIn(harness.chat)];
    await ben.post('/person', { person: 'ben' });
    harness.answer(async () => ({
      type: 'message',
      message: say('For Ana only'),
      visibility: 'private',
    }));
    using events = await connect(harness, ben);
    await ana.post('/say', { id: 'delivery-1', text: '/portfolio' });
    await harness.chat.post('treasury', say('For all'));
    expect(textIn(await events.next('message'))).toBe('/portfolio');
    expect(textIn(await events.next('message'))).toBe('For all');
    for (const path of ['/', '/feed']) {
      expect((await ben.get(path)).text).not.toContain('For Ana only');
      expect((await ana.get(path)).text).toContain('For Ana only');
    }
  });

  it('loads anew when its session speaks for somebody else, and then sees what they may', async () => {
    await using harness = await openWebHarness();
    const [session, other] = [await signIn(harness.chat), await signIn(harness.chat)];
    harness.answer(async () => ({
      type: 'message',
      message: say('For Ben only'),
      visibility: 'private',
    }));
    using events = await connect(harness, session);
    using elsewhere = await connect(harness, other);
    await session.post('/person', { person: 'ben' });
    await events.next('reset');
    await session.post('/say', { id: 'delivery-1', text: '/portfolio' });
    expect(textIn(await events.next('message'))).toBe('/portfolio');
    expect(textIn(await events.next('message'))).toBe('For Ben only Only you can see this');
    await harness.chat.stop();
    const seen = await elsewhere.rest();
    expect(seen.map(({ event }) => event)).not.toContain('reset');
    expect(JSON.stringify(seen)).not.toContain('For Ben only');
  });

  it('rests when its browser has too many open, the oldest first', async () => {
    await using harness = await openWebHarness();
    const session = await signIn(harness.chat);
    using first = await connect(harness, session);
    using second = await connect(harness, session);
    using third = await connect(harness, session);
    using fourth = await connect(harness, session);
    using fifth = await connect(harness, session);
    expect((await first.rest()).at(-1)?.event).toBe('rest');
    await harness.chat.post('treasury', say('Hello'));
    for (const events of [second, third, fourth, fifth]) {
      expect(textIn(await events.next('message'))).toBe('Hello');
    }
  });

  it('is kept alive by a heartbeat', async () => {
    await using harness = await openWebHarness();
    using events = await connect(harness, await signIn(harness.chat));
    await events.next('working');
    await harness.clock.advance({ seconds: 41 });
    harness.chat.notify();
    await events.next('views');
    expect(events.comments()).toBe(2);
  });

  it('does not keep the server from stopping within a second', async () => {
    await using harness = await openWebHarness();
    const session = await signIn(harness.chat);
    harness.answer(() => new Promise(() => {}));
    using events = await connect(harness, session);
    const hanging = session.post('/say', { id: 'delivery-1', text: '/help' });
    await events.next('message');
    const begun = performance.now();
    await harness.chat.stop();
    expect(performance.now() - begun).toBeLessThan(1000);
    await events.rest();
    await expect(hanging).rejects.toThrow('socket hang up');
  });
});
