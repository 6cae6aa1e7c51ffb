import { describe, expect, test } from 'vitest';
import { validateDiscordCommands, validateDiscordModal } from './discord/index.ts';

const text = (content: string) => ({ type: 10, content });
const row = (...components: object[]) => ({ type: 1, components });
const repeat = (length: number) => 'x'.repeat(length);
const select = (fields: object = {}) => ({
  type: 3,
  custom_id: 'choose',
  options: [{ label: 'A', value: 'a' }],
  ...fields,
});
const label = (component: object, fields: object = {}) => ({
  type: 18,
  label: 'Reason',
  component,
  ...fields,
});
const input = (fields: object = {}) => ({ type: 4, custom_id: 'reason', style: 2, ...fields });
const modal = (...components: object[]) => ({ custom_id: 'reject', title: 'Reject', components });
const checkboxes = (count: number, fields: object = {}) => ({
  type: 22,
  custom_id: 'legs',
  options: Array.from({ length: count }, (_, i) => ({ label: `leg ${i}`, value: `${i}` })),
  ...fields,
});

describe('a modal', () => {
  test.each([
    ['a text input in a label', modal(label(input({ max_length: 4000, value: repeat(4000) })))],
    ['the older row with a text input', modal(row(input({ label: 'Reason' })))],
    [
      'words, checkboxes and a select',
      modal(text('Which?'), label(checkboxes(10)), label(select())),
    ],
    [
      'checkboxes of which none is needed',
      modal(label(checkboxes(2, { min_values: 0, required: false }))),
    ],
  ])('may have %s', (_, body) => {
    expect(validateDiscordModal(body)).toEqual([]);
  });

  test.each([
    [
      'a title of 46',
      { ...modal(label(input())), title: repeat(46) },
      'title[BASE_TYPE_BAD_LENGTH]',
    ],
    ['no title', { ...modal(label(input())), title: '' }, 'title[BASE_TYPE_BAD_LENGTH]'],
    [
      'six components',
      modal(...Array.from({ length: 6 }, (_, i) => label(input({ custom_id: `${i}` })))),
      'components[BASE_TYPE_BAD_LENGTH]',
    ],
    ['no components', modal(), 'components[BASE_TYPE_BAD_LENGTH]'],
    ['a bare text input', modal(input()), 'components[0].type[UNION_TYPE_CHOICES]'],
    [
      'a button',
      modal(row({ type: 2, style: 1, label: 'a', custom_id: 'a' })),
      'components[0].components[0].type[UNION_TYPE_CHOICES]',
    ],
    [
      'a label of 46',
      modal(label(input(), { label: repeat(46) })),
      'components[0].label[BASE_TYPE_BAD_LENGTH]',
    ],
    [
      'a description of 101',
      modal(label(input(), { description: repeat(101) })),
      'components[0].description[BASE_TYPE_BAD_LENGTH]',
    ],
    [
      'a value of 4001',
      modal(label(input({ value: repeat(4001) }))),
      'components[0].component.value[BASE_TYPE_MAX_LENGTH]',
    ],
    [
      'a value over max_length',
      modal(label(input({ value: 'abc', max_length: 2 }))),
      'components[0].component.value[BASE_TYPE_BAD_LENGTH]',
    ],
    [
      'a placeholder of 101',
      modal(label(input({ placeholder: repeat(101) }))),
      'components[0].component.placeholder[BASE_TYPE_MAX_LENGTH]',
    ],
    [
      'a label within a label',
      modal(label(input({ label: 'a' }))),
      'components[0].component.label[TEXT_INPUT_LABEL_IN_LABEL]',
    ],
    [
      'a row input without a label',
      modal(row(input())),
      'components[0].components[0].label[BASE_TYPE_REQUIRED]',
    ],
    [
      'a custom_id twice',
      modal(label(input()), label(input())),
      'components[1].component.custom_id[COMPONENT_CUSTOM_ID_DUPLICATED]',
    ],
    [
      '11 checkboxes',
      modal(label(checkboxes(11))),
      'components[0].component.options[BASE_TYPE_BAD_LENGTH]',
    ],
    [
      'none needed of what is required',
      modal(label(checkboxes(2, { min_values: 0 }))),
      'components[0].component.min_values[NUMBER_TYPE_MIN]',
    ],
    [
      'more wanted than there are',
      modal(label(checkboxes(2, { max_values: 3 }))),
      'components[0].component.max_values[SELECT_COMPONENT_MAX_VALUES_TOO_LARGE]',
    ],
    [
      'a disabled select',
      modal(label(select({ disabled: true }))),
      'components[0].component.disabled[COMPONENT_DISABLED_IN_MODAL]',
    ],
  ])('must not have %s', (_, body, expected) => {
    const errors = validateDiscordModal(body);
    expect(errors).toHaveLength(1);
    expect(errors[0]).toContain(expected);
  });
});

const option = (fields: object = {}) => ({
  type: 3,
  name: 'account',
  description: 'Which account',
  ...fields,
});
const command = (fields: object = {}) => ({
  name: 'rebalance',
  description: 'Propose trades',
  ...fields,
});

describe('a list of commands', () => {
  test.each([
    ['nothing', []],
    [
      'options, required first',
      [command({ options: [option({ required: true }), option({ name: 'buy-only', type: 5 })] })],
    ],
    ['autocompletion', [command({ options: [option({ autocomplete: true })] })]],
    ['a name in another script', [command({ name: 'выверить' })]],
    ['permissions as digits, as SDKs send them', [command({ default_member_permissions: '32' })]],
    [
      'sub-commands',
      [command({ options: [option({ type: 1, name: 'show', options: [option()] })] })],
    ],
  ])('may have %s', (_, body) => {
    expect(validateDiscordCommands(body)).toEqual([]);
  });

  test.each([
    ['no name', [command({ name: '' })], '[0].name[BASE_TYPE_BAD_LENGTH]'],
    ['a name of 33', [command({ name: repeat(33) })], 'name[BASE_TYPE_BAD_LENGTH]'],
    [
      'a name in capitals',
      [command({ name: 'Rebalance' })],
      'name[APPLICATION_COMMAND_INVALID_NAME]',
    ],
    [
      'a name with a space',
      [command({ name: 're balance' })],
      'name[APPLICATION_COMMAND_INVALID_NAME]',
    ],
    [
      'an option in capitals',
      [command({ options: [option({ name: 'buyOnly' })] })],
      'options[0].name[APPLICATION_COMMAND_INVALID_NAME]',
    ],
    ['no description', [{ name: 'a' }], 'description[BASE_TYPE_BAD_LENGTH]'],
    [
      'a description of 101',
      [command({ description: repeat(101) })],
      'description[BASE_TYPE_MAX_LENGTH]',
    ],
    [
      'an option without a description',
      [command({ options: [option({ description: '' })] })],
      'options[0].description[BASE_TYPE_BAD_LENGTH]',
    ],
    [
      '26 options',
      [command({ options: Array.from({ length: 26 }, (_, i) => option({ name: `o${i}` })) })],
      'options[BASE_TYPE_MAX_LENGTH]',
    ],
    [
      'a required option after another',
      [command({ options: [option(), option({ name: 'b', required: true })] })],
      'options[1][APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID]',
    ],
    [
      'an option twice',
      [command({ options: [option(), option()] })],
      'options[1][APPLICATION_COMMAND_OPTIONS_NAME_ALREADY_EXISTS]',
    ],
    [
      '26 choices',
      [
        command({
          options: [
            option({
              choices: Array.from({ length: 26 }, (_, i) => ({ name: `${i}`, value: `${i}` })),
            }),
          ],
        }),
      ],
      'options[0].choices[BASE_TYPE_MAX_LENGTH]',
    ],
    [
      'a choice of 101',
      [command({ options: [option({ choices: [{ name: repeat(101), value: 'a' }] })] })],
      'options[0].choices[0].name[BASE_TYPE_BAD_LENGTH]',
    ],
    [
      'choices and autocompletion',
      [
        command({
          options: [option({ autocomplete: true, choices: [{ name: 'a', value: 'a' }] })],
        }),
      ],
      'options[0][APPLICATION_COMMAND_OPTIONS_CHOICES_AUTOCOMPLETE_EXCLUSIVE]',
    ],
    [
      'an unknown type of option',
      [command({ options: [option({ type: 99 })] })],
      'options[0].type[UNION_TYPE_CHOICES]',
    ],
    ['a command twice', [command(), command()], '[APPLICATION_COMMANDS_DUPLICATE_NAME]'],
    [
      '101 commands',
      Array.from({ length: 101 }, (_, i) => command({ name: `c${i}` })),
      '[BASE_TYPE_MAX_LENGTH]',
    ],
    [
      '8001 characters',
      [
        command({
          options: Array.from({ length: 25 }, (_, i) =>
            option({
              name: `o${i}`,
              choices: Array.from({ length: 4 }, (__, j) => ({
                name: `${j}${repeat(50)}`,
                value: repeat(50),
              })),
            }),
          ),
        }),
      ],
      'APPLICATION_COMMAND_TOO_LARGE',
    ],
  ])('must not have %s', (_, body, expected) => {
    const errors = validateDiscordCommands(body);
    expect(errors).toHaveLength(1);
    expect(errors[0]).toContain(expected);
  });
});
