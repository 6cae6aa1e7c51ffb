/** What is changed in the text of a source, relative to the root of the repository. */
interface Change {
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

/**
 * Defects that a bot is given on purpose, so that the proof is known to see such ones. The program itself
 * has no switch for them: they are put into its sources while it loads them; see plant-defect.ts.
 */
export const DEFECTS = {
  /** A bot that slept sends what it had marked before, without a look whether it still may. */
  no_look_before_sending: [
    {
      // Nor does the timer of the lease end it first.
      file: 'src/cli/start.ts',
      from: 'leaseLost: (why) => {',
      to: 'leaseLost: async (why) => { await new Promise((resolve) => setTimeout(resolve, 3000));',
    },
    { file: 'src/app/lease.ts', from: 'async confirm() {', to: 'async confirm() { return;' },
  ],
  /** An order whose answer did not come is sent again, whatever the broker has. */
  sent_again_blindly: [
    {
      file: 'src/app/look-up-orders.ts',
      from: 'const found = await findThere(context, run, order);',
      to: "const found = { type: 'not_found' }; state.looks = 99;",
    },
    {
      file: 'src/app/look-up-orders.ts',
      from: '      if (!run.broker.capabilities.clientOrderId) {\n        await ask',
      to: '      if (false) {\n        await ask',
    },
  ],
  /** A restored backup counts as if nothing had been since. */
  goes_on_over_a_backup: [{ file: 'src/main.ts', from: 'await haltForBackup(context);', to: '' }],
  /** The file of the database is another now, and it works on in the one that is gone. */
  works_in_a_file_that_is_gone: [
    {
      file: 'src/main.ts',
      from: 'isInPlace: () => store.database.isInPlace(),',
      to: 'isInPlace: () => true,',
    },
  ],
  /** A fill counts and is not on the record. */
  fill_off_the_record: [
    {
      file: 'src/app/record-order.ts',
      from: "const action = before === null ? 'fill' : 'fill_corrected';",
      to: "const action = 'fill_corrected';",
    },
  ],
  /** A message counts as delivered when it was not edited. */
  messages_stay_as_they_are: [
    {
      file: 'src/app/deliver.ts',
      from: 'await chat.edit(pending.reference, message)',
      to: "'edited'",
    },
  ],
  slack_hears_late: [
    {
      file: 'src/chat/slack/slack-chat.ts',
      from: 'await ack().catch',
      to: 'await new Promise((resolve) => setTimeout(resolve, 3500)); await ack().catch',
    },
  ],
  discord_hears_late: [
    {
      file: 'src/chat/discord/answers.ts',
      from: 'const arrived = performance.now();',
      to: 'const arrived = performance.now(); await new Promise((resolve) => setTimeout(resolve, 3500));',
    },
  ],
} as const satisfies Readonly<Record<string, readonly Change[]>>;

export type DefectName = keyof typeof DEFECTS;
