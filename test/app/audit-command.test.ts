import { describe, expect, it } from 'vitest';
import { openAppWorld, wordsOf } from './app-world.ts';
import type { AppWorld } from './app-world.ts';

/** The cells of the table, a row a line; without time, facts and hash. */
async function rowsOf(world: AppWorld, text: string): Promise<readonly string[]> {
  const reply = await world.say('ana', 'audit', text);
  const blocks = reply.type === 'message' ? reply.message.blocks : [];
  const table = blocks.find((block) => block.type === 'table');
  if (table === undefined) return [];
  const words = table.rows.map((row) =>
    row.map((cell) => (typeof cell === 'string' ? cell : 'text' in cell ? cell.text : '')),
  );
  return words.map(([, , who, what, about]) => `${who} ${what} ${about}`);
}

/** Ben rejects a first proposal; a second one is executed on the word of Chloe. */
async function decideTwice(world: AppWorld): Promise<readonly [first: string, second: string]> {
  await world.say('ana', 'rebalance');
  const first = (await world.newest()).proposal.id;
  await world.click('ben', 'reject', { fields: { reason: 'too early' } });
  await world.clock.advance({ minutes: 5 });
  await world.say('ana', 'rebalance');
  const second = (await world.newest()).proposal.id;
  await world.clock.advance({ minutes: 1 });
  await world.click('chloe', 'approve');
  await world.settle();
  return [first, second];
}

describe('/audit', () => {
  it('of a proposal says first who decided, when and why, then every row of it and its orders', async () => {
    await using world = await openAppWorld();
    const [first, second] = await decideTwice(world);
    expect(wordsOf(await world.say('ana', 'audit', `--proposal ${first}`))).toContain(
      'Proposed by Ana 10:00 ET. Rejected by Ben (web) 10:00 ET: “too early”. It is rejected.',
    );
    expect(await rowsOf(world, `--proposal ${first}`)).toEqual([
      `Ben rejected ${first}`,
      `Ana proposed ${first}`,
    ]);
    expect(wordsOf(await world.say('ana', 'audit', `--proposal #${second}`))).toContain(
      'Proposed by Ana 10:05 ET. Approved by Chloe (web) 10:06 ET. It is executed.',
    );
    const rows = await rowsOf(world, `core --proposal #${second.toUpperCase()}`);
    expect(rows).toContain(`Chloe approved ${second}`);
    const orders = await world.store.listOrders({ proposalId: second });
    for (const { intent } of orders) {
      expect(rows.some((row) => row === `evenkeel filled ${intent.clientOrderId}`)).toBe(true);
    }
    expect(rows.some((row) => row.includes(first))).toBe(false);
  });

  it('of a proposal that nobody decided on says so', async () => {
    await using world = await openAppWorld();
    await world.say('ana', 'rebalance');
    const { id } = (await world.newest()).proposal;
    expect(wordsOf(await world.say('ana', 'audit', `--proposal ${id}`))).toContain(
      'Nobody has decided on it. It is pending.',
    );
  });

  it.each(['ben', 'Ben', '@BEN'])(
    'of a person, named %s, has what they did and nothing else',
    async (name) => {
      await using world = await openAppWorld();
      const [first] = await decideTwice(world);
      await world.say('ben', 'pending');
      expect(await rowsOf(world, `--person ${name}`)).toEqual([
        'Ben command /pending',
        `Ben rejected ${first}`,
      ]);
    },
  );

  it('takes both, and a file has the same rows', async () => {
    await using world = await openAppWorld();
    const [first, second] = await decideTwice(world);
    expect(await rowsOf(world, `--proposal ${first} --person ben`)).toEqual([
      `Ben rejected ${first}`,
    ]);
    expect(await rowsOf(world, `--proposal ${second} --person ben`)).toEqual([]);
    const reply = await world.say('ana', 'audit', `--person ben --proposal=${first} --csv`);
    const blocks = reply.type === 'message' ? reply.message.blocks : [];
    const file = blocks.find((block) => block.type === 'file');
    expect(file?.content.trimEnd().split('\r\n')).toHaveLength(2);
  });

  it.each([
    ['--proposal zzzzzz', '--proposal', 'the id of a proposal'],
    ['--person nobody', '--person', 'one of ana, ben, chloe, dev'],
    ['--person', '--person', 'needs a value'],
  ])('says what is wrong with %j', async (text, option, expected) => {
    await using world = await openAppWorld();
    const words = wordsOf(await world.say('ana', 'audit', text));
    expect(words).toContain(option);
    expect(words).toContain(expected);
  });
});
