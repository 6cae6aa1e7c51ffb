export { openAlpacaGateway } from './gateway.ts';
export { alpacaSettingsSchema } from './settings.ts';
