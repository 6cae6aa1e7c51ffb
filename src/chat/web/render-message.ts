import type { Block, Button, Message } from '../../messages/message.ts';
import { qrCode } from '../../lib/qr-code.ts';
import { renderChart } from './chart.ts';
import { ICONS, STEP_ICONS } from './icons.ts';
import { markup, type Markup } from './markup.ts';
import { WORDS } from './words.ts';

type BlockOf<T extends Block['type']> = Extract<Block, { type: T }>;

/** A whole message as HTML. Text without blocks is its fallback. */
export function renderMessage(message: Message): Markup {
  if (message.blocks.length === 0) return markup`<p class="text">${message.fallback}</p>`;
  return markup`${message.blocks.map(renderBlock)}`;
}

const PLAIN: ReadonlySet<Block['type']> = new Set(['text', 'context', 'alert']);

/** Whether a message is more than a few words, and is given a card of its own. */
export function isRich(message: Message): boolean {
  return message.blocks.some(({ type }) => !PLAIN.has(type));
}

/** A cell with more text than this is broken into lines. */
const LONGEST_LINE = 40;

function renderBlock(block: Block): Markup {
  switch (block.type) {
    case 'heading':
      return markup`<h3 class="heading">${block.text}</h3>`;
    case 'text':
      return markup`<p class="text tone-${block.tone ?? 'neutral'}">${block.text}</p>`;
    case 'fields':
      return renderFields(block);
    case 'table':
      return renderTable(block);
    case 'chart':
      return renderChart(block);
    case 'progress':
      return renderProgress(block);
    case 'alert':
      return markup`<p class="alert tone-${block.tone}">${ICONS[block.tone]}<span>${block.text}</span></p>`;
    case 'context':
      return markup`<p class="context">${block.text}</p>`;
    case 'link':
      return block.url === null
        ? markup`<p class="text">${block.label}</p>`
        : markup`<p class="text"><a href="${block.url}">${block.label}</a></p>`;
    case 'qr_code':
      return renderQrCode(block);
    case 'file':
      return markup`<details class="file"><summary>${block.title} (${block.name})</summary><pre>${block.content}</pre></details>`;
    case 'buttons':
      return markup`<div class="buttons">${block.buttons.map(renderButton)}</div>`;
  }
}

function renderQrCode({ content, label }: BlockOf<'qr_code'>): Markup {
  const { size, path } = qrCode(content);
  return markup`<svg class="qr-code" role="img" aria-label="${label}" viewBox="0 0 ${size} ${size}" shape-rendering="crispEdges"><rect class="qr-light" width="${size}" height="${size}"></rect><path class="qr-dark" d="${path}"></path></svg>`;
}

function renderFields({ fields }: BlockOf<'fields'>): Markup {
  return markup`<dl class="fields">${fields.map(
    ({ label, value, tone }) =>
      markup`<div><dt>${label}</dt><dd class="tone-${tone ?? 'neutral'}">${value}</dd></div>`,
  )}</dl>`;
}

/** The wrapper scrolls sideways by itself and can be focused, so that a keyboard scrolls it too. */
function renderTable({ caption, columns, rows }: BlockOf<'table'>): Markup {
  const stacks = rows.some((row) => row.some(isLong));
  return markup`<div class="table-scroll" tabindex="0" role="group" aria-label="${caption}"><table class="${stacks ? 'stacks' : ''}">
    <caption class="visually-hidden">${caption}</caption>
    <thead><tr>${columns.map(({ label, align }) => markup`<th scope="col" class="${align}">${label}</th>`)}</tr></thead>
    <tbody>${rows.map(
      (row) =>
        markup`<tr>${row.map(
          (cell, index) =>
            markup`<td class="${columns[index]?.align ?? 'left'} tone-${cell.tone ?? 'neutral'}${isLong(cell) ? ' long' : ''}">${cell.text}</td>`,
        )}</tr>`,
    )}</tbody>
  </table>${rows.length === 0 ? markup`<p class="table-empty">${WORDS.emptyTable}</p>` : null}</div>`;
}

/** More than a line of a column: where there is little room it goes below the rest of its row. */
function isLong({ text }: { readonly text: string }): boolean {
  return text.length > LONGEST_LINE;
}

function renderProgress({ percent, label, steps }: BlockOf<'progress'>): Markup {
  return markup`<div class="progress">
    <div class="progress-line"><span>${label}</span><span class="progress-percent">${percent}%</span></div>
    <div class="progress-bar" role="progressbar" aria-label="${label}" aria-valuemin="0" aria-valuemax="100" aria-valuenow="${percent}"><svg aria-hidden="true" width="100%" height="100%"><rect class="progress-done" width="${percent}%" height="100%" rx="3"></rect></svg></div>
    <ol class="steps">${steps.map(
      ({ id, title, detail, status }) =>
        markup`<li class="step step-${status}" data-key="${id}">${STEP_ICONS[status]}<span class="visually-hidden">${WORDS.stepStatus[status]}: </span><span class="step-title">${title}</span> <span class="step-detail">${detail}</span></li>`,
    )}</ol>
  </div>`;
}

/** What a click sends is in the button's data; the confirmation is asked by the page before it. */
function renderButton(button: Button): Markup {
  const { confirm } = button;
  const question =
    confirm === undefined
      ? null
      : markup` data-confirm-title="${confirm.title}" data-confirm-text="${confirm.text}" data-confirm-yes="${confirm.yes}" data-confirm-no="${confirm.no}"`;
  const opensDialog =
    button.opensForm || confirm !== undefined ? markup` aria-haspopup="dialog"` : null;
  return markup`<button type="button" class="button button-${button.style}" data-click="${button.action}" data-proposal="${button.proposalId}" data-digest="${button.digest}"${question}${opensDialog}>${button.label}</button>`;
}
