// @ts-check
import { load } from './actions.js';
import { byId, findAll, fragment } from './dom.js';
import { morph } from './morph.js';

const app = byId('app');
const list = byId('tabs');
const panel = byId('panel');
const view = byId('view');
const tabs = findAll(list, '[role="tab"]', HTMLElement);

/** The chat is a tab of its own only where there is no room to show it beside the others. */
const narrow = matchMedia('(max-width: 60rem)');

let shown = 'portfolio';
let loading = false;
let stale = false;

/** @param {string} name */
function select(name) {
  app.dataset['tab'] = name;
  const marked = name === 'chat' && !narrow.matches ? shown : name;
  for (const tab of tabs) {
    const selected = tab.dataset['tab'] === marked;
    tab.setAttribute('aria-selected', String(selected));
    tab.tabIndex = selected ? 0 : -1;
  }
  if (name === 'chat' || name === shown) return;
  shown = name;
  panel.setAttribute('aria-labelledby', `tab-${name}`);
  panel.scrollTop = 0;
  view.dataset['view'] = '';
  void refreshView();
}

/** Loads the view that is shown. Asked while it loads, it loads once more afterwards. */
export async function refreshView() {
  stale = true;
  if (loading) return;
  loading = true;
  while (stale) {
    stale = false;
    const name = shown;
    view.setAttribute('aria-busy', 'true');
    const answer = await load(`/views/${name}`);
    if (name !== shown) {
      stale = true;
      continue;
    }
    if (answer.ok) {
      put(name, answer.data.html);
      showHalted(answer.data.halted);
    }
    if (!answer.ok && view.dataset['view'] !== name) putError(answer.error);
  }
  view.removeAttribute('aria-busy');
  loading = false;
}

/**
 * @param {string} name
 * @param {string} html
 */
function put(name, html) {
  const wanted = document.createElement('div');
  wanted.className = 'view';
  wanted.id = 'view';
  wanted.dataset['view'] = name;
  wanted.append(fragment(html));
  if (view.dataset['view'] === name) {
    morph(view, wanted);
  } else {
    view.dataset['view'] = name;
    view.replaceChildren(...wanted.childNodes);
  }
}

/**
 * What is halted stands at the head of the page, whichever view is shown.
 * @param {unknown} words
 */
function showHalted(words) {
  const badge = byId('halted');
  badge.hidden = typeof words !== 'string';
  badge.textContent = typeof words === 'string' ? words : '';
}

/** @param {string} text */
function putError(text) {
  const line = document.createElement('p');
  line.className = 'alert tone-bad';
  line.textContent = text;
  view.replaceChildren(line);
}

/** @param {KeyboardEvent} event */
function moveFocus(event) {
  const usable = tabs.filter((tab) => tab.offsetParent !== null);
  const current = usable.findIndex((tab) => tab === document.activeElement);
  /** @type {Record<string, number>} */
  const places = {
    ArrowRight: current + 1,
    ArrowDown: current + 1,
    ArrowLeft: current - 1,
    ArrowUp: current - 1,
    Home: 0,
    End: -1,
  };
  const place = places[event.key];
  if (current < 0 || place === undefined) return;
  const tab = usable.at(place % usable.length);
  if (tab === undefined) return;
  event.preventDefault();
  tab.focus();
  select(tab.dataset['tab'] ?? 'chat');
}

export function startTabs() {
  list.addEventListener('click', (event) => {
    const tab = event.target instanceof Element ? event.target.closest('[role="tab"]') : null;
    if (tab instanceof HTMLElement) select(tab.dataset['tab'] ?? 'chat');
  });
  list.addEventListener('keydown', moveFocus);
  narrow.addEventListener('change', () => select('chat'));
  // The view itself is loaded as soon as the stream is open, so that no change falls between the two.
  select('chat');
}

/** Brings the chat back where only one tab is visible at a time. */
export function showChat() {
  if (narrow.matches) select('chat');
}
