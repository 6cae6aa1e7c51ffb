import { presentConnectLink, presentConnectionProblem } from '../messages/connection.ts';
import type { Message } from '../messages/message.ts';
import type { Person } from '../core/person.ts';
import type { Actor } from './audit.ts';
import { presentCompletion } from './connection-replies.ts';
import { beginConnection, completeConnection } from './connections.ts';
import type { CompleteResult } from './connections.ts';
import type { AppContext } from './context.ts';

/** A person at a terminal. */
export interface Terminal {
  print(text: string): void;
  /** What is typed or pasted, a line each. */
  readonly lines: AsyncIterable<string>;
}

const COMMAND_LINE = 'cli';

/**
 * Connects a person's login from the command line: prints the link, and takes the redirected browser or the
 * pasted address, whichever comes first. A line that is no redirected address may be followed by another.
 * @returns whether it is connected, and what to say of it.
 */
export async function connectFromTerminal(
  context: AppContext,
  request: { readonly broker: string; readonly person: Person },
  terminal: Terminal,
): Promise<{ readonly isConnected: boolean; readonly message: Message }> {
  const { broker, person } = request;
  const by: Actor = { actor: person.id, platform: COMMAND_LINE };
  const begun = await beginConnection(context, { broker, person: person.id });
  if (begun.type === 'no_app') {
    const message = presentConnectionProblem(broker, { type: 'no_app' });
    return { isConnected: false, message };
  }
  const { url, provider, expiresAt, stateHash } = begun;
  const browser = Promise.withResolvers<CompleteResult>();
  const isListening = await context.redirects.listen(
    provider.redirectUri,
    stateHash,
    expiresAt,
    async (address) => {
      const result = await completeConnection(context, { address, person: person.id, by });
      // Anybody on this machine can ask for a page; only what was begun here ends the waiting.
      if (result.type !== 'unknown_state' && result.type !== 'not_a_redirect') {
        browser.resolve(result);
      }
      return presentCompletion(context, result).fallback;
    },
  );
  const { redirectUri } = provider;
  const link = { broker, url, redirectUri, isListening, expiresAt, now: context.clock.now() };
  terminal.print(`${presentConnectLink(link).fallback}\n\n${url}\n`);
  const cancel = context.clock.schedule(expiresAt, () => {
    browser.resolve({ type: 'expired', broker });
  });
  try {
    const pasted = readPasted(context, { person, by, isListening }, terminal);
    const result = await Promise.race([browser.promise, pasted]);
    return {
      isConnected: result.type === 'connected',
      message: presentCompletion(context, result),
    };
  } finally {
    cancel();
    context.redirects.done(stateHash);
  }
}

/** Takes lines until one of them says what becomes of the connection. */
async function readPasted(
  context: AppContext,
  about: { readonly person: Person; readonly by: Actor; readonly isListening: boolean },
  terminal: Terminal,
): Promise<CompleteResult> {
  const { person, by } = about;
  for await (const line of terminal.lines) {
    if (line.trim() === '') continue;
    const result = await completeConnection(context, { address: line, person: person.id, by });
    if (result.type !== 'not_a_redirect' && result.type !== 'unknown_state') return result;
    terminal.print(presentCompletion(context, result).fallback);
  }
  // Nothing more can be typed: the browser may still come back.
  if (about.isListening) return await new Promise<never>(() => {});
  return { type: 'not_a_redirect' };
}
