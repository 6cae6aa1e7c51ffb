import { Client, Events, GatewayIntentBits } from 'discord.js';
import type { ClientOptions, Interaction } from 'discord.js';
import { onTestFinished } from 'vitest';
import { startDiscordFake } from './discord/index.ts';
import type { DiscordFake, DiscordFakeOptions } from './discord/index.ts';

/** When to close what a helper opened. Tests that run side by side pass their own. */
export type Finished = (close: () => Promise<void>) => void;

/** A fake that is closed when the test is over. */
export async function startFake(
  options: DiscordFakeOptions = {},
  finished: Finished = onTestFinished,
): Promise<DiscordFake> {
  const fake = await startDiscordFake(options);
  finished(() => fake.close());
  return fake;
}

/** A bare discord.js bot pointed at the fake; not logged in yet. */
export function bareClient(
  fake: DiscordFake,
  options: Partial<ClientOptions> = {},
  finished: Finished = onTestFinished,
): Client {
  const client = new Client({
    intents: [GatewayIntentBits.Guilds, GatewayIntentBits.GuildMessages],
    rest: { api: fake.apiUrl, version: '10' },
    // By default discord.js identifies once in five seconds, also against a server that allows more.
    ws: {
      buildIdentifyThrottler: () => Promise.resolve({ waitForIdentify: () => Promise.resolve() }),
    },
    ...options,
  });
  finished(() => client.destroy());
  return client;
}

/** A bare discord.js bot, logged in, that answers interactions with `handle`. */
export async function connectedClient(
  fake: DiscordFake,
  handle: (interaction: Interaction) => Promise<unknown> = () => Promise.resolve(),
  finished: Finished = onTestFinished,
): Promise<Client<true>> {
  const client = bareClient(fake, {}, finished);
  client.on(Events.InteractionCreate, (interaction) => {
    void handle(interaction);
  });
  const ready = new Promise<Client<true>>((resolve) => {
    client.once(Events.ClientReady, resolve);
  });
  await client.login(fake.token);
  return ready;
}

export const rebalanceCommand = {
  name: 'rebalance',
  description: 'Propose trades',
  options: [
    { type: 3, name: 'account', description: 'Which account', required: true, autocomplete: true },
    { type: 5, name: 'buy-only', description: 'Sell nothing' },
  ],
};

/** A request as an SDK would send it; gives the status and Discord's answer. */
export async function callApi(
  fake: DiscordFake,
  method: string,
  path: string,
  body?: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<{ status: number; answer: unknown; headers: Headers }> {
  const response = await fetch(`${fake.apiUrl}/v10${path}`, {
    method,
    headers: {
      'User-Agent': 'DiscordBot (https://example.org, 1.0)',
      Authorization: `Bot ${fake.token}`,
      ...(typeof body === 'object' ? { 'Content-Type': 'application/json' } : {}),
      ...headers,
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  const answer: unknown = text === '' ? null : JSON.parse(text);
  return { status: response.status, answer, headers: response.headers };
}

/** The path of the messages of #general. */
export function messagesPath(fake: DiscordFake): string {
  return `/channels/${fake.channel('general').id}/messages`;
}

export function commandsPath(fake: DiscordFake): string {
  return `/applications/${fake.applicationId}/guilds/${fake.guild.id}/commands`;
}

/** Posts a message as the bot; gives its id. */
export async function postMessage(fake: DiscordFake, body: object): Promise<string> {
  const { answer } = await callApi(fake, 'POST', messagesPath(fake), body);
  return String(Object(answer)['id']);
}
