import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Message } from '../../../src/messages/message.ts';
import type { Reply } from '../../../src/ports/chat.ts';
import {
  APPROVE,
  EVERY_BLOCK,
  everywhere,
  HOSTILE,
  hostileForm,
  REJECT_FORM,
} from '../../contracts/chat/samples.ts';
import { findBrowser, launchBrowser, sayBrowserIsMissing } from '../../fixtures/browser.ts';
import { openWebHarness, say } from './harness.ts';
import {
  inFeed,
  live,
  openProfile,
  openWorkspace,
  PHONE,
  sidewaysOverflow,
  type BrowserProfile,
} from './workspace-page.ts';

const NOTHING: Reply = { type: 'nothing' };
/** A table of forty columns. */
const WIDE: Message = {
  fallback: 'Wide',
  blocks: [
    {
      type: 'table',
      caption: 'A wide table',
      columns: Array.from({ length: 40 }, (_, index) => ({
        label: `Column ${index}`,
        align: 'left',
      })),
      rows: [Array.from({ length: 40 }, () => ({ text: '$1,000,000.00' }))],
    },
  ],
};
const path = findBrowser();
if (path === null) sayBrowserIsMissing();

describe.skipIf(path === null)('the workspace in a browser', () => {
  let browser: Browser;
  let desktop: BrowserProfile;
  beforeAll(async () => {
    browser = await launchBrowser(path ?? '');
    desktop = await openProfile(browser);
  });
  afterAll(async () => {
    await browser.close();
  });

  it('completes a command, its account and its options, and sends it', async () => {
    await using harness = await openWebHarness();
    await using workspace = await openWorkspace(desktop, harness);
    const { composer, suggestions } = workspace;
    await composer.pressSequentially('/');
    expect(await suggestions.count()).toBe(4);
    await composer.pressSequentially('re');
    expect(await suggestions.allInnerTexts()).toEqual([
      expect.stringContaining('Propose the trades that bring an account back') as unknown,
    ]);
    await composer.press('Tab');
    expect(await composer.inputValue()).toBe('/rebalance ');
    await composer.press('ArrowDown');
    await composer.press('ArrowDown');
    await composer.press('ArrowUp');
    expect(await composer.getAttribute('aria-activedescendant')).toBe('suggestion-0');
    await composer.press('Enter');
    expect(await composer.inputValue()).toBe('/rebalance core ');
    await composer.pressSequentially('--con');
    await composer.press('Enter');
    expect(await composer.inputValue()).toBe('/rebalance core --contribute ');
    expect(await suggestions.count()).toBe(0);
    await composer.pressSequentially('1000');
    await composer.press('Enter');
    await workspace.messages.getByText('/rebalance core --contribute 1000').waitFor();
    expect(await composer.inputValue()).toBe('');
    expect(harness.interactions).toMatchObject([
      { command: 'rebalance', text: 'core --contribute 1000', user: { userId: 'ana' } },
    ]);
    await composer.press('ArrowUp');
    expect(await composer.inputValue()).toBe('/rebalance core --contribute 1000');
    expect(workspace.complaints).toEqual([]);
  });

  it('starts from a suggestion and keeps the feed over a reload', async () => {
    await using harness = await openWebHarness();
    await using workspace = await openWorkspace(desktop, harness);
    const { page, messages } = workspace;
    harness.answer(async () => ({ type: 'message', message: EVERY_BLOCK, visibility: 'private' }));
    await page.getByRole('button', { name: '/portfolio' }).click();
    await messages.getByText('Only you can see this').waitFor();
    expect(await page.getByText('Welcome aboard').count()).toBe(0);
    await page.reload();
    await live(page);
    expect(await messages.count()).toBe(2);
    expect(await page.getByRole('separator').count()).toBe(1);
  });

  it('follows an edit in two tabs, and after the program was restarted', async () => {
    await using harness = await openWebHarness();
    await using workspace = await openWorkspace(desktop, harness);
    const second = await workspace.secondTab();
    const reference = await harness.chat.post('treasury', EVERY_BLOCK);
    for (const page of [workspace.page, second]) await page.getByText('Sells done').waitFor();
    // A focused button is still focused after the message around it has changed.
    await workspace.button('Reject').focus();
    const edited = structuredClone(EVERY_BLOCK);
    for (const block of edited.blocks) if (block.type === 'progress') block.label = 'All done';
    await harness.chat.edit(reference, edited);
    for (const page of [workspace.page, second]) {
      await page.getByText('All done').waitFor();
      expect(await page.locator('#feed article').count()).toBe(1);
    }
    expect(await workspace.page.evaluate('document.activeElement.textContent')).toBe('Reject');

    await harness.chat.stop();
    await workspace.page.getByRole('status').getByText('Reconnecting…').waitFor();
    await harness.restart();
    await harness.chat.post('treasury', say('Back again'));
    for (const page of [workspace.page, second]) await inFeed(page, 'Back again').waitFor();
  });

  it('opens a form from a button, keeps it when it is refused, and sends it once', async () => {
    await using harness = await openWebHarness();
    await using workspace = await openWorkspace(desktop, harness);
    const { formDialog, page } = workspace;
    let failing = true;
    harness.answer(async (interaction) => {
      if (interaction.type !== 'click') return NOTHING;
      if (interaction.fields === null) return { type: 'form', form: REJECT_FORM };
      if (failing) throw new Error('unplugged');
      return NOTHING;
    });
    await harness.chat.post('treasury', EVERY_BLOCK);
    await workspace.button('Reject').click();
    await formDialog.getByRole('heading', { name: 'Reject the proposal' }).waitFor();
    const reason = formDialog.getByLabel('Reason');
    expect(await page.evaluate('document.activeElement.name')).toBe('reason');
    const submit = formDialog.getByRole('button', { name: 'Reject' });
    await submit.click();
    expect(await formDialog.isVisible()).toBe(true);
    await reason.fill('Too much AAPL,\nnot now');
    await submit.click();
    await formDialog.getByText('Something went wrong inside Evenkeel').waitFor();
    failing = false;
    await submit.dblclick();
    await formDialog.waitFor({ state: 'hidden' });
    const submitted = harness.interactions.slice(1);
    expect(submitted).toHaveLength(2);
    expect(submitted[1]).toMatchObject({
      action: 'reject',
      fields: { reason: 'Too much AAPL,\nnot now' },
    });
    expect(submitted[0]?.idempotencyKey).toBe(submitted[1]?.idempotencyKey);
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Reject');
  });

  it('sends a double click once, and leaves the button alone until it is answered', async () => {
    await using harness = await openWebHarness();
    await using workspace = await openWorkspace(desktop, harness);
    const released = Promise.withResolvers<void>();
    harness.answer(async () => {
      await released.promise;
      return NOTHING;
    });
    const reference = await harness.chat.post('treasury', EVERY_BLOCK);
    const approve = workspace.button('Approve');
    await approve.dblclick();
    await workspace.page.getByText('Evenkeel is working').waitFor();
    expect(await approve.isDisabled()).toBe(true);
    await harness.chat.edit(reference, { ...EVERY_BLOCK, fallback: 'Edited meanwhile' });
    await workspace.page.locator('[data-announce="Evenkeel: Edited meanwhile"]').waitFor();
    expect(await approve.isDisabled()).toBe(true);
    released.resolve();
    await workspace.page.locator('button[data-click=approve]:not([aria-disabled])').waitFor();
    expect(harness.interactions).toHaveLength(1);
    await approve.click();
    await expect.poll(() => harness.interactions.length).toBe(2);
  });

  it('asks before a button that has a question', async () => {
    await using harness = await openWebHarness();
    await using workspace = await openWorkspace(desktop, harness);
    const { confirmDialog } = workspace;
    await harness.chat.post('treasury', {
      fallback: 'Halt?',
      blocks: [
        {
          type: 'buttons',
          buttons: [
            {
              ...APPROVE,
              action: 'halt',
              label: 'Halt',
              style: 'danger',
              confirm: {
                title: 'Halt core?',
                text: 'Nothing more is sent.',
                yes: 'Halt it',
                no: 'Go on',
              },
            },
          ],
        },
      ],
    });
    for (const leave of ['Escape', 'Enter']) {
      await workspace.button('Halt').click();
      await confirmDialog.getByText('Nothing more is sent.').waitFor();
      await workspace.page.keyboard.press(leave);
      await confirmDialog.waitFor({ state: 'hidden' });
    }
    expect(harness.interactions).toEqual([]);
    await workspace.button('Halt').click();
    await confirmDialog.getByRole('button', { name: 'Halt it' }).click();
    await expect
      .poll(() => harness.interactions)
      .toMatchObject([{ action: 'halt', digest: APPROVE.digest }]);
  });

  it('can be used with the keyboard alone', async () => {
    let orders = 'One order';
    await using harness = await openWebHarness({
      views: {
        portfolio: async () => EVERY_BLOCK,
        orders: async () => say(orders),
        audit: async () => say('No rows'),
      },
    });
    await using workspace = await openWorkspace(desktop, harness);
    const { page } = workspace;
    const { keyboard } = page;
    harness.answer(async (interaction) => {
      if (interaction.type === 'click' && interaction.fields === null) {
        return { type: 'form', form: REJECT_FORM };
      }
      if (interaction.type === 'command') await harness.chat.post('treasury', EVERY_BLOCK);
      return NOTHING;
    });
    await keyboard.type('/pen');
    await keyboard.press('Enter');
    await keyboard.press('Enter');
    await workspace.button('Reject').waitFor();
    // Back from the composer: the buttons are just before it.
    await keyboard.press('Shift+Tab');
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Reject');
    expect(await page.evaluate('getComputedStyle(document.activeElement).outlineStyle')).toBe(
      'solid',
    );
    await keyboard.press('Space');
    await workspace.formDialog.waitFor();
    await keyboard.type('Because');
    await keyboard.press('Tab');
    await keyboard.press('Tab');
    await keyboard.press('Enter');
    await workspace.formDialog.waitFor({ state: 'hidden' });
    expect(harness.interactions.at(-1)).toMatchObject({ fields: { reason: 'Because' } });
    await page.getByRole('tab', { name: 'Portfolio' }).focus();
    await keyboard.press('ArrowRight');
    await page.getByRole('tabpanel').getByText('One order').waitFor();
    orders = 'Two orders';
    harness.chat.notify();
    await page.getByRole('tabpanel').getByText('Two orders').waitFor();
    expect(await page.getByRole('tab', { selected: true }).innerText()).toBe('Orders');
    await keyboard.press('/');
    expect(await workspace.composer.inputValue()).toBe('/');
    await keyboard.press('Escape');
    expect(await workspace.suggestions.count()).toBe(0);
  });

  it('lets one person play all the roles, in every tab of the browser', async () => {
    await using harness = await openWebHarness();
    await using workspace = await openWorkspace(desktop, harness);
    const { page } = workspace;
    const second = await workspace.secondTab();
    harness.answer(async ({ user }) => ({
      type: 'message',
      message: say(`A word for ${user.userId}`),
      visibility: 'private',
    }));
    await workspace.say('/portfolio');
    await inFeed(page, 'A word for ana').waitFor();
    await page.getByLabel('Who am I').selectOption('ben');
    await inFeed(page, 'A word for ana').waitFor({ state: 'detached' });
    await expect.poll(() => second.getByLabel('Who am I').inputValue()).toBe('ben');
    await workspace.say('/portfolio');
    for (const tab of [page, second]) await inFeed(tab, 'A word for ben').waitFor();
    await page.reload();
    expect(await page.getByLabel('Who am I').inputValue()).toBe('ben');
    expect(await inFeed(page, 'A word for ana').count()).toBe(0);
  });

  it('stays where the reader is, and says that there is more', async () => {
    await using harness = await openWebHarness();
    await using workspace = await openWorkspace(desktop, harness);
    const { page } = workspace;
    for (let number = 1; number <= 100; number += 1) {
      await harness.chat.post('treasury', say(`Message ${number}.`));
    }
    await inFeed(page, 'Message 100.').waitFor();
    await page.reload();
    await live(page);
    const more = page.getByRole('button', { name: 'Show earlier messages' });
    await more.click();
    await inFeed(page, 'Message 1.').waitFor({ state: 'attached' });
    expect(await workspace.messages.count()).toBe(100);
    expect(await more.count()).toBe(0);
    expect(await page.getByRole('separator').count()).toBe(1);
    const read = inFeed(page, 'Message 50.');
    await read.scrollIntoViewIfNeeded();
    const before = await read.boundingBox();
    await harness.chat.post('treasury', say('Something new'));
    const jump = page.getByRole('button', { name: 'New messages' });
    await jump.waitFor();
    expect((await read.boundingBox())?.y).toBeCloseTo(before?.y ?? 0, 0);
    await jump.click();
    await expect
      .poll(() => inFeed(page, 'Something new').boundingBox())
      .toMatchObject({
        y: expect.any(Number) as unknown,
      });
    expect(await jump.isVisible()).toBe(false);
  });

  it('is as light or dark as the system, until one is chosen', async () => {
    await using harness = await openWebHarness();
    await using workspace = await openWorkspace(desktop, harness);
    const { page } = workspace;
    const background = (): Promise<string> =>
      page.evaluate<string>('getComputedStyle(document.documentElement).backgroundColor');
    expect(await background()).toBe('rgb(255, 255, 255)');
    await page.emulateMedia({ colorScheme: 'dark' });
    expect(await background()).toBe('rgb(16, 19, 22)');
    await page.getByRole('button', { name: 'Switch between light and dark' }).click();
    expect(await background()).toBe('rgb(255, 255, 255)');
    await page.reload();
    expect(await background()).toBe('rgb(255, 255, 255)');
  });

  it('fits a phone: one tab at a time, and nothing scrolls the page sideways', async () => {
    await using harness = await openWebHarness({
      views: {
        portfolio: async () => EVERY_BLOCK,
        orders: async () => WIDE,
        audit: async () => everywhere('unbroken'.repeat(100)),
      },
    });
    await using workspace = await openWorkspace(await openProfile(browser, PHONE), harness);
    const { page } = workspace;
    await harness.chat.post('treasury', WIDE);
    await harness.chat.post('treasury', everywhere('unbroken'.repeat(100)));
    await workspace.messages.nth(1).waitFor();
    expect(await sidewaysOverflow(page)).toBe(0);
    expect(await page.getByRole('tabpanel').isVisible()).toBe(false);
    for (const tab of ['Portfolio', 'Orders', 'Audit']) {
      await page.getByRole('tab', { name: tab }).tap();
      await page.locator(`#view[data-view=${tab.toLowerCase()}]`).waitFor();
      expect(await workspace.composer.isVisible()).toBe(false);
      expect(await sidewaysOverflow(page)).toBe(0);
    }
    await page.getByRole('tab', { name: 'Chat' }).tap();
    await workspace.composer.waitFor();
    const scroller = await workspace.messages.nth(0).boundingBox();
    expect(scroller?.width).toBeLessThanOrEqual(375);
  });

  it('opens from a link on another site, to which its cookie is a stranger', async () => {
    await using harness = await openWebHarness();
    await using workspace = await openWorkspace(desktop, harness);
    const { page } = workspace;
    for (const link of [`http://127.0.0.1:${harness.chat.port}/`, harness.chat.url]) {
      await page.route('http://mail.example/', async (route) => {
        await route.fulfill({ contentType: 'text/html', body: `<a href="${link}">Evenkeel</a>` });
      });
      await page.goto('http://mail.example/');
      await page.getByRole('link', { name: 'Evenkeel' }).click();
      await live(page);
      expect(page.url()).toBe(`http://127.0.0.1:${harness.chat.port}/`);
    }
    expect(workspace.complaints).toEqual([]);
  });

  it('runs nothing that a message says, wherever it says it', async () => {
    await using harness = await openWebHarness({
      channelName: HOSTILE[0],
      people: [{ id: HOSTILE[1], name: HOSTILE[1], role: HOSTILE[0] }],
      accounts: [HOSTILE[1]],
      views: {
        portfolio: async () => everywhere(HOSTILE[1]),
        orders: async () => say(HOSTILE[0]),
        audit: async () => say(HOSTILE[3]),
      },
    });
    await using workspace = await openWorkspace(desktop, harness);
    const { page } = workspace;
    harness.answer(async (interaction) =>
      interaction.type === 'click'
        ? { type: 'form', form: hostileForm(HOSTILE[1]) }
        : { type: 'message', message: everywhere(HOSTILE[3]), visibility: 'private' },
    );
    for (const text of HOSTILE) await harness.chat.post('treasury', everywhere(text));
    const typed = HOSTILE.slice(0, 4);
    for (const text of typed) await workspace.say(`/help ${text}`);
    await workspace.messages.nth(HOSTILE.length + typed.length * 2 - 1).waitFor();
    await workspace.messages.nth(1).getByRole('button').click();
    await workspace.confirmDialog.locator('#confirm-yes').click();
    await workspace.formDialog.waitFor();
    expect(await page.locator('script:not([src]), img, iframe, h1:not(.brand h1)').count()).toBe(0);
    expect(await page.evaluate('document.title')).toContain(HOSTILE[0]);
    expect(workspace.complaints).toEqual([]);
  });
});
