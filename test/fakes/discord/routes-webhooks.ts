import { noContent, ok } from './api.ts';
import type { ApiRequest, Handler } from './api.ts';
import { refusals } from './form-errors.ts';
import { checkedMessage, createMessage, deleteMessage, editMessage } from './messages.ts';
import { messagePayload } from './message-payload.ts';
import { tokenMilliseconds } from './routes-interactions.ts';
import { messageFlags } from './wire-types.ts';
import { channelIn } from './world.ts';
import type { StoredInteraction, StoredMessage, World } from './world.ts';

const original: Handler = (world, request) =>
  ok(messagePayload(world, messageOf(world, interactionOf(world, request), request)));

const edit: Handler = (world, request) => {
  const message = messageOf(world, interactionOf(world, request), request);
  fill(world, message, request);
  return ok(messagePayload(world, message));
};

const remove: Handler = (world, request) => {
  deleteMessage(world, messageOf(world, interactionOf(world, request), request));
  return noContent;
};

/** What follows the first answer: an interaction's token is a webhook of the application for 15 minutes. */
export const webhookRoutes = {
  'POST /webhooks/{webhook_id}/{webhook_token}': (world, request) => {
    const interaction = interactionOf(world, request);
    const deferred = world.messages.get(interaction.originalId ?? '');
    // Directly after a deferral this fills in the deferred answer, and its visibility stays. Once that
    // was deleted it is a message of its own: https://github.com/discord/discord-api-docs/issues/2739
    const isDeferred = deferred !== undefined && (deferred.flags & messageFlags.loading) !== 0;
    if (isDeferred && !deferred.isDeleted) {
      fill(world, deferred, request);
      return ok(messagePayload(world, deferred));
    }
    const body = checkedMessage(request.body, request.files, 'followup', null);
    const message = createMessage(world, {
      channel: channelIn(world, interaction.channelId),
      author: world.bot,
      body,
      files: request.files,
      via: 'followup',
      interaction,
    });
    interaction.followupIds.push(message.id);
    return ok(messagePayload(world, message));
  },
  'GET /webhooks/{webhook_id}/{webhook_token}/messages/@original': original,
  'PATCH /webhooks/{webhook_id}/{webhook_token}/messages/@original': edit,
  'DELETE /webhooks/{webhook_id}/{webhook_token}/messages/@original': remove,
  'GET /webhooks/{webhook_id}/{webhook_token}/messages/{message_id}': original,
  'PATCH /webhooks/{webhook_id}/{webhook_token}/messages/{message_id}': edit,
  'DELETE /webhooks/{webhook_id}/{webhook_token}/messages/{message_id}': remove,
} satisfies Readonly<Record<string, Handler>>;

function fill(world: World, message: StoredMessage, request: ApiRequest): void {
  const body = checkedMessage(request.body, request.files, 'webhookEdit', message);
  editMessage(world, message, body, request.files);
}

function interactionOf(world: World, request: ApiRequest): StoredInteraction {
  const interaction = world.interactionsByToken.get(request.parameter('webhook_token'));
  const isOwn = request.parameter('webhook_id') === world.applicationId;
  if (interaction === undefined || !isOwn) throw refusals.unknownWebhook();
  if (world.clock.now() - interaction.createdAt > tokenMilliseconds) {
    throw refusals.invalidWebhookToken();
  }
  // There is nothing to follow up before the first answer, nor after completions.
  if (interaction.acknowledgedAt === null || interaction.type === 4) {
    throw refusals.unknownWebhook();
  }
  return interaction;
}

function messageOf(
  world: World,
  interaction: StoredInteraction,
  request: ApiRequest,
): StoredMessage {
  const named = request.parameter('message_id');
  const id = named === '' || named === '@original' ? interaction.originalId : named;
  const own = [interaction.originalId, ...interaction.followupIds];
  const message = id !== null && own.includes(id) ? world.messages.get(id) : undefined;
  if (message === undefined || message.isDeleted) throw refusals.unknownMessage();
  return message;
}
