import { App, LogLevel, SocketModeReceiver } from '@slack/bolt';
import type { Logger } from '@slack/bolt';
import { WebClient } from '@slack/web-api';
import { afterEach } from 'vitest';
import { startSlackFake } from './slack/index.ts';
import type { SlackFake, SlackFakeOptions } from './slack/index.ts';

/** A bare Bolt app in front of the fake; everything is closed after each test. */

const closing: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

const silent: Logger = {
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: () => {},
  setLevel: () => {},
  getLevel: () => LogLevel.ERROR,
  setName: () => {},
};

export async function slack(options: SlackFakeOptions = {}): Promise<SlackFake> {
  const fake = await startSlackFake(options);
  closing.push(() => fake.close());
  return fake;
}

/** A client that says at once what went wrong. */
export function client(fake: SlackFake, token: string = fake.botToken): WebClient {
  return new WebClient(token, {
    slackApiUrl: fake.apiUrl,
    logger: silent,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
  });
}

export type Mode = 'Socket Mode' | 'signed HTTP';

/** A bare Bolt app, connected to the fake in one of the two ways. */
export async function connect(
  fake: SlackFake,
  mode: Mode,
  wire: (app: App) => void = answerAll,
): Promise<App> {
  const common = {
    token: fake.botToken,
    logger: silent,
    clientOptions: { slackApiUrl: fake.apiUrl },
  };
  if (mode === 'signed HTTP') {
    const app = new App({ ...common, signingSecret: fake.signingSecret });
    wire(app);
    const server = await app.start(0);
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    fake.setRequestUrl(`http://127.0.0.1:${port}/slack/events`);
    closing.push(async () => {
      server.closeAllConnections();
      await app.stop();
    });
    return app;
  }
  const receiver = new SocketModeReceiver({
    appToken: fake.appToken,
    logger: silent,
    // The client waits this long before it connects anew.
    clientPingTimeout: 300,
    installerOptions: { clientOptions: { slackApiUrl: fake.apiUrl } },
  });
  const app = new App({ ...common, receiver });
  wire(app);
  await app.start();
  closing.push(() => app.stop());
  return app;
}

function answerAll(app: App): void {
  app.command(/.*/, ({ ack }) => ack());
  app.action(/.*/, ({ ack }) => ack());
  app.view(/.*/, ({ ack }) => ack());
  app.view({ callback_id: /.*/, type: 'view_closed' }, ({ ack }) => ack());
}

/** Posts `hello` into C1 unless told otherwise; Slack's answer. */
export async function post(web: WebClient, more: object = {}): Promise<Record<string, unknown>> {
  return { ...(await web.apiCall('chat.postMessage', { channel: 'C1', text: 'hello', ...more })) };
}

/** The timestamp of a message posted so. */
export async function posted(web: WebClient, more: object = {}): Promise<string> {
  return String((await post(web, more))['ts']);
}

/** Slack's answer to a call that it refuses. */
export async function refusal(call: Promise<unknown>): Promise<Record<string, unknown>> {
  try {
    await call;
  } catch (error) {
    if (error instanceof Error && 'data' in error) return Object(error.data);
    throw error;
  }
  throw new Error('Slack accepted it');
}
