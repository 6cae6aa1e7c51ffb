import type { Pings } from './mentions.ts';
import { componentTypes, eachComponent } from './wire-types.ts';
import type { WireComponent, WireEmbed, WireOption } from './wire-types.ts';
import type { ShownModal, StoredAttachment, StoredMessage } from './world.ts';

interface ButtonView {
  readonly label: string;
  /** Null for a link. */
  readonly customId: string | null;
  readonly url: string | null;
  /** 1 primary, 2 secondary, 3 success, 4 danger, 5 link. */
  readonly style: number;
  readonly isDisabled: boolean;
}

/** A message as it stands at the moment of asking. */
export interface MessageView {
  readonly id: string;
  readonly channelId: string;
  readonly authorId: string;
  readonly content: string;
  readonly embeds: readonly WireEmbed[];
  readonly components: readonly WireComponent[];
  readonly attachments: readonly StoredAttachment[];
  readonly flags: number;
  /** Every word of it in reading order: content, embeds and text displays, a line each. */
  readonly text: string;
  readonly buttons: readonly ButtonView[];
  /** Whom it notifies. */
  readonly pings: Pings;
  readonly via: 'channel' | 'response' | 'followup';
  readonly interactionId: string | null;
  /** The only person who sees it. */
  readonly privateTo: string | null;
  /** True while the person sees only that the bot is thinking. */
  readonly isLoading: boolean;
  readonly edits: number;
}

export function messageView(message: StoredMessage): MessageView {
  return {
    id: message.id,
    channelId: message.channelId,
    authorId: message.author.id,
    content: message.content,
    embeds: message.embeds,
    components: message.components,
    attachments: message.attachments,
    flags: message.flags,
    text: textOf(message),
    buttons: buttonsOf(message.components),
    pings: message.pings,
    via: message.via,
    interactionId: message.interactionId,
    privateTo: message.ephemeralFor,
    isLoading: (message.flags & (1 << 7)) !== 0,
    edits: message.edits,
  };
}

function textOf({ content, embeds, components }: StoredMessage): string {
  const ofEmbeds = embeds.flatMap(({ author, title, description, fields, footer }) => [
    author?.name,
    title,
    description,
    ...(fields ?? []).map(({ name, value }) => `${name}: ${value}`),
    footer?.text,
  ]);
  const ofComponents = [...eachComponent(components, [])].map(({ component }) =>
    component.type === componentTypes.textDisplay ? component.content : null,
  );
  return [content, ...ofEmbeds, ...ofComponents].filter(Boolean).join('\n');
}

function buttonsOf(components: readonly WireComponent[]): ButtonView[] {
  return [...eachComponent(components, [])].flatMap(({ component }) =>
    component.type === componentTypes.button
      ? [
          {
            label: component.label ?? '',
            customId: component.custom_id ?? null,
            url: component.url ?? null,
            style: component.style ?? 0,
            isDisabled: component.disabled ?? false,
          },
        ]
      : [],
  );
}

export interface ModalField {
  readonly customId: string;
  readonly label: string;
  readonly description: string | null;
  /** A component type: 3 select, 4 text, 21 radio group, 22 checkbox group, 23 checkbox. */
  readonly type: number;
  readonly isRequired: boolean;
  /** What the text starts with. */
  readonly value: string;
  readonly placeholder: string | null;
  readonly minimumLength: number;
  readonly maximumLength: number;
  readonly options: readonly WireOption[];
}

/** A form on somebody's screen. */
export interface ModalView {
  /** The interaction that it answered. */
  readonly interactionId: string;
  readonly userId: string;
  readonly customId: string;
  readonly title: string;
  /** Its words that are not fields. */
  readonly text: string;
  readonly fields: readonly ModalField[];
}

export function modalView({ userId, interaction, modal }: ShownModal): ModalView {
  return {
    interactionId: interaction.id,
    userId,
    customId: modal.custom_id,
    title: modal.title,
    text: modal.components.flatMap(({ content }) => content ?? []).join('\n'),
    fields: modal.components.flatMap((top) => {
      const inner = top.component === undefined ? (top.components ?? []) : [top.component];
      return inner.map((field) => fieldView(top, field));
    }),
  };
}

function fieldView(top: WireComponent, field: WireComponent): ModalField {
  return {
    customId: field.custom_id ?? '',
    label: top.label ?? field.label ?? '',
    description: top.description ?? null,
    type: field.type,
    isRequired: field.required ?? field.type !== componentTypes.checkbox,
    value: field.value ?? '',
    placeholder: field.placeholder ?? null,
    minimumLength: field.min_length ?? 0,
    maximumLength: field.max_length ?? 4000,
    options: field.options ?? [],
  };
}
