import { z } from 'zod';

export const personSchema = z.enum(['ana', 'ben', 'chloe']);
/** Ana proposes, Ben and Chloe decide. */
export type PersonName = z.output<typeof personSchema>;

const buttonSchema = z.strictObject({
  action: z.string(),
  proposalId: z.string(),
  digest: z.string(),
});
/** What a button is about, wherever it is shown. */
export type Button = z.output<typeof buttonSchema>;

const messageSchema = z.strictObject({
  id: z.string(),
  /** Every word that people see, and more: whatever the platform keeps of it. */
  text: z.string(),
  buttons: z.array(buttonSchema),
});
export type ShownMessage = z.output<typeof messageSchema>;

export const faultSchema = z.enum([
  /** The platform answers nothing, delivers nothing, and lets nobody connect. */
  'outage',
  /** The end of it, and of a closed channel. */
  'mended',
  /** Somebody deletes every message of the bot in the channel. */
  'messages_deleted',
  /** The bot may not write there any more. */
  'channel_closed',
  /** The next ten requests are told to wait. */
  'rate_limits',
]);
export type ChatFault = z.output<typeof faultSchema>;

/** Bodies of the control interface, by verb. */
export const verbs = {
  command: z.strictObject({ person: personSchema, command: z.string(), account: z.string() }),
  click: z.strictObject({ person: personSchema, button: buttonSchema, twice: z.boolean() }),
  redeliver: z.strictObject({}),
  fault: z.strictObject({ name: faultSchema }),
  state: z.strictObject({}),
} as const;

/** Within so long a chat wants to hear that the bot took it; then it tells the person that nothing did. */
export const PATIENCE_MILLISECONDS = 3000;

const lateSchema = z.strictObject({
  what: z.string(),
  /** Milliseconds of the machine's clock, which all processes have in common. */
  sentAt: z.number(),
});
/** What reached the bot and was not acknowledged in time. */
export type Late = z.output<typeof lateSchema>;

export const stateSchema = z.strictObject({
  /** Of the bot, in the channel, its threads and in direct messages; oldest first. */
  messages: z.array(messageSchema),
  /** What the platform would hold against the bot. */
  problems: z.array(z.string()),
  /** Commands and clicks over an open connection; each once, however often it was delivered. */
  late: z.array(lateSchema),
});

export const readySchema = z.looseObject({
  /** For the bot's environment. */
  environment: z.record(z.string(), z.string()),
  /** The id of the one channel. */
  channel: z.string(),
  /** Their ids, by name. */
  people: z.record(personSchema, z.string()),
});

/** A chat platform as people at it see it. */
export interface FakePlatform {
  readonly ready: z.output<typeof readySchema>;
  /** @returns whether the bot took it; the person sees that it did not, and may do it again. */
  command(person: PersonName, command: string, account: string): Promise<boolean>;
  /**
   * @param twice it is delivered a second time at once.
   * @returns false also while there is no such button to be seen.
   */
  click(person: PersonName, button: Button, twice: boolean): Promise<boolean>;
  /** The last click is delivered once more. */
  redeliver(): Promise<void>;
  fault(name: ChatFault): void;
  state(): z.output<typeof stateSchema>;
}
