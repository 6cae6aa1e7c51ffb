import { DiscordAPIError, DiscordjsError, DiscordjsErrorCodes, HTTPError } from 'discord.js';
import { ChatError } from '../../ports/chat-error.ts';
import type { ChatErrorCode } from '../../ports/chat-error.ts';
import { DISCORD_PLATFORM } from './platform.ts';

/** https://docs.discord.com/developers/topics/opcodes-and-status-codes#json-json-error-codes */
const JSON_CODES = {
  unknownChannel: 10003,
  unknownMessage: 10008,
  unknownWebhook: 10015,
  unknownInteraction: 10062,
  alreadyAcknowledged: 40060,
  missingAccess: 50001,
  cannotMessageThisUser: 50007,
  missingPermissions: 50013,
  notInThisKindOfChannel: 50024,
  notOnSystemMessages: 50068,
  invalidWebhookToken: 50027,
} as const;

function isCode(error: unknown, codes: readonly (keyof typeof JSON_CODES)[]): boolean {
  return error instanceof DiscordAPIError && codes.some((code) => JSON_CODES[code] === error.code);
}

/** The message or its channel is no longer there. */
export function isGone(error: unknown): boolean {
  return isCode(error, ['unknownChannel', 'unknownMessage']);
}

/** Threads are not allowed there, to us or to anybody. */
export function isThreadRefused(error: unknown): boolean {
  return isCode(error, [
    'missingAccess',
    'missingPermissions',
    'notInThisKindOfChannel',
    'notOnSystemMessages',
  ]);
}

/** Somebody, probably an earlier try of ours, has acknowledged the interaction. */
export function isAlreadyAcknowledged(error: unknown): boolean {
  return isCode(error, ['alreadyAcknowledged']);
}

/** The interaction can no longer be answered with its token, or never was acknowledged. */
export function isTokenOver(error: unknown): boolean {
  return isCode(error, ['unknownWebhook', 'unknownInteraction', 'invalidWebhookToken']);
}

/** The connection broke: whether Discord got the request is not known. */
export function isNoAnswer(error: unknown): boolean {
  const isAnswer = error instanceof DiscordAPIError || error instanceof HTTPError;
  return error instanceof Error && !isAnswer && !(error instanceof DiscordjsError);
}

/** Whether the same may succeed later without anybody doing anything. */
export function isTransient({ code }: ChatError): boolean {
  return code === 'unavailable' || code === 'rate_limited';
}

/**
 * What discord.js threw, in the terms of the port. The original is not kept: it holds the address and the
 * body of the request, and with them the tokens of interactions.
 */
export function toChatError(error: unknown, what: string): ChatError {
  if (error instanceof ChatError) return error;
  if (error instanceof DiscordAPIError) {
    const reason = `${what}: Discord answered ${error.status}: ${error.message}`;
    const platformCode = String(error.code);
    return new ChatError(DISCORD_PLATFORM, codeOf(error), reason, { platformCode });
  }
  if (error instanceof HTTPError) {
    const platformCode = String(error.status);
    const reason = `${what}: Discord answered ${error.status}`;
    return new ChatError(DISCORD_PLATFORM, 'unavailable', reason, { platformCode });
  }
  if (isTokenProblem(error)) {
    return new ChatError(DISCORD_PLATFORM, 'authentication', `${what}: Discord refused the token`);
  }
  const said = error instanceof Error ? describe(error) : 'unknown';
  return new ChatError(DISCORD_PLATFORM, 'unavailable', `${what}: no answer (${said})`);
}

function codeOf(error: DiscordAPIError): ChatErrorCode {
  if (error.status === 401) return 'authentication';
  if (isCode(error, ['unknownChannel', 'missingAccess', 'cannotMessageThisUser'])) {
    return 'channel_unavailable';
  }
  if (error.status === 403) return 'missing_scope';
  if (error.status === 429) return 'rate_limited';
  return error.status >= 500 ? 'unavailable' : 'message_refused';
}

/** After a 401 the SDK forgets the token, and says so instead of asking again. */
function isTokenProblem(error: unknown): boolean {
  if (error instanceof DiscordjsError) return error.code === DiscordjsErrorCodes.TokenInvalid;
  return error instanceof Error && error.message.startsWith('Expected token to be set');
}

/** `fetch failed (ECONNREFUSED)`: what happened to a connection is in the cause. */
function describe(error: Error): string {
  const { cause } = error;
  const code = cause instanceof Error && 'code' in cause ? ` (${String(cause.code)})` : '';
  return `${error.message}${code}`;
}
