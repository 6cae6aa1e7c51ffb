import type { Context, MiddlewareHandler } from 'hono';
import { WORDS } from './words.ts';

/**
 * Nothing runs, loads or is framed but what this server itself serves as a file: no inline script or
 * style, no eval, and HTML only through the page's one trusted-types policy.
 */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self' data:",
  "form-action 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
  "require-trusted-types-for 'script'",
  'trusted-types evenkeel',
].join('; ');

const HEADERS = {
  'content-security-policy': CONTENT_SECURITY_POLICY,
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=()',
  'cache-control': 'no-store',
} as const;

export const secureHeaders: MiddlewareHandler = async (context, next) => {
  await next();
  for (const [name, value] of Object.entries(HEADERS)) {
    // Assets choose their own caching.
    if (name !== 'cache-control' || !context.res.headers.has(name)) {
      context.res.headers.set(name, value);
    }
  }
};

/**
 * A page elsewhere can point its own name at 127.0.0.1 (DNS rebinding) and would then be the same origin
 * as us; the Host header still says that name. Only our own two are answered.
 */
export function onlyOwnHost(port: () => number): MiddlewareHandler {
  return async (context, next) => {
    if (!ownHosts(port()).includes(context.req.header('host') ?? '')) {
      return context.text(WORDS.wrongHost, 421);
    }
    return await next();
  };
}

function ownHosts(port: number): readonly string[] {
  // URL knows that port 80 is left out.
  return ['127.0.0.1', 'localhost'].map((name) => new URL(`http://${name}:${port}`).host);
}

/**
 * Whatever changes something must come from our own page, by the Origin that browsers always send with
 * it. Whatever only reads must not be asked for by another site either, except for opening the page.
 */
export const onlyOwnPage: MiddlewareHandler = async (context, next) => {
  const { method, path } = context.req;
  const reads = method === 'GET' || method === 'HEAD';
  const site = context.req.header('sec-fetch-site');
  const sameSite = site === undefined || site === 'same-origin' || (reads && site === 'none');
  const opensPage = reads && path === '/';
  const ownOrigin = reads || isOwnOrigin(context);
  if (!ownOrigin || !(sameSite || opensPage)) {
    return context.json({ error: WORDS.wrongOrigin }, 403);
  }
  return await next();
};

function isOwnOrigin(context: Context): boolean {
  return context.req.header('origin') === `http://${context.req.header('host')}`;
}
