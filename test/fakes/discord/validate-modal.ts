import { describeFormErrors, formError } from './form-errors.ts';
import type { FormError } from './form-errors.ts';
import { schemaErrors } from './openapi.ts';
import { sharedComponentErrors } from './validate-components.ts';
import { characterCount, componentTypes, eachComponent } from './wire-types.ts';
import type { WireComponent, WireModal } from './wire-types.ts';

/** https://docs.discord.com/developers/interactions/receiving-and-responding (Modal): 1 to 5 components. */
const maximumComponents = 5;

/** What Discord would find wrong with a modal (the `data` of a callback of type 9), one line each. */
export function validateDiscordModal(body: unknown): string[] {
  return describeFormErrors(modalErrors(body, []));
}

function isWireModal(body: unknown): body is WireModal {
  return schemaErrors('ModalInteractionCallbackRequestData', body).length === 0;
}

export function modalErrors(body: unknown, path: FormError['path']): FormError[] {
  if (!isWireModal(body)) {
    return schemaErrors('ModalInteractionCallbackRequestData', body).map((error) => ({
      ...error,
      path: [...path, ...error.path],
    }));
  }
  const root = [...path, 'components'];
  const errors: FormError[] = [];
  if (body.components.length > maximumComponents) {
    errors.push(formError(root, 'BASE_TYPE_BAD_LENGTH', 'Must be between 1 and 5 in length.'));
  }
  errors.push(...sharedComponentErrors(body.components, root));
  for (const { component, path: place } of eachComponent(body.components, root)) {
    errors.push(...fieldErrors(component, place));
  }
  return errors;
}

function fieldErrors(component: WireComponent, path: FormError['path']): FormError[] {
  switch (component.type) {
    case componentTypes.actionRow:
      return rowErrors(component, path);
    case componentTypes.label:
      return labelErrors(component.component, [...path, 'component']);
    case componentTypes.textInput:
      return textInputErrors(component, path);
    default:
      return [];
  }
}

/** The older form of a modal: a row holds one text input, which carries its own label. */
function rowErrors({ components = [] }: WireComponent, path: FormError['path']): FormError[] {
  const errors: FormError[] = [];
  if (components.length > 1) {
    errors.push(
      formError(
        [...path, 'components', 1],
        'COMPONENT_LAYOUT_WIDTH_EXCEEDED',
        'The specified component exceeds the maximum width',
      ),
    );
  }
  for (const [index, { label }] of components.entries()) {
    if (!label) {
      errors.push(
        formError(
          [...path, 'components', index, 'label'],
          'BASE_TYPE_REQUIRED',
          'This field is required',
        ),
      );
    }
  }
  return errors;
}

function labelErrors(field: WireComponent | undefined, path: FormError['path']): FormError[] {
  if (field === undefined) return [];
  const errors: FormError[] = [];
  if (field.label) {
    errors.push(
      formError(
        [...path, 'label'],
        'TEXT_INPUT_LABEL_IN_LABEL',
        'A text input in a label component cannot have a label of its own',
      ),
    );
  }
  if (field.disabled) {
    errors.push(
      formError(
        [...path, 'disabled'],
        'COMPONENT_DISABLED_IN_MODAL',
        'Components in a modal cannot be disabled',
      ),
    );
  }
  if (field.min_values === 0 && field.required !== false) {
    errors.push(
      formError(
        [...path, 'min_values'],
        'NUMBER_TYPE_MIN',
        'min_values must be at least 1 when the component is required',
      ),
    );
  }
  return errors;
}

function textInputErrors(input: WireComponent, path: FormError['path']): FormError[] {
  const minimum = input.min_length ?? 0;
  const maximum = input.max_length ?? 4000;
  const length = characterCount(input.value);
  const errors: FormError[] = [];
  if (minimum > maximum) {
    errors.push(
      formError(
        [...path, 'min_length'],
        'NUMBER_TYPE_MAX',
        `int value should be less than or equal to ${maximum}.`,
      ),
    );
  }
  if (length > maximum || (length > 0 && length < minimum)) {
    errors.push(
      formError(
        [...path, 'value'],
        'BASE_TYPE_BAD_LENGTH',
        `Must be between ${minimum} and ${maximum} in length.`,
      ),
    );
  }
  return errors;
}
