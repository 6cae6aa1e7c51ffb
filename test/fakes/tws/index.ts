export { startTwsFake, startTwsFakeProcess } from './client.ts';
export type { TwsFake, TwsFakeRequests, TwsFakeState } from './client.ts';
export type { TwsFakeOptions } from './options.ts';
