import { setTimeout as delay } from 'node:timers/promises';
import type { BotProcess } from './bot-process.ts';
import type { Button } from './chat-fakes/platform.ts';
import { CHATS } from './chats.ts';
import type { ChatName, CrashChat } from './chats.ts';
import { examine, hasEnded } from './examine.ts';
import type { Finding } from './examine.ts';
import { readRecords } from './records.ts';
import { openWorkplace } from './workplace.ts';
import type { Workplace } from './workplace.ts';

/** The hands that a scenario has: one chat at which it happens, or the page. */
interface Scene {
  readonly place: Workplace;
  readonly chat: CrashChat | null;
  /** The newest; after `restart`, another. */
  readonly bot: BotProcess;
  restart(signal: 'SIGINT' | 'SIGKILL'): Promise<void>;
  /** Ana proposes where it happens, and the proposal is to be seen there. @returns the button to approve it. */
  propose(): Promise<Button>;
  /** Ben approves where it happens, again until it is taken. */
  approve(button: Button, how?: { readonly twice: boolean }): Promise<void>;
  /** Until the execution has come so far. */
  until(what: 'order' | 'end' | 'delivered'): Promise<void>;
}

interface Scenario {
  readonly chats: readonly ChatName[];
  /** Why a chat is not among them. */
  readonly why: Readonly<Partial<Record<ChatName, string>>>;
  /** Platforms beside the one at which it happens. */
  readonly with?: CrashChat['name'];
  readonly play: (scene: Scene) => Promise<void>;
}

const NO_PAGE_WITHOUT_BOT = 'the page is the bot’s own: it is away when the bot is';
const NOBODY_CAN = 'nobody can do that at the page';

/** What happens in chats, by name. */
export const CHAT_FAULTS: Readonly<Record<string, Scenario>> = {
  'redelivery, at once and after the end': {
    chats: CHATS,
    why: {},
    play: async (scene) => {
      const button = await scene.propose();
      await scene.approve(button, { twice: true });
      await scene.until('end');
      await scene.chat?.redeliver();
      if (scene.chat === null) await scene.approve(button, { twice: true });
    },
  },
  'redelivery after a restart': {
    chats: ['slack', 'discord'],
    why: { web: 'a page sends again only within the request that it waits for' },
    play: async (scene) => {
      await scene.approve(await scene.propose());
      await scene.until('order');
      await scene.restart('SIGKILL');
      await scene.until('end');
      await scene.until('delivered');
      await scene.chat?.redeliver();
    },
  },
  'outage during the execution': {
    chats: ['slack', 'discord'],
    why: { web: NO_PAGE_WITHOUT_BOT },
    play: async (scene) => {
      await scene.approve(await scene.propose());
      await scene.until('order');
      await scene.chat?.fault('outage');
      await scene.until('end');
      await scene.chat?.fault('mended');
    },
  },
  'message deleted while it asks for votes': {
    chats: ['slack', 'discord'],
    why: { web: NOBODY_CAN },
    play: async (scene) => {
      const button = await scene.propose();
      await scene.chat?.fault('messages_deleted');
      // At the page, where the proposal still stands.
      await retry(() => scene.place.click(scene.bot, 'ben', button));
    },
  },
  'channel closed to the bot during the execution': {
    chats: ['slack', 'discord'],
    why: { web: NOBODY_CAN },
    play: async (scene) => {
      await scene.approve(await scene.propose());
      await scene.until('order');
      await scene.chat?.fault('channel_closed');
      await scene.until('end');
      await scene.chat?.fault('mended');
    },
  },
  'rate limits': {
    chats: ['slack', 'discord'],
    why: { web: 'the page limits nobody' },
    play: async (scene) => {
      const button = await scene.propose();
      await scene.chat?.fault('rate_limits');
      await scene.approve(button);
    },
  },
  'two approvers in the same millisecond, here and in Slack': {
    chats: ['web', 'discord'],
    why: { slack: 'it is the other platform' },
    ...bothAtOnce('slack'),
  },
  'two approvers in the same millisecond, here and in Discord': {
    chats: ['web', 'slack'],
    why: { discord: 'it is the other platform' },
    ...bothAtOnce('discord'),
  },
  'a click that arrives after a restart': {
    chats: CHATS,
    why: {},
    play: async (scene) => {
      const button = await scene.propose();
      await scene.restart('SIGKILL');
      await scene.approve(button);
    },
  },
};

/** Ben approves where it happens and Chloe on the other platform; neither waits for the other. */
function bothAtOnce(platform: CrashChat['name']): Pick<Scenario, 'with' | 'play'> {
  return {
    with: platform,
    play: async (scene) => {
      const button = await scene.propose();
      const other = scene.place.chats.find(({ name }) => name === platform);
      await retry(async () => {
        const seen = await other?.state();
        return seen?.messages.some(({ buttons }) => buttons.length > 0) === true;
      });
      await Promise.all([scene.approve(button), other?.click('chloe', button)]);
    },
  };
}

const MOST_MILLISECONDS = 120_000;

/** Plays a scenario to its end, and examines everything. */
export async function runChatFault(
  name: ChatName,
  scenario: Scenario,
): Promise<readonly Finding[]> {
  const chats = [name, scenario.with].filter(
    (chat): chat is CrashChat['name'] => chat !== undefined && chat !== 'web',
  );
  await using place = await openWorkplace('alpaca', { fillAfterMilliseconds: 300, chats });
  const chat = place.chats.find((one) => one.name === name) ?? null;
  let bot = place.start();
  const scene: Scene = {
    place,
    chat,
    get bot() {
      return bot;
    },
    async restart(signal) {
      bot.signal(signal);
      await bot.ended;
      bot = place.start();
      await bot.up;
    },
    async propose() {
      if ((await bot.up) === null) throw new Error(bot.said());
      await retry(() =>
        chat === null ? place.say(bot, 'ana', '/rebalance core') : chat.propose('ana'),
      );
      await retry(async () => {
        if (readRecords(place).proposals.length === 0) return false;
        if (chat === null) return true;
        const { messages } = await chat.state();
        return messages.some(({ buttons }) => buttons.length > 0);
      });
      const proposal = readRecords(place).proposals.at(-1);
      if (proposal === undefined) throw new Error('nothing was proposed');
      return { action: 'approve', proposalId: proposal.id, digest: proposal.digest };
    },
    async approve(button, how = { twice: false }) {
      await retry(async () => {
        if (chat !== null) return await chat.click('ben', button, how);
        return await place.click(bot, 'ben', button, how);
      });
    },
    until: (what) => retry(async () => await isSoFar(place, what)),
  };
  try {
    await scenario.play(scene);
    await scene.until('end');
    await scene.until('delivered');
    const { decisions } = readRecords(place);
    const findings = await examine(place);
    return decisions.length === 1
      ? findings
      : [...findings, { kind: 'untrue', what: `${decisions.length} votes count` }];
  } finally {
    await bot.stop();
  }
}

async function isSoFar(place: Workplace, what: 'order' | 'end' | 'delivered'): Promise<boolean> {
  const { proposals, deliveries } = readRecords(place);
  switch (what) {
    case 'order':
      return (await place.market.books(place.folder)).orders.length > 0;
    case 'end':
      return proposals.every(({ status }) => hasEnded(status));
    case 'delivered':
      return deliveries.every((copy) => copy.delivered_version === copy.wanted_version);
  }
}

async function retry(work: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + MOST_MILLISECONDS;
  while (!(await work())) {
    if (performance.now() > deadline) throw new Error(`waited in vain: ${work.toString()}`);
    await delay(40);
  }
}
