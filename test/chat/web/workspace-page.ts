import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core';
import type { WebHarness } from './harness.ts';

/** The workspace as a person in front of a browser has it. */
export interface WorkspacePage extends AsyncDisposable {
  readonly page: Page;
  readonly composer: Locator;
  readonly suggestions: Locator;
  readonly messages: Locator;
  readonly formDialog: Locator;
  readonly confirmDialog: Locator;
  /** What the browser complained about: refused by the content security policy, thrown, logged, or asked in a dialog. */
  readonly complaints: readonly string[];
  /** Types a line and sends it. */
  say(line: string): Promise<void>;
  button(label: string): Locator;
  /** Another tab of the same browser. */
  secondTab(): Promise<Page>;
}

export const PHONE: BrowserContextOptions = {
  viewport: { width: 375, height: 740 },
  hasTouch: true,
  isMobile: true,
};

/** Opens the one-time link in a fresh browser profile and waits until the page is live. */
export async function openWorkspace(
  browser: Browser,
  harness: WebHarness,
  options: BrowserContextOptions = {},
): Promise<WorkspacePage> {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 800 },
    colorScheme: 'light',
    reducedMotion: 'reduce',
    ...options,
  });
  context.setDefaultTimeout(5000);
  const complaints: string[] = [];
  context.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  context.on('weberror', (error) => complaints.push(String(error.error())));
  context.on('dialog', (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  const page = await context.newPage();
  await page.goto(harness.chat.url);
  await live(page);
  const composer = page.getByRole('combobox', { name: 'Message or command' });
  return {
    page,
    composer,
    suggestions: page.getByRole('listbox', { name: 'Suggestions' }).getByRole('option'),
    messages: page.locator('#feed article'),
    formDialog: page.locator('#form-dialog'),
    confirmDialog: page.locator('#confirm-dialog'),
    complaints,
    async say(line) {
      await composer.fill(line);
      await composer.press('Escape');
      await composer.press('Enter');
    },
    button: (label) => page.locator('#feed').getByRole('button', { name: label, exact: true }),
    async secondTab() {
      const tab = await context.newPage();
      await tab.goto(`http://127.0.0.1:${harness.chat.port}/`);
      await live(tab);
      return tab;
    },
    [Symbol.asyncDispose]: () => context.close(),
  };
}

/** A message's text in the feed; announcements for screen readers say it too. */
export function inFeed(page: Page, text: string): Locator {
  return page.locator('#feed').getByText(text, { exact: true });
}

/** Waits until the page listens to the server. */
export async function live(page: Page): Promise<void> {
  await page.getByRole('status').getByText('Live').waitFor();
}

/** How far the page can be scrolled sideways, in pixels; it never should. */
export async function sidewaysOverflow(page: Page): Promise<number> {
  return await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth');
}
