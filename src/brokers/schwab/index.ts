export { openSchwabGateway } from './gateway.ts';
export { schwabSettingsSchema } from './settings.ts';
