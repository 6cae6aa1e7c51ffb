import type { ChatContractHarness } from '../../contracts/chat/harness.ts';
import { describeChatContract } from '../../contracts/chat.contract.ts';
import { buttonsOf } from '../../fakes/slack/index.ts';
import type { SlackInteraction, SlackMessage, SlackView } from '../../fakes/slack/index.ts';
import { MODES, openSlackHarness } from './harness.ts';
import type { Mode } from './harness.ts';
import { readBlocks, shown } from './read-blocks.ts';

/** Calls that the contract itself makes fail. */
const EXPECTED_REFUSALS = ['message_not_found'];

async function openHarness(mode: Mode): Promise<ChatContractHarness> {
  const world = await openSlackHarness(mode, { fake: { rateLimits: false } });
  const { fake, chat } = world;
  const delivered = new Map<string, Promise<SlackInteraction | null>>();

  /** Slack delivers something, or the same once more; both are answered when this resolves. */
  async function deliver(
    delivery: string,
    act: () => Promise<SlackInteraction | null>,
  ): Promise<void> {
    const known = delivered.get(delivery);
    const first = known ?? act();
    delivered.set(delivery, first);
    const interaction = await first;
    if (known !== undefined && interaction !== null) await fake.redeliver(interaction);
    await chat.settled();
  }

  function messageAt(channel: string, ts: string): SlackMessage {
    const message = fake
      .channel(channel)
      .messages()
      .find((each) => each.ts === ts);
    if (message === undefined) throw new Error(`there is no message ${ts}`);
    return message;
  }

  function formOf(person: string): SlackView | undefined {
    return fake.user(person).views().at(-1);
  }

  return {
    chat,
    channel: 'C1',
    people: ['U1', 'U2'],
    type: (person, line, delivery) =>
      deliver(delivery, () => {
        const [, command = '', text = ''] = /^(\/\S+)\s*(.*)$/s.exec(line) ?? [];
        return fake.user(person).command(command, text, { channel: 'C1' });
      }),
    click: (person, { channel, messageId }, { action, proposalId }, delivery) =>
      deliver(delivery, () => {
        const message = messageAt(channel, messageId);
        const buttons = buttonsOf(message).filter(({ actionId }) => actionId.startsWith(action));
        const button = buttons.find(({ value }) => value?.includes(proposalId)) ?? buttons[0];
        if (button === undefined) throw new Error(`there is no ${action} to click`);
        return fake.user(person).click(message, button.actionId, { blockId: button.blockId });
      }),
    formBefore: async (person) => {
      const form = formOf(person);
      return form === undefined ? null : `${form.title} ${readBlocks(form.blocks)}`;
    },
    submit: (person, _form, fields, delivery) =>
      deliver(delivery, () => {
        const form = formOf(person);
        if (form === undefined) throw new Error(`${person} has no form open`);
        const entered = Object.entries(fields).map(([name, value]) => {
          const block = form.blocks.find((each) => String(each['block_id']).includes(`:${name}:`));
          return [String(block?.['block_id']), value] as const;
        });
        return fake.user(person).submit(form, Object.fromEntries(entered));
      }),
    seenBy: async (person) =>
      [...fake.channel('C1').messages(), ...fake.user(person).ephemeralMessages('C1')]
        .filter(({ user }) => user === fake.app.botUserId)
        .toSorted((a, b) => Number(a.ts) - Number(b.ts))
        .map(({ ts, text, blocks }) => ({
          messageId: ts,
          text: blocks.length === 0 ? shown(text) : readBlocks(blocks),
        })),
    remove: async ({ channel, messageId }) =>
      fake.channel(channel).delete(messageAt(channel, messageId)),
    incidents: async () => [
      ...fake.problems,
      ...fake
        .channel('C1')
        .messages()
        .flatMap(({ pings }) => pings.map((ping) => `pinged ${ping}`)),
      ...fake.calls.flatMap(({ method, error }) =>
        error === null || EXPECTED_REFUSALS.includes(error) ? [] : [`${method}: ${error}`],
      ),
      ...world.log.lines.flatMap(({ level, message }) => (level === 'error' ? [message] : [])),
    ],
    [Symbol.asyncDispose]: () => world[Symbol.asyncDispose](),
  };
}

for (const mode of MODES) describeChatContract(`Slack over ${mode}`, () => openHarness(mode));
