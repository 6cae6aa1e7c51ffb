import { createCustomIds } from '../../../src/chat/discord/custom-id.ts';
import { startDiscordFake } from '../../fakes/discord/index.ts';
import type { SentInteraction } from '../../fakes/discord/index.ts';
import type { Button, FakePlatform, ShownMessage } from './platform.ts';
import { sameButton } from './slack.ts';

const PEOPLE = {
  ana: '910000000000000001',
  ben: '910000000000000002',
  chloe: '910000000000000003',
} as const;

/** Then Discord tells the person that the application did not respond. */
const PATIENCE_MILLISECONDS = 3000;

export async function openDiscord(): Promise<FakePlatform> {
  const fake = await startDiscordFake({
    members: Object.entries(PEOPLE).map(([name, id]) => ({ id, name })),
  });
  const customIds = createCustomIds();
  const channel = fake.channel('general');
  let last: SentInteraction | null = null;
  let mend: (() => void)[] = [];

  const about = (customId: string | null): Button | null => {
    const carried = customIds.decode(customId);
    if (carried === null) return null;
    const { action, proposalId, digest } = carried;
    return { action, proposalId, digest };
  };
  const shownMessage = (message: ReturnType<typeof fake.botMessages>[number]): ShownMessage => ({
    id: message.id,
    text: message.text,
    buttons: message.buttons.flatMap(({ customId }) => about(customId) ?? []),
  });
  const wasTaken = async (sent: SentInteraction): Promise<boolean> =>
    await sent.acknowledged(PATIENCE_MILLISECONDS).then(
      () => true,
      () => false,
    );

  return {
    ready: {
      environment: {
        DISCORD_TOKEN: fake.token,
        DISCORD_GUILD_ID: fake.guild.id,
        DISCORD_API_URL: fake.apiUrl,
      },
      channel: channel.id,
      people: PEOPLE,
    },
    async command(person, command, account) {
      // Nobody can type what is not registered yet.
      if (!fake.commands().some(({ name }) => name === command)) return false;
      return await wasTaken(fake.member(PEOPLE[person]).command(command, { account }));
    },
    async click(person, button, twice) {
      for (const message of fake.botMessages().toReversed()) {
        const shown = message.buttons.find(({ customId }) => {
          const carried = about(customId);
          return carried !== null && sameButton(carried, button);
        });
        if (shown?.customId === undefined || shown.customId === null) continue;
        last = fake.member(PEOPLE[person]).click(message, shown.customId);
        if (twice) last.redeliver();
        return await wasTaken(last);
      }
      return false;
    },
    async redeliver() {
      last?.redeliver();
    },
    fault(name) {
      switch (name) {
        case 'outage':
          mend = [fake.faults.down(), fake.gateway.refuseConnections()];
          fake.gateway.drop();
          return;
        case 'mended':
          for (const end of mend.splice(0)) end();
          channel.allow(['viewChannel', 'sendMessages']);
          return;
        case 'messages_deleted':
          for (const { id, channelId } of fake.botMessages()) {
            if (channelId === channel.id) channel.remove(id);
          }
          return;
        case 'channel_closed':
          channel.deny(['viewChannel', 'sendMessages']);
          return;
        case 'rate_limits':
          fake.faults.rateLimit({}, { retryAfterSeconds: 1 }, 10);
      }
    },
    state: () => ({
      messages: fake
        .botMessages()
        .filter(({ privateTo }) => privateTo === null)
        .map(shownMessage),
      problems: [...fake.defects],
    }),
  };
}
