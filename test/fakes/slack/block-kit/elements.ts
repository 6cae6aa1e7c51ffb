import limits from '../block-limits.json' with { type: 'json' };
import { isObject } from '../json.ts';
import {
  actionId,
  choiceOption,
  chosenAmongOptions,
  confirmationDialog,
  conversationFilter,
  dispatchActionConfiguration,
  menuOption,
  oneImageSource,
  optionGroup,
  overflowOption,
  placeholder,
  plainText,
  slackFile,
} from './composition-objects.ts';
import { richText } from './rich-text.ts';
import { boolean, byType, list, number, object, oneOf, string, url } from './schema.ts';
import type { Check } from './schema.ts';

/** https://docs.slack.dev/reference/block-kit/block-elements */

const action = { action_id: actionId };
const confirmable = { ...action, confirm: confirmationDialog };
const focusable = { focus_on_load: boolean };
const menu = { ...confirmable, ...focusable, placeholder };
const several = { max_selected_items: number({ min: 1, integer: true }) };
const typed = {
  ...action,
  ...focusable,
  placeholder,
  dispatch_action_config: dispatchActionConfiguration,
};

const button = object(
  { type: oneOf('button'), text: plainText(limits.button.text.max_length) },
  {
    ...confirmable,
    value: string({ max: limits.button.value.max_length }),
    url: url({ max: limits.button.url.max_length }),
    style: oneOf('primary', 'danger'),
    accessibility_label: string({ max: limits.button.accessibility_label.max_length }),
  },
);

export const imageElement = object(
  {
    type: oneOf('image'),
    alt_text: string({ min: 1, max: limits.image.alt_text.max_length }),
  },
  { image_url: url({ max: limits.image.image_url.max_length }), slack_file: slackFile },
  oneImageSource,
);

const staticOptions = {
  options: list(menuOption, { min: 1, max: limits.select.options.max_items }),
  option_groups: list(optionGroup, { min: 1, max: limits.select.option_groups.max_items }),
};

const optionsOrGroups: Check = (value, pointer, complain) => {
  if (!isObject(value)) return;
  if ((value['options'] === undefined) === (value['option_groups'] === undefined)) {
    complain(pointer, 'must define either `options` or `option_groups`');
  }
  chosenAmongOptions('initial_option', 'initial_options')(value, pointer, complain);
};

function choices(range: { readonly min_items: number; readonly max_items: number }): Check {
  return list(choiceOption, { min: range.min_items, max: range.max_items });
}

function select(type: string, fields: Readonly<Record<string, Check>>): Check {
  return object({ type: oneOf(type) }, { ...menu, ...fields });
}

const ids = list(string({ min: 1 }), { min: 1 });
const decimal = string({ pattern: /^-?\d+(\.\d+)?$/ });
const feedbackButton = object(
  {
    text: plainText(limits.feedback_button.text.max_length),
    value: string({ max: limits.feedback_button.value.max_length }),
  },
  { accessibility_label: string({ max: limits.feedback_button.accessibility_label.max_length }) },
);

const workflowTrigger = object(
  { url: url({}) },
  { customizable_input_parameters: list(object({ name: string(), value: string() })) },
);

const elements: Readonly<Record<string, Check>> = {
  button,
  image: imageElement,
  static_select: object(
    { type: oneOf('static_select') },
    { ...menu, ...staticOptions, initial_option: menuOption },
    optionsOrGroups,
  ),
  multi_static_select: object(
    { type: oneOf('multi_static_select') },
    { ...menu, ...several, ...staticOptions, initial_options: list(menuOption, { min: 1 }) },
    optionsOrGroups,
  ),
  external_select: select('external_select', {
    initial_option: menuOption,
    min_query_length: number({ min: 0, integer: true }),
  }),
  multi_external_select: select('multi_external_select', {
    ...several,
    initial_options: list(menuOption, { min: 1 }),
    min_query_length: number({ min: 0, integer: true }),
  }),
  users_select: select('users_select', { initial_user: string({ min: 1 }) }),
  multi_users_select: select('multi_users_select', { ...several, initial_users: ids }),
  conversations_select: select('conversations_select', {
    initial_conversation: string({ min: 1 }),
    default_to_current_conversation: boolean,
    response_url_enabled: boolean,
    filter: conversationFilter,
  }),
  multi_conversations_select: select('multi_conversations_select', {
    ...several,
    initial_conversations: ids,
    default_to_current_conversation: boolean,
    filter: conversationFilter,
  }),
  channels_select: select('channels_select', {
    initial_channel: string({ min: 1 }),
    response_url_enabled: boolean,
  }),
  multi_channels_select: select('multi_channels_select', { ...several, initial_channels: ids }),
  overflow: object(
    {
      type: oneOf('overflow'),
      options: list(overflowOption, {
        min: limits.overflow.options.min_items,
        max: limits.overflow.options.max_items,
      }),
    },
    confirmable,
  ),
  checkboxes: object(
    { type: oneOf('checkboxes'), options: choices(limits.checkboxes.options) },
    { ...confirmable, ...focusable, initial_options: list(choiceOption, { min: 1 }) },
    chosenAmongOptions('initial_option', 'initial_options'),
  ),
  radio_buttons: object(
    { type: oneOf('radio_buttons'), options: choices(limits.radio_buttons.options) },
    { ...confirmable, ...focusable, initial_option: choiceOption },
    chosenAmongOptions('initial_option', 'initial_options'),
  ),
  datepicker: select('datepicker', { initial_date: string({ pattern: /^\d{4}-\d{2}-\d{2}$/ }) }),
  timepicker: select('timepicker', {
    initial_time: string({ pattern: /^([01]\d|2[0-3]):[0-5]\d$/ }),
    timezone: string({ min: 1 }),
  }),
  datetimepicker: object(
    { type: oneOf('datetimepicker') },
    {
      ...confirmable,
      ...focusable,
      initial_date_time: number({ min: 1e9, max: 9_999_999_999, integer: true }),
    },
  ),
  plain_text_input: object(
    { type: oneOf('plain_text_input') },
    {
      ...typed,
      initial_value: string({ max: limits.plain_text_input.max_length.max }),
      multiline: boolean,
      min_length: number({ min: 0, max: limits.plain_text_input.max_length.max, integer: true }),
      max_length: number({ min: 1, max: limits.plain_text_input.max_length.max, integer: true }),
    },
  ),
  email_text_input: object(
    { type: oneOf('email_text_input') },
    { ...typed, initial_value: string() },
  ),
  url_text_input: object({ type: oneOf('url_text_input') }, { ...typed, initial_value: string() }),
  number_input: object(
    { type: oneOf('number_input'), is_decimal_allowed: boolean },
    { ...typed, initial_value: decimal, min_value: decimal, max_value: decimal },
  ),
  rich_text_input: object(
    { type: oneOf('rich_text_input') },
    {
      ...typed,
      initial_value: richText,
      min_lines: number({ min: 1, max: 100, integer: true }),
      max_lines: number({ min: 1, max: 100, integer: true }),
    },
  ),
  file_input: object(
    { type: oneOf('file_input') },
    {
      ...action,
      filetypes: list(string({ min: 1 }), { min: 1 }),
      max_files: number({
        min: limits.file_input.max_files.min,
        max: limits.file_input.max_files.max,
        integer: true,
      }),
    },
  ),
  feedback_buttons: object(
    {
      type: oneOf('feedback_buttons'),
      positive_button: feedbackButton,
      negative_button: feedbackButton,
    },
    action,
  ),
  icon_button: object(
    { type: oneOf('icon_button'), icon: string({ min: 1 }), text: plainText() },
    {
      ...confirmable,
      value: string({ max: limits.button.value.max_length }),
      accessibility_label: string({ max: limits.button.accessibility_label.max_length }),
      visible_to_user_ids: list(string({ min: 1 }), {
        max: limits.icon_button.visible_to_user_ids.max_items,
      }),
    },
  ),
  workflow_button: object(
    {
      type: oneOf('workflow_button'),
      text: plainText(limits.button.text.max_length),
      workflow: object({ trigger: workflowTrigger }),
    },
    {
      ...action,
      style: oneOf('primary', 'danger'),
      accessibility_label: string({ max: limits.button.accessibility_label.max_length }),
    },
  ),
};

const menus = Object.keys(elements).filter((type) => type.endsWith('_select'));
const pickers = ['checkboxes', 'radio_buttons', 'datepicker', 'timepicker'];

export const actionsElement = byType(elements, [
  'button',
  'overflow',
  'datetimepicker',
  'workflow_button',
  'rich_text_input',
  ...menus,
  ...pickers,
]);
export const accessory = byType(elements, [
  'button',
  'image',
  'overflow',
  'workflow_button',
  ...menus,
  ...pickers,
]);
export const inputElement = byType(elements, [
  'datetimepicker',
  'email_text_input',
  'file_input',
  'number_input',
  'plain_text_input',
  'rich_text_input',
  'url_text_input',
  ...menus,
  ...pickers,
]);
export const contextAction = byType(elements, ['feedback_buttons', 'icon_button']);
export const cardButton = byType(elements, ['button']);
export const urlSource = object({
  type: oneOf('url'),
  url: url({ min: limits.url_source.url.min_length, max: limits.url_source.url.max_length }),
  text: string({ min: 1 }),
});
