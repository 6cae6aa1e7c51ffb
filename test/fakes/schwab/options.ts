import { z } from 'zod';

/** A plain decimal as text, such as `100.25`. */
export const decimalText = z.string().regex(/^-?\d{1,15}(\.\d{1,10})?$/, 'is not a plain decimal');
export const positiveText = decimalText.refine((text) => Number(text) > 0, 'must be above 0');
export const wholeText = z.string().regex(/^[1-9]\d{0,8}$/, 'must be a whole number above 0');
export const instantText = z.string().refine((text) => {
  try {
    Temporal.Instant.from(text);
    return true;
  } catch {
    return false;
  }
}, 'is not an instant such as 2026-11-25T15:00:00Z');

export const setMarketBody = z.strictObject({
  open: z.boolean(),
  nextOpen: instantText,
  nextClose: instantText,
});

const accountOptions = z.strictObject({
  number: z.string().regex(/^\d{8}$/, 'must be eight digits'),
  type: z.enum(['CASH', 'MARGIN']).default('CASH'),
  cash: decimalText.default('100000'),
  /** Proceeds among the cash that settle on the next trading day. */
  unsettledCash: decimalText.default('0'),
  positions: z
    .array(z.strictObject({ symbol: z.string(), quantity: positiveText, costBasis: decimalText }))
    .default([]),
});

const symbolOptions = z.strictObject({
  price: positiveText,
  bid: positiveText.optional(),
  ask: positiveText.optional(),
  asset: z.enum(['EQUITY', 'ETF', 'MUTUAL_FUND', 'CASH_EQUIVALENT']).default('EQUITY'),
  description: z.string().optional(),
});

/** What a Schwab fake begins with; everything has a default. */
export const optionsSchema = z.strictObject({
  /** When its clock begins; the real time when left out. */
  now: instantText.optional(),
  clock: z.enum(['real', 'stepped']).default('real'),
  /** How many times as fast as real time a real clock runs. */
  speed: z.int().min(1).default(1),
  /** `automatic`: two executions by themselves, each after `fillAfterMilliseconds`. */
  fills: z.enum(['told', 'automatic']).default('automatic'),
  fillAfterMilliseconds: z.int().nonnegative().default(0),
  /** What the app's registration says. */
  app: z
    .strictObject({
      clientId: z.string().min(1).default('fake-app-key'),
      clientSecret: z.string().min(1).default('fake-app-secret'),
      redirectUri: z.url({ protocol: /^https$/ }).default('https://127.0.0.1:8182/'),
    })
    .prefault({}),
  /** Placed, replaced and canceled orders a minute and account; the registration's limit. */
  ordersPerMinute: z.int().min(0).max(120).default(120),
  accounts: z
    .array(accountOptions)
    .min(1)
    .prefault([{ number: '12345678' }]),
  symbols: z
    .record(z.string().regex(/^[A-Z][A-Z0-9./]{0,9}$/), symbolOptions)
    .prefault({ VTI: { price: '250', asset: 'ETF' }, AAPL: { price: '200' } }),
  /** Instead of weekdays from 9:30 to 16:00 in New York. */
  market: setMarketBody.optional(),
  /** Days of New York without a session. */
  holidays: z.array(z.iso.date()).default([]),
  /** `told`: an order stays in PENDING_CANCEL until `finishCancel`. */
  cancels: z.enum(['at_once', 'told']).default('at_once'),
  /** How long a fresh order is missing from what is read: the answer can be ahead of the lists. */
  visibleAfterMilliseconds: z.int().nonnegative().default(0),
  /** How an order that the account cannot carry is refused: 201 and then REJECTED, or 400. */
  refusals: z.enum(['status', 'answer']).default('status'),
  /** `observed` adds fields that users report and that the document does not have. */
  answers: z.enum(['spec', 'observed']).default('spec'),
});

/** Options as a test writes them. */
export type SchwabFakeOptions = z.input<typeof optionsSchema>;
export type ReadOptions = z.output<typeof optionsSchema>;
