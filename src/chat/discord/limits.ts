/**
 * What Discord takes. Sources: the component reference (https://docs.discord.com/developers/components/reference),
 * "Application commands" and "Message" there, and discord-api-docs#8562 for the text of a message.
 */
export const LIMITS = {
  components: 40,
  /** Of all text displays of a message together. */
  text: 4000,
  charts: 4,
  files: 2,
  chartDescription: 1024,
  buttonRows: 5,
  buttonsInRow: 5,
  buttons: 20,
  buttonLabel: 80,
  customId: 100,
  modalTitle: 45,
  modalComponents: 5,
  fieldLabel: 45,
  fieldDescription: 100,
  fieldText: 4000,
  options: 25,
  optionText: 100,
  commandDescription: 100,
  choices: 25,
  choiceText: 100,
  typedText: 1000,
} as const;

/** An interaction must be acknowledged within 3 seconds, and can be answered for 15 minutes. */
export const ACKNOWLEDGE_WITHIN = Temporal.Duration.from({ milliseconds: 2_000 });
export const ANSWER_WITHIN = Temporal.Duration.from({ minutes: 14, seconds: 45 });

/** How long an interaction that is acknowledged lets the acknowledgements of others go first. */
export const LET_OTHERS_PASS = Temporal.Duration.from({ milliseconds: 250 });

/** Work begins when for so long no interaction has come. */
export const QUIET_MILLISECONDS = 15;

/** What the SDK is told instead of its 50 a second, which do not hold for answers to interactions:
 * https://docs.discord.com/developers/topics/rate-limits#global-rate-limit
 */
export const ANSWERS_PER_SECOND = 10_000;
