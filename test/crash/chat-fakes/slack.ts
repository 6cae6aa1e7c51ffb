import { COMMANDS } from '../../../commands/index.ts';
import { parseButtonValue } from '../../../src/chat/slack/buttons.ts';
import { SLACK_BOT_SCOPES } from '../../../src/chat/slack/manifest.ts';
import { buttonsOf, startSlackFake } from '../../fakes/slack/index.ts';
import type { SlackInteraction, SlackMessage } from '../../fakes/slack/index.ts';
import type { Button, FakePlatform, ShownMessage } from './platform.ts';

const CHANNEL = 'C0REBALANCE';
const PEOPLE = { ana: 'U0ANA0001', ben: 'U0BEN0002', chloe: 'U0CHLOE03' } as const;

export async function openSlack(): Promise<FakePlatform> {
  const fake = await startSlackFake({
    app: { commands: COMMANDS.map(({ name }) => `/${name}`) },
    scopes: SLACK_BOT_SCOPES,
    users: Object.entries(PEOPLE).map(([name, id]) => ({ id, name })),
    channels: [{ id: CHANNEL, name: 'rebalancing' }],
  });
  let last: SlackInteraction | null = null;
  let mend: (() => void)[] = [];
  const channel = fake.channel(CHANNEL);
  const isOurs = ({ user }: SlackMessage) => user === fake.app.botUserId;

  const find = (wanted: Button) => {
    for (const message of channel.messages().filter(isOurs).toReversed()) {
      const shown = buttonsOf(message).find(({ value }) => {
        const about = parseButtonValue(value ?? '');
        return about !== null && sameButton(about, wanted);
      });
      if (shown !== undefined) return { message, shown };
    }
    return null;
  };

  return {
    ready: {
      environment: {
        SLACK_BOT_TOKEN: fake.botToken,
        SLACK_APP_TOKEN: fake.appToken,
        SLACK_API_URL: fake.apiUrl,
      },
      channel: CHANNEL,
      people: PEOPLE,
    },
    async command(person, command, account) {
      const sent = await fake
        .user(PEOPLE[person])
        .command(`/${command}`, account, { channel: CHANNEL });
      return sent.status === 'acknowledged';
    },
    async click(person, button, twice) {
      const found = find(button);
      if (found === null) return false;
      if (twice) fake.planNextDelivery({ twice });
      const { actionId, blockId } = found.shown;
      last = await fake.user(PEOPLE[person]).click(found.message, actionId, { blockId });
      return last?.status === 'acknowledged';
    },
    async redeliver() {
      if (last !== null) await fake.redeliver(last);
    },
    fault(name) {
      switch (name) {
        case 'outage':
          mend = [fake.faults.down('drop'), fake.socketMode.refuse()];
          fake.socketMode.drop();
          return;
        case 'mended':
          for (const end of mend.splice(0)) end();
          channel.unarchive();
          return;
        case 'messages_deleted':
          for (const message of channel.messages().filter(isOurs)) channel.delete(message);
          return;
        case 'channel_closed':
          channel.archive();
          return;
        case 'rate_limits':
          fake.faults.next('*', { type: 'rate_limited', retryAfterSeconds: 1 }, 10);
      }
    },
    state() {
      const direct = Object.values(PEOPLE).flatMap((id) => fake.direct(id).messages());
      return {
        messages: [...channel.messages(), ...direct].filter(isOurs).map(shownMessage),
        problems: [...fake.problems],
      };
    },
  };
}

export function sameButton(one: Button, other: Button): boolean {
  return (
    one.action === other.action &&
    one.proposalId === other.proposalId &&
    one.digest === other.digest
  );
}

function shownMessage(message: SlackMessage): ShownMessage {
  return {
    id: message.ts,
    text: `${message.text} ${JSON.stringify(message.blocks)}`,
    buttons: buttonsOf(message).flatMap(({ value }) => {
      const about = parseButtonValue(value ?? '');
      if (about === null) return [];
      const { action, proposalId, digest } = about;
      return [{ action, proposalId, digest }];
    }),
  };
}
