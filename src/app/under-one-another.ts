import type { AccountSettings } from '../core/account.ts';
import { presentBrokerError } from '../messages/errors.ts';
import type { Message } from '../messages/message.ts';
import { BrokerError } from '../ports/broker-error.ts';
import { eachAccount } from './each-account.ts';

/** Messages as one, in their order. */
export function underOneAnother(messages: readonly Message[]): Message {
  return {
    fallback: messages.map((message) => message.fallback).join(' '),
    blocks: messages.flatMap((message) => message.blocks),
  };
}

/** A view of several accounts; one whose broker cannot be asked says so in its place. */
export async function viewEach(
  accounts: readonly AccountSettings[],
  view: (account: AccountSettings) => Promise<Message>,
): Promise<Message> {
  const messages = await eachAccount(accounts, async (account) => {
    try {
      return await view(account);
    } catch (error) {
      if (!(error instanceof BrokerError)) throw error;
      return presentBrokerError(error, account.name);
    }
  });
  return underOneAnother(messages);
}
