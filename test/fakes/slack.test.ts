import type { App } from '@slack/bolt';
import { describe, expect, test } from 'vitest';
import { connect, slack } from './slack-bolt.ts';
import type { Mode } from './slack-bolt.ts';
import { buttonsOf, manualClock } from './slack/index.ts';
import type { SlackFake, SlackMessage } from './slack/index.ts';

/** The fake of Slack, with unmodified Bolt as its client. */

const plain = (text: string) => ({ type: 'plain_text' as const, text });
const approve = {
  type: 'button' as const,
  action_id: 'approve',
  text: plain('Approve'),
  value: 'a3f9',
  style: 'primary' as const,
};

/** command -> ack -> post -> click -> update, modal -> submit -> ephemeral, home, file. */
function approvalApp(app: App): void {
  app.command('/rebalance', async ({ ack, command, client: web }) => {
    await ack();
    // oxlint-disable unicorn/require-post-message-target-origin -- Slack's method, no window's
    await web.chat.postMessage({
      channel: command.channel_id,
      text: `Rebalance ${command.text}`,
      blocks: [
        { type: 'header', text: plain(`Rebalance ${command.text}`) },
        {
          type: 'actions',
          block_id: 'decision',
          elements: [
            approve,
            {
              type: 'button',
              action_id: 'reject',
              text: plain('Reject'),
              value: 'a3f9',
              style: 'danger',
            },
          ],
        },
      ],
    });
    // oxlint-enable unicorn/require-post-message-target-origin
  });
  app.action('approve', async ({ ack, body, client: web }) => {
    await ack();
    if (body.type !== 'block_actions') return;
    await web.chat.update({
      channel: body.channel?.id ?? '',
      ts: body.message?.ts ?? '',
      text: `approved by ${body.user.id}`,
      blocks: [],
    });
  });
  app.action('reject', async ({ ack, body, client: web }) => {
    await ack();
    if (body.type !== 'block_actions') return;
    await web.views.open({
      trigger_id: body.trigger_id,
      view: {
        type: 'modal',
        callback_id: 'reason',
        private_metadata: body.channel?.id ?? '',
        title: plain('Reject'),
        submit: plain('Reject'),
        blocks: [
          {
            type: 'input',
            block_id: 'why',
            label: plain('Why?'),
            element: {
              type: 'plain_text_input',
              action_id: 'text',
              min_length: 3,
              max_length: 500,
            },
          },
        ],
      },
    });
  });
  app.view('reason', async ({ ack, view, body, client: web }) => {
    const why = view.state.values['why']?.['text']?.value ?? '';
    if (why === 'dunno') {
      return ack({ response_action: 'errors', errors: { why: 'Say a little more.' } });
    }
    await ack();
    await web.chat.postEphemeral({
      channel: view.private_metadata,
      user: body.user.id,
      text: `rejected: ${why}`,
    });
    return undefined;
  });
  app.event('app_home_opened', async ({ event, client: web }) => {
    await web.views.publish({
      user_id: event.user,
      view: { type: 'home', blocks: [{ type: 'section', text: plain('Accounts') }] },
    });
  });
}

async function proposal(fake: SlackFake): Promise<SlackMessage> {
  await fake.user('U1').command('/rebalance', 'core', { channel: 'C1' });
  return fake.waitFor(() => fake.channel('C1').messages().at(-1));
}

describe.each<Mode>(['Socket Mode', 'signed HTTP'])('an app over %s', (mode) => {
  test('posts on a command, and edits on a click', async () => {
    const fake = await slack();
    await connect(fake, mode, approvalApp);
    const posted = await proposal(fake);
    expect(posted).toMatchObject({ channel: 'C1', text: 'Rebalance core', edits: 0, pings: [] });
    expect(buttonsOf(posted)).toMatchObject([
      {
        actionId: 'approve',
        blockId: 'decision',
        label: 'Approve',
        value: 'a3f9',
        style: 'primary',
      },
      { actionId: 'reject', style: 'danger', confirm: null },
    ]);
    const click = await fake.user('U2').click(posted, 'approve');
    expect(click).toMatchObject({ status: 'acknowledged', error: null });
    expect(click?.acknowledgementMilliseconds).toBeLessThan(1000);
    const edited = await fake.waitFor(() =>
      fake
        .channel('C1')
        .messages()
        .find(({ edits }) => edits > 0),
    );
    expect(edited).toMatchObject({ ts: posted.ts, text: 'approved by U2', blocks: [], edits: 1 });
    await expect(fake.user('U3').click(posted, 'approve')).rejects.toThrow('no approve to click');
    expect(fake.problems).toEqual([]);
  });

  test('opens a modal, refuses its first submission, and answers in private', async () => {
    const fake = await slack();
    await connect(fake, mode, approvalApp);
    const posted = await proposal(fake);
    const ben = fake.user('U2');
    await ben.click(posted, 'reject');
    const modal = await fake.waitFor(() => ben.views()[0]);
    expect(modal).toMatchObject({ callbackId: 'reason', title: 'Reject', privateMetadata: 'C1' });
    await expect(ben.submit(modal, {})).rejects.toThrow('"Why?" is required');
    await expect(ben.submit(modal, { why: 'no' })).rejects.toThrow('shorter than 3');
    await ben.submit(modal, { why: 'dunno' });
    expect(ben.views()[0]?.errors).toEqual({ why: 'Say a little more.' });
    await ben.submit(modal, { why: 'too much turnover' });
    expect(ben.views()).toEqual([]);
    const [whispered] = await fake.waitFor(() => nonEmpty(ben.ephemeralMessages('C1')));
    expect(whispered).toMatchObject({ text: 'rejected: too much turnover', ephemeralFor: 'U2' });
    expect(fake.user('U1').ephemeralMessages()).toEqual([]);
    expect(fake.channel('C1').messages()).toHaveLength(1);
    expect(fake.problems).toEqual([]);
  });

  test('publishes a Home tab when it is opened', async () => {
    const fake = await slack();
    await connect(fake, mode, approvalApp);
    const opened = await fake.user('U3').openHome();
    expect(opened).toMatchObject({ kind: 'events_api', status: 'acknowledged' });
    const home = await fake.waitFor(() => fake.user('U3').home());
    expect(home).toMatchObject({ type: 'home', user: 'U3' });
    expect(fake.user('U1').home()).toBeNull();
  });

  test('answers a command in the acknowledgement and through the response URL', async () => {
    const fake = await slack();
    await connect(fake, mode, (app) => {
      app.command('/rebalance', async ({ ack, respond }) => {
        await ack('on it');
        await respond({ text: 'for all', response_type: 'in_channel' });
      });
    });
    await fake.user('U1').command('/rebalance', '', { channel: 'C1' });
    const [shared] = await fake.waitFor(() => nonEmpty(fake.channel('C1').messages()));
    expect(shared).toMatchObject({ text: 'for all' });
    expect(fake.user('U1').ephemeralMessages('C1')).toMatchObject([{ text: 'on it' }]);
  });

  test('that does not acknowledge in time leaves the person with an error', async () => {
    const clock = manualClock();
    const fake = await slack({ clock });
    const held = Promise.withResolvers<void>();
    await connect(fake, mode, (app) => {
      app.command('/rebalance', async ({ ack }) => {
        await held.promise;
        await ack();
      });
    });
    const typed = fake.user('U1').command('/rebalance', 'core', { channel: 'C1' });
    await fake.waitFor(() => fake.interactions[0]?.deliveries[0]?.sent);
    clock.advance(3000);
    expect(await typed).toMatchObject({ status: 'failed', error: 'operation_timeout' });
    held.resolve();
    if (mode === 'Socket Mode') {
      await fake.waitFor(() => fake.problems.includes('/rebalance was acknowledged too late'));
    }
    expect(fake.interactions[0]).toMatchObject({ status: 'failed' });
    expect(fake.interactions[0]?.deliveries).toHaveLength(1);
  });
});

function nonEmpty<T>(list: readonly T[]): readonly T[] | null {
  return list.length > 0 ? list : null;
}
