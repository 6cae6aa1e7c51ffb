import { Routes } from 'discord.js';
import type { REST } from 'discord.js';
import { z } from 'zod';
import type { Command, CommandOption } from '../../app/command.ts';
import { line } from './text.ts';
import { LIMITS } from './limits.ts';

/** Of a command, what is needed to register it and to read it. */
export type CommandMetadata = Pick<Command, 'name' | 'description' | 'options'>;

/** https://docs.discord.com/developers/interactions/application-commands#application-command-object */
const CHAT_INPUT = 1;
const OPTION_TYPES = { string: 3, integer: 4, boolean: 5 } as const;
const LARGEST_COUNT = 999_999;

const optionSchema = z.object({
  type: z.int(),
  name: z.string(),
  description: z.string(),
  required: z.boolean().nullish(),
  autocomplete: z.boolean().nullish(),
  min_value: z.number().nullish(),
  max_value: z.number().nullish(),
  max_length: z.number().nullish(),
});
const commandSchema = z.object({
  type: z.int(),
  name: z.string(),
  description: z.string(),
  options: z.array(optionSchema).nullish(),
});
export type DiscordCommand = z.output<typeof commandSchema>;
type DiscordOption = z.output<typeof optionSchema>;

/**
 * The commands as Discord registers them. What is required stands first there, and an account that is
 * required may still be left out: the only one of a channel is meant.
 */
export function discordCommands(commands: readonly CommandMetadata[]): readonly DiscordCommand[] {
  return commands.map(({ name, description, options }) => {
    const registered = options.map(discordOption);
    return {
      type: CHAT_INPUT,
      name,
      description: line(description, LIMITS.commandDescription),
      options: [
        ...registered.filter(({ required }) => required === true),
        ...registered.filter(({ required }) => required !== true),
      ],
    };
  });
}

function discordOption(option: CommandOption): DiscordOption {
  const base = {
    name: option.name,
    description: line(option.description, LIMITS.commandDescription),
    required: option.required && option.kind !== 'account',
  };
  switch (option.kind) {
    case 'account':
    case 'scope':
      return { ...base, type: OPTION_TYPES.string, autocomplete: true };
    case 'flag':
      return { ...base, type: OPTION_TYPES.boolean };
    case 'word':
      return { ...base, type: OPTION_TYPES.string, max_length: 60 };
    case 'money':
      // A text: Discord's numbers are binary floats.
      return { ...base, type: OPTION_TYPES.string, max_length: 24 };
    case 'count':
      return { ...base, type: OPTION_TYPES.integer, min_value: 1, max_value: LARGEST_COUNT };
    case 'text':
      return { ...base, type: OPTION_TYPES.string, max_length: LIMITS.typedText };
  }
}

/**
 * Brings a guild's commands up to date: reads what is registered there, and writes only what differs.
 * @throws what discord.js throws; the commands then are what they were.
 */
export async function registerCommands(
  rest: REST,
  applicationId: string,
  guildId: string,
  commands: readonly CommandMetadata[],
): Promise<'registered' | 'unchanged'> {
  const route = Routes.applicationGuildCommands(applicationId, guildId);
  const wanted = discordCommands(commands);
  const known = z.array(commandSchema).safeParse(await rest.get(route));
  if (known.success && fingerprint(known.data) === fingerprint(wanted)) return 'unchanged';
  await rest.put(route, { body: wanted });
  return 'registered';
}

/** Equal for lists that say the same: Discord leaves out what is false or null, and keeps no order of commands. */
function fingerprint(commands: readonly DiscordCommand[]): string {
  const told = commands.map((command) => [
    command.name,
    command.type,
    command.description,
    (command.options ?? []).map((option) => [
      option.name,
      option.type,
      option.description,
      option.required ?? false,
      option.autocomplete ?? false,
      option.min_value ?? null,
      option.max_value ?? null,
      option.max_length ?? null,
    ]),
  ]);
  return JSON.stringify(told.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)));
}
