import { setTimeout as delay } from 'node:timers/promises';
import type { BotProcess } from './bot-process.ts';
import { hasEnded } from './examine.ts';
import { openQuestions, readRecords } from './records.ts';
import type { Records } from './records.ts';
import type { Workplace } from './workplace.ts';

/** How often the people look at what the bot shows. */
const LOOK_MILLISECONDS = 40;

/** What two people do at the page or in a chat, however often the bot dies under their hands. */
export interface People {
  /**
   * Ana proposes, Ben approves, and both wait for the end and answer what they are asked. Goes on from
   * what is there: whoever sees that their click did nothing clicks again.
   * @param enough ends it earlier.
   * @returns true at the end; false when the bot ended before.
   */
  workWith(bot: BotProcess, deadline: number, enough?: () => boolean): Promise<boolean>;
}

/** They are in the first chat that there is; what the bot asks about orders they answer at the page. */
export function createPeople(
  place: Workplace,
  /** What else is done at each look, e.g. fills that are told. */
  meanwhile: () => Promise<void> = () => Promise.resolve(),
): People {
  const act = async (bot: BotProcess): Promise<boolean> => {
    const records = readRecords(place);
    const proposal = records.proposals.at(-1);
    const [chat] = place.chats;
    if (proposal === undefined) {
      return chat === undefined
        ? await place.say(bot, 'ana', '/rebalance core')
        : await chat.propose('ana');
    }
    const { id: proposalId, digest, status } = proposal;
    if (status === 'pending') {
      const button = { action: 'approve', proposalId, digest };
      return chat === undefined
        ? await place.click(bot, 'ben', button)
        : await chat.click('ben', button);
    }
    await answerQuestions(place, bot, records, proposalId);
    await meanwhile();
    return true;
  };
  return {
    async workWith(bot, deadline, enough = () => false) {
      let ended = false;
      void bot.ended.then(() => {
        ended = true;
      });
      if ((await bot.up) === null) return false;
      while (!ended) {
        if (performance.now() > deadline) throw new Error(`no end in time: ${tell(place)}`);
        await act(bot);
        if (enough() || isAtRest(readRecords(place))) return true;
        await delay(LOOK_MILLISECONDS);
      }
      return false;
    },
  };
}

/** The execution has ended and every message is where it belongs. */
function isAtRest(records: Records): boolean {
  const proposal = records.proposals.at(-1);
  if (proposal === undefined || !hasEnded(proposal.status)) return false;
  return records.deliveries.every((copy) => copy.delivered_version === copy.wanted_version);
}

/** Ben looks at the broker's own page, and says what he sees there. */
async function answerQuestions(
  place: Workplace,
  bot: BotProcess,
  records: Records,
  proposalId: string,
): Promise<void> {
  for (const question of openQuestions(records, proposalId)) {
    const { clientOrderId } = question;
    const order = records.orders.find((row) => row.client_order_id === clientOrderId);
    if (order === undefined) continue;
    const taken = new Set(records.orders.map((row) => row.broker_order_id));
    const there = (await place.market.books(place.folder)).orders.find(
      ({ symbol, side, brokerOrderId }) =>
        symbol === order.symbol && side === order.side && !taken.has(brokerOrderId),
    );
    const offered = question.candidates.find(
      ({ brokerOrderId }) => brokerOrderId === there?.brokerOrderId,
    );
    const [action, digest] =
      there === undefined
        ? ['outcome_not_there', question.digest(null)]
        : offered === undefined
          ? ['outcome_look_again', question.digest(null)]
          : ['outcome_is', question.digest(offered.brokerOrderId)];
    await place.click(bot, 'ben', { action, proposalId, digest });
  }
}

function tell(place: Workplace): string {
  const { proposals, orders, deliveries, audit } = readRecords(place);
  return JSON.stringify({
    proposals: proposals.map(({ id, status }) => `${id} ${status}`),
    orders: orders.map((order) => `${order.side} ${order.symbol} ${order.status}`),
    behind: deliveries
      .filter((copy) => copy.delivered_version !== copy.wanted_version)
      .map((copy) => copy.announcement_key),
    last: audit.slice(-3).map(({ action, subject }) => `${action} ${subject}`),
  });
}
