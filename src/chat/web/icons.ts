import { markup, type Markup } from './markup.ts';

/** The bot's mark: a boat on an even keel. */
export const MARK: Markup = markup`<svg class="mark" viewBox="0 0 24 24" aria-hidden="true"><path d="M12.6 3.2v9.3h6.1a9.6 9.6 0 0 0-6.1-9.3Z"></path><path class="mark-soft" d="M11 5.6v6.9H5.9A8.4 8.4 0 0 1 11 5.6Z"></path><path d="M3.6 14.4h16.8c-.9 3.6-4 6.2-7.6 6.2h-1.6c-3.6 0-6.7-2.6-7.6-6.2Z"></path></svg>`;

/** The same as a file, for the browser's tab. */
export const ICON_FILE = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="8" fill="#0e6e83"/><g fill="#fff" transform="translate(4 4)"><path d="M12.6 3.2v9.3h6.1a9.6 9.6 0 0 0-6.1-9.3Z"/><path opacity=".6" d="M11 5.6v6.9H5.9A8.4 8.4 0 0 1 11 5.6Z"/><path d="M3.6 14.4h16.8c-.9 3.6-4 6.2-7.6 6.2h-1.6c-3.6 0-6.7-2.6-7.6-6.2Z"/></g></svg>`;

function icon(path: Markup): Markup {
  return markup`<svg class="icon" viewBox="0 0 16 16" aria-hidden="true">${path}</svg>`;
}

export const ICONS = {
  chat: icon(
    markup`<path d="M2.5 4.5a2 2 0 0 1 2-2h7a2 2 0 0 1 2 2v4.5a2 2 0 0 1-2 2H7l-3 2.5V11a1.5 1.5 0 0 1-1.5-1.5Z"></path>`,
  ),
  portfolio: icon(markup`<path d="M8 2.5V8l4.5 3"></path><circle cx="8" cy="8" r="5.5"></circle>`),
  orders: icon(
    markup`<path d="M5.5 13V4M5.5 4 3 6.5M5.5 4 8 6.5M10.5 3v9M10.5 12 8 9.5M10.5 12 13 9.5"></path>`,
  ),
  audit: icon(
    markup`<path d="M8 2 3 4v4c0 3 2.2 5.2 5 6 2.8-.8 5-3 5-6V4Z"></path><path d="m5.8 8 1.6 1.6 2.9-3.1"></path>`,
  ),
  theme: icon(
    markup`<circle cx="8" cy="8" r="5.5"></circle><path class="filled" d="M8 2.5a5.5 5.5 0 0 1 0 11Z"></path>`,
  ),
  send: icon(markup`<path d="M8 13V3.5M8 3.5 4 7.5M8 3.5l4 4"></path>`),
  down: icon(markup`<path d="M8 3v9.5M8 12.5l-4-4M8 12.5l4-4"></path>`),
  lock: icon(
    markup`<rect x="3.5" y="7" width="9" height="6.5" rx="1.5"></rect><path d="M5.5 7V5.2a2.5 2.5 0 0 1 5 0V7"></path>`,
  ),
  neutral: icon(
    markup`<circle cx="8" cy="8" r="5.5"></circle><path d="M8 7.5v3.2M8 5.2v.1"></path>`,
  ),
  good: icon(
    markup`<circle cx="8" cy="8" r="5.5"></circle><path d="m5.6 8.2 1.7 1.7 3.1-3.5"></path>`,
  ),
  caution: icon(markup`<path d="M8 2.8 14 13H2Z"></path><path d="M8 6.8v2.8M8 11.2v.1"></path>`),
  bad: icon(markup`<circle cx="8" cy="8" r="5.5"></circle><path d="m6 6 4 4M10 6l-4 4"></path>`),
} as const;

/** One picture a state, the same shapes as for tones. */
export const STEP_ICONS = {
  waiting: icon(markup`<circle class="dashed" cx="8" cy="8" r="5.5"></circle>`),
  running: icon(
    markup`<circle class="quiet" cx="8" cy="8" r="5.5"></circle><path d="M8 2.5A5.5 5.5 0 0 1 13.5 8"></path>`,
  ),
  done: ICONS.good,
  failed: ICONS.bad,
} as const;
