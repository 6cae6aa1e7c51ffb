import { describe, expect, it } from 'vitest';
import { ask, signIn, type Ask } from './browser-session.ts';
import { openWebHarness } from './harness.ts';

const SAY = { id: 'delivery-1', text: '/help' };

describe('the one-time link', () => {
  it('is exchanged for a strict, script-proof cookie and the clean address', async () => {
    await using harness = await openWebHarness();
    const link = new URL(harness.chat.url);
    expect(link.hostname).toBe('127.0.0.1');
    const answer = await ask(harness.chat.port, `/${link.search}`);
    expect(answer.status).toBe(303);
    expect(answer.headers.location).toBe('/');
    const [cookie = ''] = answer.headers['set-cookie'] ?? [];
    expect(cookie).toMatch(new RegExp(`^evenkeel_session_${harness.chat.port}=[\\w-]{43};`));
    for (const part of ['HttpOnly', 'SameSite=Strict', 'Path=/', 'Max-Age=604800']) {
      expect(cookie).toContain(part);
    }
  });

  it('opens one browser only, and the next reading of url is a fresh link', async () => {
    await using harness = await openWebHarness();
    const { search } = new URL(harness.chat.url);
    const both = await Promise.all([
      ask(harness.chat.port, `/${search}`),
      ask(harness.chat.port, `/${search}`),
    ]);
    expect(both.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([303, 403]);
    expect(both.find(({ status }) => status === 403)?.text).toContain(
      'This link does not work any more',
    );
    expect(new URL(harness.chat.url).search).not.toBe(search);
    await signIn(harness.chat);
  });

  it('lets who is signed in follow an old link to the page', async () => {
    await using harness = await openWebHarness();
    const { search } = new URL(harness.chat.url);
    const session = await signIn(harness.chat);
    expect((await session.get(`/${search}`)).status).toBe(303);
  });

  it.each(['', 'x', 'a'.repeat(42), 'a'.repeat(43), 'a'.repeat(5000), '%00', '%ff', 'é'])(
    'refuses the token %j',
    async (token) => {
      await using harness = await openWebHarness();
      const answer = await ask(harness.chat.port, `/?token=${encodeURI(token)}`);
      expect(answer.status).toBe(403);
      expect(answer.headers['set-cookie']).toBeUndefined();
      await signIn(harness.chat);
    },
  );

  it('keeps no token and no cookie in the database', async () => {
    await using harness = await openWebHarness();
    const token = new URL(harness.chat.url).searchParams.get('token') ?? '';
    const { cookie } = await signIn(harness.chat);
    const rows = JSON.stringify(
      await harness.database.selectFrom('web_sessions').selectAll().execute(),
    );
    expect(rows).not.toContain(token);
    expect(rows).not.toContain(cookie.split('=')[1]);
  });
});

describe('a session', () => {
  it.each(['/feed', '/events', '/views/portfolio'])('is needed for %s', async (path) => {
    await using harness = await openWebHarness();
    expect((await ask(harness.chat.port, path)).status).toBe(401);
  });

  it('is needed to open the page, which says where the link is', async () => {
    await using harness = await openWebHarness();
    const answer = await ask(harness.chat.port, '/');
    expect(answer.status).toBe(401);
    expect(answer.text).toContain('Open the link that Evenkeel printed in the terminal');
  });

  it.each(['x', 'a'.repeat(43), 'a'.repeat(8000), '%', ''])(
    'is not opened by the cookie %j',
    async (value) => {
      await using harness = await openWebHarness();
      const cookie = `evenkeel_session_${harness.chat.port}=${value}`;
      const answer = await ask(harness.chat.port, '/feed', { headers: { cookie } });
      expect(answer.status).toBe(401);
    },
  );

  it('survives a restart, and ends a week after it was last used', async () => {
    await using harness = await openWebHarness();
    const session = await signIn(harness.chat);
    await harness.restart();
    expect((await session.get('/feed')).status).toBe(200);
    await harness.clock.advance({ hours: 6 * 24 });
    expect((await session.get('/feed')).status).toBe(200);
    await harness.clock.advance({ hours: 6 * 24 });
    expect((await session.get('/feed')).status).toBe(200);
    await harness.clock.advance({ hours: 7 * 24, seconds: 1 });
    expect((await session.get('/feed')).status).toBe(401);
    await harness.restart();
    expect(await harness.database.selectFrom('web_sessions').selectAll().execute()).toEqual([]);
  });
});

/** What a request may say that does not reach us by our own name. */
function foreignHosts(port: number): readonly string[] {
  return [
    `evil.example:${port}`,
    'evil.example',
    '127.0.0.1',
    `127.0.0.1:${port + 1}`,
    `127.0.0.1.evil.example:${port}`,
    `[::1]:${port}`,
    `0.0.0.0:${port}`,
  ];
}

/** What a request may say that our own page did not make. */
function forgedHeaders(port: number): readonly (readonly [string, Record<string, string>])[] {
  return [
    ['no origin', {}],
    ['a foreign origin', { origin: 'https://evil.example' }],
    ['the null origin', { origin: 'null' }],
    ['another port', { origin: `http://127.0.0.1:${port + 1}` }],
    ['our other name', { origin: `http://localhost:${port}` }],
    ['https', { origin: `https://127.0.0.1:${port}` }],
    [
      'our origin, sent from elsewhere',
      { origin: `http://127.0.0.1:${port}`, 'sec-fetch-site': 'cross-site' },
    ],
    [
      'our origin, sent from another port',
      { origin: `http://127.0.0.1:${port}`, 'sec-fetch-site': 'same-site' },
    ],
  ];
}

describe('another website', () => {
  it('cannot reach us under a name of its own (DNS rebinding)', async () => {
    await using harness = await openWebHarness();
    const { port } = harness.chat;
    const { cookie } = await signIn(harness.chat);
    for (const host of foreignHosts(port)) {
      for (const path of ['/', '/feed', '/assets/workspace.js']) {
        expect((await ask(port, path, { headers: { host, cookie } })).status).toBe(421);
      }
    }
    for (const host of [`127.0.0.1:${port}`, `localhost:${port}`]) {
      expect((await ask(port, '/feed', { headers: { host, cookie } })).status).toBe(200);
    }
  });

  it('cannot make anything happen: every change needs our own origin', async () => {
    await using harness = await openWebHarness();
    const { port } = harness.chat;
    const { cookie } = await signIn(harness.chat);
    for (const [name, headers] of forgedHeaders(port)) {
      for (const path of ['/say', '/click', '/person']) {
        const answer = await ask(port, path, {
          method: 'POST',
          headers: { cookie, 'content-type': 'application/json', ...headers },
          body: JSON.stringify(SAY),
        });
        expect(answer.status, `${name} ${path}`).toBe(403);
      }
    }
    expect(harness.interactions).toEqual([]);
  });

  it('cannot read what the page reads', async () => {
    await using harness = await openWebHarness();
    const { cookie } = await signIn(harness.chat);
    for (const site of ['cross-site', 'same-site']) {
      for (const path of ['/feed', '/events', '/views/audit']) {
        const headers = { cookie, 'sec-fetch-site': site };
        expect((await ask(harness.chat.port, path, { headers })).status).toBe(403);
      }
    }
  });

  it('can link to the page, which then opens itself with its cookie', async () => {
    await using harness = await openWebHarness();
    const answer = await ask(harness.chat.port, '/', {
      headers: { 'sec-fetch-site': 'cross-site' },
    });
    expect(answer.status).toBe(200);
    expect(answer.text).toContain('<meta http-equiv="refresh" content="0;url=/">');
    expect(answer.text).not.toContain('composer');
  });
});

describe('every answer', () => {
  it('forbids inline scripts, framing, sniffing, referrers and caching', async () => {
    await using harness = await openWebHarness();
    const session = await signIn(harness.chat);
    const answers = [
      await session.get('/'),
      await session.get('/feed'),
      await session.get('/nowhere'),
      await ask(harness.chat.port, '/'),
      await ask(harness.chat.port, '/', { headers: { host: 'evil.example' } }),
    ];
    for (const { headers } of answers) {
      expect(headers['content-security-policy']).toBe(
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; " +
          "img-src 'self' data:; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; " +
          "require-trusted-types-for 'script'; trusted-types evenkeel",
      );
      expect(headers['x-content-type-options']).toBe('nosniff');
      expect(headers['referrer-policy']).toBe('no-referrer');
      expect(headers['cache-control']).toBe('no-store');
      expect(headers['access-control-allow-origin']).toBeUndefined();
    }
  });

  it('serves the page’s own files and no others', async () => {
    await using harness = await openWebHarness();
    const { port } = harness.chat;
    const script = await ask(port, '/assets/workspace.js');
    expect(script.status).toBe(200);
    expect(script.headers['content-type']).toContain('text/javascript');
    const etag = script.headers.etag ?? '';
    const again = await ask(port, '/assets/workspace.js', { headers: { 'if-none-match': etag } });
    expect(again.status).toBe(304);
    const paths = [
      '../routes.ts',
      'routes.ts',
      '%2e%2e/routes.ts',
      '..%2froutes.ts',
      '',
      'constructor',
    ];
    for (const path of paths) {
      const { status } = await ask(port, `/assets/${path}`);
      expect([401, 404]).toContain(status);
    }
  });
});

describe('a bad body', () => {
  const good = { id: 'delivery-1', text: '/help' };
  const click = {
    id: 'delivery-1',
    action: 'approve',
    proposalId: 'k3f9xa',
    digest: 'd',
    fields: null,
  };
  const cases: readonly (readonly [string, number, string, Ask])[] = [
    ['cut off JSON', 400, '/say', { body: '{"id":' }],
    ['no JSON', 400, '/say', { body: 'hello' }],
    ['nothing', 400, '/say', {}],
    ['a list', 400, '/say', { body: '[]' }],
    ['null', 400, '/say', { body: 'null' }],
    ['no text', 400, '/say', { body: '{"id":"delivery-1"}' }],
    ['blank text', 400, '/say', { body: JSON.stringify({ ...good, text: '  \n ' }) }],
    ['long text', 400, '/say', { body: JSON.stringify({ ...good, text: 'x'.repeat(2001) }) }],
    ['a short id', 400, '/say', { body: JSON.stringify({ ...good, id: 'x' }) }],
    [
      'an id of other characters',
      400,
      '/say',
      { body: JSON.stringify({ ...good, id: 'a/b:c d;e' }) },
    ],
    ['something unknown', 400, '/say', { body: JSON.stringify({ ...good, admin: true }) }],
    [
      'another type',
      415,
      '/say',
      {
        body: 'id=delivery-1&text=/help',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
      },
    ],
    ['too much', 413, '/say', { body: JSON.stringify({ ...good, text: 'x'.repeat(70_000) }) }],
    [
      'too much in pieces',
      413,
      '/say',
      {
        body: JSON.stringify({ ...good, text: 'x'.repeat(70_000) }),
        headers: { 'transfer-encoding': 'chunked' },
      },
    ],
    [
      'an unknown action',
      400,
      '/click',
      { body: JSON.stringify({ ...click, action: 'transfer' }) },
    ],
    [
      'fields that are no texts',
      400,
      '/click',
      { body: JSON.stringify({ ...click, fields: { a: 1 } }) },
    ],
    [
      'a long digest',
      400,
      '/click',
      { body: JSON.stringify({ ...click, digest: 'x'.repeat(200) }) },
    ],
    ['a stranger', 404, '/person', { body: '{"person":"mallory"}' }],
  ];

  it.each(cases)('of %s answers %i with a sentence', async (_name, status, path, sent) => {
    await using harness = await openWebHarness();
    const { cookie } = await signIn(harness.chat);
    const answer = await ask(harness.chat.port, path, {
      method: 'POST',
      ...sent,
      headers: {
        cookie,
        origin: `http://127.0.0.1:${harness.chat.port}`,
        'content-type': 'application/json',
        ...sent.headers,
      },
    });
    expect(answer.status).toBe(status);
    expect(JSON.parse(answer.text)).toEqual({ error: expect.stringMatching(/\w/) });
    expect(harness.interactions).toEqual([]);
    expect(harness.log.errors).toEqual([]);
  });
});

describe('who one speaks for', () => {
  it('is chosen once outside a demonstration, so that nobody casts two votes', async () => {
    await using harness = await openWebHarness({ demo: false });
    const session = await signIn(harness.chat);
    expect((await session.get('/')).text).toContain('Who are you?');
    expect((await session.post('/say', SAY)).status).toBe(409);
    expect((await session.post('/person', { person: 'ben' })).status).toBe(200);
    expect((await session.post('/person', { person: 'chloe' })).status).toBe(409);
    expect((await session.post('/person', { person: 'ben' })).status).toBe(200);
    await session.post('/say', SAY);
    expect(harness.interactions.map(({ user }) => user.userId)).toEqual(['ben']);
  });

  it('is a session’s own choice, kept over a restart', async () => {
    await using harness = await openWebHarness();
    const [one, other] = [await signIn(harness.chat), await signIn(harness.chat)];
    await one.post('/person', { person: 'chloe' });
    await harness.restart();
    await one.post('/say', SAY);
    await other.post('/say', SAY);
    expect(harness.interactions.map(({ user }) => user.userId)).toEqual(['chloe', 'ana']);
  });

  it('is nobody when nobody is configured: the page can be read only', async () => {
    await using harness = await openWebHarness({ people: [] });
    const session = await signIn(harness.chat);
    expect((await session.get('/')).text).toContain('this page can only be read');
    expect((await session.post('/say', SAY)).status).toBe(409);
    expect(
      (
        await session.post('/click', {
          id: 'delivery-1',
          action: 'halt',
          proposalId: '',
          digest: '',
          fields: null,
        })
      ).status,
    ).toBe(409);
    expect(harness.interactions).toEqual([]);
  });
});
