import type { Form, Message } from '../../messages/message.ts';
import { withoutCodes } from '../../lib/without-codes.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Interaction, InteractionHandler, PlatformUser, Reply } from '../../ports/chat.ts';
import type { Log } from '../../ports/log.ts';
import type { Feed } from './feed.ts';
import type { WebPerson } from './people.ts';
import { notACommand, WORDS } from './words.ts';

export const WEB_PLATFORM = 'web';

/** How many answers are kept for deliveries that come once more. */
const REMEMBERED = 500;

/** What the page is told about an interaction: done, a form to fill in, a message to show, or why not. */
export type Outcome =
  | { readonly type: 'done' }
  | { readonly type: 'form'; readonly form: Form }
  /** To be shown to the person once, and kept nowhere. */
  | { readonly type: 'shown'; readonly message: Message }
  | { readonly type: 'refused'; readonly status: 500 | 503; readonly reason: string };

interface Click {
  readonly action: string;
  readonly proposalId: string;
  readonly digest: string;
  readonly fields: Readonly<Record<string, string>> | null;
}

/** Hands what people do to the application, each delivery once. */
export interface Interactions {
  start(handle: InteractionHandler): void;
  /** @param delivery the page's own id of this: the same when it is sent again. */
  say(person: WebPerson, delivery: string, text: string): Promise<Outcome>;
  click(person: WebPerson, delivery: string, click: Click): Promise<Outcome>;
  /** Takes no more, and resolves when those in flight are answered. */
  stop(): Promise<void>;
}

export function createInteractions(options: {
  readonly feed: Feed;
  readonly clock: Clock;
  readonly log: Log;
  readonly channelName: string;
  /** Commands to name to somebody who types none. */
  readonly suggestions: readonly string[];
  readonly feedChanged: () => void;
  readonly working: (active: boolean) => void;
}): Interactions {
  const { feed, clock, log, channelName, suggestions, feedChanged, working } = options;
  const outcomes = new Map<string, Promise<Outcome>>();
  const inFlight = new Set<Promise<Outcome>>();
  let handle: InteractionHandler | null = null;
  let stopping = false;
  let handling = 0;

  /** Runs the work once for a delivery; a redelivery gets the same outcome. A failure is not kept. */
  function once(key: string, work: () => Promise<Outcome>): Promise<Outcome> {
    const known = outcomes.get(key);
    if (known !== undefined) return known;
    const outcome = work().catch((error: unknown): Outcome => {
      log.error({ code: 'web_interaction_failed', error, key }, 'An interaction failed');
      return { type: 'refused', status: 500, reason: WORDS.failed };
    });
    outcomes.set(key, outcome);
    inFlight.add(outcome);
    void outcome.then(({ type }) => {
      inFlight.delete(outcome);
      if (type === 'refused') outcomes.delete(key);
    });
    const oldest = outcomes.keys().next();
    if (outcomes.size > REMEMBERED && oldest.done !== true) outcomes.delete(oldest.value);
    return outcome;
  }

  async function hand(person: WebPerson, interaction: Interaction): Promise<Outcome> {
    if (handle === null) return { type: 'refused', status: 503, reason: WORDS.notStarted };
    handling += 1;
    working(true);
    try {
      return await deliver(person, interaction.idempotencyKey, await handle(interaction));
    } finally {
      handling -= 1;
      if (handling === 0) working(false);
    }
  }

  async function deliver(person: WebPerson, key: string, reply: Reply): Promise<Outcome> {
    switch (reply.type) {
      case 'nothing':
        return { type: 'done' };
      case 'form':
        return { type: 'form', form: reply.form };
      case 'message':
        if (reply.isUnstored === true) return { type: 'shown', message: reply.message };
        await feed.add({
          channel: channelName,
          author: null,
          visibleTo: reply.visibility === 'private' ? person.id : null,
          delivery: `${key}:reply`,
          body: { type: 'message', message: reply.message },
          at: clock.now(),
        });
        feedChanged();
        return { type: 'done' };
    }
  }

  function begin(
    person: WebPerson,
    delivery: string,
    work: (key: string, user: PlatformUser) => Promise<Outcome>,
  ): Promise<Outcome> {
    if (stopping) {
      return Promise.resolve({ type: 'refused', status: 503, reason: WORDS.stopping });
    }
    const key = `${person.id}:${delivery}`;
    const user: PlatformUser = { platform: WEB_PLATFORM, userId: person.id, roleIds: [] };
    return once(key, () => work(key, user));
  }

  return {
    start(handler) {
      handle = handler;
    },
    say: (person, delivery, text) =>
      begin(person, delivery, async (key, user) => {
        if (handle === null) return { type: 'refused', status: 503, reason: WORDS.notStarted };
        await feed.add({
          channel: channelName,
          author: person.id,
          visibleTo: null,
          delivery: key,
          // Somebody may type what was meant for the form that keeps nothing.
          body: { type: 'typed', text: withoutCodes(text) },
          at: clock.now(),
        });
        feedChanged();
        const command = parseCommand(text);
        if (command === null) {
          const hint = notACommand(suggestions);
          const message = { fallback: hint, blocks: [{ type: 'text', text: hint } as const] };
          return await deliver(person, key, { type: 'message', message, visibility: 'private' });
        }
        return await hand(person, {
          type: 'command',
          idempotencyKey: key,
          user,
          channel: channelName,
          ...command,
        });
      }),
    click: (person, delivery, click) =>
      begin(person, delivery, (key, user) =>
        hand(person, { type: 'click', idempotencyKey: key, user, channel: channelName, ...click }),
      ),
    async stop() {
      stopping = true;
      await Promise.all(inFlight);
    },
  };
}

/** `/rebalance core --buy-only` is the command `rebalance` and the text `core --buy-only`. */
export function parseCommand(text: string): { command: string; text: string } | null {
  const match = /^\/([a-z][a-z0-9_-]{0,31})(?:\s+(.*))?$/is.exec(text.trim());
  const name = match?.[1];
  return name === undefined
    ? null
    : { command: name.toLowerCase(), text: (match?.[2] ?? '').trim() };
}
