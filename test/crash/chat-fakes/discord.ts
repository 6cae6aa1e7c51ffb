import { createCustomIds } from '../../../src/chat/discord/custom-id.ts';
import { startDiscordFake } from '../../fakes/discord/index.ts';
import type { SentInteraction } from '../../fakes/discord/index.ts';
import { PATIENCE_MILLISECONDS } from './platform.ts';
import type { Button, FakePlatform, ShownMessage } from './platform.ts';
import { sameButton } from './slack.ts';

const PEOPLE = {
  ana: '910000000000000001',
  ben: '910000000000000002',
  chloe: '910000000000000003',
} as const;

export async function openDiscord(): Promise<FakePlatform> {
  const fake = await startDiscordFake({
    members: Object.entries(PEOPLE).map(([name, id]) => ({ id, name })),
  });
  const customIds = createCustomIds();
  const channel = fake.channel('general');
  let last: SentInteraction | null = null;
  const delivered: { what: string; sentAt: number; sent: SentInteraction }[] = [];
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
  const isConnected = () =>
    [...fake.gateway.sessions.values()].some(({ socket }) => socket !== null);
  const wasTaken = async (what: string, send: () => SentInteraction): Promise<boolean> => {
    // To a session without a connection it comes when that is made again: nobody is late then.
    const isDelivered = isConnected();
    const sentAt = Date.now();
    const sent = send();
    if (isDelivered) delivered.push({ what, sentAt, sent });
    return await sent.acknowledged(PATIENCE_MILLISECONDS).then(
      () => true,
      () => false,
    );
  };

  /** Discord itself told the acknowledgement to come later. */
  const wasHeldBack = ({ id }: SentInteraction): boolean =>
    fake
      .callsTo('POST /interactions/{interaction_id}/{interaction_token}/callback')
      .some(({ path, status }) => status === 429 && path.includes(id));

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
      return await wasTaken(`/${command}`, () =>
        fake.member(PEOPLE[person]).command(command, { account }),
      );
    },
    async click(person, button, twice) {
      for (const message of fake.botMessages().toReversed()) {
        const shown = message.buttons.find(({ customId }) => {
          const carried = about(customId);
          return carried !== null && sameButton(carried, button);
        });
        const customId = shown?.customId;
        if (customId === undefined || customId === null) continue;
        return await wasTaken(`${button.action} of ${person}`, () => {
          const click = fake.member(PEOPLE[person]).click(message, customId);
          if (twice) click.redeliver();
          last = click;
          return click;
        });
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
      late: delivered
        .filter(({ sent, sentAt }) =>
          sent.acknowledgement === null
            ? Date.now() - sentAt > PATIENCE_MILLISECONDS
            : sent.acknowledgement.afterMilliseconds > PATIENCE_MILLISECONDS,
        )
        .filter(({ sent }) => !wasHeldBack(sent))
        .map(({ what, sentAt }) => ({ what, sentAt })),
    }),
  };
}
