import { z } from 'zod';
import {
  choiceSchema,
  countSchema,
  durationSchema,
  moneySchema,
  percentageSchema,
  switchSchema,
} from './values.ts';

/**
 * The parts of portfolios.yaml that say what may be traded, when, and on whose word. Every default is
 * here and nowhere else.
 */

const SYMBOL = /^[A-Z0-9][A-Z0-9.\-/ ]{0,23}$/;
const SYMBOL_EXPECTED = 'expected a symbol such as AAPL or BRK.B (upper case)';
export const symbolSchema = z.string(SYMBOL_EXPECTED).regex(SYMBOL, SYMBOL_EXPECTED);
const symbolsSchema = z
  .array(symbolSchema, 'expected a list of symbols, such as [AAPL, IBM]')
  .default([]);

const groupSchema = z
  .string('expected a short name such as treasury')
  .regex(/^[a-z0-9][a-z0-9_-]{0,31}$/, 'expected a short name such as treasury');

const dayOrdersSchema = countSchema(1, 100_000).optional();

/** Limits of one account. */
export const accountLimitsSchema = z
  .strictObject(
    {
      orderNotional: moneySchema.optional().describe('Largest notional of one order.'),
      orderVolumeShare: percentageSchema
        .optional()
        .describe("Largest order as a share of the symbol's average daily volume, where known."),
      dayNotional: moneySchema.optional().describe('Largest notional of a day of the exchange.'),
      dayOrders: dayOrdersSchema.describe('Most orders of a day.'),
      dayTurnover: percentageSchema
        .optional()
        .describe("Largest notional of a day as a share of the account's value."),
    },
    'expected a section with orderNotional, dayNotional, dayOrders, ...',
  )
  .describe('How much may be traded. What is left out is not limited.');

const dayLimitsSchema = z.strictObject(
  { dayNotional: moneySchema.optional(), dayOrders: dayOrdersSchema },
  'expected a section with dayNotional and dayOrders',
);

/** Limits that are no single account's. */
export const sharedLimitsSchema = z
  .strictObject(
    {
      allAccounts: dayLimitsSchema.prefault({}).describe('Over all accounts together.'),
      eachPerson: dayLimitsSchema
        .prefault({})
        .describe('Over everything that one person approved in a day.'),
    },
    'expected a section with allAccounts and eachPerson',
  )
  .describe('Limits over several accounts.');

export const marketHoursSchema = z
  .strictObject(
    {
      runway: durationSchema('0 seconds', '6 hours')
        .prefault('5 minutes')
        .describe('Nothing is begun closer to the close than this.'),
      whenClosed: choiceSchema(['refuse', 'queue'])
        .default('refuse')
        .describe('queue lets an approver have it executed at the next open, checked again then.'),
    },
    'expected a section with runway and whenClosed',
  )
  .describe('When orders may be sent.');

export const fundsSchema = z
  .strictObject(
    {
      accountType: choiceSchema(['cash', 'margin'])
        .default('margin')
        .describe('In a cash account, buying with unsettled money is warned of.'),
      allowMargin: switchSchema
        .default(false)
        .describe('Whether buys may use more than the cash that is there.'),
    },
    'expected a section with accountType and allowMargin',
  )
  .describe('What money may be used.');

export const complianceSchema = z
  .strictObject(
    {
      owner: groupSchema
        .optional()
        .describe('Whose money it is, for wash sales over several accounts; the account itself.'),
      taxable: switchSchema
        .default(true)
        .describe('false for an IRA or another sheltered account.'),
      restricted: symbolsSchema.describe('Symbols that are never traded.'),
      watch: symbolsSchema.describe('Symbols that are traded with a warning.'),
      washSales: choiceSchema(['ignore', 'warn', 'block'])
        .default('warn')
        .describe('What happens to trades that would make a wash sale.'),
      substitutes: z
        .record(symbolSchema, symbolSchema, 'expected substitutes by symbol, such as VTI: ITOT')
        .default({})
        .describe('What may be held in place of a symbol, such as VTI: ITOT.'),
      taxLots: choiceSchema(['fifo', 'hifo', 'lowest-gain', 'long-term-first'])
        .default('fifo')
        .describe('Which lots a sale is taken to sell, for the estimated gain.'),
      notes: z
        .array(
          z.string('expected a sentence').regex(/^\S.{0,198}\S$/, 'expected 2 to 200 characters'),
          'expected a list of sentences',
        )
        .max(5, 'expected at most 5 notes')
        .default([])
        .describe('What an approver must confirm one by one.'),
    },
    'expected a section with owner, restricted, watch, ...',
  )
  .describe('What the account may not trade, and how sales are looked at for tax.');

export const automaticHaltsSchema = z
  .strictObject(
    {
      rejections: z
        .union(
          [
            z.literal('off'),
            z.strictObject({
              count: countSchema(1, 1000),
              within: durationSchema('1 minute', '1 day'),
            }),
          ],
          'expected off, or count and within',
        )
        .prefault({ count: '3', within: '10 minutes' })
        .describe('So many orders rejected by the broker within this time.'),
      dayLoss: z
        .union([z.literal('off'), percentageSchema], 'expected off or a percentage such as 5%')
        .prefault('off')
        .describe("Loss since the last close, as a share of the account's value then."),
      clockSkew: z
        .union(
          [z.literal('off'), durationSchema('1 second', '10 minutes')],
          'expected off or a duration such as 30 seconds',
        )
        .prefault('30 seconds')
        .describe("How far the broker's clock and this machine's may be apart."),
      reconciliation: switchSchema
        .default(true)
        .describe('When the broker has other orders, positions or less cash than the record says.'),
    },
    'expected a section with rejections, dayLoss, clockSkew and reconciliation',
  )
  .describe('What halts the account without anyone asking.');

export const reconciliationSchema = z
  .strictObject(
    {
      cashTolerance: moneySchema
        .prefault('$50')
        .describe('Cash may differ by so much: fees and interest that no fill tells of.'),
      positionTolerance: percentageSchema
        .prefault('0%')
        .describe('A position may differ by this share of what is expected.'),
    },
    'expected a section with cashTolerance and positionTolerance',
  )
  .describe("How far the broker's book may be from the record before it counts as a difference.");

const approvalConditionSchema = z
  .strictObject(
    {
      notional: moneySchema.optional().describe('At least this notional.'),
      turnover: percentageSchema
        .optional()
        .describe('At least this share of the account is traded in all.'),
      accountShare: percentageSchema
        .optional()
        .describe('At least this share of the account is traded in one symbol.'),
      realisedGain: moneySchema.optional().describe('At least this estimated gain is realised.'),
      mode: choiceSchema(['paper', 'live']).optional(),
      warnings: countSchema(1, 100).optional().describe('At least so many checks warn.'),
    },
    'expected conditions such as notional: $20,000',
  )
  .refine((when) => Object.keys(when).length > 0, 'expected at least one condition');

/** Rules that ask for more votes; all that apply are combined. */
export const approvalRulesSchema = z
  .array(
    z.strictObject(
      {
        when: approvalConditionSchema.describe('All that is given must hold.'),
        votes: countSchema(1, 20),
        groups: z
          .array(groupSchema, 'expected a list of groups, such as [treasury, risk]')
          .default([])
          .describe('One vote from each of these groups, each from another person.'),
      },
      'expected a rule with when and votes',
    ),
    'expected a list of rules, such as - { when: { notional: $20,000 }, votes: 2 }',
  )
  .default([])
  .describe('More votes for riskier proposals.');

/** Reminders, escalation, codes and what it takes to resume. */
export const approvalExtrasSchema = {
  rules: approvalRulesSchema,
  oneTimeCode: choiceSchema(['never', 'large-trades', 'always'])
    .default('never')
    .describe('When an approver must give a code of their authenticator app (/enroll).'),
  reminders: z
    .array(durationSchema('1 minute', '30 days'), 'expected a list of durations')
    .prefault(['15 minutes'])
    .describe('How long before it expires the approvers are reminded.'),
  escalation: z
    .strictObject(
      { after: durationSchema('1 minute', '30 days'), group: groupSchema },
      'expected a section with after and group',
    )
    .optional()
    .describe('Which group is asked too when nobody decided for so long.'),
  resumeVotes: countSchema(1, 20)
    .prefault('1')
    .describe('How many approvers it takes to resume after a halt.'),
};
