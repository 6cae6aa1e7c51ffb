import { numberComponents } from './component-payload.ts';
import { modalView } from './views.ts';
import type { ModalField } from './views.ts';
import { characterCount, componentTypes } from './wire-types.ts';
import type { WireComponent } from './wire-types.ts';
import type { ShownModal } from './world.ts';

/** What is filled in: text, ticked values, or a tick; by `custom_id` or by label. */
export type FieldValues = Readonly<Record<string, string | readonly string[] | boolean>>;

/**
 * What a person's client sends when a form is submitted. What is not given stays as the form shows it.
 *
 * @throws when the form would not let itself be submitted so
 */
export function modalData(shown: ShownModal, values: FieldValues): object {
  const { fields } = modalView(shown);
  for (const name of Object.keys(values)) {
    if (!fields.some((field) => field.customId === name || field.label === name)) {
      const known = fields.map(({ customId, label }) => `${customId} (${label})`).join(', ');
      throw new Error(`The form "${shown.modal.title}" has no field ${name}; it has ${known}`);
    }
  }
  const numbers = numberComponents(shown.modal.components);
  const submitted = (component: WireComponent): object => {
    const base = { type: component.type, id: numbers.get(component) ?? 0 };
    if (component.component !== undefined) {
      return { ...base, component: submitted(component.component) };
    }
    if (component.components !== undefined) {
      return { ...base, components: component.components.map(submitted) };
    }
    const field = fields.find(({ customId }) => customId === component.custom_id);
    if (field === undefined) return base;
    const given = values[field.customId] ?? values[field.label];
    return { ...base, custom_id: field.customId, ...answerOf(field, given) };
  };
  return {
    custom_id: shown.modal.custom_id,
    components: shown.modal.components.map(submitted),
  };
}

function answerOf(field: ModalField, given: FieldValues[string] | undefined): object {
  switch (field.type) {
    case componentTypes.textInput:
      return { value: textAnswer(field, given) };
    case componentTypes.checkbox:
      return { value: given ?? false };
    case componentTypes.radioGroup:
      return { value: ticked(field, given)[0] ?? null };
    case componentTypes.stringSelect:
    case componentTypes.checkboxGroup:
      return { values: ticked(field, given) };
    default:
      throw new Error(`This fake cannot fill in a component of type ${field.type}`);
  }
}

function textAnswer(field: ModalField, given: FieldValues[string] | undefined): string {
  const text = given ?? field.value;
  if (typeof text !== 'string') throw new Error(`${field.label} is a text`);
  const length = characterCount(text);
  const minimum = field.isRequired ? Math.max(1, field.minimumLength) : field.minimumLength;
  const isBlank = length === 0 && !field.isRequired;
  if (!isBlank && (length < minimum || length > field.maximumLength)) {
    throw new Error(`${field.label} takes ${minimum} to ${field.maximumLength} characters`);
  }
  return text;
}

function ticked(field: ModalField, given: FieldValues[string] | undefined): string[] {
  const preset = field.options.filter((option) => option.default === true);
  const chosen =
    given === undefined
      ? preset.map(({ value }) => value)
      : [given].flat().map((name) => {
          const option = field.options.find(({ value, label }) => value === name || label === name);
          if (option === undefined) throw new Error(`${field.label} has no choice ${String(name)}`);
          return option.value;
        });
  if (field.isRequired && chosen.length === 0) throw new Error(`${field.label} needs a choice`);
  return chosen;
}
