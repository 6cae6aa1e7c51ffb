import { z } from 'zod';
import type { ChatContractHarness, SeenMessage } from '../../contracts/chat/harness.ts';
import { describeChatContract } from '../../contracts/chat.contract.ts';
import { signIn, type BrowserSession } from './browser-session.ts';
import { openWebHarness, PEOPLE } from './harness.ts';
import { strangeMarkup, textOf } from './page-text.ts';

const feedSchema = z.object({ html: z.string() });
const clickAnswerSchema = z.object({ form: z.string().optional() });

describeChatContract('the local page', async (): Promise<ChatContractHarness> => {
  const world = await openWebHarness({ started: false });
  const people = [PEOPLE[0].id, PEOPLE[1].id] as const;
  const forms = new Map<string, string>();
  const incidents: string[] = [];
  const sessions = new Map<string, BrowserSession>();
  for (const person of people) {
    const session = await signIn(world.chat);
    await session.post('/person', { person });
    sessions.set(person, session);
  }

  function sessionOf(person: string): BrowserSession {
    const session = sessions.get(person);
    if (session === undefined) throw new Error(`${person} has no browser`);
    return session;
  }

  async function send(person: string, path: string, body: unknown): Promise<void> {
    const answer = await sessionOf(person).post(path, body);
    if (answer.status !== 200) throw new Error(`${path}: ${answer.status} ${answer.text}`);
    const { form } = clickAnswerSchema.parse(JSON.parse(answer.text));
    if (form === undefined) {
      forms.delete(person);
      return;
    }
    incidents.push(...strangeMarkup(form));
    forms.set(person, form);
  }

  async function seenBy(person: string): Promise<readonly SeenMessage[]> {
    const { html } = feedSchema.parse(JSON.parse((await sessionOf(person).get('/feed')).text));
    return html
      .split(/(?=<article )/)
      .filter((article) => article.startsWith('<article class="message from-bot"'))
      .map((article) => {
        incidents.push(...strangeMarkup(article.slice(0, article.lastIndexOf('</article>') + 10)));
        const body = article.slice(
          article.indexOf('<div class="body'),
          article.lastIndexOf('</article>'),
        );
        return {
          messageId: /data-id="(\d+)"/.exec(article)?.[1] ?? '',
          text: textOf(body.replace(/<p class="only-you">.*?<\/p>/s, '')),
        };
      });
  }

  return {
    chat: world.chat,
    channel: 'treasury',
    people,
    type: (person, line, delivery) => send(person, '/say', { id: delivery, text: line }),
    click: (person, _message, { action, proposalId, digest }, delivery) =>
      send(person, '/click', { id: delivery, action, proposalId, digest, fields: null }),
    formBefore: async (person) => {
      const form = forms.get(person);
      return form === undefined ? null : textOf(form);
    },
    submit: (person, { action, proposalId, digest }, fields, delivery) =>
      send(person, '/click', { id: delivery, action, proposalId, digest, fields }),
    seenBy,
    remove: async ({ messageId }) => {
      await world.database.deleteFrom('web_messages').where('id', '=', Number(messageId)).execute();
    },
    incidents: async () => incidents,
    [Symbol.asyncDispose]: () => world[Symbol.asyncDispose](),
  };
});
