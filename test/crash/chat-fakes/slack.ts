import { COMMANDS } from '../../../commands/index.ts';
import { parseButtonValue } from '../../../src/chat/slack/buttons.ts';
import { SLACK_BOT_SCOPES } from '../../../src/chat/slack/manifest.ts';
import { buttonsOf, startSlackFake } from '../../fakes/slack/index.ts';
import type { SlackInteraction, SlackMessage } from '../../fakes/slack/index.ts';
import { PATIENCE_MILLISECONDS } from './platform.ts';
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
  const sent: { what: string; sentAt: number; interaction: SlackInteraction }[] = [];
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
      const sentAt = Date.now();
      const what = `/${command}`;
      const interaction = await fake
        .user(PEOPLE[person])
        .command(what, account, { channel: CHANNEL });
      sent.push({ what, sentAt, interaction });
      return interaction.status === 'acknowledged';
    },
    async click(person, button, twice) {
      const found = find(button);
      if (found === null) return false;
      if (twice) fake.planNextDelivery({ twice });
      const { actionId, blockId } = found.shown;
      const sentAt = Date.now();
      last = await fake.user(PEOPLE[person]).click(found.message, actionId, { blockId });
      if (last === null) return false;
      sent.push({ what: `${button.action} of ${person}`, sentAt, interaction: last });
      return last.status === 'acknowledged';
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
        // What comes too late is told below, with its time, also when it never comes.
        problems: fake.problems.filter((what) => !what.includes('was acknowledged too late')),
        late: sent
          .filter(({ interaction }) => wasLate(interaction))
          .map(({ what, sentAt }) => ({ what, sentAt })),
      };
    },
  };
}

/** Whether it reached the app and was not acknowledged in time; what nobody could take is not late. */
function wasLate({ acknowledgementMilliseconds, deliveries }: SlackInteraction): boolean {
  const taken = acknowledgementMilliseconds ?? Infinity;
  return deliveries[0]?.sent === true && taken > PATIENCE_MILLISECONDS;
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
