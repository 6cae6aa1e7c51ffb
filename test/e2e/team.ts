import type { DiscordFake } from '../fakes/discord/index.ts';
import { buttonsOf } from '../fakes/slack/index.ts';
import type { SlackFake } from '../fakes/slack/index.ts';
import { until } from './bot-world.ts';

export type Member = 'Ana' | 'Ben' | 'Chloe';

/** A message of the bot as people see it. */
export interface Posted {
  readonly id: string;
  readonly text: string;
  /** The labels of its buttons. */
  readonly buttons: readonly string[];
}

/** People in front of a chat platform, whichever it is. */
export interface Team {
  command(who: Member, name: string, options?: Readonly<Record<string, string | true>>): void;
  click(who: Member, message: Posted, label: string): void;
  /** Fills in and submits the form that opens on a person's screen, by field name. */
  fillIn(who: Member, values: Readonly<Record<string, string | readonly string[]>>): Promise<void>;
  /** What the channel shows outside of threads, oldest first. */
  posted(): readonly Posted[];
  thread(message: Posted): readonly string[];
  /** What the bot told a person directly. */
  direct(who: Member): readonly string[];
  /** What only this person sees in the channel. */
  privately(who: Member): readonly string[];
  /** What the platform would hold against the bot. */
  problems(): readonly string[];
}

export const SLACK_CHANNEL = 'C0REBALANCE';
export const SLACK_IDS: Readonly<Record<Member, string>> = {
  Ana: 'U0ANA0001',
  Ben: 'U0BEN0002',
  Chloe: 'U0CHLOE03',
};

export function slackTeam(fake: SlackFake): Team {
  const person = (who: Member) => fake.user(SLACK_IDS[who]);
  const wordsOf = (message: { readonly text: string; readonly blocks: readonly unknown[] }) =>
    `${message.text} ${JSON.stringify(message.blocks)}`;
  return {
    command: (who, name, options = {}) => {
      const words = Object.entries(options).map(([option, value]) =>
        option === 'account' ? String(value) : `--${option}${value === true ? '' : ` ${value}`}`,
      );
      void person(who).command(`/${name}`, words.join(' '), { channel: SLACK_CHANNEL });
    },
    click: (who, { id }, label) => {
      const message = fake
        .channel(SLACK_CHANNEL)
        .messages()
        .find(({ ts }) => ts === id);
      const button =
        message === undefined ? undefined : buttonsOf(message).find((one) => one.label === label);
      if (message === undefined || button === undefined) throw new Error(`no button ${label}`);
      void person(who).click(message, button.actionId);
    },
    async fillIn(who, values) {
      const view = await until('a form', () => person(who).views().at(-1));
      const entered = Object.entries(values).map(([name, value]) => {
        const block = view.blocks.find((one) => String(one['block_id']).includes(`:${name}:`));
        return [String(block?.['block_id']), value] as const;
      });
      void person(who).submit(view, Object.fromEntries(entered));
    },
    posted: () =>
      fake
        .channel(SLACK_CHANNEL)
        .messages()
        .filter(({ threadTs }) => threadTs === null)
        .map((message) => ({
          id: message.ts,
          text: wordsOf(message),
          buttons: buttonsOf(message).map((button) => button.label),
        })),
    thread: ({ id }) => fake.channel(SLACK_CHANNEL).thread(id).map(wordsOf),
    direct: (who) => person(who).directMessages().map(wordsOf),
    privately: (who) => person(who).ephemeralMessages(SLACK_CHANNEL).map(wordsOf),
    problems: () => fake.problems,
  };
}

export function discordTeam(fake: DiscordFake): Team {
  const shown = (message: { id: string; text: string; buttons: readonly { label: string }[] }) => ({
    id: message.id,
    text: message.text,
    buttons: message.buttons.map(({ label }) => label),
  });
  return {
    command: (who, name, options = {}) => {
      fake.member(who).command(name, { ...options });
    },
    click: (who, { id }, label) => {
      fake.member(who).click(id, label);
    },
    async fillIn(who, values) {
      const names = Object.keys(values);
      const modal = await until('a form', () =>
        fake
          .member(who)
          .modals()
          .findLast(({ fields }) =>
            names.every((name) => fields.some(({ customId }) => customId === name)),
          ),
      );
      fake.member(who).submitModal(modal, { ...values });
    },
    posted: () => fake.channel('general').messages().map(shown),
    thread: ({ id }) => {
      const started = fake.calls.some(({ path }) => path.endsWith(`/messages/${id}/threads`));
      return started
        ? fake
            .channel(id)
            .messages()
            .map(({ text }) => text)
        : [];
    },
    direct: (who) =>
      fake
        .member(who)
        .directMessages()
        .map(({ text }) => text),
    privately: (who) =>
      fake
        .member(who)
        .privateMessages()
        .map(({ text }) => text),
    problems: () => fake.defects,
  };
}
