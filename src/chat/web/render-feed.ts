import { formatDay, formatTime } from '../../messages/time.ts';
import type { FeedMessage, FeedPage } from './feed.ts';
import { ICONS, MARK } from './icons.ts';
import { markup, type Markup } from './markup.ts';
import { initials, tint, type People } from './people.ts';
import { isRich, renderMessage } from './render-message.ts';
import { WORDS } from './words.ts';

export interface FeedContext {
  readonly people: People;
  readonly channelName: string;
  /** The zone in which the page tells times. */
  readonly timeZone: string;
}

/** One page of the feed, oldest first, with a line wherever a new day begins. */
export function renderFeed(page: FeedPage, context: FeedContext): Markup {
  let day = '';
  const items = page.messages.map((message) => {
    const label = dayOf(message, context);
    const separator = label === day ? null : renderDay(label);
    day = label;
    return markup`${separator}${renderFeedMessage(message, context)}`;
  });
  const first = page.messages[0];
  const earlier =
    page.earlier && first !== undefined
      ? markup`<button type="button" class="button button-plain earlier" data-before="${first.id}">${WORDS.earlier}</button>`
      : null;
  return markup`${earlier}${items}`;
}

function renderDay(label: string): Markup {
  return markup`<div class="day" role="separator" aria-label="${label}"><span aria-hidden="true">${label}</span></div>`;
}

export function renderFeedMessage(message: FeedMessage, context: FeedContext): Markup {
  const { id, change, author } = message;
  const person = author === null ? null : context.people.find(author);
  const name = author === null ? WORDS.product : (person?.name ?? author);
  const role = person === null ? null : markup` <span class="role">${person.role}</span>`;
  return markup`<article class="message ${author === null ? 'from-bot' : 'from-person'}" id="message-${id}" data-id="${id}" data-change="${change}" data-day="${dayOf(message, context)}" data-announce="${name}: ${plainText(message)}">
    ${renderAvatar(author, name)}
    <header class="byline"><span class="author">${name}</span>${role} ${renderTimes(message, context)}${renderChannel(message, context)}</header>
    ${renderBody(message)}
    ${message.visibleTo === null ? null : markup`<p class="only-you">${ICONS.lock}${WORDS.onlyYou}</p>`}
  </article>`;
}

export function renderAvatar(id: string | null, name: string): Markup {
  return id === null
    ? markup`<span class="avatar avatar-bot" aria-hidden="true">${MARK}</span>`
    : markup`<span class="avatar ${tint(id)}" aria-hidden="true">${initials(name)}</span>`;
}

function renderTimes({ postedAt, editedAt }: FeedMessage, { timeZone }: FeedContext): Markup {
  const edited =
    editedAt === null
      ? null
      : markup`<span class="edited"> · ${WORDS.edited} ${renderTime(editedAt, timeZone)}</span>`;
  return markup`${renderTime(postedAt, timeZone)}${edited}`;
}

function renderTime(at: Temporal.Instant, timeZone: string): Markup {
  const local = at.toZonedDateTimeISO(timeZone);
  const full = `${formatDay(local.toPlainDate())} ${local.year} ${formatTime(at, timeZone)}`;
  return markup`<time datetime="${at.toString()}" title="${full}">${formatTime(at, timeZone)}</time>`;
}

/** The page shows all channels; it names those that are not its own. */
function renderChannel({ channel }: FeedMessage, { channelName }: FeedContext): Markup | null {
  return channel === channelName ? null : markup` <span class="channel-tag">#${channel}</span>`;
}

function renderBody({ body }: FeedMessage): Markup {
  switch (body.type) {
    case 'typed':
      return markup`<div class="body"><p class="text ${body.text.startsWith('/') ? 'typed-command' : ''}">${body.text}</p></div>`;
    case 'message':
      return markup`<div class="body ${isRich(body.message) ? 'card' : ''}">${renderMessage(body.message)}</div>`;
    case 'unreadable':
      return markup`<div class="body"><p class="context">${WORDS.unreadable}</p></div>`;
  }
}

function plainText({ body }: FeedMessage): string {
  switch (body.type) {
    case 'typed':
      return body.text;
    case 'message':
      return body.message.fallback;
    case 'unreadable':
      return WORDS.unreadable;
  }
}

function dayOf({ postedAt }: FeedMessage, { timeZone }: FeedContext): string {
  const date = postedAt.toZonedDateTimeISO(timeZone).toPlainDate();
  return `${formatDay(date)} ${date.year}`;
}
