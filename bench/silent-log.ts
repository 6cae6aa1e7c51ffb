import type { Log } from '../src/ports/log.ts';

/** What is measured says nothing. */
export const SILENT: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
