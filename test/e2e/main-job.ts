import { expect, it } from 'vitest';
import { compareBook } from '../../src/app/agreed-book.ts';
import { lookAtAccount } from '../../src/app/look-at-account.ts';
import { accountNamed } from '../../src/app/context.ts';
import { toText } from '../../src/core/decimal.ts';
import { until } from './bot-world.ts';
import type { BotWorld } from './bot-world.ts';
import type { Posted, Team } from './team.ts';

export interface MainJobWorld extends AsyncDisposable {
  readonly world: BotWorld;
  readonly team: Team;
}

const REASON = 'Wait for *the* <dividend> & @everyone';

/** The whole main job as a team does it in its chat: what every platform must carry. */
export function describeMainJob(open: () => Promise<MainJobWorld>): void {
  it('proposes, explains, adjusts, refuses, approves, executes, tells the story, and sums up the day', async () => {
    await using opened = await open();
    const { world, team } = opened;
    await agreeOnBook(world);
    const newest = (has: string, since = 0): Promise<Posted> =>
      until(`a message with ${has}`, () =>
        team
          .posted()
          .slice(since)
          .findLast(({ text }) => text.includes(has)),
      );
    const shows = (message: Posted, words: string): Promise<Posted> =>
      until(`${words} in the message`, () =>
        team.posted().find(({ id, text }) => id === message.id && text.includes(words)),
      );

    team.command('Ana', 'rebalance', { account: 'core' });
    const first = await newest('Rebalance core');
    expect(first.buttons).toEqual(['Approve', 'Reject', 'Adjust', 'Details']);
    await until('a word to each approver', () => team.direct('Ben')[0]?.includes('Your vote'));
    await until('a word to each approver', () => team.direct('Chloe')[0]?.includes('Your vote'));
    expect(team.direct('Ana')).toEqual([]);

    team.click('Ben', first, 'Details');
    await until('the details', () => team.privately('Ben').some((text) => text.includes('igest')));

    team.click('Ana', first, 'Approve');
    await until('a refusal', () =>
      team.privately('Ana').some((text) => text.includes('You cannot decide on')),
    );

    team.click('Chloe', first, 'Adjust');
    await team.fillIn('Chloe', { maximumNotional: '$15,000' });
    await shows(first, 'superseded');
    const second = await until('the adjusted proposal', () =>
      team.posted().find(({ id, buttons }) => id !== first.id && buttons.includes('Approve')),
    );

    team.click('Ben', second, 'Approve');
    const executed = await until(
      'the execution',
      () => team.posted().find(({ id, text }) => id === second.id && /· executed/u.test(text)),
      15_000,
    );
    expect(executed.buttons).toEqual([]);
    expect(executed.text).toContain('Ben');
    await world.bot.settled();
    await expectAgreedBook(world);
    const story = team.thread(second);
    expect(story).toHaveLength(3);
    for (const [index, words] of ['Ben approved', 'Executing', 'Executed'].entries()) {
      expect(story[index]).toContain(words);
    }
    await until('a word to the proposer of the adjustment', () =>
      team.direct('Chloe').some((text) => /is executed/u.test(text)),
    );

    team.command('Ana', 'rebalance', { account: 'core' });
    const third = await until('a third proposal', () =>
      team
        .posted()
        .find(
          ({ id, buttons }) => ![first.id, second.id].includes(id) && buttons.includes('Reject'),
        ),
    );
    team.click('Chloe', third, 'Reject');
    await team.fillIn('Chloe', { reason: REASON });
    const rejected = await shows(third, 'ejected');
    expect(rejected.buttons).toEqual([]);
    expect(rejected.text).toMatch(/dividend/u);
    await until('a word to the proposer', () =>
      team.direct('Ana').some((text) => text.includes('is rejected')),
    );

    team.command('Ben', 'halt', { account: 'core' });
    await newest('halted');
    const before = team.posted().length;
    await world.jump({ hours: 96 });
    await world.bot.scheduler.tick();
    const summary = await newest('Traded', before);
    expect(summary.text).toMatch(/Audit: \d+ rows?, head/u);

    await world.bot.settled();
    const verification = await world.bot.context.store.verifyAudit();
    expect(verification.ok).toBe(true);
    expect(team.problems()).toEqual([]);
    const errors = world.log.lines.filter(({ level }) => level === 'error');
    expect(errors).toEqual([]);
  }, 40_000);
}

/** The look of the start may have failed on a busy machine, whose clock runs fast: it is made up for. */
export async function agreeOnBook({ bot }: BotWorld): Promise<void> {
  await until('the first agreed book', async () => {
    if ((await bot.context.store.findAgreedBook('core')) !== null) return true;
    await lookAtAccount(bot.context, accountNamed(bot.context, 'core'));
    return false;
  });
}

/** Positions and cash at the broker are, to the cent, the book of the start and the fills since. */
export async function expectAgreedBook({ bot }: BotWorld): Promise<void> {
  const account = accountNamed(bot.context, 'core');
  const reading = await compareBook(bot.context, account);
  if (reading.type !== 'compared') throw new Error(`the book is ${reading.type}`);
  // Agreed on before anything was ordered, whether or not a look has counted the fills since.
  const orders = await bot.context.store.listOrders({ account: account.name });
  const agreedAt = reading.agreed.agreedAt.epochMilliseconds;
  expect(
    Math.min(...orders.map(({ intent }) => intent.createdAt.epochMilliseconds)),
  ).toBeGreaterThan(agreedAt);
  expect(reading.differences).toEqual([]);
  expect(toText(reading.told.cash)).toBe(toText(reading.expected.cash));
}
