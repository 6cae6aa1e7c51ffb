import { z } from 'zod';
import { revealedTextSchema } from '../../lib/secret.ts';

/** What Schwab allows an app at most (developer.schwab.com, app registration: "Order Limit", 0 to 120). */
const MOST_ORDERS_A_MINUTE = 120;

/** The `schwab:` section of an account. Values are plain text. */
export const schwabSettingsSchema = z.strictObject({
  /** The id of the person in portfolios.yaml whose login the account is reached through. */
  connection: z
    .string()
    .regex(/^[\w-]{1,64}$/, 'expected the id of a person, whose login the account is on'),
  /** All of it, or its last four digits. */
  accountNumber: revealedTextSchema.refine(
    (text) => /^\d{4,20}$/.test(text),
    'expected the account number in quotes, such as "12345678", or its last 4 digits',
  ),
  /** What the app is registered with. */
  ordersAMinute: z
    .string()
    .regex(/^\d{1,3}$/, 'expected a whole number')
    .transform(Number)
    .refine(
      (count) => count >= 1 && count <= MOST_ORDERS_A_MINUTE,
      `expected 1 to ${MOST_ORDERS_A_MINUTE}: the orders a minute that your app is registered with at developer.schwab.com`,
    )
    .prefault(String(MOST_ORDERS_A_MINUTE)),
});
