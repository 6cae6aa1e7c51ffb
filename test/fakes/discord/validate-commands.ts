import { describeFormErrors, formError } from './form-errors.ts';
import type { FormError } from './form-errors.ts';
import { requestErrors } from './openapi.ts';
import { characterCount } from './wire-types.ts';
import type { WireChoice, WireCommand, WireCommandOption } from './wire-types.ts';

/**
 * https://docs.discord.com/developers/interactions/application-commands: naming (narrowed to the
 * part that every script shares), 100 commands, 8000 characters a command, choices of 100 characters.
 */
const namePattern = /^[-_\p{L}\p{N}]{1,32}$/u;
const limits = { commands: 100, characters: 8000, choiceCharacters: 100 };
const chatInput = 1;
const subcommand = 1;
const subcommandGroup = 2;

const bulkOverwrite = 'PUT /applications/{application_id}/guilds/{guild_id}/commands';

/** What Discord would find wrong with a guild's list of commands (a bulk overwrite), one line each. */
export function validateDiscordCommands(body: unknown): string[] {
  return describeFormErrors(commandListErrors(body));
}

export function isWireCommandList(body: unknown): body is WireCommand[] {
  return Array.isArray(body) && requestErrors(bulkOverwrite, coerced(body)).length === 0;
}

export function commandListErrors(body: unknown): FormError[] {
  if (!isWireCommandList(body)) {
    return Array.isArray(body)
      ? requestErrors(bulkOverwrite, coerced(body))
      : [formError([], 'LIST_TYPE_CONVERT', 'Only iterables may be used in a ListType')];
  }
  const errors = body.flatMap((command, index) => commandErrors(command, [index]));
  for (const index of duplicates(body.map(({ name, type }) => `${type ?? chatInput} ${name}`))) {
    errors.push(
      formError(
        [index],
        'APPLICATION_COMMANDS_DUPLICATE_NAME',
        'Application command names must be unique',
      ),
    );
  }
  if (body.length > limits.commands) {
    errors.push(
      formError([], 'BASE_TYPE_MAX_LENGTH', `Must be ${limits.commands} or fewer in length.`),
    );
  }
  return errors;
}

/** The document says integer; the API takes the digits of one too, and SDKs send those. */
function coerced(body: readonly unknown[]): unknown[] {
  return body.map((command) => {
    if (typeof command !== 'object' || command === null) return command;
    if (!('default_member_permissions' in command)) return command;
    const bits = command.default_member_permissions;
    const isDigits = typeof bits === 'string' && /^\d{1,16}$/.test(bits);
    return { ...command, default_member_permissions: isDigits ? Number(bits) : bits };
  });
}

function duplicates(names: readonly string[]): number[] {
  return names.flatMap((name, index) => (names.indexOf(name) < index ? [index] : []));
}

function commandErrors(command: WireCommand, path: FormError['path']): FormError[] {
  const isChatInput = (command.type ?? chatInput) === chatInput;
  const errors: FormError[] = [];
  if (isChatInput) {
    errors.push(...nameErrors(command.name, [...path, 'name']));
    if (!command.description) {
      errors.push(
        formError(
          [...path, 'description'],
          'BASE_TYPE_BAD_LENGTH',
          'Must be between 1 and 100 in length.',
        ),
      );
    }
  } else if (command.description) {
    errors.push(
      formError(
        [...path, 'description'],
        'APPLICATION_COMMAND_CONTEXT_MENU_DESCRIPTION_NOT_ALLOWED',
        'Context menu commands cannot have description',
      ),
    );
  }
  errors.push(...optionListErrors(command.options ?? [], [...path, 'options'], 0));
  const characters = characterCount(textOf(command));
  if (characters > limits.characters) {
    errors.push(
      formError(
        path,
        'APPLICATION_COMMAND_TOO_LARGE',
        `Command exceeds maximum size (${limits.characters})`,
      ),
    );
  }
  return errors;
}

function nameErrors(name: string, path: FormError['path']): FormError[] {
  return namePattern.test(name) && name === name.toLowerCase()
    ? []
    : [formError(path, 'APPLICATION_COMMAND_INVALID_NAME', 'Command name is invalid')];
}

function isNested({ type }: WireCommandOption): boolean {
  return type === subcommand || type === subcommandGroup;
}

function optionListErrors(
  options: readonly WireCommandOption[],
  path: FormError['path'],
  depth: number,
): FormError[] {
  const errors: FormError[] = [];
  for (const index of duplicates(options.map(({ name }) => name))) {
    errors.push(
      formError(
        [...path, index],
        'APPLICATION_COMMAND_OPTIONS_NAME_ALREADY_EXISTS',
        'Option name already exists',
      ),
    );
  }
  if (options.some(isNested) && !options.every(isNested)) {
    errors.push(
      formError(
        path,
        'APPLICATION_COMMAND_OPTIONS_TYPE_INVALID',
        'Sub-command and sub-command group option types are mutually exclusive to all other types',
      ),
    );
  }
  let optionalSeen = false;
  for (const [index, option] of options.entries()) {
    if (option.required === true && optionalSeen) {
      errors.push(
        formError(
          [...path, index],
          'APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID',
          'Required options must be placed before non-required options',
        ),
      );
    }
    optionalSeen ||= option.required !== true;
    errors.push(...optionErrors(option, [...path, index], depth));
  }
  return errors;
}

function optionErrors(
  option: WireCommandOption,
  path: FormError['path'],
  depth: number,
): FormError[] {
  const errors = nameErrors(option.name, [...path, 'name']);
  if (option.autocomplete === true && (option.choices ?? []).length > 0) {
    errors.push(
      formError(
        path,
        'APPLICATION_COMMAND_OPTIONS_CHOICES_AUTOCOMPLETE_EXCLUSIVE',
        'Autocomplete cannot be used together with choices',
      ),
    );
  }
  errors.push(...choiceErrors(option.choices ?? [], [...path, 'choices']));
  const isBadlyNested =
    (option.type === subcommandGroup && depth > 0) || (option.type === subcommand && depth > 1);
  if (isBadlyNested) {
    errors.push(
      formError(
        [...path, 'type'],
        'APPLICATION_COMMAND_OPTIONS_TYPE_INVALID',
        'Sub-commands can only be nested in a command or a sub-command group',
      ),
    );
  }
  errors.push(...optionListErrors(option.options ?? [], [...path, 'options'], depth + 1));
  return errors;
}

function choiceErrors(choices: readonly WireChoice[], path: FormError['path']): FormError[] {
  const repeated = duplicates(choices.map(({ name }) => name)).map((index) =>
    formError(
      [...path, index],
      'APPLICATION_COMMAND_OPTIONS_CHOICE_NAME_ALREADY_EXISTS',
      'Option choice name already exists',
    ),
  );
  const long = choices.flatMap(({ value }, index) =>
    characterCount(String(value)) > limits.choiceCharacters
      ? [
          formError(
            [...path, index, 'value'],
            'BASE_TYPE_MAX_LENGTH',
            `Must be ${limits.choiceCharacters} or fewer in length.`,
          ),
        ]
      : [],
  );
  return [...repeated, ...long];
}

/** The choices of an autocomplete answer, by the type of the option that is being typed. */
export function autocompleteErrors(
  choices: readonly WireChoice[],
  path: FormError['path'],
): FormError[] {
  const errors = choiceErrors(choices, path);
  if (choices.length > 25) {
    errors.push(formError(path, 'BASE_TYPE_MAX_LENGTH', 'Must be 25 or fewer in length.'));
  }
  return errors;
}

function textOf(command: WireCommand): string {
  const ofOption = (option: WireCommandOption): string =>
    [
      option.name,
      option.description,
      ...(option.choices ?? []).flatMap(({ name, value }) => [name, String(value)]),
      ...(option.options ?? []).map(ofOption),
    ].join('');
  return [command.name, command.description ?? '', ...(command.options ?? []).map(ofOption)].join(
    '',
  );
}
