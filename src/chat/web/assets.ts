import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Context } from 'hono';
import { ICON_FILE } from './icons.ts';

const TYPES = {
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
} as const;

const FILES = [
  'workspace.css',
  'controls.css',
  'message.css',
  'workspace.js',
  'workspace/actions.js',
  'workspace/complete.js',
  'workspace/composer.js',
  'workspace/dialogs.js',
  'workspace/dom.js',
  'workspace/feed.js',
  'workspace/morph.js',
  'workspace/stream.js',
  'workspace/tabs.js',
] as const;

/** Answers for the page's own files; null for any other name. They hold nothing secret. */
export type Assets = (name: string, context: Context) => Response | null;

/** Reads the page's files once. The browser asks each time whether its copy is still the same. */
export function loadAssets(): Assets {
  const assets = new Map<string, { body: string; type: string; etag: string }>();
  for (const name of FILES) {
    const body = readFileSync(new URL(name, import.meta.url), 'utf8');
    assets.set(name, asset(body, name.endsWith('.css') ? TYPES.css : TYPES.js));
  }
  assets.set('icon.svg', asset(ICON_FILE, TYPES.svg));

  return (name, context) => {
    const found = assets.get(name);
    if (found === undefined) return null;
    const headers = { 'cache-control': 'no-cache', etag: found.etag };
    if (context.req.header('if-none-match') === found.etag) return context.body(null, 304, headers);
    return context.body(found.body, 200, { ...headers, 'content-type': found.type });
  };
}

function asset(body: string, type: string): { body: string; type: string; etag: string } {
  const digest = createHash('sha256').update(body).digest('base64url').slice(0, 22);
  return { body, type, etag: `"${digest}"` };
}
