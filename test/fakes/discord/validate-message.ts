import { describeFormErrors, formError } from './form-errors.ts';
import type { FormError } from './form-errors.ts';
import { schemaErrors } from './openapi.ts';
import type { SchemaName } from './openapi.ts';
import type { MessageRequest, MessageRequestKind } from './message-request.ts';
import { attachmentErrors } from './validate-attachments.ts';
import { interactiveErrors, sharedComponentErrors } from './validate-components.ts';
import { characterCount, componentTypes, eachComponent, messageFlags } from './wire-types.ts';
import type { WireComponent, WireEmbed, WireMessage } from './wire-types.ts';

const schemas: Readonly<Record<MessageRequestKind, SchemaName>> = {
  create: 'MessageCreateRequest',
  edit: 'MessageEditRequestPartial',
  reply: 'IncomingWebhookInteractionRequest',
  update: 'IncomingWebhookUpdateForInteractionCallbackRequestPartial',
  followup: 'IncomingWebhookRequestPartial',
  webhookEdit: 'IncomingWebhookUpdateRequestPartial',
};

/**
 * Limits that the OpenAPI document lacks or states too wide for a bot. Sources: the Message resource
 * (content, embeds), the component reference (rows, 40 components), discord-api-docs#8562 (4000
 * characters of text displays).
 */
const limits = {
  content: 2000,
  embedCharacters: 6000,
  rows: 5,
  components: 40,
  textDisplayCharacters: 4000,
};

/**
 * What Discord would find wrong with a message, one line each; empty when it would take it. `as` says
 * how it is sent (default: a new message in a channel).
 */
export function validateDiscordMessage(
  body: unknown,
  options: { readonly files?: readonly string[]; readonly as?: MessageRequestKind } = {},
): string[] {
  const request = { kind: options.as ?? 'create', files: options.files ?? [], before: null };
  const errors = messageErrors(body, request);
  if (errors.length === 0 && isWireMessage(body, request) && isEmptyMessage(body, request)) {
    return ['50006: Cannot send an empty message'];
  }
  return describeFormErrors(errors);
}

export function isWireMessage(body: unknown, request: MessageRequest): body is WireMessage {
  return schemaErrors(schemas[request.kind], body).length === 0;
}

/** Nothing to show: refused with 50006, which is no form error. An edit may leave things as they are. */
export function isEmptyMessage(body: WireMessage, { files, before }: MessageRequest): boolean {
  if (before !== null && before.attachments.length > 0 && body.attachments === undefined)
    return false;
  const keeps = (field: unknown, had: boolean) => before !== null && field === undefined && had;
  return !(
    (body.content ?? '').trim() !== '' ||
    (body.embeds ?? []).length > 0 ||
    (body.components ?? []).length > 0 ||
    (body.attachments ?? []).length > 0 ||
    files.length > 0 ||
    keeps(body.content, (before?.content ?? '') !== '') ||
    keeps(body.embeds, (before?.embedCount ?? 0) > 0) ||
    keeps(body.components, (before?.componentCount ?? 0) > 0)
  );
}

export function messageErrors(body: unknown, request: MessageRequest): FormError[] {
  if (!isWireMessage(body, request)) return schemaErrors(schemas[request.kind], body);
  const flags = (body.flags ?? 0) | (request.before?.flags ?? 0);
  const isComponentsV2 = (flags & messageFlags.isComponentsV2) !== 0;
  return [
    ...contentErrors(body),
    ...flagErrors(body, request),
    ...(body.embeds ?? []).flatMap((embed, index) => embedErrors(embed, ['embeds', index])),
    ...embedTotalErrors(body.embeds ?? []),
    ...(isComponentsV2 ? componentsV2Errors(body, request) : legacyComponentErrors(body)),
    ...componentErrors(body.components ?? []),
    ...attachmentErrors(body, request),
    ...allowedMentionErrors(body),
    ...unsupportedErrors(body),
  ];
}

function contentErrors({ content }: WireMessage): FormError[] {
  if (characterCount(content) <= limits.content) return [];
  return [
    formError(['content'], 'BASE_TYPE_MAX_LENGTH', `Must be ${limits.content} or fewer in length.`),
  ];
}

function flagErrors(body: WireMessage, { kind, before }: MessageRequest): FormError[] {
  if (body.flags === undefined || body.flags === null) return [];
  const errors: FormError[] = [];
  const flag = (code: string, message: string) => errors.push(formError(['flags'], code, message));
  const wasV2 = ((before?.flags ?? 0) & messageFlags.isComponentsV2) !== 0;
  if (wasV2 && (body.flags & messageFlags.isComponentsV2) === 0) {
    flag(
      'MESSAGE_CANNOT_REMOVE_COMPONENTS_V2_FLAG',
      'The IS_COMPONENTS_V2 flag cannot be removed from a message',
    );
  }
  // Flags that an edit cannot change are ignored by Discord; a new message must not have them.
  const isNew = kind === 'create' || kind === 'reply' || kind === 'followup';
  const settable =
    messageFlags.suppressEmbeds |
    messageFlags.suppressNotifications |
    messageFlags.isVoiceMessage |
    messageFlags.isComponentsV2 |
    (kind === 'create' ? 0 : messageFlags.ephemeral);
  if (isNew && (body.flags & ~settable) !== 0) {
    flag('BITFIELD_INVALID_FLAGS', `Only the flags ${settable} can be set, not ${body.flags}`);
  }
  return errors;
}

function embedErrors(embed: WireEmbed, path: FormError['path']): FormError[] {
  const required = (...place: (string | number)[]) =>
    formError([...path, ...place], 'BASE_TYPE_REQUIRED', 'This field is required');
  const errors: FormError[] = [];
  const shows = [embed.title, embed.description, embed.author?.name, embed.footer?.text];
  const pictures = [embed.image?.url, embed.thumbnail?.url];
  const isBlank = [...shows, ...pictures].every((text) => (text ?? '').trim() === '');
  if (isBlank && (embed.fields ?? []).length === 0) errors.push(required('description'));
  for (const [index, field] of (embed.fields ?? []).entries()) {
    if (field.name.trim() === '') errors.push(required('fields', index, 'name'));
    if (field.value.trim() === '') errors.push(required('fields', index, 'value'));
  }
  return errors;
}

function embedTotalErrors(embeds: readonly WireEmbed[]): FormError[] {
  const texts = embeds.flatMap((embed) => [
    embed.title,
    embed.description,
    embed.author?.name,
    embed.footer?.text,
    ...(embed.fields ?? []).flatMap(({ name, value }) => [name, value]),
  ]);
  const total = texts.reduce((sum, text) => sum + characterCount(text?.trim()), 0);
  if (total <= limits.embedCharacters) return [];
  return [
    formError(
      ['embeds'],
      'MAX_EMBED_SIZE_EXCEEDED',
      `Embed size exceeds maximum size of ${limits.embedCharacters}`,
    ),
  ];
}

/** Without the flag, components are up to five rows under the content. */
function legacyComponentErrors({ components }: WireMessage): FormError[] {
  const rows = components ?? [];
  const errors = rows.flatMap((component, index) =>
    component.type === componentTypes.actionRow
      ? []
      : [
          formError(
            ['components', index, 'type'],
            'UNION_TYPE_CHOICES',
            'Value of field "type" must be one of (1,).',
          ),
        ],
  );
  if (rows.length > limits.rows) {
    errors.push(
      formError(['components'], 'BASE_TYPE_BAD_LENGTH', 'Must be between 1 and 5 in length.'),
    );
  }
  return errors;
}

function componentsV2Errors(body: WireMessage, { before }: MessageRequest): FormError[] {
  const errors: FormError[] = [];
  const forbid = (field: string) =>
    errors.push(
      formError(
        [field],
        'MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2',
        `The '${field}' field cannot be used when using MessageFlags.IS_COMPONENTS_V2`,
      ),
    );
  // What the message had must be emptied in the edit that sets the flag.
  if ((body.content === undefined ? (before?.content ?? '') : (body.content ?? '')) !== '') {
    forbid('content');
  }
  if ((body.embeds === undefined ? (before?.embedCount ?? 0) : (body.embeds ?? []).length) > 0) {
    forbid('embeds');
  }
  if (body.poll) forbid('poll');
  if ((body.sticker_ids ?? []).length > 0) forbid('sticker_ids');
  const all = [...eachComponent(body.components ?? [], [])].map(({ component }) => component);
  if (all.length > limits.components) {
    errors.push(
      formError(
        ['components'],
        'COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED',
        `The total number of components cannot exceed ${limits.components}`,
      ),
    );
  }
  const characters = all.reduce(
    (sum, { type, content }) =>
      sum + (type === componentTypes.textDisplay ? characterCount(content) : 0),
    0,
  );
  if (characters > limits.textDisplayCharacters) {
    errors.push(
      formError(
        ['components'],
        'COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED',
        `The total displayable text size exceeds the maximum size of ${limits.textDisplayCharacters}`,
      ),
    );
  }
  return errors;
}

function componentErrors(components: readonly WireComponent[]): FormError[] {
  const each = [...eachComponent(components, ['components'])];
  return [
    ...sharedComponentErrors(components, ['components']),
    ...each.flatMap(({ component, path }) => interactiveErrors(component, path)),
  ];
}

function allowedMentionErrors({ allowed_mentions: allowed }: WireMessage): FormError[] {
  return (['users', 'roles'] as const).flatMap((field) =>
    (allowed?.parse ?? []).includes(field) && (allowed?.[field] ?? []).length > 0
      ? [
          formError(
            ['allowed_mentions'],
            'MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE',
            `parse:["${field}"] and ${field}: [ids...] are mutually exclusive.`,
          ),
        ]
      : [],
  );
}

/** What the real API would take, and this fake cannot show. Better refused than ignored. */
function unsupportedErrors(body: WireMessage): FormError[] {
  const used = [
    ...(body.poll ? ['poll'] : []),
    ...((body.sticker_ids ?? []).length > 0 ? ['sticker_ids'] : []),
  ];
  return used.map((field) =>
    formError([field], 'FAKE_UNSUPPORTED', 'This fake of Discord cannot show it'),
  );
}
