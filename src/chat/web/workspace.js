// @ts-check
import { newId, send } from './workspace/actions.js';
import { startComposer } from './workspace/composer.js';
import { confirmed, openForm, startDialogs } from './workspace/dialogs.js';
import { byId } from './workspace/dom.js';
import { putMessage, reloadFeed, startFeed } from './workspace/feed.js';
import { startStream } from './workspace/stream.js';
import { refreshView, showChat, startTabs } from './workspace/tabs.js';

const toast = byId('toast');
let toastTimer = 0;

/** @param {string} text */
function complain(text) {
  toast.textContent = text;
  toast.hidden = false;
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => {
    toast.hidden = true;
  }, 8000);
}

/**
 * Sends a click, and opens the form that it may be answered with.
 * @param {string} id
 * @param {{ action: string, proposalId: string, digest: string, fields: Record<string, string> | null }} click
 * @returns {Promise<string | null>} what went wrong, or null
 */
async function sendClick(id, click) {
  const answer = await send('/click', { id, ...click });
  if (!answer.ok) return answer.error;
  if (typeof answer.data.form === 'string') showForm(answer.data.form);
  return null;
}

/** @param {string} html */
function showForm(html) {
  // One id for the whole life of the form: sending it twice counts once.
  let id = newId();
  let last = '';
  openForm(html, async (click) => {
    // What was corrected after an error is not the same thing sent again.
    const fields = JSON.stringify(click.fields);
    if (last !== '' && last !== fields) id = newId();
    last = fields;
    const problem = await sendClick(id, click);
    if (problem === null) showChat();
    return problem;
  });
}

/** @param {HTMLButtonElement} button */
async function onButton(button) {
  const { click = '', proposal = '', digest = '' } = button.dataset;
  // At once, so that the second half of a double click finds it so. Not `disabled`: that would lose the
  // focus, and a dialog could not give it back.
  if (button.hasAttribute('aria-disabled')) return;
  button.setAttribute('aria-disabled', 'true');
  if (await confirmed(button)) {
    const problem = await sendClick(newId(), {
      action: click,
      proposalId: proposal,
      digest,
      fields: null,
    });
    if (problem !== null) complain(problem);
  }
  button.removeAttribute('aria-disabled');
}

startFeed();
startTabs();
startDialogs();
const composer = startComposer(showForm);

document.addEventListener('click', (event) => {
  if (!(event.target instanceof Element)) return;
  const button = event.target.closest('button[data-click]');
  if (button instanceof HTMLButtonElement) void onButton(button);
  const chip = event.target.closest('[data-say]');
  if (chip instanceof HTMLElement) void composer?.say(chip.dataset['say'] ?? '');
});

const who = document.getElementById('who');
if (who instanceof HTMLSelectElement) {
  let chosen = who.value;
  const choose = async () => {
    const answer = await send('/person', { person: who.value });
    if (answer.ok) chosen = who.value;
    else complain(answer.error);
    showPerson(chosen);
  };
  who.addEventListener('change', () => void choose());
}

/** @param {string | null} person */
function showPerson(person) {
  if (!(who instanceof HTMLSelectElement) || person === null) return;
  who.value = person;
  for (const avatar of document.querySelectorAll('[data-avatar]')) {
    if (avatar instanceof HTMLElement) avatar.hidden = avatar.dataset['avatar'] !== person;
  }
  composer?.enable();
}

byId('theme').addEventListener('click', () => {
  const root = document.documentElement;
  const dark = matchMedia('(prefers-color-scheme: dark)').matches;
  const current = root.dataset['theme'] ?? (dark ? 'dark' : 'light');
  const theme = current === 'dark' ? 'light' : 'dark';
  root.dataset['theme'] = theme;
  document.cookie = `evenkeel_theme=${theme}; path=/; max-age=31536000; samesite=strict`;
});

startStream({
  cursor: byId('feed').dataset['cursor'] ?? '0',
  message: putMessage,
  views: () => void refreshView(),
  working: (active) => {
    byId('working').hidden = !active;
  },
  reset: async () => {
    const answer = await reloadFeed();
    if (answer.ok) showPerson(answer.data.person);
    return answer;
  },
});
// A phone's keyboard should not cover the page before anybody wants to type.
if (matchMedia('(hover: hover)').matches) composer?.focus();
