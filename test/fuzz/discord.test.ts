import * as fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { fuzzSettings } from '../fixtures/fuzz-runs.ts';
import { secretsIn, stateOf, unforeseen } from './bot-state.ts';
import { changeAt } from './change-at.ts';
import { watchForCrashes, withinDeadline } from './crashes.ts';
import { openDiscordBot } from './discord-bot.ts';
import type { GatewayEvent } from './discord-bot.ts';
import { damage, damaged } from './mutations.ts';
import type { Json } from './mutations.ts';
import { createTally } from './tally.ts';

const settings = fuzzSettings(120);
const timeout = settings.isLong ? 0 : 120_000;
const tally = createTally();
const nth = fc.nat(1000);

/** Ids that Discord gave nobody else, so that none of these is a redelivery. */
const firstId = 1_300_000_000_000_000_000n;

/** As Discord's gateway writes it. https://docs.discord.com/developers/events/gateway#payload-structure */
function frame({ name, data }: GatewayEvent, serial: number): Json {
  return { op: 0, t: name, s: 1, d: withId(data, serial) };
}

function withId(data: Json, serial: number): Json {
  if (typeof data !== 'object' || data === null || !('token' in data)) return data;
  return { ...data, id: String(firstId + BigInt(serial)) };
}

test('what comes from the gateway crashes nothing and decides nothing', { timeout }, async () => {
  using crashes = watchForCrashes();
  await using bot = await openDiscordBot();
  const before = await stateOf(bot.world.bot);
  let serial = 0;
  await fc.assert(
    fc.asyncProperty(nth, damage, fc.boolean(), async (which, harm, whole) => {
      const event = bot.harmless[which % bot.harmless.length];
      if (event === undefined) throw new Error('no events');
      serial += 1;
      const { op, t, s, d } = { op: 0, t: event.name, s: 1, d: withId(event.data, serial) };
      const text = whole
        ? damaged(frame(event, serial), harm)
        : `{"op":${op},"t":"${t}","s":${s},"d":${damaged(d, harm)}}`;
      tally.count('Discord gateway frames');
      bot.fake.gateway.sendRaw(text);
      await withinDeadline('the bot', bot.probe());
      expect(crashes.found).toEqual([]);
      expect(unforeseen(bot.world.log)).toEqual([]);
      expect(await stateOf(bot.world.bot)).toBe(before);
    }),
    settings,
  );
  await bot.world.bot.settled();
  expect(await stateOf(bot.world.bot)).toBe(before);
  const sent = bot.fake.calls.map(({ path, body }) => ({ path, body }));
  expect(secretsIn([bot.world.log.lines, sent], bot.secrets)).toEqual([]);
});

/** Where it stands in Ben's vote who votes, where, and what for. */
const ESSENTIALS = [
  ['member', 'user', 'id'],
  ['guild_id'],
  ['data', 'custom_id'],
  ['data', 'component_type'],
  ['type'],
] as const;

test('a vote in which who, where or what was changed is no vote', { timeout }, async () => {
  using crashes = watchForCrashes();
  await using bot = await openDiscordBot();
  const before = await stateOf(bot.world.bot);
  let serial = 0;
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...ESSENTIALS), damage, async (path, { mutations }) => {
      const changed = changeAt(bot.vote.data, path, (essential) =>
        JSON.parse(damaged(essential, { mutations, cut: null })),
      );
      if (changed === null) return;
      serial += 1;
      tally.count('Discord votes, forged');
      const forged = frame({ ...bot.vote, data: changed }, serial);
      bot.fake.gateway.sendRaw(JSON.stringify(forged));
      await withinDeadline('the bot', bot.probe());
      expect(crashes.found).toEqual([]);
      expect(await stateOf(bot.world.bot)).toBe(before);
    }),
    settings,
  );
  // What was changed is what kept it from counting.
  bot.fake.gateway.sendRaw(JSON.stringify(frame(bot.vote, 0)));
  await expect.poll(() => stateOf(bot.world.bot), { timeout: 10_000 }).not.toBe(before);
});

afterAll(() => {
  tally.report();
});
