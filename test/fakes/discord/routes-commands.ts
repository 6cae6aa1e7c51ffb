import { noContent, ok } from './api.ts';
import type { ApiRequest, Handler } from './api.ts';
import { refusals } from './form-errors.ts';
import { commandPayload } from './payloads.ts';
import { commandListErrors, isWireCommandList } from './validate-commands.ts';
import type { WireCommand } from './wire-types.ts';
import type { StoredCommand, World } from './world.ts';

/** https://docs.discord.com/developers/interactions/application-commands#registering-a-command */
const dailyCreates = 200;
const mostCommands = 100;

/** Registration of slash commands, in a guild and for all guilds. */
export const commandRoutes = {
  'GET /applications/{application_id}/commands': (world, request) =>
    list(world, scopeOf(world, request)),
  'PUT /applications/{application_id}/commands': (world, request) =>
    overwrite(world, request, scopeOf(world, request)),
  'GET /applications/{application_id}/guilds/{guild_id}/commands': (world, request) =>
    list(world, scopeOf(world, request)),
  'PUT /applications/{application_id}/guilds/{guild_id}/commands': (world, request) =>
    overwrite(world, request, scopeOf(world, request)),
  'POST /applications/{application_id}/guilds/{guild_id}/commands': (world, request) => {
    const scope = scopeOf(world, request);
    const definition = checked(request.body);
    const others = registered(world, scope).filter(
      ({ definition: { name } }) => name !== definition.name,
    );
    const isNew = others.length === registered(world, scope).length;
    if (others.length >= mostCommands) throw refusals.tooManyCommands();
    const command = stored(world, scope, definition);
    write(world, scope, [...others, command]);
    return { status: isNew ? 201 : 200, body: commandPayload(world, command) };
  },
  'GET /applications/{application_id}/guilds/{guild_id}/commands/{command_id}': (world, request) =>
    ok(commandPayload(world, commandOf(world, request))),
  'PATCH /applications/{application_id}/guilds/{guild_id}/commands/{command_id}': (
    world,
    request,
  ) => {
    const scope = scopeOf(world, request);
    const before = commandOf(world, request);
    const definition = checked({ ...before.definition, ...Object(request.body) });
    const command = { ...before, version: world.snowflake(), definition };
    write(
      world,
      scope,
      registered(world, scope).map((known) => (known.id === before.id ? command : known)),
    );
    return ok(commandPayload(world, command));
  },
  'DELETE /applications/{application_id}/guilds/{guild_id}/commands/{command_id}': (
    world,
    request,
  ) => {
    const scope = scopeOf(world, request);
    const { id } = commandOf(world, request);
    write(
      world,
      scope,
      registered(world, scope).filter((known) => known.id !== id),
    );
    return noContent;
  },
} satisfies Readonly<Record<string, Handler>>;

const everywhere = 'global';

/** The guild's id, or `global`. @throws {DiscordRefusal} when the bot may not register there */
function scopeOf(world: World, request: ApiRequest): string {
  if (request.parameter('application_id') !== world.applicationId) {
    throw refusals.notYourApplication();
  }
  const guildId = request.parameter('guild_id');
  if (guildId === '') return everywhere;
  const guild = world.guilds.get(guildId);
  // Without the scope applications.commands Discord does not say whether there is such a guild.
  if (guild === undefined || !guild.hasBot || !guild.allowsCommands) throw refusals.missingAccess();
  return guildId;
}

export function registered(world: World, scope: string): readonly StoredCommand[] {
  return world.commands.get(scope) ?? [];
}

function commandOf(world: World, request: ApiRequest): StoredCommand {
  const id = request.parameter('command_id');
  const command = registered(world, scopeOf(world, request)).find((known) => known.id === id);
  if (command === undefined) throw refusals.unknownCommand();
  return command;
}

function list(world: World, scope: string) {
  return ok(registered(world, scope).map((command) => commandPayload(world, command)));
}

function overwrite(world: World, request: ApiRequest, scope: string) {
  const { body } = request;
  const errors = commandListErrors(body);
  if (errors.length > 0 || !isWireCommandList(body)) throw refusals.invalidForm(errors);
  const commands = body.map((definition) => stored(world, scope, definition));
  write(world, scope, commands);
  return ok(commands.map((command) => commandPayload(world, command)));
}

function checked(body: unknown): WireCommand {
  const only = [body];
  const errors = commandListErrors(only).map((error) => ({ ...error, path: error.path.slice(1) }));
  const [definition] = isWireCommandList(only) ? only : [];
  if (errors.length > 0 || definition === undefined) throw refusals.invalidForm(errors);
  return definition;
}

/** A command keeps its id as long as its name stays, and its version as long as nothing changes. */
function stored(world: World, scope: string, definition: WireCommand): StoredCommand {
  const before = registered(world, scope).find(
    (known) =>
      known.definition.name === definition.name &&
      (known.definition.type ?? 1) === (definition.type ?? 1),
  );
  if (before === undefined) {
    world.commandsCreated += 1;
    if (world.commandsCreated > dailyCreates) throw refusals.tooManyNewCommands();
    return {
      id: world.snowflake(),
      version: world.snowflake(),
      guildId: scope === everywhere ? null : scope,
      definition,
    };
  }
  const isSame = JSON.stringify(before.definition) === JSON.stringify(definition);
  return isSame ? before : { ...before, version: world.snowflake(), definition };
}

function write(world: World, scope: string, commands: StoredCommand[]): void {
  world.commands.set(scope, commands);
  world.commandWrites += 1;
  world.changes.notify();
}
