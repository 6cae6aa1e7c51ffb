/** What the page itself says. What the bot says is worded in src/messages. */
export const WORDS = {
  product: 'Evenkeel',
  cancel: 'Cancel',
  close: 'Close',
  optional: 'optional',
  onlyYou: 'Only you can see this',
  unreadable: 'This message was written by another version of Evenkeel and cannot be shown.',
  emptyTable: 'Nothing here yet.',
  earlier: 'Show earlier messages',
  edited: 'updated',
  stepStatus: { waiting: 'Waiting', running: 'Running', done: 'Done', failed: 'Failed' },
  views: { portfolio: 'Portfolio', orders: 'Orders', audit: 'Audit' },
  viewFailed:
    'This view could not be loaded. The log says why; it is tried again at the next change.',
  welcomeTitle: 'Welcome aboard',
  welcomeText:
    'Evenkeel works out the trades that bring a portfolio back to its targets, asks the right people, and carries out what they approve. Type a command below, or start with one of these:',
  welcomeDemo:
    'This is a demonstration with paper money. Switch who you are at the top to propose as one person and approve as another.',
  skip: 'Skip to the composer',
  messages: 'Messages',
  announcements: 'New messages',
  jump: 'New messages',
  chat: 'Chat',
  viewsLabel: 'Views',
  demoBadge: 'Demo · paper money',
  connecting: 'Connecting…',
  whoAmI: 'Who am I',
  choose: 'Who are you?',
  theme: 'Switch between light and dark',
  send: 'Send',
  suggestions: 'Suggestions',
  keys: { commands: 'commands', completes: 'completes', sends: 'sends', recalls: 'recalls' },
  composerLabel: 'Message or command',
  composerPlaceholder: 'Type / for commands',
  working: 'Evenkeel is working',
  chooseFirst: 'Choose who you are, at the top of the page, to send commands.',
  nobody:
    'Nobody in portfolios.yaml has a web id, so this page can only be read. Give a person "platformIds: { web: [...] }" to send commands.',
  notStarted: 'Evenkeel is still starting. Try again in a moment.',
  stopping: 'Evenkeel is shutting down. Start it again and repeat that.',
  failed: 'Something went wrong inside Evenkeel; the log has the details. Nothing was done twice.',
  personFixed:
    'This browser already speaks for somebody else. Open a fresh link from the terminal to change that.',
  personUnknown: 'There is nobody of that name here. Reload the page.',
  signedOut: 'Open the link that Evenkeel printed in the terminal.',
  linkUsed: {
    title: 'This link does not work any more',
    text: 'Each link opens one browser, once. Restart Evenkeel: it prints a fresh link in the terminal.',
  },
  noSession: {
    title: 'Evenkeel is running',
    text: 'This browser is not signed in. Open the link that Evenkeel printed in the terminal when it started.',
  },
  wrongHost: 'Evenkeel answers only on this machine, under the address it printed in the terminal.',
  wrongOrigin: 'This request did not come from the Evenkeel page.',
  tooLarge: 'That is too much text for one message.',
  notJson: 'Expected a JSON body.',
  notFound: 'There is nothing here.',
} as const;

/** What is said to a person who types something that is no command. */
export function notACommand(suggestions: readonly string[]): string {
  const some = suggestions.length === 0 ? '' : ` Try ${suggestions.join(', ')}.`;
  return `I only understand commands, and they begin with a slash.${some} Type / to see them all.`;
}
