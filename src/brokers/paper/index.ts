export { openPaperBroker, type PaperBroker, type PaperBrokerOptions } from './broker.ts';
export { type DecideBehaviour, type OrderBehaviour } from './behaviour.ts';
export { paperSettingsSchema, type PaperSettings } from './settings.ts';
export { PaperSetupError } from './setup-error.ts';
export type { PaperDatabase } from './tables.ts';
