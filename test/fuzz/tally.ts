import { appendFileSync } from 'node:fs';

/** How many inputs were tried, by what they were given to. */
export interface Tally {
  count(what: string, inputs?: number): void;
  /** One line in the output of the tests; also into the file of `npm run test:fuzz`, which makes a table of it. */
  report(): void;
}

export function createTally(): Tally {
  const counts = new Map<string, number>();
  return {
    count(what, inputs = 1) {
      counts.set(what, (counts.get(what) ?? 0) + inputs);
    },
    report() {
      const line = JSON.stringify(Object.fromEntries(counts));
      console.log(`fuzz: inputs tried: ${line}`);
      const file = process.env['EVENKEEL_FUZZ_REPORT'];
      if (file !== undefined) appendFileSync(file, `${line}\n`);
    },
  };
}
