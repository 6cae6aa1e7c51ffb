// @ts-check
import { byId, find, findAll, fragment } from './dom.js';

const formDialog = find('form-dialog', HTMLDialogElement);
const confirmDialog = find('confirm-dialog', HTMLDialogElement);

/**
 * Asks the question that a button carries. A button without one is confirmed at once.
 * @param {HTMLElement} button
 * @returns {Promise<boolean>}
 */
export function confirmed(button) {
  const { confirmTitle, confirmText, confirmYes, confirmNo } = button.dataset;
  if (confirmTitle === undefined) return Promise.resolve(true);
  byId('confirm-title').textContent = confirmTitle;
  byId('confirm-text').textContent = confirmText ?? '';
  byId('confirm-no').textContent = confirmNo ?? 'Cancel';
  const yes = byId('confirm-yes');
  yes.textContent = confirmYes ?? 'OK';
  yes.className = `button ${button.classList.contains('button-danger') ? 'button-danger' : 'button-primary'}`;
  // Escape closes without a value.
  confirmDialog.returnValue = 'no';
  confirmDialog.showModal();
  return new Promise((resolve) => {
    confirmDialog.addEventListener('close', () => resolve(confirmDialog.returnValue === 'yes'), {
      once: true,
    });
  });
}

/**
 * Opens a form that the server sent.
 * @param {string} html
 * @param {(click: { action: string, proposalId: string, digest: string, fields: Record<string, string> })
 *   => Promise<string | null>} submit answers with what went wrong, or null when the dialog is done
 */
export function openForm(html, submit) {
  formDialog.replaceChildren(fragment(html));
  const form = formDialog.querySelector('form');
  if (form === null) return;
  async function onSubmit() {
    if (form === null || form.dataset['sending'] !== undefined || !hasRequiredChoices(form)) return;
    form.dataset['sending'] = '';
    setBusy(form, true);
    const { click = '', proposal = '', digest = '' } = form.dataset;
    const fields = readFields(form);
    const problem = await submit({ action: click, proposalId: proposal, digest, fields });
    delete form.dataset['sending'];
    setBusy(form, false);
    // Another form may have taken this one's place meanwhile.
    if (!form.isConnected) return;
    if (problem === null) formDialog.close();
    else showProblem(form, problem);
  }
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void onSubmit();
  });
  if (!formDialog.open) formDialog.showModal();
  const first = form.querySelector('input, textarea');
  if (first instanceof HTMLElement) first.focus();
}

/**
 * @param {HTMLFormElement} form
 * @param {boolean} busy
 */
function setBusy(form, busy) {
  form.setAttribute('aria-busy', String(busy));
  const button = form.querySelector('[type="submit"]');
  if (busy) button?.setAttribute('aria-disabled', 'true');
  else button?.removeAttribute('aria-disabled');
}

/**
 * @param {HTMLFormElement} form
 * @param {string} problem
 */
function showProblem(form, problem) {
  const place = form.querySelector('.dialog-error');
  if (!(place instanceof HTMLElement)) return;
  place.textContent = problem;
  place.hidden = false;
}

/**
 * A checkbox cannot say by itself that one of several is needed.
 * @param {HTMLFormElement} form
 */
function hasRequiredChoices(form) {
  for (const group of form.querySelectorAll('[data-choices][data-required]')) {
    if (group.querySelector('input:checked') !== null) continue;
    showProblem(form, `Choose at least one: ${group.querySelector('legend')?.textContent ?? ''}`);
    const first = group.querySelector('input');
    first?.focus();
    return false;
  }
  return true;
}

/**
 * Texts by their names; ticked choices joined by commas.
 * @param {HTMLFormElement} form
 */
function readFields(form) {
  /** @type {Record<string, string>} */
  const fields = {};
  for (const { name, value } of findAll(form, 'input[name]', HTMLInputElement)) {
    fields[name] = value;
  }
  for (const { name, value } of findAll(form, 'textarea[name]', HTMLTextAreaElement)) {
    fields[name] = value;
  }
  for (const group of form.querySelectorAll('[data-choices]')) {
    const ticked = findAll(group, 'input:checked', HTMLInputElement);
    fields[group.getAttribute('data-choices') ?? ''] = ticked.map(({ value }) => value).join(',');
  }
  return fields;
}

export function startDialogs() {
  formDialog.addEventListener('click', (event) => {
    const { target } = event;
    // A click outside the form hits the dialog itself, which is its backdrop.
    const closes = target instanceof Element && target.closest('[data-close]') !== null;
    if (closes) formDialog.close();
  });
}
