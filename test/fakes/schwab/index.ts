export { startSchwabFake, startSchwabFakeProcess } from './client.ts';
export type { SchwabFake } from './client.ts';
export type { SchwabFakeOptions } from './options.ts';
export type { SchwabFakeState } from './state.ts';
