/** What the adapter itself says. What the bot says is worded in src/messages. */
export const WORDS = {
  cutShort: 'There is more than Slack shows in one message. Details has all of it.',
  moreRows: (count: number) => `And ${count} more ${count === 1 ? 'row' : 'rows'}.`,
  moreColumns: (count: number) => `And ${count} more ${count === 1 ? 'column' : 'columns'}.`,
  moreSteps: (count: number) => `And ${count} more ${count === 1 ? 'step' : 'steps'}`,
  empty: '–',
  ok: 'OK',
  cancel: 'Cancel',
  continue: 'Continue',
  confirm: 'Are you sure?',
  form: 'Fill in',
  field: 'Value',
  otherTeam: 'I only serve people of the workspace that I am installed in.',
  unreadable: 'This button is from another version of Evenkeel. Ask for the message again.',
  notStarted: 'Evenkeel is still starting. Try again in a moment.',
  stopping: 'Evenkeel is shutting down. Start it again and repeat that.',
  failed: 'Something went wrong inside Evenkeel; the log has the details. Nothing was done twice.',
  formLate: 'The form could not be opened in time. Click once more.',
  fileFailed: 'The file could not be sent; the log says why. Ask for it again in a moment.',
  sentDirectly: 'The file is in your direct messages with me.',
  noHome: 'Evenkeel is starting. Come back in a moment.',
  elsewhere: (channels: number) =>
    channels === 0
      ? 'I do not serve this conversation. Whoever runs me can add a channel in portfolios.yaml.'
      : 'I do not serve this conversation. Use the channel where your proposals are posted, or ask whoever runs me to add this one in portfolios.yaml.',
} as const;
