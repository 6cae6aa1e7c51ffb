import { z } from 'zod';
import { FAILPOINTS } from '../lib/failpoint.ts';
import type { ArmedFailpoint } from '../lib/failpoint.ts';
import { secret } from '../lib/secret.ts';
import { choiceSchema, countSchema } from './values.ts';

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/** For addresses that tokens travel to: plain text only inside the machine. */
export function addressSchema(secure: 'https' | 'wss') {
  const plain = secure === 'https' ? 'http' : 'ws';
  const expected = `expected an address such as ${secure}://example.com (${plain}:// only for 127.0.0.1 and localhost)`;
  return z
    .string(expected)
    .refine((text) => {
      const url = URL.parse(text);
      if (url === null || url.username !== '' || url.password !== '') return false;
      if (url.protocol === `${secure}:`) return true;
      return url.protocol === `${plain}:` && LOOPBACK.test(url.hostname);
    }, expected)
    .optional();
}

function secretVariable(pattern: RegExp, expected: string) {
  return z.string(expected).regex(pattern, expected).transform(secret).optional();
}

const anySecret = (): ReturnType<typeof secretVariable> => secretVariable(/\S/, 'expected a text');

const MASTER_KEYS =
  'expected 32 bytes in base64, such as "evenkeel keys generate" prints; several with commas between';

const masterKeysSchema = z
  .string(MASTER_KEYS)
  .regex(/^\s*[A-Za-z0-9+/]{43}=\s*(,\s*[A-Za-z0-9+/]{43}=\s*)*$/, MASTER_KEYS)
  .transform((text) => text.split(',').map((key) => secret(key.trim())))
  .optional();

const FAILPOINT =
  'expected the name of a step and how often it is reached, such as fill_recorded:2';

const failpointSchema = z
  .string(FAILPOINT)
  .regex(/^[a-z_]+:[1-9]\d{0,3}(:freeze)?$/, FAILPOINT)
  .transform((text, context): ArmedFailpoint => {
    const [step, hit, freeze] = text.split(':');
    const name = FAILPOINTS.find((known) => known === step);
    const action = freeze === undefined ? 'kill' : 'freeze';
    if (name !== undefined) return { name, hit: Number(hit), action };
    context.addIssue({ code: 'custom', message: `expected one of ${FAILPOINTS.join(', ')}` });
    return z.NEVER;
  })
  .optional();

/** Every variable the program knows. .env.example explains each; a test holds the two together. */
export const environmentSchema = z.object({
  EVENKEEL_CONFIG: z.string().optional(),
  DATABASE_URL: z.string().optional(),
  PORT: countSchema(0, 65_535).prefault('3000'),
  AUDIT_KEY: anySecret(),
  HEALTH_PORT: countSchema(0, 65_535).optional(),
  HEALTH_HOST: z
    .string()
    .regex(/^[\w.:-]{1,253}$/, 'expected an address of this machine')
    .default('127.0.0.1'),
  EVENKEEL_FAILPOINT: failpointSchema,
  EVENKEEL_MASTER_KEY: masterKeysSchema,
  TRADING_MODE: choiceSchema(['paper', 'live']).default('paper'),
  LOG_LEVEL: choiceSchema(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
  SLACK_BOT_TOKEN: secretVariable(/^xoxb-/, 'expected the bot token, which begins with xoxb-'),
  SLACK_APP_TOKEN: secretVariable(
    /^xapp-/,
    'expected the app-level token, which begins with xapp-',
  ),
  SLACK_SIGNING_SECRET: anySecret(),
  SLACK_PORT: countSchema(0, 65_535).optional(),
  SLACK_API_URL: addressSchema('https'),
  DISCORD_TOKEN: anySecret(),
  DISCORD_GUILD_ID: z
    .string()
    .regex(/^\d{1,20}$/, "expected the server's numeric id")
    .optional(),
  DISCORD_API_URL: addressSchema('https'),
  ALPACA_API_KEY: anySecret(),
  ALPACA_SECRET: anySecret(),
  ALPACA_CLIENT_ID: anySecret(),
  ALPACA_CLIENT_SECRET: anySecret(),
  ALPACA_REDIRECT_URI: addressSchema('https'),
  ALPACA_API_URL: addressSchema('https'),
  ALPACA_DATA_URL: addressSchema('https'),
  ALPACA_STREAM_URL: addressSchema('wss'),
  ALPACA_OAUTH_URL: addressSchema('https'),
  IBKR_HOST: z
    .string()
    .regex(/^[\w.:-]{1,253}$/, 'expected a host name or address')
    .default('127.0.0.1'),
  IBKR_PORT: countSchema(1, 65_535).optional(),
  IBKR_CLIENT_ID: countSchema(0, 999_999_999).prefault('1'),
  SCHWAB_CLIENT_ID: anySecret(),
  SCHWAB_CLIENT_SECRET: anySecret(),
  SCHWAB_REDIRECT_URI: z
    .string()
    .refine(
      (text) => URL.parse(text)?.protocol === 'https:',
      'expected the https address that is registered with the app, such as https://127.0.0.1:8182',
    )
    .optional(),
  SCHWAB_API_URL: addressSchema('https'),
});

export type EnvironmentValues = z.output<typeof environmentSchema>;
