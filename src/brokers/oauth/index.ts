export { createLogins } from './logins.ts';
export { loginProviders } from './providers.ts';
