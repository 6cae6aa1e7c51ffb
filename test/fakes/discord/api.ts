import { refusals } from './form-errors.ts';
import type { OperationName } from './openapi.ts';
import { permissionBits, type PermissionName } from './permissions.ts';
import { permissionsOf } from './world.ts';
import type { FakeChannel, FakeGuild, World } from './world.ts';

/** A file of a multipart request: `files[index]`. */
export interface Upload {
  readonly index: number;
  readonly name: string;
  readonly contentType: string;
  readonly data: Buffer;
}

export interface ApiRequest {
  readonly operation: OperationName;
  /** A value out of the path, by its name in the operation; empty when there is none of that name. */
  parameter(name: string): string;
  readonly query: URLSearchParams;
  readonly body: unknown;
  readonly files: readonly Upload[];
  /** When it reached Discord, on the fake's clock. */
  readonly arrivedAt: number;
}

/** `body` null means that nothing comes with the status. */
export interface ApiAnswer {
  readonly status: number;
  readonly body: unknown;
}

/** Serves one operation. @throws {DiscordRefusal} when Discord would refuse */
export type Handler = (world: World, request: ApiRequest) => ApiAnswer;

export function ok(body: unknown): ApiAnswer {
  return { status: 200, body };
}

export const noContent: ApiAnswer = { status: 204, body: null };

/** A guild the bot is in. */
export function guildFor(world: World, id: string): FakeGuild {
  const guild = world.guilds.get(id);
  if (guild === undefined || !guild.hasBot) throw refusals.unknownGuild();
  return guild;
}

/** A channel the bot can see. */
export function channelFor(world: World, id: string): FakeChannel {
  const channel = world.channels.get(id);
  if (channel === undefined || channel.isDeleted) throw refusals.unknownChannel();
  const guild = channel.guildId === null ? undefined : world.guilds.get(channel.guildId);
  if (guild !== undefined && !guild.hasBot) throw refusals.missingAccess();
  if (!botMay(world, channel, 'viewChannel')) throw refusals.missingAccess();
  return channel;
}

export function botMay(world: World, channel: FakeChannel, permission: PermissionName): boolean {
  return (permissionsOf(world, world.bot.id, channel) & permissionBits[permission]) !== 0n;
}
