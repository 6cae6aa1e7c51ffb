import { memberPayload, rolePayload, userPayload } from './payloads.ts';
import { registered } from './routes-commands.ts';
import { characterCount } from './wire-types.ts';
import type { WireCommandOption } from './wire-types.ts';
import type { FakeChannel, StoredCommand, World } from './world.ts';

type OptionValue = string | number | boolean;
export type OptionValues = Readonly<Record<string, OptionValue>>;

/** https://docs.discord.com/developers/interactions/application-commands: types of options. */
const optionTypes = {
  subcommand: 1,
  subcommandGroup: 2,
  string: 3,
  integer: 4,
  boolean: 5,
  user: 6,
  channel: 7,
  role: 8,
  number: 10,
} as const;

/**
 * What a person's client sends for `/name options`; for completions `focused` is the option being typed.
 * The client knows what is registered and offers nothing else.
 *
 * @throws when nobody could type this: no such command here, a missing, unknown or unfit option
 */
export function commandData(
  world: World,
  channel: FakeChannel,
  typed: string,
  values: OptionValues,
  focused: string | null,
): { data: object; focusedOptionType: number | null } {
  const [name = '', ...nested] = typed.split(' ');
  const command = commandHere(world, channel, name);
  let options: readonly WireCommandOption[] = command.definition.options ?? [];
  const path: WireCommandOption[] = [];
  for (const step of nested) {
    const next = options.find((option) => option.name === step && option.type <= 2);
    if (next === undefined) throw new Error(`/${name} has no sub-command ${step}`);
    path.push(next);
    options = next.options ?? [];
  }
  const sent = optionData(`/${typed}`, options, values, focused);
  const wrapped = path.reduceRight<readonly object[]>(
    (inner, option) => [{ name: option.name, type: option.type, options: inner }],
    sent,
  );
  const resolved = resolvedData(world, channel, options, values);
  return {
    data: {
      id: command.id,
      name,
      type: 1,
      ...(wrapped.length === 0 ? {} : { options: wrapped }),
      ...(Object.keys(resolved).length === 0 ? {} : { resolved }),
      ...(command.guildId === null ? {} : { guild_id: command.guildId }),
    },
    focusedOptionType: options.find((option) => option.name === focused)?.type ?? null,
  };
}

/** The same for a command that is not registered where it comes from, as a forger would send it. */
export function forgedCommandData(world: World, name: string, values: OptionValues): object {
  const types = {
    string: optionTypes.string,
    boolean: optionTypes.boolean,
    number: optionTypes.number,
  };
  return {
    id: world.snowflake(),
    name,
    type: 1,
    options: Object.entries(values).map(([option, value]) => ({
      name: option,
      type:
        typeof value === 'string'
          ? types.string
          : typeof value === 'boolean'
            ? types.boolean
            : types.number,
      value,
    })),
  };
}

function commandHere(world: World, channel: FakeChannel, name: string): StoredCommand {
  const guild = channel.guildId === null ? undefined : world.guilds.get(channel.guildId);
  const here = [
    ...(guild?.hasBot === true ? registered(world, guild.id) : []),
    ...registered(world, 'global'),
  ];
  const command = here.find(({ definition }) => definition.name === name);
  if (command !== undefined) return command;
  const names = here.map(({ definition }) => `/${definition.name}`).join(', ');
  throw new Error(`There is no /${name} in this channel; there is ${names || 'none'}`);
}

function optionData(
  command: string,
  options: readonly WireCommandOption[],
  values: OptionValues,
  focused: string | null,
): object[] {
  for (const name of Object.keys(values)) {
    if (!options.some((option) => option.name === name)) {
      throw new Error(`${command} has no option ${name}`);
    }
  }
  return options.flatMap((option) => {
    const value = values[option.name];
    const isFocused = option.name === focused;
    if (isFocused && option.autocomplete !== true) {
      throw new Error(`${command} ${option.name} has no completions`);
    }
    if (value === undefined) {
      // Completions are asked for before everything required is there.
      if (option.required === true && focused === null) {
        throw new Error(`${command} needs ${option.name}`);
      }
      return [];
    }
    const problem = isFocused ? null : problemWith(option, value);
    if (problem !== null) throw new Error(`${command} ${option.name}: ${problem}`);
    return [
      {
        name: option.name,
        type: option.type,
        value: isFocused ? String(value) : value,
        ...(isFocused ? { focused: true } : {}),
      },
    ];
  });
}

/** Why Discord's client would not send this value, or null. */
function problemWith(option: WireCommandOption, value: OptionValue): string | null {
  const expected = {
    [optionTypes.integer]: 'number',
    [optionTypes.number]: 'number',
    [optionTypes.boolean]: 'boolean',
  }[option.type];
  if (typeof value !== (expected ?? 'string')) return `expects a ${expected ?? 'string'}`;
  if (option.type === optionTypes.integer && !Number.isInteger(value)) return 'expects an integer';
  const choices = option.choices ?? [];
  if (choices.length > 0 && !choices.some((choice) => choice.value === value)) {
    return `is one of ${choices.map((choice) => String(choice.value)).join(', ')}`;
  }
  const size = typeof value === 'string' ? characterCount(value) : Number(value);
  const minimum = typeof value === 'string' ? option.min_length : option.min_value;
  const maximum = typeof value === 'string' ? (option.max_length ?? 6000) : option.max_value;
  if (typeof minimum === 'number' && size < minimum) return `is at least ${minimum}`;
  if (typeof maximum === 'number' && size > maximum) return `is at most ${maximum}`;
  return null;
}

/** The people, roles and channels that options name, as they come beside the ids. */
function resolvedData(
  world: World,
  channel: FakeChannel,
  options: readonly WireCommandOption[],
  values: OptionValues,
): object {
  const idsOf = (type: number) =>
    options.flatMap((option) =>
      option.type === type ? String(values[option.name] ?? '') || [] : [],
    );
  const guild = channel.guildId === null ? undefined : world.guilds.get(channel.guildId);
  const users = idsOf(optionTypes.user).flatMap((id) => world.users.get(id) ?? []);
  const members = users.flatMap(({ id }) => guild?.members.get(id) ?? []);
  const roles = (guild?.roles ?? []).filter(({ id }) => idsOf(optionTypes.role).includes(id));
  return {
    ...(users.length === 0
      ? {}
      : { users: Object.fromEntries(users.map((user) => [user.id, userPayload(user)])) }),
    ...(members.length === 0
      ? {}
      : {
          members: Object.fromEntries(
            members.map((member) => [member.user.id, memberPayload(member)]),
          ),
        }),
    ...(roles.length === 0
      ? {}
      : { roles: Object.fromEntries(roles.map((role) => [role.id, rolePayload(role, 1)])) }),
  };
}
