import { eachComponent } from './wire-types.ts';
import type { WireAllowedMentions, WireComponent } from './wire-types.ts';

/** Whom a message notifies. */
export interface Pings {
  readonly users: readonly string[];
  readonly roles: readonly string[];
  readonly everyone: boolean;
}

/** What Discord assumes when a request has no `allowed_mentions`. */
export const defaultAllowance = {
  channelMessage: { parse: ['users', 'roles', 'everyone'] },
  interaction: { parse: ['users'] },
} as const;

/** The parts of a message in which a mention notifies: its content and its text displays. */
export function mentionText(content: string, components: readonly WireComponent[]): string {
  const displays = [...eachComponent(components, [])].map(({ component }) =>
    component.type === 10 ? (component.content ?? '') : '',
  );
  return [content, ...displays].join('\n');
}

/**
 * Whom a text notifies under an allowance. A mention counts also in code blocks of this reading, which
 * errs on the side of reporting a ping.
 * https://docs.discord.com/developers/resources/message#allowed-mentions-object
 */
export function pingsOf(
  text: string,
  allowance: WireAllowedMentions,
  may: { readonly mentionEveryone: boolean; readonly mentionableRoles: ReadonlySet<string> },
): Pings {
  const parsed = new Set(allowance.parse ?? []);
  const users = idsIn(text, /<@!?(\d+)>/g);
  const roles = idsIn(text, /<@&(\d+)>/g).filter(
    (id) => may.mentionEveryone || may.mentionableRoles.has(id),
  );
  return {
    users: parsed.has('users') ? users : users.filter((id) => (allowance.users ?? []).includes(id)),
    roles: parsed.has('roles') ? roles : roles.filter((id) => (allowance.roles ?? []).includes(id)),
    everyone: parsed.has('everyone') && may.mentionEveryone && /@(?:everyone|here)\b/.test(text),
  };
}

function idsIn(text: string, pattern: RegExp): string[] {
  return [...new Set([...text.matchAll(pattern)].map(([, id = '']) => id))];
}
