// @ts-check
import { load } from './actions.js';
import { byId, fragment } from './dom.js';
import { morph } from './morph.js';

const feed = byId('feed');
const scroller = byId('scroller');
const jump = byId('jump');
const announcements = byId('announcements');
const title = document.title;

const NEAR_THE_END = 120;
let unread = 0;
/** Messages that come while the feed is being loaded anew: they are put in afterwards. @type {string[] | null} */
let waiting = null;

/** The scroller's content grows from its end, so the end is at 0 and everything above is negative. */
function isAtEnd() {
  return Math.abs(scroller.scrollTop) < NEAR_THE_END;
}

export function scrollToEnd() {
  scroller.scrollTop = 0;
  jump.hidden = true;
}

/**
 * Puts a message in, or brings the one that is there up to date.
 * @param {string} html one article
 */
export function putMessage(html) {
  if (waiting !== null) {
    waiting.push(html);
    return;
  }
  const article = fragment(html).firstElementChild;
  if (!(article instanceof HTMLElement)) return;
  const current = document.getElementById(article.id);
  if (current === null) {
    append(article);
  } else if (changeOf(current) < changeOf(article)) {
    const said = current.dataset['announce'] ?? '';
    const hadFocus = current.contains(document.activeElement);
    morph(current, article);
    if (hadFocus && !current.contains(document.activeElement)) focusMessage(current);
    announce(current, said);
  }
}

/**
 * What had the focus is gone: the message has it, so that a keyboard goes on from there.
 * @param {HTMLElement} article
 */
function focusMessage(article) {
  article.tabIndex = -1;
  article.focus({ preventScroll: true });
}

/** @param {HTMLElement} article */
function append(article) {
  document.getElementById('welcome')?.remove();
  const wasAtEnd = isAtEnd();
  const next = [...feed.querySelectorAll('article')].find((other) => idOf(other) > idOf(article));
  // An edit of a message from before this page's first one is for "earlier messages" to show.
  const earlier = feed.querySelector('.earlier');
  if (next !== undefined && next === feed.querySelector('article') && earlier !== null) return;
  article.classList.add('arriving');
  feed.insertBefore(article, next ?? null);
  placeDays();
  announce(article, '');
  if (wasAtEnd) scrollToEnd();
  else jump.hidden = false;
  if (document.hidden) {
    unread += 1;
    document.title = `(${unread}) ${title}`;
  }
}

/**
 * Reads a message's plain line to who cannot see it, unless that was said before.
 * @param {HTMLElement} article
 * @param {string} said
 */
function announce(article, said) {
  const line = article.dataset['announce'] ?? '';
  if (line === said) return;
  const entry = document.createElement('p');
  entry.textContent = line;
  // Only the newest line of one message is left: progress is not read step by step.
  entry.dataset['of'] = article.id;
  announcements.querySelector(`[data-of="${article.id}"]`)?.remove();
  announcements.append(entry);
  while (announcements.childElementCount > 20) announcements.firstElementChild?.remove();
}

/** Draws a line with the date wherever a day begins. */
function placeDays() {
  let day = '';
  for (const article of feed.querySelectorAll('article')) {
    const label = article.dataset['day'] ?? '';
    const before = article.previousElementSibling;
    const line = before?.classList.contains('day') ? before : null;
    if (label === day) line?.remove();
    else if (line === null) article.before(dayLine(label));
    day = label;
  }
}

/** @param {string} label */
function dayLine(label) {
  const line = document.createElement('div');
  line.className = 'day';
  line.setAttribute('role', 'separator');
  line.setAttribute('aria-label', label);
  const text = document.createElement('span');
  text.setAttribute('aria-hidden', 'true');
  text.textContent = label;
  line.append(text);
  return line;
}

/**
 * Loads the whole feed anew: somebody else looks at it, or too much was missed.
 * @returns {Promise<import('./actions.js').Answer>}
 */
export async function reloadFeed() {
  waiting = [];
  const answer = await load('/feed');
  if (answer.ok) {
    feed.replaceChildren(fragment(answer.data.html));
    scrollToEnd();
  }
  const missed = waiting;
  waiting = null;
  for (const html of missed) putMessage(html);
  return answer;
}

/** @param {HTMLElement} button */
async function showEarlier(button) {
  if (button.hasAttribute('aria-disabled')) return;
  button.setAttribute('aria-disabled', 'true');
  const answer = await load(`/feed?before=${button.dataset['before'] ?? ''}`);
  if (!answer.ok) {
    button.removeAttribute('aria-disabled');
    return;
  }
  const first = feed.querySelector('article');
  const distance = scroller.scrollTop;
  button.replaceWith(fragment(answer.data.html));
  placeDays();
  // What is under the reader's eyes stays there: it is as far from the end as it was.
  scroller.scrollTop = distance;
  if (first !== null) focusMessage(first);
}

/** @param {Element} article */
function idOf(article) {
  return Number(article.getAttribute('data-id'));
}

/** @param {Element} article */
function changeOf(article) {
  return Number(article.getAttribute('data-change'));
}

export function startFeed() {
  jump.addEventListener('click', scrollToEnd);
  scroller.addEventListener('scroll', () => {
    if (isAtEnd()) jump.hidden = true;
  });
  feed.addEventListener('click', (event) => {
    const button = event.target instanceof Element ? event.target.closest('.earlier') : null;
    if (button instanceof HTMLElement) void showEarlier(button);
  });
  document.addEventListener('visibilitychange', () => {
    if (document.hidden) return;
    unread = 0;
    document.title = title;
  });
}
