import { noContent, ok } from './api.ts';
import type { ApiRequest, Handler } from './api.ts';
import { formError, refusals } from './form-errors.ts';
import type { FormError } from './form-errors.ts';
import { checkedMessage, createMessage, editMessage } from './messages.ts';
import { messagePayload } from './message-payload.ts';
import { requestErrors, schemaErrors } from './openapi.ts';
import type { SchemaName } from './openapi.ts';
import { autocompleteErrors } from './validate-commands.ts';
import { modalErrors } from './validate-modal.ts';
import { messageFlags } from './wire-types.ts';
import type { WireCallback } from './wire-types.ts';
import { channelIn, messageIn } from './world.ts';
import type { StoredInteraction, StoredMessage, World } from './world.ts';

/** https://docs.discord.com/developers/interactions/receiving-and-responding#interaction-callback */
const acknowledgementMilliseconds = 3_000;
export const tokenMilliseconds = 15 * 60_000;

/** The first answer to an interaction. It needs no authorization: the token in the path is one. */
export const interactionRoutes = {
  'POST /interactions/{interaction_id}/{interaction_token}/callback': (world, request) => {
    const interaction = world.interactions.get(request.parameter('interaction_id'));
    if (interaction === undefined || interaction.token !== request.parameter('interaction_token')) {
      throw refusals.unknownInteraction();
    }
    const age = world.clock.now() - interaction.createdAt;
    if (age > tokenMilliseconds) throw refusals.unknownInteraction();
    if (interaction.acknowledgedAt !== null) throw refusals.alreadyAcknowledged();
    if (age > acknowledgementMilliseconds) throw refusals.unknownInteraction();
    const callback = checkedCallback(interaction, request);
    const message = carryOut(world, interaction, callback, request);
    interaction.acknowledgedAt = request.arrivedAt;
    interaction.callback = callback;
    world.changes.notify();
    return request.query.get('with_response') === 'true'
      ? ok(callbackPayload(world, interaction, callback, message))
      : noContent;
  },
} satisfies Readonly<Record<string, Handler>>;

/** Which answers an interaction may have, by its type. */
function allowedTypes({ type, sourceMessageId }: StoredInteraction): readonly number[] {
  switch (type) {
    case 2:
      return [4, 5, 9];
    case 3:
      return [4, 5, 6, 7, 9];
    case 4:
      return [8];
    case 5:
      return sourceMessageId === null ? [4, 5] : [4, 5, 6, 7];
  }
}

const operation = 'POST /interactions/{interaction_id}/{interaction_token}/callback';

function isWireCallback(body: unknown): body is WireCallback {
  return requestErrors(operation, body).length === 0;
}

function checkedCallback(interaction: StoredInteraction, request: ApiRequest): WireCallback {
  const { body } = request;
  const type: unknown = typeof body === 'object' && body !== null && 'type' in body && body.type;
  const allowed = allowedTypes(interaction);
  if (typeof type === 'number' && !allowed.includes(type)) {
    throw refusals.invalidForm([
      formError(['type'], 'BASE_TYPE_CHOICES', `Value must be one of {${allowed.join(', ')}}.`),
    ]);
  }
  if (type === 8) requireChoices(interaction, body);
  if (!isWireCallback(body)) throw refusals.invalidForm(requestErrors(operation, body));
  const errors = callbackErrors(body);
  if (errors.length > 0) throw refusals.invalidForm(errors);
  return body;
}

const completionSchemas: Readonly<Record<number, SchemaName>> = {
  3: 'InteractionApplicationCommandAutocompleteCallbackStringData',
  4: 'InteractionApplicationCommandAutocompleteCallbackIntegerData',
  10: 'InteractionApplicationCommandAutocompleteCallbackNumberData',
};

/** Completions fit the type of the option that is being typed; the document only says: any of them. */
function requireChoices(interaction: StoredInteraction, body: unknown): void {
  const schema = completionSchemas[interaction.focusedOptionType ?? 3];
  const data: unknown = typeof body === 'object' && body !== null && 'data' in body && body.data;
  const errors = schema === undefined ? [] : schemaErrors(schema, data);
  if (errors.length === 0) return;
  throw refusals.invalidForm(errors.map((error) => ({ ...error, path: ['data', ...error.path] })));
}

/** What remains to be checked once the body fits the document; messages are checked as they are made. */
function callbackErrors(callback: WireCallback): FormError[] {
  switch (callback.type) {
    case 5:
      return ((callback.data?.flags ?? 0) & ~messageFlags.ephemeral) === 0
        ? []
        : [
            formError(
              ['data', 'flags'],
              'BITFIELD_INVALID_FLAGS',
              'Only EPHEMERAL may be set while deferring',
            ),
          ];
    case 8:
      return autocompleteErrors(callback.data.choices ?? [], ['data', 'choices']);
    case 9:
      return modalErrors(callback.data, ['data']);
    default:
      return [];
  }
}

function carryOut(
  world: World,
  interaction: StoredInteraction,
  callback: WireCallback,
  request: ApiRequest,
): StoredMessage | null {
  const base = {
    channel: channelIn(world, interaction.channelId),
    author: world.bot,
    via: 'response',
    interaction,
  } as const;
  switch (callback.type) {
    case 1:
    case 8:
      return null;
    case 4: {
      const body = checkedMessage(callback.data ?? {}, request.files, 'reply', null, ['data']);
      const message = createMessage(world, { ...base, body, files: request.files });
      interaction.originalId = message.id;
      return message;
    }
    case 5: {
      const body = { flags: callback.data?.flags ?? 0 };
      const message = createMessage(world, { ...base, body, files: [], isLoading: true });
      interaction.originalId = message.id;
      return message;
    }
    case 6:
      interaction.originalId = interaction.sourceMessageId;
      return null;
    case 7: {
      const message = messageIn(world, interaction.sourceMessageId ?? '');
      if (message.isDeleted) throw refusals.unknownMessage();
      const body = checkedMessage(callback.data ?? {}, request.files, 'update', message, ['data']);
      editMessage(world, message, body, request.files);
      interaction.originalId = message.id;
      return message;
    }
    case 9:
      world.modals.push({ userId: interaction.userId, interaction, modal: callback.data });
      return null;
  }
}

function callbackPayload(
  world: World,
  interaction: StoredInteraction,
  callback: WireCallback,
  message: StoredMessage | null,
) {
  const base = { id: interaction.id, type: interaction.type };
  if (message === null) return { interaction: base };
  return {
    interaction: {
      ...base,
      response_message_id: message.id,
      response_message_loading: (message.flags & messageFlags.loading) !== 0,
      response_message_ephemeral: message.ephemeralFor !== null,
      channel_id: message.channelId,
      ...(message.guildId === null ? {} : { guild_id: message.guildId }),
    },
    resource: {
      type: callback.type === 7 ? 7 : 4,
      message: messagePayload(world, message),
    },
  };
}
