import { elementsOf } from './block-kit/across-blocks.ts';
import { isObject, objectsIn, stringAt } from './json.ts';
import type { JsonObject } from './json.ts';

/** What people put into elements: `state.values` of views and messages, by block and action id. */
export type StateValues = Record<string, Record<string, JsonObject>>;

/** What a person chose or typed: a value, several, or nothing. */
export type Entered = string | readonly string[] | null;

/** The field of a state value that an element type fills, and the one it starts from. */
const stateFields: Readonly<Record<string, readonly [field: string, initial: string]>> = {
  plain_text_input: ['value', 'initial_value'],
  email_text_input: ['value', 'initial_value'],
  url_text_input: ['value', 'initial_value'],
  number_input: ['value', 'initial_value'],
  rich_text_input: ['rich_text_value', 'initial_value'],
  datepicker: ['selected_date', 'initial_date'],
  timepicker: ['selected_time', 'initial_time'],
  datetimepicker: ['selected_date_time', 'initial_date_time'],
  static_select: ['selected_option', 'initial_option'],
  external_select: ['selected_option', 'initial_option'],
  radio_buttons: ['selected_option', 'initial_option'],
  users_select: ['selected_user', 'initial_user'],
  conversations_select: ['selected_conversation', 'initial_conversation'],
  channels_select: ['selected_channel', 'initial_channel'],
  checkboxes: ['selected_options', 'initial_options'],
  multi_static_select: ['selected_options', 'initial_options'],
  multi_external_select: ['selected_options', 'initial_options'],
  multi_users_select: ['selected_users', 'initial_users'],
  multi_conversations_select: ['selected_conversations', 'initial_conversations'],
  multi_channels_select: ['selected_channels', 'initial_channels'],
};

/** The `state.values` of a view as it is stored. */
export function stateValuesOf(wire: JsonObject): StateValues {
  const state = wire['state'];
  const values = isObject(state) && isObject(state['values']) ? state['values'] : {};
  return Object.fromEntries(
    Object.entries(values).map(([blockId, actions]) => [
      blockId,
      Object.fromEntries(
        Object.entries(isObject(actions) ? actions : {}).flatMap(([actionId, value]) =>
          isObject(value) ? [[actionId, value]] : [],
        ),
      ),
    ]),
  );
}

export interface FoundElement {
  readonly block: JsonObject;
  readonly element: JsonObject;
  readonly blockId: string;
  readonly actionId: string;
}

/** Every element with an action id, in the order of the blocks; containers are opened. */
export function findElements(blocks: unknown): FoundElement[] {
  return objectsIn(blocks).flatMap((block) => [
    ...elementsOf(block).flatMap(({ element }) => {
      const actionId = stringAt(element, 'action_id');
      const blockId = stringAt(block, 'block_id') ?? '';
      return actionId === null ? [] : [{ block, element, blockId, actionId }];
    }),
    ...findElements(block['child_blocks']),
    ...(block['type'] === 'carousel' ? findElements(block['elements']) : []),
  ]);
}

/** The state before anybody touched anything. */
export function initialState(blocks: unknown): StateValues {
  const values: StateValues = {};
  for (const { element, blockId, actionId } of findElements(blocks)) {
    const type = stringAt(element, 'type') ?? '';
    const fields = stateFields[type];
    if (fields === undefined) continue;
    const [field, initial] = fields;
    const empty = field.endsWith('s') ? [] : null;
    (values[blockId] ??= {})[actionId] = { type, [field]: element[initial] ?? empty };
  }
  return values;
}

/** The state value of one element after a person filled it in; a sentence when they could not. */
export function enteredState(element: JsonObject, entered: Entered): JsonObject | string {
  const type = stringAt(element, 'type') ?? '';
  const fields = stateFields[type];
  if (fields === undefined) return `a ${type} holds no value`;
  const [field] = fields;
  if (field === 'selected_option' || field === 'selected_options') {
    return chosenOptions(element, type, field, entered);
  }
  if (field.endsWith('s')) return { type, [field]: entered === null ? [] : [entered].flat() };
  if (field === 'selected_date_time' && typeof entered === 'string') {
    return { type, [field]: Number(entered) };
  }
  return { type, [field]: entered === '' ? null : entered };
}

function chosenOptions(
  element: JsonObject,
  type: string,
  field: string,
  entered: Entered,
): JsonObject | string {
  const options = [
    ...objectsIn(element['options']),
    ...objectsIn(element['option_groups']).flatMap((group) => objectsIn(group['options'])),
  ];
  const wanted = entered === null ? [] : [entered].flat();
  const chosen: JsonObject[] = [];
  for (const value of wanted) {
    const option = options.find((each) => each['value'] === value);
    if (option === undefined) return `there is no option with the value "${value}"`;
    chosen.push(option);
  }
  return { type, [field]: field === 'selected_options' ? chosen : (chosen[0] ?? null) };
}

/** Why Slack's own form would not let this be submitted, or null. */
export function inputComplaint(input: FoundElement, value: JsonObject | undefined): string | null {
  const { block, element } = input;
  const [field] = stateFields[stringAt(element, 'type') ?? ''] ?? [''];
  const held = value?.[field];
  const empty = held === null || held === undefined || (Array.isArray(held) && held.length === 0);
  if (empty) return block['optional'] === true ? null : 'is required';
  if (typeof held !== 'string') return null;
  const { min_length: min, max_length: max } = element;
  if (typeof min === 'number' && held.length < min) return `is shorter than ${min} characters`;
  const most = typeof max === 'number' ? max : 3000;
  if (held.length > most) return `is longer than ${most} characters`;
  return null;
}

export function isInput(found: FoundElement): boolean {
  return found.block['type'] === 'input' && isObject(found.element);
}
