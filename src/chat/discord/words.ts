/** The few things that only Discord's own workings make necessary to say. */
export const WORDS = {
  elsewhere: 'I answer in the channels of my own server only.',
  notStarted: 'I am starting. Try again in a moment.',
  unknownButton: 'This button is not one of mine, or of an older version of me.',
  openForm: 'One more question before this counts.',
  openFormButton: 'Continue',
  thread: 'How it went on',
  unnamed: '-',
  chart: 'Chart',
  editList: (labels: string) => `Remove what is to be left out. ${labels}`,
  moreRows: (count: number) => `… and ${count} more`,
  moreOptions: 'Separate several with commas.',
} as const;
