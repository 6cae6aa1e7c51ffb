import { once } from 'node:events';
import { createServer } from 'node:http';
import { describe, expect, it } from 'vitest';
import { parseCommand } from '../../../src/chat/web/interactions.ts';
import { initials } from '../../../src/chat/web/people.ts';
import { signIn } from './browser-session.ts';
import { openWebHarness, say } from './harness.ts';
import { textOf } from './page-text.ts';

describe('the port', () => {
  it('is the next free one when the given one is taken', async () => {
    const other = createServer();
    other.listen(0, '127.0.0.1');
    await once(other, 'listening');
    const address = other.address();
    const taken = typeof address === 'object' && address !== null ? address.port : 0;
    try {
      await using harness = await openWebHarness({ port: taken });
      expect(harness.chat.port).toBeGreaterThan(taken);
      expect(harness.chat.port).toBeLessThan(taken + 20);
      expect(new URL(harness.chat.url).port).toBe(String(harness.chat.port));
      await signIn(harness.chat);
    } finally {
      other.close();
    }
  });
});

describe('a message that is posted once', () => {
  it('is there once, and up to date, when a run that was killed had posted it and never knew', async () => {
    await using harness = await openWebHarness();
    const first = await harness.chat.post('treasury', say('pending'), { once: 'proposal:k3f9xa' });
    const later = await harness.restart();
    const again = await later.post('treasury', say('approved'), { once: 'proposal:k3f9xa' });
    expect(again).toEqual(first);
    const session = await signIn(later);
    const { text } = await session.get('/feed');
    expect(text).toContain('approved');
    expect(text).not.toContain('pending');
  });
});

describe('what a person types', () => {
  it.each([
    ['/help', { command: 'help', text: '' }],
    ['  /Rebalance   core  --buy-only ', { command: 'rebalance', text: 'core  --buy-only' }],
    ['/halt core\nwrong price', { command: 'halt', text: 'core\nwrong price' }],
    ['/', null],
    ['//help', null],
    ['/ help', null],
    ['/1', null],
    ['help', null],
    [`/${'a'.repeat(33)}`, null],
  ])('%j is read as %j', (line, command) => {
    expect(parseCommand(line)).toEqual(command);
  });

  it('gets a hint when it is no command, which only they see', async () => {
    await using harness = await openWebHarness();
    const [ana, ben] = [await signIn(harness.chat), await signIn(harness.chat)];
    await ben.post('/person', { person: 'ben' });
    await ana.post('/say', { id: 'delivery-1', text: 'rebalance please' });
    const hint = 'Try /portfolio, /rebalance core, /help.';
    expect((await ana.get('/feed')).text).toContain(hint);
    expect((await ben.get('/feed')).text).not.toContain(hint);
    expect((await ben.get('/feed')).text).toContain('rebalance please');
    expect(harness.interactions).toEqual([]);
  });

  it('is written down without the codes of an address that does not belong there', async () => {
    await using harness = await openWebHarness();
    const session = await signIn(harness.chat);
    const text = '/connect schwab https://127.0.0.1/?code=C0.canary%40&session=canary&state=canary';
    await session.post('/say', { id: 'delivery-1', text });
    const rows = await harness.database.selectFrom('web_messages').select('body').execute();
    expect(JSON.stringify(rows)).toContain('code=[secret]');
    expect(JSON.stringify(rows)).not.toContain('canary');
    expect(harness.interactions).toMatchObject([{ command: 'connect' }]);
  });

  it('may be answered with what is shown once, to that person alone, and kept nowhere', async () => {
    await using harness = await openWebHarness();
    const [ana, ben] = [await signIn(harness.chat), await signIn(harness.chat)];
    await ben.post('/person', { person: 'ben' });
    harness.answer(async () => ({
      type: 'message',
      message: {
        fallback: 'Log in',
        blocks: [
          { type: 'link', label: 'Log in', to: '', url: 'https://example.com/?state=canary' },
        ],
      },
      visibility: 'private',
      isUnstored: true,
    }));
    const answer = await ana.post('/say', { id: 'delivery-1', text: '/connect schwab' });
    expect(answer.text).toContain('https://example.com/?state=canary');
    for (const session of [ana, ben]) {
      expect((await session.get('/feed')).text).not.toContain('canary');
    }
    const rows = await harness.database.selectFrom('web_messages').select('body').execute();
    expect(JSON.stringify(rows)).not.toContain('canary');
  });

  it('is in the feed once, however often it is delivered and whatever restarts in between', async () => {
    await using harness = await openWebHarness();
    const session = await signIn(harness.chat);
    harness.answer(async () => ({
      type: 'message',
      message: say('Once'),
      visibility: 'channel',
    }));
    const body = { id: 'delivery-1', text: '/help' };
    await Promise.all([session.post('/say', body), session.post('/say', body)]);
    expect(harness.interactions).toHaveLength(1);
    await harness.restart();
    await session.post('/say', body);
    expect(new Set(harness.interactions.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(1);
    const rows = await harness.database.selectFrom('web_messages').select('body').execute();
    expect(rows).toHaveLength(2);
  });

  it('is not taken before the program has started', async () => {
    await using harness = await openWebHarness({ started: false });
    const session = await signIn(harness.chat);
    const early = await session.post('/say', { id: 'delivery-1', text: '/help' });
    expect(early.status).toBe(503);
    expect(early.text).toContain('still starting');
    await harness.chat.start(async () => ({ type: 'nothing' }));
    expect((await session.post('/say', { id: 'delivery-1', text: '/help' })).status).toBe(200);
  });

  it('can be sent again after a failure, which is logged and told', async () => {
    await using harness = await openWebHarness();
    const session = await signIn(harness.chat);
    harness.answer(() => Promise.reject(new Error('unplugged')));
    const body = { id: 'delivery-1', text: '/help' };
    const failed = await session.post('/say', body);
    expect(failed.status).toBe(500);
    expect(failed.text).toContain('the log has the details');
    expect(failed.text).not.toContain('unplugged');
    expect(harness.log.errors).toMatchObject([{ code: 'web_interaction_failed' }]);
    harness.answer(async () => ({ type: 'nothing' }));
    expect((await session.post('/say', body)).status).toBe(200);
  });
});

describe('the page', () => {
  it('shows the newest messages, and the earlier ones on request', async () => {
    await using harness = await openWebHarness();
    const session = await signIn(harness.chat);
    for (let number = 1; number <= 130; number += 1) {
      await harness.chat.post('treasury', say(`Message ${number}.`));
    }
    const page = (await session.get('/')).text;
    expect(page).toContain('Message 130.');
    expect(page).toContain('Message 71.');
    expect(page).not.toContain('Message 70.');
    expect(page).toContain('data-before="71"');
    const earlier = (await session.get('/feed?before=71')).text;
    expect(earlier).toContain('Message 70.');
    expect(earlier).not.toContain('Message 71.');
    expect((await session.get('/feed?before=11')).text).not.toContain('data-before');
  });

  it('draws a line where a day begins, in the zone it tells times in', async () => {
    await using harness = await openWebHarness();
    const session = await signIn(harness.chat);
    await harness.chat.post('treasury', say('Friday afternoon'));
    await harness.clock.set('2026-11-21T04:59:00Z');
    await harness.chat.post('treasury', say('Friday night'));
    await harness.clock.set('2026-11-21T05:00:00Z');
    await harness.chat.post('treasury', say('Saturday'));
    const days = (await session.get('/')).text.match(/role="separator" aria-label="[^"]*/g);
    expect(days?.map((day) => day.split('"').at(-1))).toEqual([
      'Friday 20 Nov 2026',
      'Saturday 21 Nov 2026',
    ]);
    expect(textOf((await session.get('/')).text)).toContain('14:02 ET');
  });

  it('welcomes with three commands while nothing was said', async () => {
    await using harness = await openWebHarness();
    const session = await signIn(harness.chat);
    const page = (await session.get('/')).text;
    const chips = [...page.matchAll(/data-say="([^"]*)"/g)].map(([, line]) => line);
    expect(chips).toEqual(['/portfolio', '/rebalance core', '/help']);
  });

  it('shows what it can when a stored message cannot be read', async () => {
    await using harness = await openWebHarness();
    const session = await signIn(harness.chat);
    await harness.chat.post('treasury', say('Before'));
    await harness.chat.post('treasury', say('Broken'));
    await harness.chat.post('treasury', say('After'));
    await harness.database
      .updateTable('web_messages')
      .set({ body: '{"type":"message","message":{"blocks":[{"type":"hologram"}]}}' })
      .where('id', '=', 2)
      .execute();
    const page = (await session.get('/')).text;
    expect(page).toContain('Before');
    expect(page).toContain('written by another version');
    expect(page).toContain('After');
  });

  it('names the channel of what was posted elsewhere', async () => {
    await using harness = await openWebHarness();
    const session = await signIn(harness.chat);
    await harness.chat.post('family', say('Elsewhere'));
    expect((await session.get('/')).text).toContain('#family');
  });

  it('remembers the chosen colours, and only those there are', async () => {
    await using harness = await openWebHarness();
    const { cookie } = await signIn(harness.chat);
    const page = async (theme: string): Promise<string> => {
      const headers = { cookie: `${cookie}; evenkeel_theme=${theme}` };
      const answer = await fetch(`http://127.0.0.1:${harness.chat.port}/`, { headers });
      return await answer.text();
    };
    expect(await page('dark')).toContain('<html lang="en" data-theme="dark">');
    expect(await page('"><script>')).toContain('<html lang="en">');
  });

  it('says that a view failed, and logs why', async () => {
    await using harness = await openWebHarness({
      views: {
        portfolio: () => Promise.reject(new Error('unplugged')),
        orders: async () => say('Orders'),
        audit: async () => say('Audit'),
      },
    });
    const session = await signIn(harness.chat);
    const failed = await session.get('/views/portfolio');
    expect(failed.status).toBe(500);
    expect(failed.text).not.toContain('unplugged');
    expect(harness.log.errors).toMatchObject([{ code: 'web_view_failed', view: 'portfolio' }]);
    expect((await session.get('/views/orders')).text).toContain('Orders');
    for (const path of ['/views/secrets', '/views/constructor', '/views/']) {
      expect((await session.get(path)).status).toBe(404);
    }
  });
});

describe('initials', () => {
  it.each([
    ['Ana Silva', 'AS'],
    ['Ben', 'BE'],
    ['maria del carmen lópez', 'ML'],
    ['😀', '?'],
    ['', '?'],
    ['李 小龙', '李小'],
    ['𝒜 b', '𝒜B'],
  ])('of %j are %s', (name, letters) => {
    expect(initials(name)).toBe(letters);
  });
});
