import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { COMMANDS } from '../commands/index.ts';
import { buttonsOf, startSlackFake } from '../test/fakes/slack/index.ts';
import type { SlackInteraction, SlackMessage } from '../test/fakes/slack/index.ts';
import { wishSchema } from './load-protocol.ts';
import type { Acted, Shown, Wish } from './load-protocol.ts';

/** Slack with its rate limits, and two people in front of it, as a process of their own. */

const ANA = 'U0ANA0001';
const BEN = 'U0BEN0002';
const PATIENCE_MILLISECONDS = 180_000;

const [names] = z
  .tuple([z.string().transform((text) => text.split(','))])
  .parse(process.argv.slice(2));
const fake = await startSlackFake({
  app: { commands: COMMANDS.map(({ name }) => `/${name}`) },
  users: [
    { id: ANA, name: 'ana' },
    { id: BEN, name: 'ben' },
  ],
  channels: names.map((id, index) => ({ id, name: `desk-${index + 1}` })),
});

process.once('disconnect', () => process.exit());
process.on('message', (message) => {
  const wish = wishSchema.parse(message);
  void grant(wish).then((answer) => process.send?.(answer));
});
process.send?.({
  environment: {
    SLACK_BOT_TOKEN: fake.botToken,
    SLACK_APP_TOKEN: fake.appToken,
    SLACK_API_URL: fake.apiUrl,
  },
});

async function grant(wish: Wish): Promise<Acted | Shown> {
  switch (wish.type) {
    case 'propose': {
      await fake.waitFor(() => fake.socketMode.connections().length > 0, PATIENCE_MILLISECONDS);
      const acted = await inTurn(wish.places, wish.everyMilliseconds, ({ account, channel }) =>
        fake.user(ANA).command('/rebalance', account, { channel }),
      );
      await fake.waitFor(() => approvable().length >= wish.places.length, PATIENCE_MILLISECONDS);
      return acted;
    }
    case 'approve':
      return await inTurn(approvable(), wish.everyMilliseconds, async ({ message, actionId }) => {
        // It may have moved on since, by a click before.
        const isThere = approvable().some((shown) => shown.message.ts === message.ts);
        return isThere ? await fake.user(BEN).click(message, actionId) : null;
      });
    case 'look':
      return {
        messages: posted().map((message) => ({
          channel: message.channel,
          ts: message.ts,
          text: `${message.text} ${JSON.stringify(message.blocks)}`,
          buttons: buttonsOf(message).map(({ label }) => label),
        })),
        problems: [...fake.problems],
        edits: fake.callsTo('chat.update').filter(({ ok }) => ok).length,
      };
  }
}

async function inTurn<Item>(
  items: readonly Item[],
  everyMilliseconds: number,
  act: (item: Item) => Promise<SlackInteraction | null>,
): Promise<Acted> {
  const firstAt = Date.now();
  const under: Promise<SlackInteraction | null>[] = [];
  for (const [index, item] of items.entries()) {
    await pause(Math.max(0, firstAt + index * everyMilliseconds - Date.now()));
    under.push(act(item));
  }
  const lastAt = Date.now();
  const sent = (await Promise.all(under)).filter((interaction) => interaction !== null);
  const acknowledged = sent.map(({ acknowledgementMilliseconds }) => acknowledgementMilliseconds);
  return { firstAt, lastAt, acknowledged };
}

/** The bot's messages outside of threads. */
function posted(): readonly SlackMessage[] {
  return names.flatMap((name) =>
    fake
      .channel(name)
      .messages()
      .filter(({ threadTs }) => threadTs === null),
  );
}

function approvable() {
  return posted().flatMap((message) => {
    const button = buttonsOf(message).find(({ label }) => label === 'Approve');
    return button === undefined ? [] : [{ message, actionId: button.actionId }];
  });
}
