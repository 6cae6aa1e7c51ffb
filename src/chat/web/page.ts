import type { FeedPage } from './feed.ts';
import { ICONS, MARK } from './icons.ts';
import { flag, markup, type Markup } from './markup.ts';
import type { WebPerson } from './people.ts';
import { renderAvatar, renderFeed, type FeedContext } from './render-feed.ts';
import { WORDS } from './words.ts';

/** What completion offers after a command's name. */
interface WebCommandOption {
  /** Without dashes: `buy-only`. */
  readonly name: string;
  readonly description: string;
  /**
   * `account` is one of the accounts and `scope` one of them or `all`, both typed without a name;
   * `flag` is `--name`; `money` and `count` are `--name` and a number, `word` one and a word; `text` is
   * the rest of the line.
   */
  readonly kind: 'account' | 'scope' | 'flag' | 'money' | 'count' | 'word' | 'text';
}

export interface WebCommand {
  /** Without the slash. */
  readonly name: string;
  readonly description: string;
  /** `/rebalance [account] [--buy-only]`. */
  readonly usage: string;
  readonly options: readonly WebCommandOption[];
}

export const VIEWS = ['portfolio', 'orders', 'audit'] as const;
export type ViewName = (typeof VIEWS)[number];

export interface PageContext extends FeedContext {
  readonly commands: readonly WebCommand[];
  readonly accounts: readonly string[];
  /** Whole command lines for an empty feed. */
  readonly suggestions: readonly string[];
  readonly demo: boolean;
}

export type Theme = 'light' | 'dark' | null;

const MODULES = [
  'actions',
  'complete',
  'composer',
  'dialogs',
  'dom',
  'feed',
  'morph',
  'stream',
  'tabs',
];

/** The whole workspace page, as it is when it is opened. */
export function renderPage(
  context: PageContext,
  state: { readonly feed: FeedPage; readonly person: WebPerson | null; readonly theme: Theme },
): string {
  const { feed, person, theme } = state;
  return document(
    `${WORDS.product} · ${context.channelName}`,
    theme,
    markup`<script type="module" src="/assets/workspace.js"></script>
    ${MODULES.map((name) => markup`<link rel="modulepreload" href="/assets/workspace/${name}.js">`)}`,
    markup`<a class="skip" href="#composer-input">${WORDS.skip}</a>
    <div class="app" id="app" data-tab="chat">
      ${renderTop(context, person)}
      <main class="chat" id="chat">
        <div class="scroller" id="scroller" tabindex="0" role="region" aria-label="${WORDS.messages}">
          <div class="feed" id="feed" data-cursor="${feed.cursor}">${renderFeedOrWelcome(feed, context)}</div>
        </div>
        <div class="below">
          <button type="button" class="jump" id="jump" hidden>${ICONS.down}<span>${WORDS.jump}</span></button>
          <div class="working" id="working" hidden>${renderAvatar(null, WORDS.product)}<span class="dots" aria-hidden="true"><i></i><i></i><i></i></span><span class="visually-hidden">${WORDS.working}</span></div>
          ${renderComposer(context, person)}
        </div>
      </main>
      ${renderTabs()}
      <section class="panel" id="panel" role="tabpanel" aria-labelledby="tab-portfolio" tabindex="0"><div class="view" id="view"><div class="skeleton"></div><div class="skeleton"></div><div class="skeleton"></div></div></section>
    </div>
    <div class="toast" id="toast" role="alert" hidden></div>
    <div class="visually-hidden" id="announcements" role="log" aria-live="polite" aria-label="${WORDS.announcements}"></div>
    <dialog class="dialog" id="form-dialog" aria-labelledby="dialog-title"></dialog>
    <dialog class="dialog" id="confirm-dialog" aria-labelledby="confirm-title" aria-describedby="confirm-text">
      <form method="dialog" class="dialog-form">
        <h2 id="confirm-title"></h2>
        <p class="dialog-text" id="confirm-text"></p>
        <div class="buttons dialog-buttons">
          <button value="no" class="button button-plain" id="confirm-no" autofocus></button>
          <button value="yes" class="button button-primary" id="confirm-yes"></button>
        </div>
      </form>
    </dialog>`,
  );
}

export function renderFeedOrWelcome(feed: FeedPage, context: PageContext): Markup {
  return feed.messages.length === 0 ? renderWelcome(context) : renderFeed(feed, context);
}

function renderTop({ channelName, demo, people }: PageContext, person: WebPerson | null): Markup {
  return markup`<header class="top">
    <div class="brand"><span class="logo">${MARK}</span><h1>${WORDS.product}</h1></div>
    <span class="channel">${channelName}</span>
    ${demo ? markup`<span class="badge">${WORDS.demoBadge}</span>` : null}
    <span class="badge badge-halted" id="halted" role="status" hidden></span>
    <span class="top-space"></span>
    <span class="status" id="status" role="status" data-state="connecting"><span class="status-dot" aria-hidden="true"></span><span class="status-text">${WORDS.connecting}</span></span>
    ${people.all.length === 0 ? null : renderWho(people.all, person)}
    <button type="button" class="icon-button" id="theme" aria-label="${WORDS.theme}" title="${WORDS.theme}">${ICONS.theme}</button>
  </header>`;
}

/** Every person's avatar is there; the page shows the one that is chosen. */
function renderWho(people: readonly WebPerson[], person: WebPerson | null): Markup {
  return markup`<label class="who" title="${WORDS.whoAmI}">
    <span class="visually-hidden">${WORDS.whoAmI}</span>
    <span class="who-avatars">${people.map(
      ({ id, name }) =>
        markup`<span data-avatar="${id}" ${flag('hidden', id !== person?.id)}>${renderAvatar(id, name)}</span>`,
    )}</span>
    <select id="who" autocomplete="off">
      ${person === null ? markup`<option value="" selected disabled>${WORDS.choose}</option>` : null}
      ${people.map(
        ({ id, name, role }) =>
          markup`<option value="${id}" ${flag('selected', id === person?.id)}>${name} · ${role}</option>`,
      )}
    </select>
  </label>`;
}

function renderWelcome({ suggestions, demo }: PageContext): Markup {
  return markup`<section class="welcome" id="welcome">
    <span class="logo logo-large">${MARK}</span>
    <h2>${WORDS.welcomeTitle}</h2>
    <p>${WORDS.welcomeText}</p>
    <div class="chips">${suggestions.map(
      (line) => markup`<button type="button" class="chip" data-say="${line}">${line}</button>`,
    )}</div>
    ${demo ? markup`<p class="context">${WORDS.welcomeDemo}</p>` : null}
  </section>`;
}

function renderComposer(
  { commands, accounts, people }: PageContext,
  person: WebPerson | null,
): Markup {
  if (people.all.length === 0) return markup`<p class="composer-off">${WORDS.nobody}</p>`;
  return markup`<form class="composer" id="composer" data-commands="${JSON.stringify(commands)}" data-accounts="${JSON.stringify(accounts)}">
    <div class="suggestions" id="suggestions" role="listbox" aria-label="${WORDS.suggestions}" hidden></div>
    <p class="composer-error" id="composer-error" role="alert" hidden></p>
    <p class="composer-off" id="composer-off" ${flag('hidden', person !== null)}>${WORDS.chooseFirst}</p>
    <div class="composer-box">
      <input id="composer-input" type="text" role="combobox" aria-label="${WORDS.composerLabel}" aria-expanded="false" aria-controls="suggestions" aria-autocomplete="list" placeholder="${WORDS.composerPlaceholder}" autocomplete="off" autocapitalize="off" spellcheck="false" enterkeyhint="send" maxlength="2000" ${flag('disabled', person === null)}>
      <button type="submit" class="send" aria-label="${WORDS.send}" title="${WORDS.send}">${ICONS.send}</button>
    </div>
    <p class="composer-keys" aria-hidden="true"><kbd>/</kbd> ${WORDS.keys.commands} <kbd>Tab</kbd> ${WORDS.keys.completes} <kbd>Enter</kbd> ${WORDS.keys.sends} <kbd>↑</kbd> ${WORDS.keys.recalls}</p>
  </form>`;
}

function renderTabs(): Markup {
  return markup`<div class="tabs" id="tabs" role="tablist" aria-label="${WORDS.viewsLabel}">
    ${renderTab('chat', WORDS.chat, 'chat', false)}
    ${VIEWS.map((name, index) => renderTab(name, WORDS.views[name], 'panel', index === 0))}
  </div>`;
}

function renderTab(
  name: ViewName | 'chat',
  label: string,
  panel: string,
  selected: boolean,
): Markup {
  return markup`<button type="button" role="tab" class="tab" id="tab-${name}" data-tab="${name}" aria-controls="${panel}" aria-selected="${String(selected)}" tabindex="${selected ? 0 : -1}">${ICONS[name]}<span>${label}</span></button>`;
}

/** A page for who may not see the workspace. */
export function renderNotice(
  notice: { readonly title: string; readonly text: string },
  theme: Theme,
): string {
  return document(
    WORDS.product,
    theme,
    null,
    markup`<main class="notice"><span class="logo logo-large">${MARK}</span><h1>${notice.title}</h1><p>${notice.text}</p></main>`,
  );
}

/**
 * A strict cookie does not come along when another site (a terminal in the browser, a mail) links here.
 * This page opens itself once more; that is then asked for by ourselves, and the cookie comes along.
 */
export function renderBounce(): string {
  return document(WORDS.product, null, markup`<meta http-equiv="refresh" content="0;url=/">`, null);
}

function document(title: string, theme: Theme, head: Markup | null, body: Markup | null): string {
  const chosen = theme === null ? null : markup` data-theme="${theme}"`;
  return markup`<!doctype html>
<html lang="en"${chosen}>
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">
    <meta name="color-scheme" content="light dark">
    <title>${title}</title>
    <link rel="icon" href="/assets/icon.svg" type="image/svg+xml">
    <link rel="stylesheet" href="/assets/workspace.css">
    <link rel="stylesheet" href="/assets/controls.css">
    <link rel="stylesheet" href="/assets/message.css">
    ${head}
  </head>
  <body>${body}</body>
</html>`.toString();
}
