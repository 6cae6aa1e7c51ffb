import { COMMANDS } from '../../../commands/index.ts';
import { createCustomIds } from '../../../src/chat/discord/custom-id.ts';
import { LISTED } from '../../../src/chat/discord/forms.ts';
import { WORDS } from '../../../src/chat/discord/words.ts';
import type { ChatContractHarness, SeenMessage } from '../../contracts/chat/harness.ts';
import { describeChatContract } from '../../contracts/chat.contract.ts';
import type { SentInteraction } from '../../fakes/discord/index.ts';
import { eachComponent } from '../../fakes/discord/wire-types.ts';
import { openDiscordWorld } from './harness.ts';
import { shownText, strangeMarkdown } from './markdown.ts';

type View = NonNullable<
  ReturnType<Awaited<ReturnType<typeof openDiscordWorld>>['fake']['message']>
>;
type Modal = Awaited<ReturnType<SentInteraction['modal']>>;

describeChatContract('Discord', async (): Promise<ChatContractHarness> => {
  const world = await openDiscordWorld();
  const { fake, chat, channel } = world;
  const customIds = createCustomIds();
  const deliveries = new Map<string, SentInteraction>();
  const forms = new Map<string, Modal>();
  const incidents: string[] = [];

  /** Does it, or delivers what was done once more; resolves when the bot has said what it has to say. */
  async function deliver(delivery: string, act: () => SentInteraction): Promise<SentInteraction> {
    const known = deliveries.get(delivery);
    if (known !== undefined) known.redeliver();
    const sent = known ?? act();
    deliveries.set(delivery, sent);
    // Nobody is there to answer any more.
    if (fake.gateway.sessions.size === 0) return sent;
    await sent.acknowledged();
    // A redelivery shows by nothing when it has arrived.
    if (known !== undefined) await new Promise((resolve) => setTimeout(resolve, 25));
    await chat.settled();
    return sent;
  }

  function shown(view: View): SeenMessage {
    const components = [...eachComponent(view.components, [])].map(({ component }) => component);
    const parts = components.flatMap(({ content, items, label }) => [
      shownText(content ?? ''),
      ...(items ?? []).map(({ description }) => description ?? ''),
      label ?? '',
    ]);
    incidents.push(...components.flatMap(({ content }) => strangeMarkdown(content ?? '')));
    if (view.pings.users.length > 0 || view.pings.roles.length > 0 || view.pings.everyone) {
      incidents.push(`${view.id} pings somebody`);
    }
    return {
      messageId: view.id,
      text: [view.content, ...parts].join(' ').replace(/\s+/gu, ' ').trim(),
    };
  }

  return {
    chat,
    channel,
    people: ['1', '2'],
    async type(person, line, delivery) {
      const [word = '', ...rest] = line.slice(1).split(' ');
      await deliver(delivery, () =>
        fake.member(person).command(word, optionsOf(word, rest.join(' '))),
      );
    },
    async click(person, message, pressed, delivery) {
      const sent = await deliver(delivery, () => {
        const view = fake.message(message.messageId);
        const wanted = (['d', 'f'] as const).map((way) =>
          customIds.encode({ ...pressed, opensForm: way === 'f' }),
        );
        const button =
          view?.buttons.find(({ customId }) => customId !== null && wanted.includes(customId)) ??
          view?.buttons[0];
        return fake.member(person).click(message.messageId, button?.customId ?? '');
      });
      // A form that could not be the acknowledgement is one more click away.
      const offer = sent.followups().find(({ buttons }) => buttons.length === 1);
      const last =
        offer === undefined
          ? sent
          : fake.member(person).click(offer.id, offer.buttons[0]?.customId ?? '');
      const opened = await Promise.race([last.acknowledged(), last.modal().catch(() => null)]);
      if (opened !== null && 'type' in opened && opened.type === 9) {
        forms.set(person, await last.modal());
      }
    },
    async formBefore(person) {
      const form = forms.get(person);
      if (form === undefined) return null;
      return shownText(
        [
          form.title,
          form.text,
          ...form.fields.map(({ label, description }) => `${label} ${description ?? ''}`),
        ].join('\n'),
      );
    },
    async submit(person, _form, fields, delivery) {
      await deliver(delivery, () => {
        const form = forms.get(person);
        if (form === undefined) throw new Error(`No form is open before ${person}`);
        const filled = Object.entries(fields).map(([name, value]) => [
          form.fields.some(({ customId }) => customId === name) ? name : `${LISTED}${name}`,
          value,
        ]);
        return fake.member(person).submitModal(form, Object.fromEntries(filled));
      });
    },
    async seenBy(person) {
      const member = fake.member(person);
      return (
        [...fake.channel('general').messages(), ...member.privateMessages()]
          .filter(({ authorId, isLoading }) => authorId === fake.applicationId && !isLoading)
          // The offer to open a form says nothing yet: it is how Discord gets to the form.
          .filter(({ text }) => !text.includes(WORDS.openForm))
          .map(shown)
      );
    },
    async remove({ messageId }) {
      const response = await fetch(`${fake.apiUrl}/v10/channels/${channel}/messages/${messageId}`, {
        method: 'DELETE',
        headers: {
          Authorization: `Bot ${fake.token}`,
          'User-Agent': 'DiscordBot (https://example.org, 1.0)',
        },
      });
      if (!response.ok) throw new Error(`not deleted: ${response.status}`);
    },
    async incidents() {
      const refused = fake.calls
        .filter(({ status }) => status === 400)
        .map(({ path, answer }) => `${path}: ${JSON.stringify(answer)}`);
      return [...incidents, ...refused];
    },
    [Symbol.asyncDispose]: () => world[Symbol.asyncDispose](),
  };
});

/** The line as a person fills it into the options that Discord's client offers. */
function optionsOf(name: string, text: string): Record<string, string | number | boolean> {
  const command = COMMANDS.find((candidate) => candidate.name === name);
  const filled: Record<string, string | number | boolean> = {};
  const words = text.split(' ').filter((word) => word !== '');
  const positional = (command?.options ?? []).filter((option) => option.positional);
  while (words.length > 0) {
    const word = words.shift() ?? '';
    const named = command?.options.find((option) => `--${option.name}` === word);
    const next = positional.shift();
    if (named !== undefined) {
      if (next !== undefined) positional.unshift(next);
      filled[named.name] = named.kind === 'flag' ? true : (words.shift() ?? '');
    } else if (next?.kind === 'text') {
      filled[next.name] = [word, ...words.splice(0)].join(' ');
    } else if (next !== undefined) {
      filled[next.name] = word;
    }
  }
  return filled;
}
