import { commandData, forgedCommandData } from './command-input.ts';
import type { OptionValues } from './command-input.ts';
import { numberComponents } from './component-payload.ts';
import { sendInteraction } from './interaction-events.ts';
import { createMessage } from './messages.ts';
import { modalData } from './modal-input.ts';
import type { FieldValues } from './modal-input.ts';
import { permissionBits } from './permissions.ts';
import { directChannel } from './routes-reads.ts';
import { sentInteraction } from './sent-interaction.ts';
import type { SentInteraction } from './sent-interaction.ts';
import { messageView, modalView } from './views.ts';
import type { MessageView, ModalView } from './views.ts';
import { componentTypes, eachComponent } from './wire-types.ts';
import type { WireComponent } from './wire-types.ts';
import { channelIn, messageIn, permissionsOf } from './world.ts';
import type { FakeChannel, FakeGuild, FakeUser, StoredMessage, World } from './world.ts';

/** Where a command is typed. */
interface Place {
  /** A channel's id or name, or `dm` for the direct messages with the bot. The first channel if left out. */
  readonly channel?: string;
  /** Send it although it is not registered there, as a forger or a forgotten guild would. */
  readonly forged?: boolean;
}

/** Somebody in front of Discord. Their client offers only what Discord would let them do. */
export interface Person {
  readonly id: string;
  readonly name: string;
  readonly roleIds: readonly string[];
  /** Types `/name` with options. Sub-commands follow the name after a space. */
  command(name: string, options?: OptionValues, place?: Place): SentInteraction;
  /** Asks for completions of the option `focused` (default: the last one given). */
  autocomplete(
    name: string,
    options: OptionValues,
    focused?: string,
    place?: Place,
  ): SentInteraction;
  /** Clicks the button with this `custom_id` or label. */
  click(message: string | Pick<MessageView, 'id'>, button: string): SentInteraction;
  /** Chooses values of the string select with this `custom_id`. */
  select(
    message: string | Pick<MessageView, 'id'>,
    customId: string,
    values: readonly string[],
  ): SentInteraction;
  submitModal(modal: ModalView, values?: FieldValues): SentInteraction;
  /** Writes a message into a channel. */
  say(content: string, channel?: string): MessageView;
  /** What only this person sees in channels, oldest first. */
  privateMessages(): readonly MessageView[];
  /** The bot's direct messages to this person, oldest first. */
  directMessages(): readonly MessageView[];
  /** Every form that was opened on this person's screen, oldest first. */
  modals(): readonly ModalView[];
  setRoles(roleIds: readonly string[]): void;
  refuseDirectMessages(): void;
}

export function createPerson(
  world: World,
  user: FakeUser,
  guild: FakeGuild,
  findChannel: (idOrName: string | undefined) => FakeChannel,
): Person {
  const requireSight = (channel: FakeChannel): FakeChannel => {
    const isTheirs = channel.recipientId === null || channel.recipientId === user.id;
    if (!isTheirs || (permissionsOf(world, user.id, channel) & permissionBits.viewChannel) === 0n) {
      throw new Error(`${user.username} cannot see #${channel.name}`);
    }
    return channel;
  };
  const placeOf = (channel: string | undefined): FakeChannel =>
    requireSight(channel === 'dm' ? directChannel(world, user.id) : findChannel(channel));
  const send = (
    what: Pick<Parameters<typeof sendInteraction>[1], 'type' | 'channel' | 'data'> &
      Partial<Parameters<typeof sendInteraction>[1]>,
  ) => {
    const base = { user, message: null, triggeredBy: null, focusedOptionType: null };
    return sentInteraction(world, sendInteraction(world, { ...base, ...what }));
  };
  const seen = (message: string | Pick<MessageView, 'id'>): StoredMessage => {
    const stored = messageIn(world, typeof message === 'string' ? message : message.id);
    if (stored.isDeleted) throw new Error(`Message ${stored.id} was deleted`);
    if (stored.ephemeralFor !== null && stored.ephemeralFor !== user.id) {
      throw new Error(`${user.username} cannot see message ${stored.id}`);
    }
    requireSight(channelIn(world, stored.channelId));
    return stored;
  };
  const use = (message: StoredMessage, component: WireComponent, values?: readonly string[]) =>
    send({
      type: 3,
      channel: channelIn(world, message.channelId),
      message,
      data: {
        custom_id: component.custom_id,
        component_type: component.type,
        id: numberComponents(message.components).get(component),
        ...(values === undefined ? {} : { values }),
      },
    });
  const membership = () => {
    const member = guild.members.get(user.id);
    if (member === undefined) throw new Error(`${user.username} is not in ${guild.name}`);
    return member;
  };
  const messages = (isTheirs: (message: StoredMessage) => boolean) =>
    [...world.messages.values()]
      .filter((message) => !message.isDeleted && isTheirs(message))
      .map(messageView);
  return {
    id: user.id,
    name: user.username,
    get roleIds() {
      return membership().roleIds;
    },
    command: (name, options = {}, place = {}) => {
      const channel = placeOf(place.channel);
      const data =
        place.forged === true
          ? forgedCommandData(world, name, options)
          : commandData(world, channel, name, options, null).data;
      return send({ type: 2, channel, data });
    },
    autocomplete: (name, options, focused = Object.keys(options).at(-1), place = {}) => {
      const channel = placeOf(place.channel);
      const asked = commandData(world, channel, name, options, focused ?? '');
      return send({ type: 4, channel, ...asked });
    },
    click: (message, button) => {
      const stored = seen(message);
      const buttons = [...eachComponent(stored.components, [])]
        .map(({ component }) => component)
        .filter(({ type }) => type === componentTypes.button);
      const found = buttons.find(
        ({ custom_id, label }) => custom_id === button || label === button,
      );
      if (found === undefined) {
        const known = buttons.map(({ label, custom_id }) => `${label} (${custom_id})`).join(', ');
        throw new Error(`Message ${stored.id} has no button ${button}; it has ${known || 'none'}`);
      }
      if (found.disabled === true) throw new Error(`The button ${button} is disabled`);
      if (!found.custom_id)
        throw new Error(`The button ${button} is a link: the bot hears nothing`);
      return use(stored, found);
    },
    select: (message, customId, values) => {
      const stored = seen(message);
      const found = [...eachComponent(stored.components, [])]
        .map(({ component }) => component)
        .find(({ custom_id }) => custom_id === customId);
      const offered = (found?.options ?? []).map(({ value }) => value);
      if (found === undefined || !values.every((value) => offered.includes(value))) {
        throw new Error(`Message ${stored.id} does not offer ${values.join(', ')} in ${customId}`);
      }
      return use(stored, found, values);
    },
    submitModal: (modal, values = {}) => {
      const shown = world.modals.find(({ interaction }) => interaction.id === modal.interactionId);
      if (shown === undefined || shown.userId !== user.id) {
        throw new Error(`The form ${modal.customId} is not on the screen of ${user.username}`);
      }
      const { interaction } = shown;
      const message = world.messages.get(interaction.sourceMessageId ?? '') ?? null;
      return send({
        type: 5,
        channel: channelIn(world, interaction.channelId),
        data: modalData(shown, values),
        message,
        triggeredBy: interaction,
      });
    },
    say: (content, channel) =>
      messageView(
        createMessage(world, {
          channel: placeOf(channel),
          author: user,
          body: { content },
          files: [],
          via: 'channel',
          interaction: null,
        }),
      ),
    privateMessages: () => messages(({ ephemeralFor }) => ephemeralFor === user.id),
    directMessages: () =>
      messages(
        ({ channelId, author }) =>
          world.channels.get(channelId)?.recipientId === user.id && author.id === world.bot.id,
      ),
    modals: () => world.modals.filter(({ userId }) => userId === user.id).map(modalView),
    setRoles: (roleIds) => {
      membership().roleIds = roleIds;
    },
    refuseDirectMessages: () => {
      membership().acceptsDirectMessages = false;
    },
  };
}
