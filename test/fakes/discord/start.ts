import { createApiServer } from './api-server.ts';
import type { ApiCall } from './api-server.ts';
import { createChannel } from './channel.ts';
import type { Channel } from './channel.ts';
import { createFaults } from './faults.ts';
import type { Faults } from './faults.ts';
import { createGateway } from './gateway.ts';
import type { Gateway } from './gateway.ts';
import { prepareSchemas } from './openapi.ts';
import type { OperationName } from './openapi.ts';
import { furnishedWorld } from './options.ts';
import type { DiscordFakeOptions } from './options.ts';
import { createPerson } from './person.ts';
import type { Person } from './person.ts';
import { createRateLimits, observedRateLimits } from './rate-limits.ts';
import { registered } from './routes-commands.ts';
import { sentInteraction } from './sent-interaction.ts';
import type { SentInteraction } from './sent-interaction.ts';
import { messageView } from './views.ts';
import type { MessageView } from './views.ts';
import type { WireCommand } from './wire-types.ts';
import type { FakeChannel } from './world.ts';

/** A Discord on loopback: REST API v10 and gateway v10 on one port, and people in a guild. */
export interface DiscordFake {
  /** For `new Client({ rest: { api: apiUrl, version: '10' } })`. */
  readonly apiUrl: string;
  readonly gatewayUrl: string;
  readonly token: string;
  readonly applicationId: string;
  readonly guild: { readonly id: string; readonly name: string };
  readonly channels: readonly Channel[];
  readonly roles: readonly { readonly id: string; readonly name: string }[];
  readonly members: readonly Person[];
  /** By id or name. */
  member(idOrName: string): Person;
  channel(idOrName: string): Channel;
  role(idOrName: string): { readonly id: string; readonly name: string };
  /** A message that was not deleted, private ones too. */
  message(id: string): MessageView | null;
  /** Every message of the bot that was not deleted, oldest first. */
  botMessages(): readonly MessageView[];
  /** What is registered in the guild, and how often registrations were written anywhere. */
  commands(guildId?: string): readonly WireCommand[];
  readonly commandWrites: number;
  /** Everything people did, with its acknowledgement. */
  interactions(): readonly SentInteraction[];
  /** Every request, oldest first. */
  readonly calls: readonly ApiCall[];
  callsTo(operation: OperationName): readonly ApiCall[];
  /** Answers of the fake that Discord's own document forbids: there should be none. */
  readonly defects: readonly string[];
  readonly faults: Faults;
  readonly gateway: Gateway;
  /** Skips time for deadlines, tokens and rate limits. */
  advance(by: Temporal.DurationLike): void;
  /** The token stops working, at the API and at the gateway. */
  revokeToken(): void;
  /** The bot is thrown out of the guild. */
  removeBot(): void;
  /**
   * Looks again whenever something happens, until the predicate gives something.
   * @throws after `timeoutMilliseconds` (2000)
   */
  waitFor<T>(
    predicate: () => T | false | null | undefined,
    timeoutMilliseconds?: number,
  ): Promise<T>;
  /** @throws when the fake itself broke Discord's document meanwhile */
  close(): Promise<void>;
}

export async function startDiscordFake(options: DiscordFakeOptions = {}): Promise<DiscordFake> {
  prepareSchemas();
  const { world, guild } = furnishedWorld(options);
  const faults = createFaults();
  const limits = createRateLimits(world.clock, { ...observedRateLimits, ...options.rateLimits });
  const { server, calls, defects } = createApiServer(world, faults, limits);
  const heartbeatMilliseconds = options.heartbeatMilliseconds ?? 41_250;
  const gateway = createGateway(world, server, {
    heartbeatMilliseconds,
    silenceMilliseconds: options.silenceMilliseconds ?? heartbeatMilliseconds * 2,
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  world.gatewayUrl = `ws://127.0.0.1:${port}/gateway`;

  const here = [...world.channels.values()].filter(({ guildId }) => guildId === guild.id);
  const findChannel = (wanted: string | undefined): FakeChannel => {
    const all = [...world.channels.values()];
    const found =
      wanted === undefined ? here[0] : all.find(({ id, name }) => id === wanted || name === wanted);
    if (found === undefined) throw new Error(`There is no channel ${wanted ?? ''}`);
    return found;
  };
  const people = new Map<string, Person>(
    [...world.users.values()]
      .filter(({ id }) => id !== world.bot.id)
      .map((user) => [user.id, createPerson(world, user, guild, findChannel)]),
  );
  const token = world.token ?? '';
  return {
    apiUrl: `http://127.0.0.1:${port}/api`,
    gatewayUrl: world.gatewayUrl,
    token,
    applicationId: world.applicationId,
    guild: { id: guild.id, name: guild.name },
    channels: here.map((channel) => createChannel(world, channel)),
    roles: guild.roles.map(({ id, name }) => ({ id, name })),
    members: [...people.values()],
    member: (wanted) => {
      const found = people.get(wanted) ?? [...people.values()].find(({ name }) => name === wanted);
      if (found === undefined) throw new Error(`There is no member ${wanted}`);
      return found;
    },
    channel: (wanted) => createChannel(world, findChannel(wanted)),
    role: (wanted) => {
      const found = guild.roles.find(({ id, name }) => id === wanted || name === wanted);
      if (found === undefined) throw new Error(`There is no role ${wanted}`);
      return { id: found.id, name: found.name };
    },
    message: (id) => {
      const message = world.messages.get(id);
      return message === undefined || message.isDeleted ? null : messageView(message);
    },
    botMessages: () =>
      [...world.messages.values()]
        .filter(({ author, isDeleted }) => author.id === world.bot.id && !isDeleted)
        .map(messageView),
    commands: (guildId = guild.id) =>
      registered(world, guildId).map(({ definition }) => definition),
    get commandWrites() {
      return world.commandWrites;
    },
    interactions: () =>
      [...world.interactions.values()].map((interaction) => sentInteraction(world, interaction)),
    calls,
    callsTo: (operation) => calls.filter((call) => call.operation === operation),
    defects,
    faults,
    gateway,
    advance: (by) => {
      world.clock.advance(by);
      world.changes.notify();
    },
    revokeToken: () => {
      world.token = null;
      gateway.close(4004);
    },
    removeBot: () => {
      guild.hasBot = false;
      world.dispatch({ name: 'GUILD_DELETE', data: { id: guild.id }, intent: 1 });
      world.changes.notify();
    },
    waitFor: (predicate, timeoutMilliseconds = 2_000) =>
      world.changes.waitFor(predicate, predicate.toString(), timeoutMilliseconds),
    close: async () => {
      gateway.stop();
      await new Promise<void>((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      });
      if (defects.length > 0) {
        throw new Error(`The fake broke Discord's document:\n${defects.join('\n')}`);
      }
    },
  };
}
