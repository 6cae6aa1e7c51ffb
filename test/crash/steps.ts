import type { Failpoint } from '../../src/lib/failpoint.ts';
import { FAILPOINTS } from '../../src/lib/failpoint.ts';
import type { DefectName } from './defects.ts';
import { examine } from './examine.ts';
import type { Finding } from './examine.ts';
import type { ChatName } from './chats.ts';
import type { BrokerName } from './market.ts';
import { createPeople } from './people.ts';
import { openWorkplace } from './workplace.ts';

/** One cell of the matrix. */
export interface StepResult {
  readonly broker: BrokerName;
  readonly step: string;
  readonly kills: number;
  readonly findings: readonly Finding[];
}

const MOST_MILLISECONDS = 240_000;

/** Where the bot is killed: a step, and which time it is reached. */
export interface Step {
  readonly name: Failpoint;
  readonly hit: number;
}

/** Steps that are reached for each order or fill are also proven in the middle of the others. */
export const STEPS: readonly Step[] = FAILPOINTS.flatMap((name): Step[] => {
  const first = { name, hit: 1 };
  switch (name) {
    case 'interaction_claimed':
    case 'intents_committed':
    case 'orders_marked_submitted':
    case 'order_answered':
    case 'answer_recorded':
      return [first, { name, hit: 2 }];
    case 'fill_recorded':
      return [first, { name, hit: 5 }];
    case 'proposal_committed':
    case 'decision_committed':
    case 'execution_begun':
    case 'send_permitted':
    case 'cancel_recorded':
    case 'cancel_answered':
    case 'execution_finished':
      return [first];
    // The page posts its copy first, and a chat after it.
    case 'message_posted':
      return [first, { name, hit: 2 }, { name, hit: 3 }];
  }
});

/** Proposes, approves, is killed at the step, starts again, and comes to its end. */
export async function runStep(
  broker: BrokerName,
  chat: ChatName,
  step: Step,
  defect: DefectName | null = null,
): Promise<StepResult> {
  const needsCancel = step.name === 'cancel_recorded' || step.name === 'cancel_answered';
  await using place = await openWorkplace(broker, {
    fillAfterMilliseconds: needsCancel ? 'told' : 60,
    timeLimit: needsCancel ? '2 seconds' : '2 minutes',
    chats: chat === 'web' ? [] : [chat],
    defect,
  });
  const people = createPeople(place);
  const deadline = performance.now() + MOST_MILLISECONDS;
  const failing = place.start(`${step.name}:${step.hit}`);
  const reached = !(await people.workWith(failing, deadline));
  const { signal } = reached ? await failing.ended : await failing.stop();
  const name = step.hit === 1 ? step.name : `${step.name} (${step.hit}.)`;
  if (!reached || signal !== 'SIGKILL') {
    const what = `the step was not reached; the bot said: ${failing.said().trim().slice(-600)}`;
    return { broker, step: name, kills: 0, findings: [{ kind: 'untrue', what }] };
  }
  const bot = place.start();
  try {
    if (!(await people.workWith(bot, deadline))) {
      throw new Error(`it ended by itself: ${bot.said().trim().slice(-600)}`);
    }
  } finally {
    await bot.stop();
  }
  return { broker, step: name, kills: 1, findings: await examine(place) };
}
