/**
 * What a bot sends, as far as the fake reads it. The official schemas have checked a body before it is
 * given one of these types; fields that the fake does not read are left out.
 */
interface WireMedia {
  readonly url: string;
}

export interface WireOption {
  readonly label: string;
  readonly value: string;
  readonly description?: string | null;
  readonly default?: boolean | null;
}

/** Any component, of a message or a modal: `type` says which of the fields it has. */
export interface WireComponent {
  readonly type: number;
  readonly id?: number | null;
  readonly custom_id?: string | null;
  readonly style?: number;
  readonly label?: string | null;
  readonly description?: string | null;
  readonly emoji?: object | null;
  readonly disabled?: boolean | null;
  readonly url?: string | null;
  readonly sku_id?: string | null;
  readonly components?: readonly WireComponent[];
  /** Of a label. */
  readonly component?: WireComponent;
  /** Of a section. */
  readonly accessory?: WireComponent;
  readonly content?: string;
  readonly items?: readonly {
    readonly media: WireMedia;
    readonly description?: string | null;
    readonly spoiler?: boolean | null;
  }[];
  readonly media?: WireMedia;
  readonly file?: WireMedia;
  readonly options?: readonly WireOption[];
  readonly placeholder?: string | null;
  readonly value?: string | null;
  readonly required?: boolean | null;
  readonly min_length?: number | null;
  readonly max_length?: number | null;
  readonly min_values?: number | null;
  readonly max_values?: number | null;
  readonly default_values?: readonly object[] | null;
  readonly accent_color?: number | null;
  readonly spoiler?: boolean | null;
  readonly divider?: boolean | null;
  readonly spacing?: number | null;
  readonly default?: boolean | null;
}

export interface WireEmbed {
  readonly title?: string | null;
  readonly description?: string | null;
  readonly url?: string | null;
  readonly color?: number | null;
  readonly timestamp?: string | null;
  readonly fields?:
    | readonly { readonly name: string; readonly value: string; readonly inline?: boolean | null }[]
    | null;
  readonly author?: {
    readonly name?: string | null;
    readonly url?: string | null;
    readonly icon_url?: string | null;
  } | null;
  readonly footer?: { readonly text?: string | null; readonly icon_url?: string | null } | null;
  readonly image?: { readonly url?: string | null } | null;
  readonly thumbnail?: { readonly url?: string | null } | null;
}

export interface WireAllowedMentions {
  readonly parse?: readonly (string | null)[] | null;
  readonly users?: readonly (string | null)[] | null;
  readonly roles?: readonly (string | null)[] | null;
  readonly replied_user?: boolean | null;
}

interface WireAttachment {
  readonly id: string;
  readonly filename?: string | null;
  readonly description?: string | null;
  readonly title?: string | null;
}

/** A message to be made, or what is to be changed of one. */
export interface WireMessage {
  readonly content?: string | null;
  readonly embeds?: readonly WireEmbed[] | null;
  readonly components?: readonly WireComponent[] | null;
  readonly attachments?: readonly WireAttachment[] | null;
  readonly allowed_mentions?: WireAllowedMentions | null;
  readonly flags?: number | null;
  readonly tts?: boolean | null;
  readonly nonce?: string | number | null;
  readonly enforce_nonce?: boolean | null;
  readonly poll?: object | null;
  readonly sticker_ids?: readonly string[] | null;
  readonly message_reference?: {
    readonly message_id: string;
    readonly fail_if_not_exists?: boolean | null;
  } | null;
}

export interface WireModal {
  readonly custom_id: string;
  readonly title: string;
  readonly components: readonly WireComponent[];
}

export interface WireChoice {
  readonly name: string;
  readonly value: string | number;
}

export interface WireCommandOption {
  readonly type: number;
  readonly name: string;
  readonly description: string;
  readonly required?: boolean | null;
  readonly autocomplete?: boolean | null;
  readonly choices?: readonly WireChoice[] | null;
  readonly options?: readonly WireCommandOption[] | null;
  readonly min_value?: number | null;
  readonly max_value?: number | null;
  readonly min_length?: number | null;
  readonly max_length?: number | null;
}

export interface WireCommand {
  readonly name: string;
  readonly type?: number | null;
  readonly description?: string | null;
  readonly options?: readonly WireCommandOption[] | null;
  readonly default_member_permissions?: string | number | null;
  readonly dm_permission?: boolean | null;
  readonly contexts?: readonly number[] | null;
  readonly integration_types?: readonly number[] | null;
  readonly nsfw?: boolean | null;
}

/** A first answer to an interaction. */
export type WireCallback =
  | { readonly type: 1 }
  | { readonly type: 4 | 5; readonly data?: WireMessage | null }
  | { readonly type: 6 }
  | { readonly type: 7; readonly data?: WireMessage | null }
  | { readonly type: 8; readonly data: { readonly choices?: readonly WireChoice[] | null } }
  | { readonly type: 9; readonly data: WireModal };

/** https://docs.discord.com/developers/components/reference#component-object-component-types */
export const componentTypes = {
  actionRow: 1,
  button: 2,
  stringSelect: 3,
  textInput: 4,
  userSelect: 5,
  roleSelect: 6,
  mentionableSelect: 7,
  channelSelect: 8,
  section: 9,
  textDisplay: 10,
  thumbnail: 11,
  mediaGallery: 12,
  file: 13,
  separator: 14,
  container: 17,
  label: 18,
  fileUpload: 19,
  radioGroup: 21,
  checkboxGroup: 22,
  checkbox: 23,
} as const;

/** https://docs.discord.com/developers/resources/message#message-object-message-flags */
export const messageFlags = {
  suppressEmbeds: 1 << 2,
  ephemeral: 1 << 6,
  loading: 1 << 7,
  suppressNotifications: 1 << 12,
  isVoiceMessage: 1 << 13,
  isComponentsV2: 1 << 15,
} as const;

/** Every component of a message or a modal with its path, parents before their children. */
export function* eachComponent(
  components: readonly WireComponent[],
  path: readonly (string | number)[],
): Generator<{ component: WireComponent; path: readonly (string | number)[] }> {
  for (const [index, component] of components.entries()) {
    yield* withChildren(component, [...path, index]);
  }
}

function* withChildren(
  component: WireComponent,
  path: readonly (string | number)[],
): Generator<{ component: WireComponent; path: readonly (string | number)[] }> {
  yield { component, path };
  yield* eachComponent(component.components ?? [], [...path, 'components']);
  if (component.component) yield* withChildren(component.component, [...path, 'component']);
  if (component.accessory) yield* withChildren(component.accessory, [...path, 'accessory']);
}

/** Length as Discord counts it: code points, not UTF-16 units. */
export function characterCount(text: string | null | undefined): number {
  return Array.from(text ?? '').length;
}
