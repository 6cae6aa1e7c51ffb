import { z } from 'zod';
import { symbolSchema } from '../../core/schemas.ts';
import { countSchema } from '../../config/values.ts';

/**
 * The `ibkr:` section of an account. Host, port and client id are left out where IBKR_HOST, IBKR_PORT
 * and IBKR_CLIENT_ID say them.
 */

/** Paper trading accounts begin with D (DU1234567, DF1234567); live ones with U, F, I or another letter. */
const accountIdSchema = z
  .string("expected the account's id at Interactive Brokers, such as DU1234567")
  .regex(
    /^[A-Z]{1,3}\d{3,12}$/,
    "expected the account's id at Interactive Brokers, such as DU1234567",
  );

const contractSchema = z
  .strictObject({
    /** The contract's number at IB: says everything by itself. */
    conId: countSchema(1, 999_999_999).optional(),
    /** The exchange that lists the symbol, such as NASDAQ, NYSE or ARCA. */
    primaryExchange: z
      .string()
      .regex(
        /^[A-Z][A-Z0-9.]{1,15}$/,
        'expected an exchange as IB names it, such as NASDAQ or ARCA',
      )
      .optional(),
  })
  .refine((contract) => Object.keys(contract).length > 0, 'expected conId or primaryExchange');

export const ibkrSettingsSchema = z.strictObject({
  account: accountIdSchema,
  host: z
    .string()
    .regex(/^[\w.:-]{1,253}$/, 'expected a host name or address')
    .optional(),
  port: countSchema(1, 65_535).optional(),
  clientId: countSchema(0, 999_999_999).optional(),
  /**
   * `live`: only prices of this moment. `delayed`: prices that are 15 to 20 minutes old where the login
   * has no market data subscription. Left out: `delayed` for paper accounts, `live` for live ones.
   */
  marketData: z.enum(['live', 'delayed'], 'expected live or delayed').optional(),
  /**
   * TWS takes half as many messages a second as the login has market data lines: 50 with the 100 lines
   * that everybody has. https://interactivebrokers.github.io/tws-api/introduction.html
   */
  messagesPerSecond: countSchema(1, 1000).prefault('45'),
  /** For symbols that mean several contracts at IB. */
  contracts: z.record(symbolSchema, contractSchema).default({}),
});

export type ContractHint = z.output<typeof contractSchema>;
