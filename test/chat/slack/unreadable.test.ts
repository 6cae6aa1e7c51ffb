import { createHmac } from 'node:crypto';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Interaction } from '../../../src/ports/chat.ts';
import { openSlackHarness } from './harness.ts';
import type { Mode, SlackHarness } from './harness.ts';

const opened: SlackHarness[] = [];

afterEach(async () => {
  for (const harness of opened.splice(0)) await harness[Symbol.asyncDispose]();
});

/** An adapter that listens, and what it has heard. */
async function listen(
  mode: Mode,
): Promise<SlackHarness & { readonly heard: readonly Interaction[] }> {
  const harness = await openSlackHarness(mode);
  opened.push(harness);
  const heard: Interaction[] = [];
  await harness.chat.start(async (interaction) => {
    heard.push(interaction);
    return { type: 'nothing' };
  });
  return Object.assign(harness, { heard });
}

/** People are answered still. */
async function answers({ fake }: SlackHarness): Promise<void> {
  const { status } = await fake.user('U1').command('/help', '', { channel: 'C1' });
  expect(status).toBe('acknowledged');
}

const linesWith = ({ log }: SlackHarness, code: string) =>
  log.lines.filter(({ fields }) => fields['code'] === code);

describe('a frame that comes by Socket Mode', () => {
  it.each([
    ['is no JSON', '{"type":', ': Invalid input: expected object, received undefined'],
    ['is nothing', 'null', ': Invalid input: expected object, received null'],
    ['is of a type that there is not', '{"type":"error"}', 'type: Invalid discriminator value'],
    ['is of no type', '{"envelope_id":"e1","payload":{}}', 'type: Invalid discriminator value'],
    [
      'has no envelope',
      '{"type":"slash_commands","payload":{}}',
      'envelope_id: Invalid input: expected string, received undefined',
    ],
    [
      'has nothing in its envelope',
      '{"type":"interactive","envelope_id":"e1","payload":null}',
      'payload: Invalid input: expected object, received null',
    ],
    [
      'tells an event that says nothing',
      '{"type":"events_api","envelope_id":"e1","payload":{"event":null}}',
      'payload.event: Invalid input: expected object, received null',
    ],
    // The SDK tells them to its own parts by their names: it would end the connection, or throw.
    ...['error', 'close', 'disconnected', 'ws_message', 'slack_event', 'outgoing_message'].map(
      (name): [string, string, string] => [
        `tells an event by a name of the SDK: ${name}`,
        `{"type":"events_api","envelope_id":"e1","payload":{"event":{"type":"${name}"}}}`,
        'an event that Slack does not have',
      ],
    ),
  ])('and %s is not taken, and the log says why', async (_what, text, problem) => {
    const harness = await listen('Socket Mode');
    harness.fake.socketMode.sendRaw(text);
    await answers(harness);
    expect(linesWith(harness, 'slack_frame_unreadable')).toEqual([
      {
        level: 'warn',
        fields: { code: 'slack_frame_unreadable', problem: expect.stringContaining(problem) },
        message: 'What came from Slack was not taken',
      },
    ]);
    expect(linesWith(harness, 'slack_sdk')).toEqual([]);
  });

  it('and is binary is not taken, without a word', async () => {
    const harness = await listen('Socket Mode');
    harness.fake.socketMode.sendRaw(Buffer.from('null'));
    await answers(harness);
    expect(harness.log.lines.filter(({ level }) => level === 'warn')).toEqual([]);
  });

  it.each([
    ['a command', 'slash_commands', { command: '/help' }],
    ['a click', 'interactive', { type: 'block_actions' }],
    ['an event', 'events_api', { event: { type: 'message' }, more: 1 }],
  ])('and is %s is taken', async (_what, type, payload) => {
    const harness = await listen('Socket Mode');
    harness.fake.socketMode.sendRaw(JSON.stringify({ type, envelope_id: 'e1', payload, more: 1 }));
    await answers(harness);
    expect(linesWith(harness, 'slack_frame_unreadable')).toEqual([]);
  });
});

describe('a request that comes signed', () => {
  async function post(
    { chat, fake }: SlackHarness,
    body: string,
    options: { readonly type?: string; readonly path?: string; readonly secret?: string } = {},
  ): Promise<number> {
    const { type = 'application/json', path = '/slack/events' } = options;
    const seconds = String(Math.floor(Date.now() / 1000));
    const signature = createHmac('sha256', options.secret ?? fake.signingSecret)
      .update(`v0:${seconds}:${body}`)
      .digest('hex');
    const response = await fetch(`http://127.0.0.1:${chat.port}${path}`, {
      method: 'POST',
      headers: {
        'content-type': type,
        'x-slack-request-timestamp': seconds,
        'x-slack-signature': `v0=${signature}`,
      },
      body,
    });
    return response.status;
  }

  const FORM = 'application/x-www-form-urlencoded';

  it.each([
    ['nothing', 'null', 'application/json'],
    ['a number', '1', 'application/json'],
    ['no JSON', '{"type":', 'application/json'],
    ['a form around nothing', 'payload=null', FORM],
    ['a form around no JSON', 'payload=%7B', FORM],
  ])('and is %s is refused with 400', async (_what, body, type) => {
    const harness = await listen('signed HTTP');
    expect(await post(harness, body, { type })).toBe(400);
    await answers(harness);
    await vi.waitFor(() => {
      expect(harness.heard).toHaveLength(1);
    });
  });

  it('and is larger than Slack makes them is refused with 413', async () => {
    const harness = await listen('signed HTTP');
    const text = 'x'.repeat(4 * 1024 * 1024);
    expect(await post(harness, JSON.stringify({ text }))).toBe(413);
    await answers(harness);
  });

  it('at another address than that of Slack is refused with 404', async () => {
    const harness = await listen('signed HTTP');
    expect(await post(harness, '{}', { path: '/elsewhere' })).toBe(404);
    await answers(harness);
  });

  it('and can be read is passed on as it came: whether it was signed is found out of its bytes', async () => {
    const harness = await listen('signed HTTP');
    const body = '{ "type":"url_verification",  "challenge":"c" }';
    expect(await post(harness, body)).toBe(200);
    expect(await post(harness, body, { secret: 'another' })).toBe(401);
  });
});
