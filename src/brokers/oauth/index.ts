export { createLogins } from './logins.ts';
export { loginProviders } from './providers.ts';
export { createRedirects } from './redirect-listener.ts';
