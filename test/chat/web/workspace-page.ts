import type {
  Browser,
  BrowserContext,
  BrowserContextOptions,
  ConsoleMessage,
  Dialog,
  Locator,
  Page,
  WebError,
} from 'playwright-core';
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

/** A browser profile and its one window. Tests share it, one after the other: a fresh one takes long. */
export interface BrowserProfile {
  readonly context: BrowserContext;
  readonly page: Page;
}

export async function openProfile(
  browser: Browser,
  options: BrowserContextOptions = {},
): Promise<BrowserProfile> {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 800 },
    colorScheme: 'light',
    reducedMotion: 'reduce',
    ...options,
  });
  context.setDefaultTimeout(5000);
  return { context, page: await context.newPage() };
}

/**
 * Opens the one-time link and waits until the page is live. The profile is as good as new again when
 * the workspace is disposed of.
 */
export async function openWorkspace(
  { context, page }: BrowserProfile,
  harness: WebHarness,
): Promise<WorkspacePage> {
  const complaints: string[] = [];
  const onConsole = (message: ConsoleMessage): void => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  };
  const onError = (error: WebError): void => {
    complaints.push(String(error.error()));
  };
  const onDialog = (dialog: Dialog): void => {
    complaints.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  };
  context.on('console', onConsole);
  context.on('weberror', onError);
  context.on('dialog', onDialog);
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
    async [Symbol.asyncDispose]() {
      context.off('console', onConsole);
      context.off('weberror', onError);
      context.off('dialog', onDialog);
      for (const tab of context.pages()) if (tab !== page) await tab.close();
      await context.clearCookies();
      await page.unrouteAll();
      await page.emulateMedia({ colorScheme: 'light' });
      await page.goto('about:blank');
    },
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
