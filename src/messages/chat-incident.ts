import { compose, alert, heading } from './blocks.ts';
import type { Message } from './message.ts';
import { plain } from './plain.ts';
import { formatMoment } from './time.ts';
import { platformName } from './words.ts';

export interface ChatIncidentInput {
  /** `slack`, `discord`. */
  readonly platform: string;
  /** The channel that cannot be reached; null when the whole platform does not work. */
  readonly channel: string | null;
  /** The platform's own words. */
  readonly reason: string;
  /** What to do, a sentence. */
  readonly nextStep: string;
  readonly since: Temporal.Instant;
  readonly timeZone: string;
}

/** Told wherever the bot can still be heard: trades and decisions go on, messages there are missing. */
export function presentChatIncident(input: ChatIncidentInput): Message {
  const title = `${place(input)} cannot be reached`;
  const reason = plain(input.reason, 300).replace(/[.\s]*$/u, '.');
  const since = formatMoment(input.since, input.timeZone, input.since);
  const words = `Since ${since}: ${reason} Proposals and trades go on; messages are kept and posted there later. ${input.nextStep}`;
  return compose([`${title}.`, words], [heading(title), alert('bad', words)]);
}

/** The same message when it works again. */
export function presentChatRecovered(
  input: Pick<ChatIncidentInput, 'platform' | 'channel' | 'timeZone'> & {
    readonly at: Temporal.Instant;
  },
): Message {
  const title = `${place(input)} works again`;
  const words = `Since ${formatMoment(input.at, input.timeZone, input.at)}. What was not posted there is posted now.`;
  return compose([`${title}.`, words], [heading(title), alert('good', words)]);
}

function place({ platform, channel }: Pick<ChatIncidentInput, 'platform' | 'channel'>): string {
  const name = platformName(platform);
  return channel === null ? name : `${name} channel ${plain(channel, 60)}`;
}
