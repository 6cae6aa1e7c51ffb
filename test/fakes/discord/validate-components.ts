import { formError } from './form-errors.ts';
import type { FormError } from './form-errors.ts';
import { componentTypes, eachComponent } from './wire-types.ts';
import type { WireComponent } from './wire-types.ts';

/**
 * What Discord checks of components beyond its OpenAPI document, in messages and modals alike. Rules:
 * https://docs.discord.com/developers/components/reference; codes as seen in answers of the real API.
 */
export function sharedComponentErrors(
  components: readonly WireComponent[],
  path: FormError['path'],
): FormError[] {
  const all = [...eachComponent(components, path)];
  return [
    ...duplicateErrors(all),
    ...all.flatMap(({ component, path: place }) => optionErrors(component, place)),
  ];
}

type Placed = { readonly component: WireComponent; readonly path: FormError['path'] };

function duplicateErrors(all: readonly Placed[]): FormError[] {
  const customIds = new Set<string>();
  const ids = new Set<number>();
  const errors: FormError[] = [];
  for (const { component, path } of all) {
    const customId = component.custom_id ?? null;
    if (customId !== null && customIds.has(customId)) {
      errors.push(
        formError(
          [...path, 'custom_id'],
          'COMPONENT_CUSTOM_ID_DUPLICATED',
          'Component custom id cannot be duplicated',
        ),
      );
    }
    if (customId !== null) customIds.add(customId);
    // An id of 0 means none.
    const id = component.id ?? 0;
    if (id !== 0 && ids.has(id)) {
      errors.push(
        formError([...path, 'id'], 'COMPONENT_ID_DUPLICATED', 'Component id cannot be duplicated'),
      );
    }
    ids.add(id);
  }
  return errors;
}

/** Options of selects, radio groups and checkbox groups, and how many of them may be chosen. */
function optionErrors(component: WireComponent, path: FormError['path']): FormError[] {
  const errors: FormError[] = [];
  const options = component.options ?? [];
  const values = new Set<string>();
  for (const [index, option] of options.entries()) {
    if (values.has(option.value)) {
      errors.push(
        formError(
          [...path, 'options', index, 'value'],
          'SELECT_COMPONENT_OPTION_VALUE_DUPLICATED',
          'The specified option value is already used',
        ),
      );
    }
    values.add(option.value);
  }
  const minimum = component.min_values ?? 1;
  const maximum =
    component.max_values ?? (component.type === componentTypes.checkboxGroup ? options.length : 1);
  const ticked = options.filter((option) => option.default === true).length;
  if (minimum > maximum) {
    errors.push(
      formError(
        [...path, 'min_values'],
        'SELECT_COMPONENT_MIN_VALUES_TOO_LARGE',
        `min_values must be equal to or less than ${maximum}.`,
      ),
    );
  }
  if (component.options && component.max_values && maximum > options.length) {
    errors.push(
      formError(
        [...path, 'max_values'],
        'SELECT_COMPONENT_MAX_VALUES_TOO_LARGE',
        `max_values must be equal to or less than ${options.length}.`,
      ),
    );
  }
  if (component.options && ticked > maximum) {
    errors.push(
      formError(
        [...path, 'options'],
        'SELECT_COMPONENT_TOO_MANY_DEFAULT_VALUES',
        `At most ${maximum} options may be selected by default`,
      ),
    );
  }
  return errors;
}

/** Buttons and selects as they stand in a message. */
export function interactiveErrors(component: WireComponent, path: FormError['path']): FormError[] {
  switch (component.type) {
    case componentTypes.actionRow:
      return rowErrors(component, path);
    case componentTypes.button:
      return buttonErrors(component, path);
    default:
      return [];
  }
}

/** A row is as wide as five buttons or one select. */
function rowErrors(row: WireComponent, path: FormError['path']): FormError[] {
  const children = row.components ?? [];
  const width = children.reduce(
    (sum, child) => sum + (child.type === componentTypes.button ? 1 : 5),
    0,
  );
  if (width <= 5) return [];
  return [
    formError(
      [...path, 'components', children.length - 1],
      'COMPONENT_LAYOUT_WIDTH_EXCEEDED',
      'The specified component exceeds the maximum width',
    ),
  ];
}

const linkStyle = 5;
const premiumStyle = 6;

function buttonErrors(button: WireComponent, path: FormError['path']): FormError[] {
  const errors: FormError[] = [];
  const has = (field: 'custom_id' | 'url' | 'sku_id' | 'label' | 'emoji') =>
    button[field] !== undefined && button[field] !== null && button[field] !== '';
  const required = (field: string, message: string) =>
    errors.push(formError([...path, field], 'BASE_TYPE_REQUIRED', message));
  const forbidden = (field: string) =>
    errors.push(
      formError(
        [...path, field],
        'BUTTON_COMPONENT_FIELD_NOT_ALLOWED',
        `A button of style ${button.style} cannot have a ${field}`,
      ),
    );
  if (button.style === premiumStyle) {
    if (!has('sku_id')) required('sku_id', 'A sku id is required');
    for (const field of ['custom_id', 'label', 'url', 'emoji'] as const) {
      if (has(field)) forbidden(field);
    }
    return errors;
  }
  if (!has('label') && !has('emoji'))
    required('label', 'A button must have either a label or an emoji');
  if (has('sku_id')) forbidden('sku_id');
  if (button.style === linkStyle) {
    if (!has('url')) required('url', 'A url is required');
    if (has('custom_id')) {
      errors.push(
        formError(
          path,
          'BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE',
          'A custom id and url cannot both be specified',
        ),
      );
    }
    const scheme = has('url') ? new URL(button.url ?? '').protocol : 'https:';
    if (!['http:', 'https:', 'discord:'].includes(scheme)) {
      errors.push(schemeError([...path, 'url'], scheme, ['http', 'https', 'discord']));
    }
    return errors;
  }
  if (!has('custom_id')) {
    errors.push(formError(path, 'BUTTON_COMPONENT_CUSTOM_ID_REQUIRED', 'A custom id is required'));
  }
  if (has('url')) forbidden('url');
  return errors;
}

export function schemeError(
  path: FormError['path'],
  scheme: string,
  allowed: readonly string[],
): FormError {
  return formError(
    path,
    'URL_TYPE_INVALID_SCHEME',
    `Scheme "${scheme.replace(':', '')}" must be one of (${allowed.map((name) => `'${name}'`).join(', ')}).`,
  );
}
