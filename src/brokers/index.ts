import { alpacaSettingsSchema } from './alpaca/settings.ts';
import { ibkrSettingsSchema } from './ibkr/settings.ts';
import { paperSettingsSchema } from './paper/settings.ts';
import { schwabSettingsSchema } from './schwab/settings.ts';

/**
 * Every broker that an account can name, with the schema of its section in portfolios.yaml. A broker's
 * own code is imported by main, and only when an account uses it.
 */
export const BROKER_SCHEMAS = {
  paper: paperSettingsSchema,
  alpaca: alpacaSettingsSchema,
  ibkr: ibkrSettingsSchema,
  schwab: schwabSettingsSchema,
};
