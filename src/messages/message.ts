import { z } from 'zod';

/**
 * The platform-neutral message. All text is plain text from us or from outside; every platform
 * escapes all of it. Numbers are already formatted. Messages are stored and re-rendered, so the model
 * is a zod schema.
 */
export const toneSchema = z.enum(['neutral', 'good', 'caution', 'bad']);
export type Tone = z.output<typeof toneSchema>;

const cellSchema = z.object({
  text: z.string(),
  tone: toneSchema.optional(),
});

/** Asks for one value in a form. */
export const formFieldSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('text'),
    name: z.string(),
    label: z.string(),
    hint: z.string().optional(),
    multiline: z.boolean(),
    required: z.boolean(),
    maximumLength: z.int().max(3000),
  }),
  z.object({
    type: z.literal('choices'),
    name: z.string(),
    label: z.string(),
    hint: z.string().optional(),
    /** Several may be ticked; the value is the chosen `value`s joined by commas. */
    options: z.array(z.object({ value: z.string(), label: z.string(), ticked: z.boolean() })),
    required: z.boolean(),
  }),
]);
export type FormField = z.output<typeof formFieldSchema>;

/** What a click asks for before it counts: a modal on platforms that have one. */
export interface Form {
  readonly title: string;
  /** Sent back with the fields. */
  readonly action: ButtonAction;
  readonly proposalId: string;
  readonly digest: string;
  readonly intro: string | null;
  readonly fields: readonly FormField[];
  readonly submitLabel: string;
}

export const buttonActionSchema = z.enum([
  'approve',
  'approve_at_open',
  'reject',
  'adjust',
  'details',
  'halt',
  'halt_and_cancel',
  'resume',
  'agree_on_book',
  'outcome_is',
  'outcome_not_there',
  'outcome_look_again',
  'connect',
  'complete_connection',
  'disconnect',
  'confirm_codes',
  'replace_codes',
]);
export type ButtonAction = z.output<typeof buttonActionSchema>;

export const buttonSchema = z.object({
  action: buttonActionSchema,
  label: z.string(),
  /** Empty for buttons that are not about a proposal. */
  proposalId: z.string(),
  digest: z.string(),
  style: z.enum(['primary', 'danger', 'plain']),
  /** True when the click is answered with a Form: platforms must not acknowledge it as done first. */
  opensForm: z.boolean(),
  /** A question the platform asks before it sends the click, where it can. */
  confirm: z
    .object({ title: z.string(), text: z.string(), yes: z.string(), no: z.string() })
    .optional(),
});
export type Button = z.output<typeof buttonSchema>;

export const blockSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('heading'), text: z.string() }),
  /** A paragraph. Line breaks are kept. */
  z.object({ type: z.literal('text'), text: z.string(), tone: toneSchema.optional() }),
  /** Labelled values, shown side by side where there is room. */
  z.object({
    type: z.literal('fields'),
    fields: z.array(
      z.object({ label: z.string(), value: z.string(), tone: toneSchema.optional() }),
    ),
  }),
  z.object({
    type: z.literal('table'),
    /** What the table shows, for screen readers and plain fallbacks. */
    caption: z.string(),
    columns: z.array(z.object({ label: z.string(), align: z.enum(['left', 'right']) })),
    rows: z.array(z.array(cellSchema)),
  }),
  z.object({
    type: z.literal('chart'),
    title: z.string(),
    kind: z.enum(['bar', 'line']),
    /** What the values are, e.g. `%` or `$`. */
    unit: z.string(),
    categories: z.array(z.string()),
    /** One value a category; plain decimal text. */
    series: z.array(z.object({ name: z.string(), values: z.array(z.string()) })),
  }),
  z.object({
    type: z.literal('progress'),
    /** Whole percent, 0..100. */
    percent: z.int().min(0).max(100),
    label: z.string(),
    steps: z.array(
      z.object({
        id: z.string(),
        title: z.string(),
        detail: z.string(),
        status: z.enum(['waiting', 'running', 'done', 'failed']),
      }),
    ),
  }),
  z.object({ type: z.literal('alert'), tone: toneSchema, text: z.string() }),
  /** Small print. */
  z.object({ type: z.literal('context'), text: z.string() }),
  z.object({ type: z.literal('buttons'), buttons: z.array(buttonSchema) }),
  /** Leads to another message of ours. */
  z.object({
    type: z.literal('link'),
    label: z.string(),
    /** The announcement that it leads to, by its key. */
    to: z.string(),
    /** Where that announcement is on this platform; the delivery fills it in. Null: not known there. */
    url: z.string().nullable(),
  }),
  /** For a phone's camera. What is in it stands in the message as text, too: not every platform draws it. */
  z.object({
    type: z.literal('qr_code'),
    content: z.string().max(1000),
    /** What it is for, for those who do not see it; nothing of the content. */
    label: z.string(),
  }),
  /** Text too long for a message, as a file to take away. */
  z.object({
    type: z.literal('file'),
    /** With its ending: `orders.csv`. */
    name: z.string(),
    mediaType: z.string(),
    title: z.string(),
    content: z.string(),
  }),
]);
export type Block = z.output<typeof blockSchema>;

export const messageSchema = z.object({
  /** The whole message in one plain line: notifications, screen readers, clients without blocks. */
  fallback: z.string(),
  blocks: z.array(blockSchema),
});
export type Message = z.output<typeof messageSchema>;
