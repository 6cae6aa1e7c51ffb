import type { RawData } from 'ws';

/** https://docs.discord.com/developers/topics/opcodes-and-status-codes#gateway */
export const opcodes = {
  dispatch: 0,
  heartbeat: 1,
  identify: 2,
  presenceUpdate: 3,
  voiceStateUpdate: 4,
  resume: 6,
  reconnect: 7,
  requestGuildMembers: 8,
  invalidSession: 9,
  hello: 10,
  heartbeatAck: 11,
} as const;

export const closeCodes = {
  unknownOpcode: 4001,
  decodeError: 4002,
  notAuthenticated: 4003,
  authenticationFailed: 4004,
  alreadyAuthenticated: 4005,
  invalidSequence: 4007,
  rateLimited: 4008,
  sessionTimedOut: 4009,
  invalidApiVersion: 4012,
  invalidIntents: 4013,
  disallowedIntents: 4014,
} as const;

/** https://docs.discord.com/developers/events/gateway#gateway-intents */
export const privilegedIntentBits = (1 << 1) | (1 << 8) | (1 << 15);
/** Bits 0 to 16, 20, 21, 24 and 25 have a meaning. */
export const knownIntents = (1 << 17) - 1 + ((1 << 20) | (1 << 21) | (1 << 24) | (1 << 25));
const largestPayloadBytes = 4096;

export interface GatewayMessage {
  readonly op: number;
  readonly d: Readonly<Record<string, unknown>>;
}

/** Null when it is no payload that Discord would read. */
export function decode(data: RawData): GatewayMessage | null {
  if (!Buffer.isBuffer(data) || data.length > largestPayloadBytes) return null;
  try {
    const message: unknown = JSON.parse(data.toString('utf8'));
    if (typeof message !== 'object' || message === null || !('op' in message)) return null;
    if (typeof message.op !== 'number') return null;
    const d: unknown = 'd' in message ? message.d : null;
    return { op: message.op, d: typeof d === 'object' && d !== null ? { ...d } : {} };
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
