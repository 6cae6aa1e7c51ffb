import { z } from 'zod';
import { HUNDRED, sum, toText } from '../core/decimal.ts';
import { EXCHANGE_TIME_ZONE } from '../core/market-calendar.ts';
import { ROLES } from '../core/person.ts';
import { nearest } from '../lib/nearest.ts';
import {
  accountLimitsSchema,
  approvalExtrasSchema,
  automaticHaltsSchema,
  complianceSchema,
  fundsSchema,
  marketHoursSchema,
  reconciliationSchema,
  sharedLimitsSchema,
  symbolSchema,
} from './guardrails-schema.ts';
import { listed, shown } from './issues.ts';
import { scheduleTextSchema, timeZoneSchema } from './schedule-text.ts';
import {
  basisPointsSchema,
  choiceSchema,
  countSchema,
  durationSchema,
  lotSchema,
  MAY_BE_NUMBER,
  moneyOrShareSchema,
  moneySchema,
  percentageSchema,
  switchSchema,
  targetWeightSchema,
} from './values.ts';

/**
 * What portfolios.yaml may say. Keys that are not here are refused; every default is here and nowhere
 * else. The descriptions are what editors show.
 */
export const BROKERS = ['paper', 'alpaca', 'ibkr', 'schwab'] as const;
type BrokerName = (typeof BROKERS)[number];

const GONE_BROKERS = /^(td|tda|td[ _-]?ameritrade|ameritrade|thinkorswim)$/i;

const brokerSchema = z
  .string(`expected ${listed(BROKERS)}`)
  .transform((text, context): BrokerName => {
    const broker = BROKERS.find((name) => name === text);
    if (broker !== undefined) return broker;
    const meant = nearest(text, BROKERS);
    const message = GONE_BROKERS.test(text)
      ? "TD Ameritrade's API is gone; its accounts moved to Charles Schwab: use broker: schwab"
      : `expected ${listed(BROKERS)}; found ${shown(text)}` +
        (meant === null ? '' : `; did you mean ${meant}?`);
    context.addIssue({ code: 'custom', message });
    return z.NEVER;
  })
  .meta({ enum: [...BROKERS], description: 'Where the account is.' });

/** A broker's own section; that broker's schema says what is in it. One for each, so that editors tell them apart. */
const brokerSectionSchema = () =>
  z.record(z.string(), z.unknown(), "expected a section with the broker's settings").optional();

const targetSymbolSchema = symbolSchema.refine(
  (symbol) => symbol !== 'CASH',
  'CASH is not a target: keep cash with policy.cashBuffer, e.g. cashBuffer: 2%',
);

const targetsSchema = z
  .record(
    targetSymbolSchema,
    targetWeightSchema,
    'expected targets, a percentage for each symbol, such as AAPL: 30%',
  )
  .transform((targets) => Object.entries(targets).map(([symbol, weight]) => ({ symbol, weight })))
  .superRefine((targets, context) => {
    const total = sum(targets.map((target) => target.weight)).times(HUNDRED);
    if (targets.length > 0 && total.eq(HUNDRED)) return;
    context.addIssue({
      code: 'custom',
      message:
        targets.length === 0
          ? 'expected at least one target, such as AAPL: 100%'
          : `expected targets that add up to 100%; they add up to ${toText(total)}%`,
    });
  })
  .describe('What the account should hold: a percentage for each symbol, 100% in all.');

const bandSchema = z
  .union(
    [
      z.literal('none'),
      z.strictObject({
        absolute: percentageSchema
          .optional()
          .describe('Points of weight, e.g. 5%: 30% may go from 25% to 35%.'),
        relative: percentageSchema
          .optional()
          .describe('Part of the target, e.g. 25%: 20% may go from 15% to 25%.'),
      }),
    ],
    'expected none, or absolute and relative percentages',
  )
  .describe('A symbol is left alone while it is within both bands around its target.');

const lotsSchema = z
  .union(
    [
      lotSchema,
      z.strictObject({
        default: lotSchema.prefault('whole'),
        bySymbol: z
          .record(symbolSchema, lotSchema, 'expected lots by symbol, such as VTI: 0.01')
          .prefault({}),
      }),
    ],
    'expected whole, fractional, a step such as 0.01, or default and bySymbol',
  )
  .describe('What quantities are multiples of.');

const policySchema = z
  .strictObject(
    {
      band: bandSchema.prefault({ absolute: '5%', relative: '25%' }),
      rebalanceTo: choiceSchema(['target', 'band'])
        .default('target')
        .describe("Bring what left its band back to the target, or only to the band's edge."),
      cashBuffer: moneyOrShareSchema
        .prefault('0.5%')
        .describe(
          'Cash that no plan invests: an amount, or a share of the account. It pays for fills at worse prices than planned, within the collar, and for fees.',
        ),
      minimumTrade: moneySchema.prefault('$100').describe('Smaller trades are left out.'),
      lots: lotsSchema.prefault('whole'),
      mode: choiceSchema(['both', 'buy-only', 'sell-only']).default('both'),
      untouchable: z
        .array(symbolSchema, 'expected a list of symbols, such as [AAPL, IBM]')
        .default([])
        .describe('Symbols that are never traded.'),
      cooldownDays: countSchema(0, 365)
        .prefault('0')
        .describe('A symbol that was traded fewer days ago is left alone.'),
    },
    'expected a section with band, rebalanceTo, cashBuffer, ...',
  )
  .describe('How the account is rebalanced.');

const approvalsSchema = z
  .strictObject(
    {
      votes: countSchema(1, 20).prefault('1').describe('Approvals that a proposal needs.'),
      allowOwnProposals: switchSchema
        .default(false)
        .describe('Whether people may approve what they proposed themselves.'),
      expiresAfter: durationSchema('1 minute', '30 days')
        .prefault('1 hour')
        .describe('A proposal that nobody decided by then expires.'),
      priceTolerance: percentageSchema
        .prefault('1%')
        .describe('A price that moved further voids the approval.'),
      largeTrade: z
        .strictObject(
          { notional: moneySchema, votes: countSchema(1, 20) },
          'expected a section with notional and votes',
        )
        .optional()
        .describe('From this notional on, so many votes and the typed name of the account.'),
      ...approvalExtrasSchema,
    },
    'expected a section with votes, expiresAfter, ...',
  )
  .describe('Who has to agree, and for how long an approval holds.');

const ordersSchema = z
  .strictObject(
    {
      type: choiceSchema(['limit', 'market']).default('limit'),
      collar: basisPointsSchema
        .prefault('50 bp')
        .describe('How far beyond the reference price a limit order may go.'),
      timeLimit: durationSchema('1 second', '1 day')
        .prefault('2 minutes')
        .describe('What is not filled after this long is cancelled.'),
      extendedHours: switchSchema.default(false).describe('Also outside the regular session.'),
    },
    'expected a section with type, collar, timeLimit, ...',
  )
  .refine((orders) => orders.type === 'limit' || !orders.extendedHours, {
    message: 'expected type: limit with extendedHours: true; brokers take no market orders then',
  })
  .describe('How orders are sent.');

const slackChannelSchema = platformId(
  /^[CGD][A-Z0-9]{2,20}$/,
  "expected the channel's id, such as C0123ABCD (not its name)",
);
const discordIdSchema = platformId(
  /^\d{1,20}$/,
  "expected Discord's numeric id, such as 112233445566778899 (turn on Developer Mode, Copy ID)",
).meta(MAY_BE_NUMBER);

const CHANNEL_EXPECTED = 'expected one platform and its channel, such as slack: C0123ABCD';
const channelSchema = z
  .strictObject(
    { slack: slackChannelSchema.optional(), discord: discordIdSchema.optional() },
    CHANNEL_EXPECTED,
  )
  .transform((channel, context) => {
    if (channel.slack !== undefined && channel.discord === undefined) {
      return { platform: 'slack', channel: channel.slack };
    }
    if (channel.discord !== undefined && channel.slack === undefined) {
      return { platform: 'discord', channel: channel.discord };
    }
    context.addIssue({
      code: 'custom',
      message:
        channel.slack === undefined
          ? CHANNEL_EXPECTED
          : 'expected one platform an item; begin the other with a dash of its own',
    });
    return z.NEVER;
  });

const scheduleSchema = z
  .strictObject(
    {
      timeZone: timeZoneSchema.prefault(EXCHANGE_TIME_ZONE),
      dailySummary: scheduleTextSchema.prefault('weekdays at 16:05'),
      driftScan: scheduleTextSchema
        .prefault('off')
        .describe('Proposes a rebalance when a band is broken.'),
    },
    'expected a section with timeZone, dailySummary and driftScan',
  )
  .describe(
    'When the account is looked at: weekdays at 16:05, daily at 9:30, five cron fields, off.',
  );

const accountSchema = z.strictObject(
  {
    broker: brokerSchema,
    mode: choiceSchema(['paper', 'live'])
      .default('paper')
      .describe('live also takes TRADING_MODE=live in the environment.'),
    paper: brokerSectionSchema(),
    alpaca: brokerSectionSchema(),
    ibkr: brokerSectionSchema(),
    schwab: brokerSectionSchema(),
    targets: targetsSchema,
    policy: policySchema.prefault({}),
    approvals: approvalsSchema.prefault({}),
    orders: ordersSchema.prefault({}),
    limits: accountLimitsSchema.prefault({}),
    marketHours: marketHoursSchema.prefault({}),
    funds: fundsSchema.prefault({}),
    compliance: complianceSchema.prefault({}),
    halts: automaticHaltsSchema.prefault({}),
    reconciliation: reconciliationSchema.prefault({}),
    channels: z
      .array(channelSchema, 'expected a list of channels, such as - slack: C0123ABCD')
      .default([])
      .describe('Where its messages go. The local page shows every account.'),
    schedule: scheduleSchema.prefault({}),
  },
  'expected an account: a section with broker, targets, ...',
);

const roleSchema = choiceSchema(ROLES).describe('Each role includes the ones before it.');

const personSchema = z.strictObject(
  {
    name: z
      .string('expected a name')
      .regex(/^\S(.{0,58}\S)?$/, 'expected a name of at most 60 characters')
      .optional()
      .describe('What messages call them; their id when left out.'),
    role: roleSchema,
    accountRoles: z
      .record(z.string(), roleSchema, 'expected roles by account, such as core: viewer')
      .default({})
      .describe('Another role for single accounts.'),
    groups: z
      .array(
        platformId(/^[a-z0-9][a-z0-9_-]{0,31}$/, 'expected a short name such as treasury'),
        'expected a list of groups, such as [treasury]',
      )
      .default([]),
    slack: oneOrMore(
      platformId(
        /^[UW][A-Z0-9]{2,20}$/,
        "expected Slack's member id, such as U0123ABCD (in the profile: Copy member ID)",
      ),
    ),
    discord: oneOrMore(discordIdSchema),
    discordRole: oneOrMore(discordIdSchema).describe('A Discord role that stands for this person.'),
    web: oneOrMore(
      platformId(/^[\w.@-]{1,64}$/, 'expected an id of the local page, such as ana'),
    ).describe('Their ids on the local page.'),
  },
  'expected a person: a section with role and ids such as slack: U0123ABCD',
);

/** Names that the record uses for something else. */
const RESERVED = new Set(['all', 'evenkeel']);

function nameSchema(example: string) {
  const expected = `expected a short name such as ${example} (lower case)`;
  return z
    .string(expected)
    .regex(/^[a-z0-9][a-z0-9_-]{0,31}$/, expected)
    .refine((name) => !RESERVED.has(name), 'this name is reserved; take another one');
}

export const portfoliosSchema = z.strictObject(
  {
    accounts: nonEmpty(
      z.record(nameSchema('core'), accountSchema, 'expected accounts by name'),
      'expected at least one account',
    ),
    limits: sharedLimitsSchema.prefault({}),
    people: nonEmpty(
      z.record(nameSchema('ana'), personSchema, 'expected people by id'),
      'expected at least one person',
    ),
  },
  'expected accounts and people',
);

export type Portfolios = z.output<typeof portfoliosSchema>;
export type AccountEntry = Portfolios['accounts'][string];
export type PersonEntry = Portfolios['people'][string];

function platformId(pattern: RegExp, expected: string) {
  return z.string(expected).regex(pattern, expected);
}

function oneOrMore(schema: z.ZodType<string, string>) {
  return z
    .union([schema.transform((id) => [id]), z.array(schema)], 'expected an id or a list of ids')
    .default([]);
}

function nonEmpty<Schema extends z.ZodRecord>(schema: Schema, message: string) {
  return schema.refine((entries) => Object.keys(entries).length > 0, message);
}
