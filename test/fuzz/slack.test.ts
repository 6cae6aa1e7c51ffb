import * as fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { MODES } from '../chat/slack/harness.ts';
import type { Mode } from '../chat/slack/harness.ts';
import { fuzzSettings } from '../fixtures/fuzz-runs.ts';
import { changeAt } from './change-at.ts';
import { secretsIn, stateOf, unforeseen } from './bot-state.ts';
import { watchForCrashes, withinDeadline } from './crashes.ts';
import { damage, damaged } from './mutations.ts';
import type { Json } from './mutations.ts';
import { openSlackBot } from './slack-bot.ts';
import type { Sample, SlackBot } from './slack-bot.ts';
import { createTally } from './tally.ts';

const settings = fuzzSettings(80);
const timeout = settings.isLong ? 0 : 120_000;
const tally = createTally();
const nth = fc.nat(1000);

/** As Slack wraps it for a socket. The envelope itself is damaged as well as what is in it. */
function envelope({ kind, payload }: Sample, id: string): Json {
  const accepts = kind === 'slash_commands';
  return { envelope_id: id, payload, type: kind, accepts_response_payload: accepts };
}

/** Sends what is left of a sample. @param text the damaged payload or envelope. */
async function deliver(bot: SlackBot, mode: Mode, sample: Sample, text: string): Promise<unknown> {
  if (mode === 'Socket Mode') {
    bot.fake.socketMode.sendRaw(text);
    return null;
  }
  const form = 'application/x-www-form-urlencoded';
  const body =
    sample.kind === 'interactive'
      ? new URLSearchParams({ payload: text }).toString()
      : sample.kind === 'events_api'
        ? text
        : asForm(text);
  return await bot.post(body, sample.kind === 'events_api' ? 'application/json' : form, true);
}

/** A damaged document as fields of a form; one that is no object any more as it is. */
function asForm(text: string): string {
  try {
    const fields: unknown = JSON.parse(text);
    if (typeof fields !== 'object' || fields === null) return text;
    const pairs = Object.entries(fields).map(([name, value]) => [
      name,
      typeof value === 'string' ? value : JSON.stringify(value),
    ]);
    return new URLSearchParams(pairs).toString();
  } catch {
    return text;
  }
}

describe.each(MODES)('what comes from Slack over %s', (mode) => {
  test('crashes nothing, decides nothing, and leaves it listening', { timeout }, async () => {
    using crashes = watchForCrashes();
    await using bot = await openSlackBot(mode);
    const before = await stateOf(bot.world.bot);
    // Bolt answers after three seconds what nobody acknowledges: that is not waited for each time.
    const answers: Promise<unknown>[] = [];
    let serial = 0;
    await fc.assert(
      fc.asyncProperty(nth, damage, async (which, harm) => {
        const sample = bot.harmless[which % bot.harmless.length];
        if (sample === undefined) throw new Error('no samples');
        serial += 1;
        const document =
          mode === 'Socket Mode' ? envelope(sample, `fuzz-${serial}`) : sample.payload;
        tally.count(`Slack payloads, ${mode}`);
        answers.push(deliver(bot, mode, sample, damaged(document, harm)));
        await withinDeadline('the bot', bot.probe());
        expect(crashes.found).toEqual([]);
        expect(unforeseen(bot.world.log)).toEqual([]);
        expect(await stateOf(bot.world.bot)).toBe(before);
      }),
      settings,
    );
    await withinDeadline('an answer', Promise.all(answers));
    await bot.world.bot.settled();
    expect(await stateOf(bot.world.bot)).toBe(before);
    expect(secretsIn([bot.world.log.lines, bot.fake.calls], bot.secrets)).toEqual([]);
  });
});

/** Where it stands in Ben's vote who votes, where from, and what for. */
const ESSENTIALS = [
  ['user', 'id'],
  ['team', 'id'],
  ['container', 'channel_id'],
  ['actions', '0', 'value'],
] as const;

test('a vote in which who, where or what was changed is no vote', { timeout }, async () => {
  using crashes = watchForCrashes();
  await using bot = await openSlackBot('Socket Mode');
  const before = await stateOf(bot.world.bot);
  let serial = 0;
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...ESSENTIALS), damage, async (path, { mutations }) => {
      const changed = changeAt(bot.vote.payload, path, (essential) =>
        JSON.parse(damaged(essential, { mutations, cut: null })),
      );
      if (changed === null) return;
      serial += 1;
      tally.count('Slack votes, forged');
      const sample: Sample = { kind: 'interactive', payload: clickedAt(changed, serial) };
      bot.fake.socketMode.sendRaw(JSON.stringify(envelope(sample, `vote-${serial}`)));
      await withinDeadline('the bot', bot.probe());
      expect(crashes.found).toEqual([]);
      expect(await stateOf(bot.world.bot)).toBe(before);
    }),
    settings,
  );
  // What was changed is what kept it from counting.
  const vote: Sample = { kind: 'interactive', payload: clickedAt(bot.vote.payload, 0) };
  bot.fake.socketMode.sendRaw(JSON.stringify(envelope(vote, 'vote-as-it-was')));
  await expect.poll(() => stateOf(bot.world.bot), { timeout: 10_000 }).not.toBe(before);
});

/** Another click than the others, by Slack's stamp: one that was taken already would be a redelivery. */
function clickedAt(payload: Json, serial: number): Json {
  return changeAt(payload, ['actions', '0', 'action_ts'], () => `${serial}.000002`) ?? payload;
}

test('a body that Slack did not sign is refused, whatever it is', { timeout }, async () => {
  using crashes = watchForCrashes();
  await using bot = await openSlackBot('signed HTTP');
  const before = await stateOf(bot.world.bot);
  await fc.assert(
    fc.asyncProperty(damage, fc.boolean(), async (harm, whole) => {
      const text = whole ? JSON.stringify(bot.vote.payload) : damaged(bot.vote.payload, harm);
      const body = new URLSearchParams({ payload: text }).toString();
      tally.count('Slack bodies, not signed');
      const status = await withinDeadline(
        'the answer',
        bot.post(body, 'application/x-www-form-urlencoded', false),
      );
      expect([400, 401]).toContain(status);
      expect(crashes.found).toEqual([]);
    }),
    settings,
  );
  await bot.probe();
  expect(await stateOf(bot.world.bot)).toBe(before);
});

afterAll(() => {
  tally.report();
});
