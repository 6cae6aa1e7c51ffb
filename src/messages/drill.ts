import type { DrillFault } from '../ports/drill.ts';
import { alert, compose, context, heading, text } from './blocks.ts';
import { listSome, SEPARATOR } from './format.ts';
import type { Block, Message } from './message.ts';
import { plain } from './plain.ts';

const MARK = 'DRILL';

/** What a drill is about. */
export interface DrillFacts {
  readonly id: string;
  readonly fault: DrillFault;
  /** The account that it rehearses. */
  readonly account: string;
}

const FAULT_WORDS: Readonly<Record<DrillFault, string>> = {
  rejection: 'the broker rejects the first order',
  'partial-fill': 'the first order fills by half',
  'lost-answer': 'the answer to the first order is lost',
  'closed-market': 'the market is closed',
};

/** The key under which the program's own record keeps a message of a drill. */
export function drillKey(drill: DrillFacts, key: string): string {
  return `drill:${drill.id}:${key}`;
}

/** A message of a drill, so that nobody takes it for real: every heading says so. */
export function markDrill(message: Message, drill: DrillFacts): Message {
  const blocks = message.blocks.map((block): Block => {
    switch (block.type) {
      case 'heading':
        return { ...block, text: `${MARK}${SEPARATOR}${block.text}` };
      case 'link':
        return { ...block, to: drillKey(drill, block.to) };
      default:
        return block;
    }
  });
  const hasHeading = blocks.some(({ type }) => type === 'heading');
  return {
    fallback: `${MARK}: ${message.fallback}`,
    blocks: [
      ...(hasHeading ? [] : [heading(`${MARK}${SEPARATOR}${plain(drill.account, 40)}`)]),
      ...blocks,
      context('A drill on a paper account: no order leaves the program.'),
    ],
  };
}

/** The same message when its drill is over: there is nothing to click any more. */
export function endDrill(message: Message): Message {
  return {
    fallback: `${message.fallback} The drill is over.`,
    blocks: [
      ...message.blocks.filter(({ type }) => type !== 'buttons'),
      alert('neutral', 'The drill is over.'),
    ],
  };
}

/** Tells the one who asked that the drill has begun, or why it has not. */
export function presentDrillBegun(drill: DrillFacts): Message {
  const words = `A drill of ${plain(drill.account, 40)} begins: ${FAULT_WORDS[drill.fault]}. Decide on its proposal as on any other; /drill stop ${plain(drill.account, 40)} ends it.`;
  return compose([words], [alert('good', words)]);
}

/** How a drill ended. */
export function presentDrillOver(
  input: DrillFacts & {
    readonly why: 'finished' | 'stopped' | 'replaced' | 'timed_out' | 'closing';
    /** What became of its proposal, in a word; null when nothing was proposed. */
    readonly outcome: string | null;
    readonly orders: readonly string[];
  },
): Message {
  const head = [MARK, 'over', plain(input.account, 40)].join(SEPARATOR);
  const why = {
    finished: 'It ran to its end',
    stopped: 'It was stopped',
    replaced: 'Another drill took its place',
    timed_out: 'Its time was over',
    closing: 'The program was stopped',
  }[input.why];
  const words = `${why}: ${FAULT_WORDS[input.fault]}; ${input.outcome === null ? 'nothing was proposed' : `the proposal was ${input.outcome}`}.`;
  const orders = input.orders.map((order) => plain(order, 160));
  return compose(
    [`${MARK}: ${words}`, orders.length === 0 ? '' : `${listSome(orders, 8)}.`],
    [
      heading(head),
      text(words),
      ...(orders.length === 0 ? [] : [text(orders.join('\n'))]),
      context('A drill on a paper account: no order left the program, and nothing of it counts.'),
    ],
  );
}

/** What was wrong with `/drill`. */
export function presentDrillProblem(
  problem:
    | { readonly type: 'usage'; readonly faults: readonly string[] }
    | { readonly type: 'which_account'; readonly accounts: readonly string[] }
    | { readonly type: 'not_running'; readonly account: string }
    | { readonly type: 'no_prices'; readonly account: string },
): Message {
  const words = problemWords(problem);
  return compose([words], [alert('caution', words)]);
}

function problemWords(problem: Parameters<typeof presentDrillProblem>[0]): string {
  switch (problem.type) {
    case 'usage':
      return `Say what is rehearsed, then the account: /drill ${problem.faults.join(' | ')} [account], or /drill stop [account].`;
    case 'which_account':
      return `Say which account is rehearsed: ${problem.accounts.join(', ')}.`;
    case 'not_running':
      return `No drill of ${plain(problem.account, 40)} is running.`;
    case 'no_prices':
      return `A drill of ${plain(problem.account, 40)} needs prices, and the broker has none now.`;
  }
}
