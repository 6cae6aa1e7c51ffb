import { z } from 'zod';
import type { Form, FormField } from '../../messages/message.ts';
import { buttonActionSchema } from '../../messages/message.ts';
import type { SlackBlock } from './block-kit.ts';
import { LIMITS, plainText, section } from './block-kit.ts';
import { clean, line, pieces } from './text.ts';
import { WORDS } from './words.ts';

/** Names our modals. */
export const FORM_CALLBACK = 'evenkeel_form';

/** What a modal carries: where it was opened, and what it is about. */
const metadataSchema = z.object({
  action: buttonActionSchema,
  proposalId: z.string(),
  digest: z.string(),
  channel: z.string(),
});
export type FormMetadata = z.output<typeof metadataSchema>;

export function parseFormMetadata(text: string): FormMetadata | null {
  try {
    return metadataSchema.parse(JSON.parse(text));
  } catch {
    // Not ours, or of another version: the caller says so to the person.
    return null;
  }
}

/** @returns the form as a modal. @param channel where it was asked for. */
export function renderForm(form: Form, channel: string): SlackBlock {
  const { action, proposalId, digest } = form;
  const metadata: FormMetadata = { action, proposalId, digest, channel };
  const intro = form.intro === null ? [] : pieces(clean(form.intro), LIMITS.text);
  const fields = form.fields.flatMap((field, index) => renderField(field, index));
  const blocks = [...intro.slice(0, 5).map((text) => section(text)), ...fields];
  return {
    type: 'modal',
    callback_id: FORM_CALLBACK,
    private_metadata: JSON.stringify(metadata),
    title: plainText(line(form.title, LIMITS.viewTitle) || WORDS.form),
    submit: plainText(line(form.submitLabel, LIMITS.viewButton) || WORDS.ok),
    close: plainText(WORDS.cancel),
    blocks: (blocks.length === 0 ? [section(WORDS.continue)] : blocks).slice(0, LIMITS.viewBlocks),
  };
}

/** The block id says which field it is and which part of it: `2:legs:0`. */
function blockIdOf(index: number, name: string, part: number): string {
  return `${index}:${name.slice(0, 200)}:${part}`;
}

function renderField(field: FormField, index: number): readonly SlackBlock[] {
  const label = plainText(line(field.label, LIMITS.inputLabel) || WORDS.field);
  const hint = line(field.hint ?? '', LIMITS.inputLabel);
  const common = {
    type: 'input',
    optional: !field.required,
    ...(hint === '' ? {} : { hint: plainText(hint) }),
  };
  if (field.type === 'text') {
    return [
      {
        ...common,
        label,
        block_id: blockIdOf(index, field.name, 0),
        element: {
          type: 'plain_text_input',
          action_id: 'value',
          multiline: field.multiline,
          max_length: Math.min(Math.max(1, field.maximumLength), LIMITS.text),
        },
      },
    ];
  }
  const options = field.options.map((option) => ({
    ticked: option.ticked,
    option: {
      text: plainText(line(option.label, LIMITS.optionText) || WORDS.empty),
      value: optionValue(option.value),
    },
  }));
  // Boxes are easier to see through; a menu takes more.
  const boxes = options.length <= LIMITS.options;
  const size = boxes ? LIMITS.options : LIMITS.menuOptions;
  return Array.from({ length: Math.ceil(options.length / size) }, (_, part): SlackBlock => {
    const here = options.slice(part * size, (part + 1) * size);
    const ticked = here.filter((each) => each.ticked).map(({ option }) => option);
    return {
      ...common,
      // One part alone must not demand what another part may answer.
      optional: !field.required || options.length > size,
      label: part === 0 ? label : plainText(`${line(field.label, 100)} (${part + 1})`),
      block_id: blockIdOf(index, field.name, part),
      element: {
        type: boxes ? 'checkboxes' : 'multi_static_select',
        action_id: 'value',
        options: here.map(({ option }) => option),
        ...(ticked.length === 0 ? {} : { initial_options: ticked }),
      },
    };
  });
}

function optionValue(value: string): string {
  if (value === '' || value.length > LIMITS.optionValue) {
    throw new RangeError(`a choice of a form has a value of ${value.length} characters`);
  }
  return value;
}

const stateSchema = z.record(
  z.string(),
  z.record(
    z.string(),
    z.looseObject({
      value: z.string().nullish(),
      selected_options: z.array(z.looseObject({ value: z.string() })).optional(),
    }),
  ),
);

/** What was filled in, by field name; the chosen values of a field are joined by commas. */
export function parseFields(state: unknown): Readonly<Record<string, string>> | null {
  const read = stateSchema.safeParse(state);
  if (!read.success) return null;
  const found = new Map<string, string[]>();
  for (const [blockId, actions] of Object.entries(read.data)) {
    const name = /^\d+:(.*):\d+$/s.exec(blockId)?.[1];
    const entry = actions['value'];
    if (name === undefined || entry === undefined) continue;
    const values = found.get(name) ?? [];
    found.set(name, values);
    if (entry.selected_options !== undefined) {
      values.push(...entry.selected_options.map(({ value }) => value));
    } else if (typeof entry.value === 'string') values.push(entry.value);
  }
  return Object.fromEntries([...found].map(([name, values]) => [name, values.join(',')]));
}
