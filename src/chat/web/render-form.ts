import type { Form, FormField, Message } from '../../messages/message.ts';
import { flag, markup, type Markup } from './markup.ts';
import { renderMessage } from './render-message.ts';
import { WORDS } from './words.ts';

/** A form as the inside of the page's dialog. */
export function renderForm(form: Form): Markup {
  return markup`<form class="dialog-form" method="dialog" data-click="${form.action}" data-proposal="${form.proposalId}" data-digest="${form.digest}">
    <h2 id="dialog-title">${form.title}</h2>
    ${form.intro === null ? null : markup`<p class="dialog-text">${form.intro}</p>`}
    ${form.fields.map(renderField)}
    <p class="dialog-error" role="alert" hidden></p>
    <div class="buttons dialog-buttons">
      <button type="button" class="button button-plain" data-close>${WORDS.cancel}</button>
      <button type="submit" class="button ${submitStyle(form)}">${form.submitLabel}</button>
    </div>
  </form>`;
}

/** A message as the inside of the page's dialog: for what is shown once. */
export function renderShown(message: Message): Markup {
  return markup`<form class="dialog-form" method="dialog">
    ${renderMessage(message)}
    <div class="buttons dialog-buttons">
      <button type="button" class="button button-plain" data-close>${WORDS.close}</button>
    </div>
  </form>`;
}

function submitStyle({ action }: Form): string {
  return action === 'reject' ||
    action === 'halt' ||
    action === 'halt_and_cancel' ||
    action === 'disconnect'
    ? 'button-danger'
    : 'button-primary';
}

function renderField(field: FormField, index: number): Markup {
  const id = `field-${index}`;
  const hint =
    field.hint === undefined ? null : markup`<p class="hint" id="${id}-hint">${field.hint}</p>`;
  const describedBy = field.hint === undefined ? null : markup`aria-describedby="${id}-hint"`;
  const optional = field.required ? null : markup` <span class="optional">${WORDS.optional}</span>`;
  if (field.type === 'choices') {
    return markup`<fieldset class="field" data-choices="${field.name}" ${describedBy} ${flag('data-required', field.required)}>
      <legend>${field.label}${optional}</legend>${hint}
      ${field.options.map(
        ({ value, label, ticked }) =>
          markup`<label class="choice"><input type="checkbox" value="${value}" ${flag('checked', ticked)}><span>${label}</span></label>`,
      )}
    </fieldset>`;
  }
  const attributes = markup`id="${id}" name="${field.name}" maxlength="${field.maximumLength}" autocomplete="off" ${describedBy} ${flag('required', field.required)} ${flag('autofocus', index === 0)}`;
  return markup`<div class="field">
    <label for="${id}">${field.label}${optional}</label>${hint}
    ${
      field.multiline
        ? markup`<textarea rows="3" ${attributes}></textarea>`
        : markup`<input type="text" ${attributes}>`
    }
  </div>`;
}
