import type {
  ApplicationCommandOptionChoiceData,
  AutocompleteInteraction,
  ChatInputCommandInteraction,
  Interaction as DiscordInteraction,
  ModalSubmitInteraction,
} from 'discord.js';
import { ComponentType } from 'discord.js';
import { z } from 'zod';
import type { Interaction, PlatformUser } from '../../ports/chat.ts';
import type { CommandMetadata } from './register.ts';
import { LIMITS } from './limits.ts';
import { LISTED } from './forms.ts';
import { DISCORD_PLATFORM } from './platform.ts';

const textSchema = z.string();
const origin = {
  idempotencyKey: textSchema,
  user: z.object({ platform: textSchema, userId: textSchema, roleIds: z.array(textSchema) }),
  channel: textSchema,
};
const interactionSchema: z.ZodType<Interaction> = z.discriminatedUnion('type', [
  z.object({ type: z.literal('command'), ...origin, command: textSchema, text: textSchema }),
  z.object({
    type: z.literal('click'),
    ...origin,
    action: textSchema,
    proposalId: textSchema,
    digest: textSchema,
    fields: z.record(textSchema, textSchema).nullable(),
  }),
]);

/**
 * discord.js declares types for what Discord sent and looks at none of it.
 * @returns null when something in it is not what it is declared to be.
 */
export function checked(interaction: Interaction): Interaction | null {
  return interactionSchema.safeParse(interaction).data ?? null;
}

type Given = Readonly<Record<string, string | number | boolean>>;

/** Who did something. Roles are those that Discord vouches for, without the one that everybody has. */
export function userOf(interaction: DiscordInteraction): PlatformUser {
  const roles = interaction.member?.roles ?? [];
  const roleIds = Array.isArray(roles) ? roles : [...roles.cache.keys()];
  return {
    platform: DISCORD_PLATFORM,
    userId: interaction.user.id,
    roleIds: roleIds.filter((id) => id !== interaction.guildId),
  };
}

/** What every interaction has in common. The id is Discord's: a redelivery carries the same. */
export function originOf(interaction: DiscordInteraction): {
  readonly idempotencyKey: string;
  readonly user: PlatformUser;
  readonly channel: string;
} {
  return {
    idempotencyKey: interaction.id,
    user: userOf(interaction),
    channel: interaction.channelId ?? '',
  };
}

/** A slash command with its options as the line that would be typed elsewhere. */
export function parseCommand(
  interaction: ChatInputCommandInteraction,
  commands: readonly CommandMetadata[],
): Interaction {
  const given: Record<string, string | number | boolean> = {};
  for (const { name, value } of interaction.options.data) {
    if (value !== undefined) given[name] = value;
  }
  const command = commands.find(({ name }) => name === interaction.commandName);
  return {
    type: 'command',
    ...originOf(interaction),
    command: interaction.commandName,
    text: command === undefined ? '' : commandText(command, given),
  };
}

/** `core --buy-only --contribute 2500 the rest of the line`: in the order in which it can be read back. */
export function commandText(command: CommandMetadata, given: Given): string {
  const words: string[] = [];
  const rest: string[] = [];
  for (const { name, kind, positional } of command.options) {
    const value = given[name];
    if (value === undefined || value === false) continue;
    const text = String(value).trim();
    if (kind === 'flag') words.push(`--${name}`);
    else if (kind === 'text') rest.push(...(positional ? [text] : [`--${name}`, text]));
    else if (positional) words.push(text);
    else words.push(`--${name}`, text);
  }
  return [...words, ...rest].join(' ');
}

/** What was filled into a form: choices as their values, joined by commas. */
export function parseFields(interaction: ModalSubmitInteraction): Readonly<Record<string, string>> {
  const fields: Record<string, string> = {};
  for (const [customId, field] of interaction.fields.fields) {
    const isList = customId.startsWith(LISTED);
    const name = isList ? customId.slice(LISTED.length) : customId;
    if (field.type === ComponentType.TextInput) {
      fields[name] = isList ? tidyList(field.value) : field.value;
    } else if (field.type === ComponentType.StringSelect) {
      fields[name] = field.values.join(',');
    }
  }
  return fields;
}

/** A list that somebody typed: separated by commas, semicolons or spaces. */
function tidyList(text: string): string {
  return text
    .split(/[\s,;]+/u)
    .filter((part) => part !== '')
    .join(',');
}

/** The accounts that begin with, or else contain, what has been typed so far. */
export function completions(
  interaction: AutocompleteInteraction,
  commands: readonly CommandMetadata[],
  accounts: readonly string[],
): readonly ApplicationCommandOptionChoiceData<string>[] {
  const focused = interaction.options.getFocused(true);
  const option = commands
    .find(({ name }) => name === interaction.commandName)
    ?.options.find(({ name }) => name === focused.name);
  if (option?.kind !== 'account' && option?.kind !== 'scope') return [];
  const typed = focused.value.trim().toLowerCase();
  const offered = option.kind === 'scope' ? [...accounts, 'all'] : accounts;
  const matching = offered.filter((name) => name.toLowerCase().includes(typed));
  const first = (name: string): number => (name.toLowerCase().startsWith(typed) ? 0 : 1);
  return matching
    .toSorted((a, b) => first(a) - first(b))
    .filter((name) => name.length <= LIMITS.choiceText)
    .slice(0, LIMITS.choices)
    .map((name) => ({ name, value: name }));
}
