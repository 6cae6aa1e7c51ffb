import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * What takes longest, the longest first. A fresh checkout has no record of durations, and would start
 * the largest files first: one that is short and waits for long then runs last, with nothing beside it.
 */
const LONGEST = [
  'core/rounding-optimum',
  'chat/web/workspace',
  'e2e/two-platforms',
  'e2e/ibkr-pacing',
  'app/main-job',
  'e2e/logins-command-line',
  'app/model',
  'core/plan-properties',
  'brokers/paper/kill',
  'fuzz/slack',
  'fuzz/discord',
  'fuzz/alpaca',
  'store/processes',
  'store/logins',
  'e2e/start',
  'e2e/doctor-chats',
  'store/lots',
  'app/unknown-outcomes',
  'app/votes-properties',
  'contracts/paper.contract',
];

/** Starts what is known to take long, then the rest in the usual order. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => {
      const place = LONGEST.findIndex((name) => moduleId.endsWith(`/test/${name}.test.ts`));
      return place === -1 ? LONGEST.length : place;
    };
    // oxlint-disable-next-line unicorn/no-array-sort -- not that of an array
    return (await super.sort(files)).toSorted((a, b) => rank(a) - rank(b));
  }
}
