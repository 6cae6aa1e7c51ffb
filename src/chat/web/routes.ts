import { Hono, type Context, type MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { getCookie, setCookie } from 'hono/cookie';
import { z } from 'zod';
import { buttonActionSchema, type Message } from '../../messages/message.ts';
import type { Log } from '../../ports/log.ts';
import type { Assets } from './assets.ts';
import type { Feed } from './feed.ts';
import { onlyOwnHost, onlyOwnPage, secureHeaders } from './guard.ts';
import type { Interactions, Outcome } from './interactions.ts';
import {
  renderBounce,
  renderFeedOrWelcome,
  renderNotice,
  renderPage,
  VIEWS,
  type PageContext,
  type Theme,
  type ViewName,
} from './page.ts';
import { renderForm, renderShown } from './render-form.ts';
import { renderMessage } from './render-message.ts';
import { SESSION_LIFETIME, type Session, type Sessions } from './sessions.ts';
import type { Streams } from './streams.ts';
import { WORDS } from './words.ts';

/** How many messages a page shows at first, and how many more at a time. */
const FEED_PAGE = 60;
const MOST_BODY_BYTES = 65_536;

// A page sends each thing it does under an id of its own making, so that sending it twice does it once.
const deliverySchema = z
  .string()
  .regex(/^[A-Za-z0-9_-]{8,64}$/, 'expected an id of 8 to 64 characters');
const saySchema = z.strictObject({
  id: deliverySchema,
  text: z.string().trim().min(1).max(2000),
});
const clickSchema = z.strictObject({
  id: deliverySchema,
  action: buttonActionSchema,
  proposalId: z.string().max(64),
  digest: z.string().max(128),
  fields: z.record(z.string().max(64), z.string().max(12_000)).nullable(),
});
const personSchema = z.strictObject({ person: z.string().max(200) });
const placeSchema = z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER);

export interface RouteOptions {
  readonly page: PageContext;
  readonly views: Readonly<Record<ViewName, () => Promise<Message>>>;
  /** What of trading is halted, in words for the page's head; null when nothing is. */
  readonly halted?: (() => Promise<string | null>) | undefined;
  readonly feed: Feed;
  readonly sessions: Sessions;
  readonly streams: Streams;
  readonly interactions: Interactions;
  readonly assets: Assets;
  readonly log: Log;
  /** Known once the server listens. */
  readonly port: () => number;
}

type Environment = { Variables: { session: Session } };

/** Everything the page asks the server for. */
export function createRoutes(options: RouteOptions): Hono<Environment> {
  const { page, views, feed, sessions, streams, interactions, assets, log, port } = options;
  const { people } = page;
  const app = new Hono<Environment>();
  // Cookies are not kept apart by port: two programs on one machine need two names.
  const cookieName = (): string => `evenkeel_session_${port()}`;

  app.onError((error, context) => {
    log.error({ code: 'web_request_failed', error, path: context.req.path }, 'A request failed');
    return context.json({ error: WORDS.failed }, 500);
  });
  app.notFound((context) => context.json({ error: WORDS.notFound }, 404));
  app.use(secureHeaders, onlyOwnHost(port), onlyOwnPage);

  async function findSession(context: Context): Promise<Session | null> {
    const cookie = getCookie(context, cookieName());
    return cookie === undefined ? null : await sessions.find(cookie);
  }

  function setSessionCookie(context: Context, value: string): void {
    setCookie(context, cookieName(), value, {
      httpOnly: true,
      sameSite: 'Strict',
      path: '/',
      maxAge: SESSION_LIFETIME.total('seconds'),
    });
  }

  app.get('/', async (context) => {
    const token = context.req.query('token');
    const theme = readTheme(context);
    if (token !== undefined) {
      const opened = await sessions.open(token);
      if (opened !== null) setSessionCookie(context, opened);
      if (opened !== null || (await findSession(context)) !== null) {
        return context.redirect('/', 303);
      }
      return context.html(renderNotice(WORDS.linkUsed, theme), 403);
    }
    const session = await findSession(context);
    if (session === null) {
      const linkedFromElsewhere = context.req.header('sec-fetch-site') === 'cross-site';
      if (linkedFromElsewhere) return context.html(renderBounce());
      return context.html(renderNotice(WORDS.noSession, theme), 401);
    }
    const cookie = getCookie(context, cookieName());
    if (cookie !== undefined) setSessionCookie(context, cookie);
    const person = people.of(session);
    const messages = await feed.page(person?.id ?? null, { limit: FEED_PAGE });
    return context.html(renderPage(page, { feed: messages, person, theme }));
  });

  app.get('/assets/:name{.+}', (context) => {
    return assets(context.req.param('name'), context) ?? context.notFound();
  });

  const needsSession: MiddlewareHandler<Environment> = async (context, next) => {
    const session = await findSession(context);
    if (session === null) return context.json({ error: WORDS.signedOut }, 401);
    context.set('session', session);
    return await next();
  };
  app.use(
    needsSession,
    bodyLimit({
      maxSize: MOST_BODY_BYTES,
      onError: (context) => context.json({ error: WORDS.tooLarge }, 413),
    }),
  );

  app.get('/feed', async (context) => {
    const person = people.of(context.var.session);
    const before = placeSchema.safeParse(context.req.query('before'));
    const messages = await feed.page(person?.id ?? null, {
      limit: FEED_PAGE,
      ...(before.success ? { before: before.data } : {}),
    });
    return context.json({
      html: renderFeedOrWelcome(messages, page).toString(),
      cursor: messages.cursor,
      person: person?.id ?? null,
    });
  });

  app.get('/events', (context) => {
    // The browser names the last event it had when it comes back; the page's own place when it is new.
    const place = placeSchema.safeParse(
      context.req.header('last-event-id') ?? context.req.query('after'),
    );
    const { session } = context.var;
    const stream = streams.open({
      session: session.idHash,
      viewer: people.of(session)?.id ?? null,
      cursor: place.success ? place.data : 0,
    });
    return context.body(stream, 200, { 'content-type': 'text/event-stream; charset=utf-8' });
  });

  app.get('/views/:name', async (context) => {
    const name = VIEWS.find((view) => view === context.req.param('name'));
    if (name === undefined) return context.notFound();
    try {
      const html = renderMessage(await views[name]()).toString();
      return context.json({ html, halted: (await options.halted?.()) ?? null });
    } catch (error) {
      log.error({ code: 'web_view_failed', error, view: name }, 'A view could not be made');
      return context.json({ error: WORDS.viewFailed }, 500);
    }
  });

  app.post('/person', async (context) => {
    const body = await readBody(context, personSchema);
    if (body instanceof Response) return body;
    const person = people.find(body.person);
    if (person === null) return context.json({ error: WORDS.personUnknown }, 404);
    const { session } = context.var;
    if (!people.maySpeakFor(session, person))
      return context.json({ error: WORDS.personFixed }, 409);
    await sessions.choosePerson(session, person.id);
    streams.personChanged(session.idHash, person.id);
    return context.json({});
  });

  app.post('/say', async (context) => {
    const body = await readBody(context, saySchema);
    if (body instanceof Response) return body;
    const person = people.of(context.var.session);
    if (person === null) return context.json({ error: WORDS.chooseFirst }, 409);
    return answer(context, await interactions.say(person, body.id, body.text));
  });

  app.post('/click', async (context) => {
    const body = await readBody(context, clickSchema);
    if (body instanceof Response) return body;
    const person = people.of(context.var.session);
    if (person === null) return context.json({ error: WORDS.chooseFirst }, 409);
    const { id, ...click } = body;
    return answer(context, await interactions.click(person, id, click));
  });

  return app;
}

function answer(context: Context, outcome: Outcome): Response {
  switch (outcome.type) {
    case 'done':
      return context.json({});
    case 'form':
      return context.json({ form: renderForm(outcome.form).toString() });
    case 'shown':
      return context.json({ form: renderShown(outcome.message).toString() });
    case 'refused':
      return context.json({ error: outcome.reason }, outcome.status);
  }
}

/** @returns the body, or the response that says what was wrong with it. */
async function readBody<T>(context: Context, schema: z.ZodType<T>): Promise<T | Response> {
  const type = context.req.header('content-type') ?? '';
  if (!/^application\/json(;|$)/i.test(type)) return context.json({ error: WORDS.notJson }, 415);
  let json: unknown;
  try {
    json = await context.req.json();
  } catch {
    return context.json({ error: WORDS.notJson }, 400);
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const place = issue === undefined || issue.path.length === 0 ? '' : `${issue.path.join('.')}: `;
  return context.json({ error: `${place}${issue?.message ?? WORDS.notJson}` }, 400);
}

function readTheme(context: Context): Theme {
  const theme = getCookie(context, 'evenkeel_theme');
  return theme === 'light' || theme === 'dark' ? theme : null;
}
