import { connect } from 'node:net';
import { request } from 'node:http';
import * as fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { ask, signIn } from '../chat/web/browser-session.ts';
import type { Answer } from '../chat/web/browser-session.ts';
import { openBotWorld, until } from '../e2e/bot-world.ts';
import { fuzzSettings } from '../fixtures/fuzz-runs.ts';
import { secretsIn, stateOf, unforeseen } from './bot-state.ts';
import { watchForCrashes, withinDeadline } from './crashes.ts';
import { damage, damaged } from './mutations.ts';
import type { Json } from './mutations.ts';
import { createTally } from './tally.ts';

const settings = fuzzSettings(150);
const timeout = settings.isLong ? 0 : 120_000;
const tally = createTally();

/** The whole program with its page, at which Ana waits for a vote and may not give it. */
async function openPage() {
  const world = await openBotWorld({
    environment: {},
    channels: ['[]'],
    ids: { Ana: ['web: ana'], Ben: ['web: ben'], Chloe: ['web: chloe'], Dev: ['web: dev'] },
  });
  const { web, context } = world.bot;
  const session = await signIn(web);
  await session.post('/person', { person: 'ana' });
  await session.post('/say', { id: 'first-rebalance', text: '/rebalance core' });
  const [record] = await until('the proposal', async () => {
    const proposals = await context.store.listProposals({ limit: 1 });
    return proposals.length === 1 ? proposals : null;
  });
  await world.bot.settled();
  const vote = {
    action: 'approve',
    proposalId: record?.proposal.id ?? '',
    digest: record?.proposal.digest ?? '',
    fields: null,
  };
  return {
    world,
    port: web.port,
    vote,
    /** What the page's own script would send. */
    headers: {
      cookie: session.cookie,
      origin: `http://127.0.0.1:${web.port}`,
      'sec-fetch-site': 'same-origin',
      'content-type': 'application/json',
    },
    [Symbol.asyncDispose]: () => world[Symbol.asyncDispose](),
  };
}

/** A fresh id for each, so that none is a redelivery. */
function bodies(vote: Record<string, string | null>, serial: number): readonly [string, Json][] {
  const id = `fuzz-delivery-${serial}`;
  return [
    ['/say', { id, text: '/portfolio core' }],
    ['/say', { id, text: 'hello' }],
    ['/click', { id, ...vote }],
    ['/click', { id, ...vote, action: 'details' }],
    ['/click', { id, ...vote, action: 'reject', fields: { reason: 'no' }, digest: 'another' }],
    ['/person', { person: 'ana' }],
  ];
}

/** Each answer is the page, done, or a sentence with a code; none is our failure. */
function expectAnswered({ status, text }: Answer): void {
  expect(status).toBeLessThan(500);
  if (status < 400) return;
  const isSentence = text.includes('"error":"') || /<html|[A-Z].+\./su.test(text);
  expect({ status, isSentence, text }).toMatchObject({ isSentence: true });
}

test('no body of any route crashes the page, fails, or decides', { timeout }, async () => {
  using crashes = watchForCrashes();
  await using page = await openPage();
  const { world, port, headers, vote } = page;
  const before = await stateOf(world.bot);
  let serial = 0;
  await fc.assert(
    fc.asyncProperty(fc.nat(1000), damage, async (which, harm) => {
      serial += 1;
      const all = bodies(vote, serial);
      const [path, body] = all[which % all.length] ?? ['/say', null];
      tally.count('page requests: bodies');
      const text = damaged(body, harm);
      const answer = await withinDeadline(
        'the answer',
        ask(port, path, { method: 'POST', headers, body: text }),
      );
      expectAnswered(answer);
      expect(crashes.found).toEqual([]);
      expect(unforeseen(world.log)).toEqual([]);
      expect(await stateOf(world.bot)).toBe(before);
    }),
    settings,
  );
});

const headerText = fc
  .oneof(
    fc.constantFrom('', '127.0.0.1', 'evil.example', 'null', 'evenkeel_session=1', ' ', '*'),
    fc.string({ maxLength: 60 }),
    fc.string({ unit: 'grapheme', maxLength: 20 }),
  )
  // Others never leave: node refuses to write them.
  .map((text) => text.replaceAll(/[^\t\x20-\x7e\x80-\xff]/gu, '?').trim());

test('no vote counts whose cookie, Host or Origin is not the page’s own', { timeout }, async () => {
  using crashes = watchForCrashes();
  await using page = await openPage();
  const { world, port, headers, vote } = page;
  await ask(port, '/person', {
    method: 'POST',
    headers,
    body: JSON.stringify({ person: 'ben' }),
  });
  const before = await stateOf(world.bot);
  const name = fc.constantFrom('cookie', 'origin', 'host', 'sec-fetch-site', 'content-type');
  let serial = 0;
  await fc.assert(
    fc.asyncProperty(name, headerText, async (header, text) => {
      const own: Readonly<Record<string, string>> = { host: `127.0.0.1:${port}`, ...headers };
      const isOwn = text === own[header];
      // Node's client puts the right one in the place of an empty one.
      const isPutRight = header === 'host' && text === '';
      if (isOwn || isPutRight || /^application\/json/iu.test(text)) return;
      serial += 1;
      tally.count('page requests: headers');
      const answer = await withinDeadline(
        'the answer',
        ask(port, '/click', {
          method: 'POST',
          headers: { ...headers, [header]: text },
          body: JSON.stringify({ id: `fuzz-header-${serial}`, ...vote }),
        }),
      );
      expect([400, 401, 403, 415, 421]).toContain(answer.status);
      expect(crashes.found).toEqual([]);
      expect(await stateOf(world.bot)).toBe(before);
    }),
    settings,
  );
  expect(secretsIn(world.log.lines, [headers.cookie.split('=')[1] ?? ''])).toEqual([]);
});

const place = fc.oneof(
  fc.constantFrom('', '-1', '1e9', 'NaN', '9'.repeat(40), '0x10', '%00', '../../etc/passwd'),
  fc.string({ unit: 'binary', maxLength: 20 }),
);

test('no address crashes the page, and no event stream hangs', { timeout }, async () => {
  using crashes = watchForCrashes();
  await using page = await openPage();
  const { world, port, headers } = page;
  const before = await stateOf(world.bot);
  const route = fc.constantFrom(
    (text: string) => `/feed?before=${text}`,
    (text: string) => `/events?after=${text}`,
    (text: string) => `/views/${text}`,
    (text: string) => `/assets/${text}`,
    (text: string) => `/?token=${text}`,
    (text: string) => `/${text}`,
  );
  const method = fc.constantFrom('GET', 'GET', 'GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS');
  await fc.assert(
    fc.asyncProperty(route, place, method, headerText, async (at, text, verb, lastEvent) => {
      tally.count('page requests: addresses, event streams');
      const path = at(encodeURIComponent(text.toWellFormed()));
      const status = await withinDeadline(
        'the answer',
        firstLine(port, path, verb, { ...headers, 'last-event-id': lastEvent }),
      );
      expect(status).toBeLessThan(500);
      expect(crashes.found).toEqual([]);
    }),
    settings,
  );
  expect(unforeseen(world.log)).toEqual([]);
  expect(await stateOf(world.bot)).toBe(before);
});

/** The status alone: an event stream goes on for ever, and is left like a tab that is closed. */
function firstLine(
  port: number,
  path: string,
  method: string,
  headers: Readonly<Record<string, string>>,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, path, method, headers, agent: false });
    sent.on('error', reject);
    sent.on('response', (response) => {
      resolve(response.statusCode ?? 0);
      sent.off('error', reject);
      sent.on('error', () => {});
      response.destroy();
    });
    sent.end();
  });
}

test('what is no HTTP at all is closed, and the page goes on', { timeout }, async () => {
  using crashes = watchForCrashes();
  await using page = await openPage();
  const { port, headers } = page;
  const bytes = fc.oneof(
    fc.uint8Array({ minLength: 1, maxLength: 400 }).map((some) => Buffer.from(some)),
    fc
      .tuple(fc.string({ maxLength: 40 }), fc.string({ unit: 'binary', maxLength: 80 }))
      .map(([start, rest]) => Buffer.from(`GET /${start} HTTP/1.1\r\nHost: ${rest}\r\n\r\n`)),
    fc.constant(Buffer.from(`GET / HTTP/1.1\r\nX: ${'y'.repeat(70_000)}\r\n\r\n`)),
    fc.constant(
      Buffer.from(
        'POST /say HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 9\r\nTransfer-Encoding: chunked\r\n\r\n',
      ),
    ),
  );
  await fc.assert(
    fc.asyncProperty(bytes, async (sent) => {
      tally.count('page requests: raw bytes');
      await withinDeadline('the connection', talk(port, sent));
      expect(crashes.found).toEqual([]);
    }),
    settings,
  );
  expect((await ask(port, '/feed', { headers })).status).toBe(200);
});

/** Says it, hangs up its own half, and waits until the other side has done so too. */
function talk(port: number, bytes: Buffer): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port }, () => {
      socket.end(bytes);
    });
    socket.on('error', () => {
      // The page may cut it: that is an end as well.
    });
    socket.on('close', () => {
      resolve();
    });
    socket.resume();
  });
}

afterAll(() => {
  tally.report();
});
