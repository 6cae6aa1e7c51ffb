import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { COMMANDS } from '../../commands/index.ts';
import { SLACK_BOT_SCOPES } from '../../src/chat/slack/manifest.ts';
import { toText } from '../../src/core/decimal.ts';
import { startSchwabFake } from '../fakes/schwab/index.ts';
import type { SchwabFake, SchwabFakeOptions } from '../fakes/schwab/index.ts';
import { buttonsOf, startSlackFake } from '../fakes/slack/index.ts';
import type { SlackFake } from '../fakes/slack/index.ts';
import { createFastClock, FAST, REAL_DEADLINES } from '../fixtures/fast-clock.ts';
import { monthlyClose } from '../fixtures/monthly-closes.ts';
import { openBotWorld, until } from './bot-world.ts';
import { describeMainJob } from './main-job.ts';
import type { MainJobWorld } from './main-job.ts';
import { logInAtSchwab } from './schwab-login.ts';
import { SLACK_CHANNEL, SLACK_IDS, slackTeam } from './team.ts';

/** A Wednesday, 10:30 in New York. */
const START = '2026-11-18T15:30:00Z';

const POSITIONS = { AAPL: '1065', MSFT: '1640', AMZN: '735', IBM: '405', GOOG: '68' };

interface SchwabJobWorld extends MainJobWorld {
  readonly schwab: SchwabFake;
  readonly slack: SlackFake;
}

/** The whole bot between a Slack and a Schwab, with Ana's login made through Schwab's page. */
async function open(options: SchwabFakeOptions = {}): Promise<SchwabJobWorld> {
  const prices = Object.keys(POSITIONS).map((symbol) => [
    symbol,
    { price: toText(monthlyClose('2006-01-01', symbol)) },
  ]);
  const clock = createFastClock();
  const schwab = await startSchwabFake({
    now: START,
    speed: FAST,
    fillAfterMilliseconds: 20,
    answers: 'observed',
    accounts: [
      {
        number: '12345678',
        cash: '1450',
        positions: Object.entries(POSITIONS).map(([symbol, quantity]) => ({
          symbol,
          quantity,
          costBasis: '1000',
        })),
      },
    ],
    symbols: Object.fromEntries(prices),
    ...options,
  });
  const slack = await startSlackFake({
    clock: clock.forSlack,
    ...REAL_DEADLINES,
    app: { commands: COMMANDS.map(({ name }) => `/${name}`) },
    scopes: SLACK_BOT_SCOPES,
    users: Object.entries(SLACK_IDS).map(([name, id]) => ({ id, name })),
    channels: [{ id: SLACK_CHANNEL, name: 'rebalancing' }],
  });
  // The clocks are compared: what passed at Schwab meanwhile has passed for the bot.
  const { now: start } = await schwab.advance({ seconds: 0 });
  const bot = await openBotWorld({
    clock,
    start,
    environment: {
      TRADING_MODE: 'live',
      EVENKEEL_MASTER_KEY: randomBytes(32).toString('base64'),
      SCHWAB_CLIENT_ID: schwab.app.clientId,
      SCHWAB_CLIENT_SECRET: schwab.app.clientSecret,
      SCHWAB_REDIRECT_URI: schwab.app.redirectUri,
      SCHWAB_API_URL: schwab.apiUrl,
      SLACK_BOT_TOKEN: slack.botToken,
      SLACK_APP_TOKEN: slack.appToken,
      SLACK_API_URL: slack.apiUrl,
    },
    channels: [`- slack: ${SLACK_CHANNEL}`],
    ids: {
      Ana: [`slack: ${SLACK_IDS.Ana}`],
      Ben: [`slack: ${SLACK_IDS.Ben}`],
      Chloe: [`slack: ${SLACK_IDS.Chloe}`],
      Dev: ['web: dev'],
    },
    broker: `
    broker: schwab
    mode: live
    schwab: { connection: ana, accountNumber: "5678" }`,
    before: async (facts) => await logInAtSchwab(schwab, 'ana', facts),
  });
  await bot.bot.settled();
  return {
    schwab,
    slack,
    team: slackTeam(slack),
    world: {
      ...bot,
      get bot() {
        return bot.bot;
      },
      async jump(by) {
        await schwab.advance({ seconds: Temporal.Duration.from(by).total('seconds') });
        await bot.jump(by);
      },
    },
    async [Symbol.asyncDispose]() {
      await bot[Symbol.asyncDispose]();
      await slack.close();
      await schwab.stop();
    },
  };
}

describe('the main job at Charles Schwab', () => {
  describeMainJob(open);

  it('leaves at Schwab what it says, and asks Schwab for nothing that its document does not have', async () => {
    await using opened = await open();
    const { schwab, team, world } = opened;
    team.command('Ana', 'rebalance', { account: 'core' });
    const proposal = await until('a proposal', () =>
      team.posted().find(({ buttons }) => buttons.includes('Approve')),
    );
    team.click('Ben', proposal, 'Approve');
    await until(
      'the execution',
      () => team.posted().find(({ id, text }) => id === proposal.id && /· executed/u.test(text)),
      25_000,
    );
    const state = await schwab.state({});
    const ours = await world.bot.context.store.listOrders({});
    expect(new Set(state.orders.map(({ brokerOrderId }) => brokerOrderId))).toEqual(
      new Set(ours.map(({ brokerOrderId }) => brokerOrderId)),
    );
    expect(state.orders.every(({ status }) => status === 'FILLED')).toBe(true);
    const fills = await world.bot.context.store.listFills({});
    expect(fills).toHaveLength(state.executions.length);
    expect(state.defects).toEqual([]);
    const { requests } = await schwab.requests({});
    expect(requests.filter(({ status }) => status !== null && status >= 400)).toEqual([]);
  }, 40_000);
});

describe('a restart in the middle', () => {
  it('ends as if nothing had happened: each leg is one order, with all its fills', async () => {
    await using opened = await open({ fills: 'told' });
    const { schwab, team, world } = opened;
    const { store } = world.bot.context;
    team.command('Ana', 'rebalance', { account: 'core' });
    const proposal = await until('a proposal', () =>
      team.posted().find(({ buttons }) => buttons.includes('Approve')),
    );
    team.click('Ben', proposal, 'Approve');
    await until('a working sell', async () =>
      (await store.listOrders({})).some(({ status }) => status === 'accepted'),
    );
    await schwab.fillNext({});
    await world.restart();
    await until(
      'the end of the execution',
      async () => {
        await schwab.fillNext({});
        const [record] = await world.bot.context.store.listProposals({ limit: 1 });
        return record?.status === 'executed';
      },
      25_000,
    );
    const orders = await world.bot.context.store.listOrders({});
    const state = await schwab.state({});
    expect(new Set(orders.map(({ intent }) => intent.leg)).size).toBe(orders.length);
    expect(state.orders).toHaveLength(orders.length);
    expect(await world.bot.context.store.listFills({})).toHaveLength(state.executions.length);
  }, 60_000);
});

describe('an order at Schwab whose answer is lost', () => {
  it('is asked about in the thread when two fit, and goes on from the answer', async () => {
    await using opened = await open();
    const { schwab, slack, team, world } = opened;
    team.command('Ana', 'rebalance', { account: 'core' });
    const proposal = await until('a proposal', () =>
      team.posted().find(({ buttons }) => buttons.includes('Approve')),
    );
    const [record] = await world.bot.context.store.listProposals({ limit: 1 });
    const sells = record?.proposal.plan.legs.filter(({ side }) => side === 'sell') ?? [];
    const [lost] = sells;
    if (record === undefined || lost === undefined) throw new Error('nothing is sold');
    await schwab.dropAnswer({ operation: 'submit', order: 'not_placed', count: sells.length });
    team.click('Ben', proposal, 'Approve');
    const intent = await until('an order without an answer', async () => {
      const orders = await world.bot.context.store.listOrders({ proposalId: record.proposal.id });
      return orders.find(
        ({ status, intent: { leg } }) => status === 'unknown' && leg === lost.number,
      )?.intent;
    });
    // The same is sold twice at Schwab's own page, at the limit of ours: any of them may be ours.
    const elsewhere = {
      account: '12345678',
      symbol: intent.symbol,
      side: intent.side,
      quantity: toText(intent.quantity),
      ...(intent.limitPrice === null ? {} : { limitPrice: toText(intent.limitPrice) }),
    };
    // Nobody looks while there is only one of them: that would be ours.
    await schwab.refuseConnections({ milliseconds: 'until_told' });
    const twins = [await schwab.placeElsewhere(elsewhere), await schwab.placeElsewhere(elsewhere)];
    await schwab.acceptConnections({});

    const question = await until('the question', () =>
      slack
        .channel(SLACK_CHANNEL)
        .thread(proposal.id)
        .find((message) => buttonsOf(message).some(({ label }) => label === 'Look again')),
    );
    expect(buttonsOf(question).map(({ label }) => label)).toEqual([
      ...twins.map(({ brokerOrderId }) => `It is ${brokerOrderId}`),
      'It is not there',
      'Look again',
    ]);
    const [ours] = twins.map(({ brokerOrderId }) => brokerOrderId);
    if (ours === undefined) throw new Error('unreachable');
    const press = (who: 'Ana' | 'Chloe') => {
      team.click(who, { id: question.ts, text: '', buttons: [] }, `It is ${ours}`);
    };
    await until('a word to each approver', () =>
      team.direct('Chloe').some((text) => text.includes('no answer came')),
    );
    // Ana proposes and may not answer.
    press('Ana');
    await until('a refusal', () => team.privately('Ana').some((text) => text.includes('approver')));
    press('Chloe');
    await until('the settled question', () =>
      team.thread(proposal).find((text) => text.includes('says Chloe')),
    );
    await until(
      'the end of the execution',
      async () =>
        (await world.bot.context.store.listProposals({ limit: 1 }))[0]?.status !== 'executing',
      25_000,
    );
    const order = await world.bot.context.store.findOrder(intent.clientOrderId);
    expect(order).toMatchObject({ status: 'filled', brokerOrderId: ours });
    const state = await schwab.state({});
    // Nothing was sent again.
    expect(
      state.orders.filter(({ symbol, origin }) => symbol === intent.symbol && origin === 'api'),
    ).toEqual([]);
    expect(state.defects).toEqual([]);
    expect(team.problems()).toEqual([]);
  }, 60_000);
});
