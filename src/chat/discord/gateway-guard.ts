import { SimpleShardingStrategy } from 'discord.js';
import type { Client, WebSocketOptions } from 'discord.js';
import { z } from 'zod';
import type { Log } from '../../ports/log.ts';

/** https://docs.discord.com/developers/topics/opcodes-and-status-codes#gateway-gateway-opcodes */
const dispatchSchema = z.looseObject({
  op: z.literal(0),
  t: z.string(),
  s: z.int().min(0),
  d: z.looseObject({}),
});
const frameSchema = z.union([
  dispatchSchema,
  z.looseObject({ op: z.literal([1, 7, 11]) }),
  z.looseObject({ op: z.literal(9), d: z.boolean() }),
  z.looseObject({
    op: z.literal(10),
    d: z.looseObject({ heartbeat_interval: z.number().min(1).max(3_600_000) }),
  }),
]);
const readySchema = z.looseObject({
  d: z.looseObject({ session_id: z.string(), resume_gateway_url: z.url() }),
});

/**
 * discord.js reads what comes from the gateway inside of the socket's own callback and of timers, where
 * nobody can catch what it throws over a frame that is not as Discord documents it: the whole bot would
 * end. These keep such frames from it, and catch what it throws all the same.
 */
export interface GatewayGuard {
  /** For the client's options. */
  readonly ws: Pick<WebSocketOptions, 'buildStrategy'>;
  /** To be called once with the client that has these options. */
  watch(client: Client): void;
}

export function createGatewayGuard(log: Log): GatewayGuard {
  const failed = (error: unknown): void => {
    log.error({ code: 'discord_sdk', error }, 'discord.js failed over something that Discord sent');
  };

  function guardShard(shard: object): void {
    const read = methodOf(shard, 'onMessage');
    Reflect.set(shard, 'onMessage', async (data: unknown, isBinary: unknown) => {
      const problem = problemOf(data);
      if (problem !== null) {
        log.warn(
          { code: 'discord_frame_unreadable', problem },
          'what came from Discord was not taken',
        );
        return;
      }
      try {
        await read(data, isBinary);
      } catch (error) {
        failed(error);
      }
    });
  }

  return {
    ws: {
      buildStrategy: (manager) => {
        const strategy = new SimpleShardingStrategy(manager);
        const spawn = strategy.spawn.bind(strategy);
        strategy.spawn = async (shardIds) => {
          await spawn(shardIds);
          const shards: unknown = Reflect.get(strategy, 'shards');
          if (!(shards instanceof Map))
            throw new TypeError('discord.js keeps its shards elsewhere');
          for (const shard of shards.values()) guardShard(Object(shard));
        };
        return strategy;
      },
    },
    watch(client) {
      // Also called from timers, for what came before everything was ready.
      const handle = methodOf(client.ws, 'handlePacket');
      Reflect.set(client.ws, 'handlePacket', (...given: readonly unknown[]) => {
        try {
          return handle(...given);
        } catch (error) {
          failed(error);
          return false;
        }
      });
    },
  };
}

/** A method that the SDK keeps to itself. */
function methodOf(owner: object, name: string): (...given: readonly unknown[]) => unknown {
  const method: unknown = Reflect.get(owner, name);
  if (typeof method !== 'function') throw new TypeError(`discord.js has no ${name} any more`);
  return (...given) => Reflect.apply(method, owner, given);
}

/** Why a frame is not taken, without what stands in it; null when it is one of Discord's. */
function problemOf(data: unknown): string | null {
  if (typeof data !== 'string') return 'it is no text';
  let frame: unknown;
  try {
    frame = JSON.parse(data);
  } catch {
    return 'it is no JSON';
  }
  if (!frameSchema.safeParse(frame).success) return 'it is no frame that Discord documents';
  const dispatch = dispatchSchema.safeParse(frame);
  const isReady = dispatch.success && dispatch.data.t === 'READY';
  return isReady && !readySchema.safeParse(frame).success ? 'READY lacks a session' : null;
}
