// @ts-check
import { byId } from './dom.js';

const status = byId('status');

const STATES = {
  live: 'Live',
  connecting: 'Reconnecting…',
  resting: 'Paused',
  signedOut: 'Signed out',
};

/** @param {keyof typeof STATES} state */
function show(state) {
  if (status.dataset['state'] === state) return;
  status.dataset['state'] = state;
  const text = status.querySelector('.status-text');
  if (text !== null) text.textContent = STATES[state];
  status.title =
    state === 'signedOut'
      ? 'Open the link that Evenkeel prints in the terminal when it starts.'
      : '';
}

const RECONNECT_AFTER = 2000;

/**
 * Listens to the server. The browser itself connects again and names the last event it had, so that
 * nothing is missed; when the server refuses, we ask again ourselves.
 * @param {{
 *   cursor: string,
 *   message: (html: string) => void,
 *   views: () => void,
 *   working: (active: boolean) => void,
 *   reset: () => Promise<import('./actions.js').Answer>,
 * }} options
 */
export function startStream({ cursor, message, views, working, reset }) {
  let last = cursor;
  let resting = false;
  connect();

  document.addEventListener('visibilitychange', wake);
  window.addEventListener('focus', wake);

  /** The server let this page rest because the browser has many open; it goes on when it is looked at. */
  function wake() {
    if (!resting || document.hidden) return;
    resting = false;
    show('connecting');
    connect();
  }

  function connect() {
    const source = new EventSource(`/events?after=${last}`);
    source.addEventListener('open', () => {
      show('live');
      views();
    });
    source.addEventListener('message', (event) => {
      last = event.lastEventId;
      message(JSON.parse(event.data).html);
    });
    source.addEventListener('views', views);
    source.addEventListener('working', (event) => working(JSON.parse(event.data).active));
    source.addEventListener('reset', () => void startAnew());
    source.addEventListener('rest', () => {
      source.close();
      resting = true;
      show('resting');
      if (document.hasFocus()) wake();
    });
    source.addEventListener('error', () => {
      if (resting) return;
      working(false);
      show('connecting');
      if (source.readyState === EventSource.CLOSED) setTimeout(tryAgain, RECONNECT_AFTER);
    });
  }

  async function startAnew() {
    const answer = await reset();
    if (answer.ok) last = String(answer.data.cursor);
    return answer;
  }

  async function tryAgain() {
    const answer = await startAnew();
    if (answer.ok) {
      connect();
      return;
    }
    show(answer.status === 401 ? 'signedOut' : 'connecting');
    setTimeout(tryAgain, RECONNECT_AFTER);
  }
}
