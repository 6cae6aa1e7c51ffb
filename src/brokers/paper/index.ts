export { openDrillBroker } from './open-drill.ts';
export { openPaperBroker, type PaperBroker } from './broker.ts';
export { type DecideBehaviour } from './behaviour.ts';
export { paperSettingsSchema, readPaperSettings } from './settings.ts';
export { createPriceReader, type PriceReader } from './read-files.ts';
export { PaperSetupError } from './setup-error.ts';
export type { PaperDatabase } from './tables.ts';
