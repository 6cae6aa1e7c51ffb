import type { APIModalInteractionResponseCallbackData } from 'discord.js';
import { ComponentType, TextInputStyle } from 'discord.js';
import type { Form, FormField } from '../../messages/message.ts';
import type { CustomIds } from './custom-id.ts';
import { LIMITS } from './limits.ts';
import { cutMarkup, escapeText, line } from './text.ts';
import { WORDS } from './words.ts';

type Component = APIModalInteractionResponseCallbackData['components'][number];
type Choices = Extract<FormField, { type: 'choices' }>;

/** Begins the id of a choice that is typed as a list, because a select cannot hold all its options. */
export const LISTED = 'list:';

/**
 * A form as Discord's modal, whose submission carries the form's action, proposal and digest. A choice is a
 * select; one with more options than a select holds is a text with the ticked values, to be edited.
 */
export function renderForm(
  form: Form,
  customIds: CustomIds,
): APIModalInteractionResponseCallbackData {
  const fields = form.fields.slice(0, LIMITS.modalComponents).map(renderField);
  const intro = cutMarkup(escapeText(form.intro ?? ''), LIMITS.fieldText).trim();
  const hasRoom = fields.length < LIMITS.modalComponents;
  return {
    custom_id: customIds.encode({ ...form, opensForm: false }),
    title: line(form.title, LIMITS.modalTitle) || WORDS.unnamed,
    components: [
      ...(intro === '' || !hasRoom
        ? []
        : [{ type: ComponentType.TextDisplay, content: intro } satisfies Component]),
      ...fields,
    ],
  };
}

function renderField(field: FormField): Component {
  const hint = line(field.hint ?? '', LIMITS.fieldDescription);
  const described = (text: string) => (text === '' ? {} : { description: text });
  const label = line(field.label, LIMITS.fieldLabel) || WORDS.unnamed;
  if (field.type === 'text') {
    return {
      type: ComponentType.Label,
      label,
      ...described(hint),
      component: {
        type: ComponentType.TextInput,
        custom_id: field.name,
        style: field.multiline ? TextInputStyle.Paragraph : TextInputStyle.Short,
        required: field.required,
        max_length: Math.max(1, Math.min(field.maximumLength, LIMITS.fieldText)),
      },
    };
  }
  if (field.options.length > LIMITS.options || field.options.length === 0) {
    const hints = [field.hint ?? '', WORDS.moreOptions].join(' ').trim();
    return {
      type: ComponentType.Label,
      label,
      ...described(line(hints, LIMITS.fieldDescription)),
      component: listInput(field),
    };
  }
  return { type: ComponentType.Label, label, ...described(hint), component: select(field) };
}

function select(field: Choices) {
  return {
    type: ComponentType.StringSelect,
    custom_id: field.name,
    required: field.required,
    min_values: field.required ? 1 : 0,
    max_values: field.options.length,
    options: field.options.map(({ value, label, ticked }) => ({
      label: line(label, LIMITS.optionText) || line(value, LIMITS.optionText) || WORDS.unnamed,
      value,
      default: ticked,
    })),
  } as const;
}

function listInput(field: Choices) {
  const ticked = field.options.filter((option) => option.ticked).map(({ value }) => value);
  const names = field.options.map(({ value, label }) => `${value} ${label}`).join(', ');
  return {
    type: ComponentType.TextInput,
    custom_id: `${LISTED}${field.name}`,
    style: TextInputStyle.Paragraph,
    required: field.required,
    value: line(ticked.join(', '), LIMITS.fieldText),
    placeholder: line(WORDS.editList(names), LIMITS.fieldDescription),
  } as const;
}
