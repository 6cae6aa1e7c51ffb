import { z } from 'zod';
import { instantText, positiveText, setMarketBody, wholeText } from './options.ts';
import { stateSchema } from './state.ts';
import { liveStatuses } from './world.ts';

const faultOperation = z.enum(['any', 'submit', 'read', 'cancel', 'token']);
const count = z.int().min(1).max(1000).default(1);
const brokerOrderId = z.string().regex(/^\d{1,18}$/, 'must be the number of an order');
const person = z.string().min(1);
const nothing = z.strictObject({});
const done = z.object({});

function verb<Body extends z.ZodType, Answer extends z.ZodType>(body: Body, answer: Answer) {
  return { body, answer };
}

/** Every verb of the control interface: what it takes and what it answers. */
export const verbs = {
  advance: verb(
    z.strictObject({ seconds: z.number().nonnegative() }),
    z.object({ now: instantText }),
  ),
  fillNext: verb(nothing, z.object({ executions: z.int() })),
  fill: verb(
    z.strictObject({ brokerOrderId, quantity: wholeText, price: positiveText }),
    z.object({ executionId: z.string() }),
  ),
  setPrice: verb(
    z.strictObject({
      symbol: z.string(),
      price: positiveText,
      bid: positiveText.optional(),
      ask: positiveText.optional(),
    }),
    done,
  ),
  setMarket: verb(setMarketBody, done),
  closeMarket: verb(nothing, done),
  dropAnswer: verb(
    z.strictObject({
      operation: z.enum(['submit', 'cancel']),
      order: z.enum(['placed', 'not_placed']),
      count,
    }),
    done,
  ),
  fail: verb(
    z.strictObject({
      operation: faultOperation,
      code: z.enum(['authentication', 'rate_limited', 'unavailable', 'garbage', 'half_open']),
      retryAfterSeconds: z.int().nonnegative().optional(),
      count,
    }),
    done,
  ),
  delay: verb(
    z.strictObject({
      milliseconds: z.int().min(0).max(600_000),
      operation: faultOperation.default('any'),
    }),
    done,
  ),
  loseConnection: verb(z.strictObject({ duringFills: z.boolean().default(false) }), done),
  refuseConnections: verb(
    z.strictObject({
      milliseconds: z.union([z.int().positive(), z.literal('until_told')]).default('until_told'),
    }),
    done,
  ),
  acceptConnections: verb(nothing, done),
  placeElsewhere: verb(
    z.strictObject({
      account: z.string(),
      symbol: z.string(),
      side: z.enum(['buy', 'sell']),
      quantity: wholeText,
      limitPrice: positiveText.optional(),
    }),
    z.object({ brokerOrderId: z.string(), status: z.string() }),
  ),
  cancelElsewhere: verb(z.strictObject({ brokerOrderId }), done),
  /** The next orders of the API are rejected after their 201. */
  rejectNext: verb(z.strictObject({ reason: z.string().min(1), count }), done),
  /** A live order is rejected now. */
  reject: verb(z.strictObject({ brokerOrderId, reason: z.string().min(1) }), done),
  /** A live order goes into another live status. */
  setStatus: verb(z.strictObject({ brokerOrderId, status: z.enum(liveStatuses) }), done),
  /** An order in PENDING_CANCEL is canceled. */
  finishCancel: verb(z.strictObject({ brokerOrderId }), done),
  /** A person logs in at the authorize URL and consents, for all accounts or for some. */
  login: verb(
    z.strictObject({
      authorizeUrl: z.url(),
      person,
      accounts: z.array(z.string()).min(1).optional(),
      consent: z.enum(['granted', 'denied']).default('granted'),
    }),
    z.object({ redirectUrl: z.url() }),
  ),
  /** Tokens without the ceremony, as if somebody had logged in just now. */
  issueTokens: verb(
    z.strictObject({ person: person.default('owner'), accounts: z.array(z.string()).optional() }),
    z.object({ accessToken: z.string(), refreshToken: z.string(), loginEndsAt: instantText }),
  ),
  /** Refresh tokens die before their time, everybody's or one person's. */
  endLogin: verb(
    z.strictObject({
      person: person.optional(),
      accessTokens: z.enum(['end', 'stay']).default('end'),
    }),
    done,
  ),
  state: verb(nothing, stateSchema),
  requests: verb(
    nothing,
    z.object({
      requests: z.array(
        z.object({
          at: z.string(),
          method: z.string(),
          path: z.string(),
          operation: z.string(),
          status: z.int().nullable(),
          body: z.unknown(),
        }),
      ),
    }),
  ),
} as const;

export type Verbs = typeof verbs;
export type VerbName = keyof Verbs;
/** What a verb takes, as a test writes it. */
export type BodyOf<Name extends VerbName> = z.input<Verbs[Name]['body']>;
export type AnswerOf<Name extends VerbName> = z.output<Verbs[Name]['answer']>;
