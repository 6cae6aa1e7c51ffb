import type { Form } from '../../../src/messages/message.ts';
import type { Chat, MessageReference } from '../../../src/ports/chat.ts';

/** One message of the bot, as a person sees it on the platform. */
export interface SeenMessage {
  readonly messageId: string;
  /** All its text, in reading order, with single spaces; without the platform's markup and escapes. */
  readonly text: string;
}

/** A button as it was posted. */
type Pressed = Pick<Form, 'action' | 'proposalId' | 'digest'>;

/**
 * A chat adapter with the platform behind it (or a faithful fake of it), and the hands and eyes of
 * people on that platform. What people do resolves when the platform has had its answer.
 */
export interface ChatContractHarness extends AsyncDisposable {
  readonly chat: Chat;
  /** A channel that both people read. */
  readonly channel: string;
  /** The platform's ids of two people. */
  readonly people: readonly [string, string];
  /**
   * A person sends a command line such as `/rebalance core`.
   * @param delivery names what is delivered: the same name is the platform delivering it again.
   */
  type(person: string, line: string, delivery: string): Promise<void>;
  /** A person presses a button of a message. */
  click(
    person: string,
    message: MessageReference,
    button: Pressed,
    delivery: string,
  ): Promise<void>;
  /** The form that is open before a person, as text; null when there is none. */
  formBefore(person: string): Promise<string | null>;
  /** A person fills in the form that is open before them, and sends it. */
  submit(
    person: string,
    form: Form,
    fields: Readonly<Record<string, string>>,
    delivery: string,
  ): Promise<void>;
  /** What the bot has said that this person can see now, oldest first. */
  seenBy(person: string): Promise<readonly SeenMessage[]>;
  /** Makes a message disappear from the platform. */
  remove(message: MessageReference): Promise<void>;
  /**
   * What hostile text brought about so far: markup that was not escaped, people that were pinged,
   * anything the platform refused. Empty when all is well.
   */
  incidents(): Promise<readonly string[]>;
}
