import { z } from 'zod';

/** What the processes of the load bench say to each other. */

const placeSchema = z.object({ account: z.string(), channel: z.string() });

/** What the people at the chat are asked to do. */
export const wishSchema = z.discriminatedUnion('type', [
  /** Ana types `/rebalance ACCOUNT`, one after the other so far apart. */
  z.object({
    type: z.literal('propose'),
    places: z.array(placeSchema),
    everyMilliseconds: z.number(),
  }),
  /** Ben clicks every Approve that is shown, so far apart. */
  z.object({ type: z.literal('approve'), everyMilliseconds: z.number() }),
  /** What the channels show. */
  z.object({ type: z.literal('look') }),
]);
export type Wish = z.output<typeof wishSchema>;

export const chatReadySchema = z.object({ environment: z.record(z.string(), z.string()) });

/** Times are milliseconds since 1970 by the machine's clock. */
export const actedSchema = z.object({
  firstAt: z.number(),
  lastAt: z.number(),
  /** From each leaving the platform to its acknowledgement's arrival there; null when it came too late. */
  acknowledged: z.array(z.number().nullable()),
});
export type Acted = z.output<typeof actedSchema>;

export const shownSchema = z.object({
  messages: z.array(
    z.object({
      channel: z.string(),
      ts: z.string(),
      text: z.string(),
      buttons: z.array(z.string()),
    }),
  ),
  /** What the platform would hold against the bot. */
  problems: z.array(z.string()),
  edits: z.number(),
});
export type Shown = z.output<typeof shownSchema>;
