export { startAlpacaFake, startAlpacaFakeProcess } from './client.ts';
export type {
  AlpacaFake,
  AlpacaFakeExecution,
  AlpacaFakeRequest,
  AlpacaFakeState,
} from './client.ts';
export type { AlpacaFakeOptions } from './options.ts';
