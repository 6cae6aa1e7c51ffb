import { z } from 'zod';
import { addressSchema } from '../../config/environment-schema.ts';
import { revealedTextSchema, secretTextSchema } from '../../lib/secret.ts';

/**
 * The `alpaca:` section of an account. Left out: the key pair and the addresses of the environment.
 * A key pair of its own stands there as `apiKey: ${NAME}` and `secret: ${NAME}`; `connection` names
 * the person whose login with Alpaca the account uses instead.
 */
export const alpacaSettingsSchema = z
  .strictObject({
    apiKey: secretTextSchema.optional(),
    secret: secretTextSchema.optional(),
    /** The id of a person in portfolios.yaml who has connected Alpaca. */
    connection: z.string().min(1).optional(),
    apiUrl: revealedTextSchema.pipe(addressSchema('https').unwrap()).optional(),
    dataUrl: revealedTextSchema.pipe(addressSchema('https').unwrap()).optional(),
    streamUrl: revealedTextSchema.pipe(addressSchema('wss').unwrap()).optional(),
  })
  .refine((settings) => (settings.apiKey === undefined) === (settings.secret === undefined), {
    path: ['secret'],
    message: 'give apiKey and secret together, or neither',
  })
  .refine((settings) => settings.connection === undefined || settings.apiKey === undefined, {
    path: ['connection'],
    message: 'give a connection or a key pair, not both',
  });

export type AlpacaAccountSettings = z.output<typeof alpacaSettingsSchema>;
