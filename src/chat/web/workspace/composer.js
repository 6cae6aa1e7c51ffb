// @ts-check
import { newId, send } from './actions.js';
import { complete } from './complete.js';
import { byId, find } from './dom.js';
import { scrollToEnd } from './feed.js';

/** @typedef {import('./complete.js').Suggestion} Suggestion */

const MOST_REMEMBERED = 50;

/**
 * @param {(html: string) => void} showForm shows what a command is answered with in a dialog
 * @returns {{ say: (text: string) => Promise<void>, focus: () => void, enable: () => void } | null}
 */
export function startComposer(showForm) {
  const form = document.getElementById('composer');
  if (!(form instanceof HTMLFormElement)) return null;
  const input = find('composer-input', HTMLInputElement);
  const list = byId('suggestions');
  const problem = byId('composer-error');
  const known = {
    commands: JSON.parse(form.dataset['commands'] ?? '[]'),
    accounts: JSON.parse(form.dataset['accounts'] ?? '[]'),
  };
  /** @type {Suggestion[]} */
  let suggestions = [];
  let active = -1;
  /** What was sent, newest last. @type {string[]} */
  const sent = [];
  let recalled = 0;

  function suggest() {
    const found = complete(input.value, known);
    suggestions = found.suggestions;
    active = found.preselect ? 0 : -1;
    show();
  }

  function close() {
    suggestions = [];
    active = -1;
    show();
  }

  function show() {
    list.replaceChildren(...suggestions.map(renderSuggestion));
    list.hidden = suggestions.length === 0;
    input.setAttribute('aria-expanded', String(!list.hidden));
    mark();
  }

  function mark() {
    for (const [index, option] of [...list.children].entries()) {
      option.setAttribute('aria-selected', String(index === active));
      if (index === active) option.scrollIntoView({ block: 'nearest' });
    }
    if (active < 0) input.removeAttribute('aria-activedescendant');
    else input.setAttribute('aria-activedescendant', `suggestion-${active}`);
  }

  /** @param {number} index */
  function take(index) {
    const suggestion = suggestions[index];
    if (suggestion === undefined) return;
    input.value = suggestion.text;
    input.focus();
    suggest();
  }

  /** @param {KeyboardEvent} event */
  function onKey(event) {
    if (event.isComposing) return;
    const open = suggestions.length > 0;
    switch (event.key) {
      case 'ArrowDown':
      case 'ArrowUp': {
        const step = event.key === 'ArrowDown' ? 1 : -1;
        if (open && recalled === 0) move(step);
        else recall(step);
        event.preventDefault();
        return;
      }
      case 'Tab':
        if (!open || event.shiftKey) return;
        event.preventDefault();
        take(Math.max(active, 0));
        return;
      case 'Enter':
        if (active < 0) return;
        event.preventDefault();
        take(active);
        return;
      case 'Escape':
        close();
        return;
    }
  }

  /** @param {number} step */
  function move(step) {
    const count = suggestions.length;
    active = active < 0 && step < 0 ? count - 1 : (active + step + count) % count;
    mark();
  }

  /** @param {number} step back (-1) or forward (1) through what was sent */
  function recall(step) {
    const place = recalled - step;
    if (place < 0 || place > sent.length) return;
    recalled = place;
    input.value = recalled === 0 ? '' : (sent.at(-recalled) ?? '');
    close();
  }

  /** @param {string} text */
  async function say(text) {
    const line = text.trim();
    if (line === '' || input.disabled) return;
    input.value = '';
    recalled = 0;
    close();
    problem.hidden = true;
    if (sent.at(-1) !== line) sent.push(line);
    if (sent.length > MOST_REMEMBERED) sent.shift();
    scrollToEnd();
    const answer = await send('/say', { id: newId(), text: line });
    if (answer.ok) {
      if (typeof answer.data.form === 'string') showForm(answer.data.form);
      return;
    }
    problem.textContent = answer.error;
    problem.hidden = false;
    // Nothing typed is lost, unless something new was typed meanwhile.
    if (input.value === '') input.value = line;
  }

  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void say(input.value);
    input.focus();
  });
  input.addEventListener('input', () => {
    recalled = 0;
    problem.hidden = true;
    suggest();
  });
  input.addEventListener('keydown', onKey);
  input.addEventListener('focus', suggest);
  input.addEventListener('blur', close);
  // Before the input loses its focus to the click.
  list.addEventListener('pointerdown', (event) => {
    event.preventDefault();
    const option = event.target instanceof Element ? event.target.closest('[role="option"]') : null;
    if (option !== null) take([...list.children].indexOf(option));
  });
  document.addEventListener('keydown', (event) => {
    const typing =
      event.target instanceof HTMLElement &&
      event.target.closest('input, textarea, select, dialog');
    if (event.key !== '/' || typing || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    input.focus();
    if (input.value === '') input.value = '/';
    suggest();
  });

  return {
    say,
    focus: () => input.focus(),
    enable() {
      input.disabled = false;
      byId('composer-off').hidden = true;
    },
  };
}

/**
 * @param {Suggestion} suggestion
 * @param {number} index
 */
function renderSuggestion({ label, detail, description }, index) {
  const option = document.createElement('div');
  option.id = `suggestion-${index}`;
  option.className = 'suggestion';
  option.setAttribute('role', 'option');
  option.append(
    part('suggestion-label', label),
    part('suggestion-detail', detail),
    part('suggestion-description', description),
  );
  return option;
}

/**
 * @param {string} className
 * @param {string} text
 */
function part(className, text) {
  const span = document.createElement('span');
  span.className = className;
  span.textContent = text;
  return span;
}
