import { z } from 'zod';

/** What the processes of the acknowledgement bench say to each other. */

export const transportSchema = z.enum(['slack-socket', 'slack-http', 'discord']);
export type Transport = z.output<typeof transportSchema>;

/** The whole bot, and an app on the bare SDK that does nothing but acknowledge. */
export const contenderSchema = z.enum(['ours', 'bare']);
export type Contender = z.output<typeof contenderSchema>;

const placeSchema = z.object({
  environment: z.record(z.string(), z.string()),
  /** The channel that is served. */
  channel: z.string(),
});
/** The first word of the fake: where each contender finds it. */
export const readySchema = z.object({ ours: placeSchema, bare: placeSchema });
export type Ready = z.output<typeof readySchema>;
export type Place = z.output<typeof placeSchema>;

/** Asks the fake for so many interactions at once. */
export const burstSchema = z.object({ contender: contenderSchema, size: z.int() });

/** From each interaction's leaving the fake to its acknowledgement's arrival there. */
export const measuredSchema = z.object({ milliseconds: z.array(z.number()) });
