import type { RequestListener } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import type { Clock } from '../../ports/clock.ts';
import { loadAssets } from './assets.ts';
import { renderFeedMessage } from './render-feed.ts';
import { createRoutes, type RouteOptions } from './routes.ts';
import { createStreams, type Streams } from './streams.ts';

/** What answers browsers. */
export interface OpenPage {
  readonly answer: RequestListener;
  readonly streams: Streams;
}

/**
 * Everything that makes and serves the page. It is loaded with the first request, and so never by a bot
 * that is used on other platforms alone: the web's own Request and Response take 15 MB of memory.
 */
export function openPage(
  options: Omit<RouteOptions, 'streams' | 'assets'> & { readonly clock: Clock },
): OpenPage {
  const { page, feed, clock, log } = options;
  const streams = createStreams({
    feed,
    clock,
    log,
    render: (message) => renderFeedMessage(message, page).toString(),
  });
  const routes = createRoutes({ ...options, streams, assets: loadAssets() });
  const listener = getRequestListener(routes.fetch);
  return { answer: (request, response) => void listener(request, response), streams };
}
