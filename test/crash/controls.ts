import type { ChatName } from './chats.ts';
import type { DefectName } from './defects.ts';
import type { Finding } from './examine.ts';
import type { BrokerName } from './market.ts';
import { runRandomKills } from './random-kills.ts';
import { replacedDatabase } from './replaced-database.ts';
import { restoredBackup } from './restored-backup.ts';
import { runStep } from './steps.ts';
import { frozen } from './two-bots.ts';

/** A bot with a defect, and what the proof must say of it. */
interface Control {
  readonly at: { readonly broker: BrokerName; readonly chat: ChatName };
  readonly defect: DefectName;
  readonly expected: Finding['kind'];
  readonly run: (defect: DefectName) => Promise<{ readonly findings: readonly Finding[] }>;
}

/** No kill at all: the defect is enough. */
function undisturbed(chat: ChatName): Pick<Control, 'at' | 'run'> {
  return {
    at: { broker: 'alpaca', chat },
    run: (defect) => runRandomKills('alpaca', chat, 1, 0, defect),
  };
}

const AT_SCHWAB = { at: { broker: 'schwab', chat: 'web' } } as const;

/** Whether the proof can fail: each of these bots is wrong, and it has to see how. */
export const CONTROLS: Readonly<Record<string, Control>> = {
  'frozen before its last look, and does not look': {
    ...AT_SCHWAB,
    defect: 'no_look_before_sending',
    expected: 'duplicate',
    run: (defect) => frozen('schwab', 'orders_marked_submitted:1:freeze', defect),
  },
  'killed before the answer, and sends again without asking': {
    ...AT_SCHWAB,
    defect: 'sent_again_blindly',
    expected: 'duplicate',
    run: (defect) => runStep('schwab', 'web', { name: 'order_answered', hit: 1 }, defect),
  },
  'started on a backup, and goes on as if nothing had been since': {
    ...AT_SCHWAB,
    defect: 'goes_on_over_a_backup',
    expected: 'duplicate',
    run: restoredBackup,
  },
  'works on in a database that was replaced': {
    ...AT_SCHWAB,
    defect: 'works_in_a_file_that_is_gone',
    expected: 'duplicate',
    run: replacedDatabase,
  },
  'records a fill as something else': {
    defect: 'fill_off_the_record',
    expected: 'loss',
    ...undisturbed('web'),
  },
  'leaves its messages as they are': {
    defect: 'messages_stay_as_they_are',
    expected: 'untrue',
    ...undisturbed('web'),
  },
  'acknowledges late, in Slack': {
    defect: 'slack_hears_late',
    expected: 'untrue',
    ...undisturbed('slack'),
  },
  'acknowledges late, in Discord': {
    defect: 'discord_hears_late',
    expected: 'untrue',
    ...undisturbed('discord'),
  },
};

/** @returns what the proof said of the defect; null when it did not see it. */
export async function runControl({ defect, expected, run }: Control): Promise<string | null> {
  const { findings } = await run(defect);
  const found = findings.find(({ kind }) => kind === expected);
  return found === undefined ? null : `${found.kind}: ${found.what}`;
}
