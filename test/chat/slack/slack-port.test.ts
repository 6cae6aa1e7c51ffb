import { afterEach, describe, expect, it } from 'vitest';
import { SLACK_BOT_SCOPES } from '../../../src/chat/slack/manifest.ts';
import type { Message } from '../../../src/messages/message.ts';
import { directChannel } from '../../../src/ports/chat.ts';
import type { InteractionHandler } from '../../../src/ports/chat.ts';
import { secret } from '../../../src/lib/secret.ts';
import { openSlackHarness, say } from './harness.ts';
import type { SlackHarness } from './harness.ts';

const NOTHING: InteractionHandler = async () => ({ type: 'nothing' });

const opened: SlackHarness[] = [];

/** With the scopes of the manifest and no more. */
async function open(
  options: Parameters<typeof openSlackHarness>[1] = {},
  handle: InteractionHandler = NOTHING,
): Promise<SlackHarness> {
  const harness = await openSlackHarness('Socket Mode', {
    ...options,
    fake: { app: { commands: ['/audit'] }, scopes: SLACK_BOT_SCOPES, ...options.fake },
  });
  opened.push(harness);
  await harness.chat.start(handle);
  return harness;
}

afterEach(async () => {
  const problems: string[] = [];
  for (const harness of opened.splice(0)) {
    await harness[Symbol.asyncDispose]();
    problems.push(...harness.fake.problems);
  }
  if (problems.length > 0) throw new Error(problems.join('\n'));
});

const FILE: Message = {
  fallback: 'Orders of core: 2 orders.',
  blocks: [
    { type: 'heading', text: 'Orders' },
    {
      type: 'file',
      name: 'orders-core.csv',
      mediaType: 'text/csv',
      title: 'Orders of core',
      content: 'side,symbol\r\nsell,Ä\r\n',
    },
  ],
};

const link = (url: string | null): Message => ({
  fallback: 'Please vote',
  blocks: [{ type: 'link', label: 'Open <the> *proposal*', to: 'proposal:x', url }],
});

describe('a message', () => {
  it('stands in the thread of another', async () => {
    const { chat, fake } = await open();
    const root = await chat.post('C1', say('Proposal'));
    await chat.post('C1', say('Ben approved'), { thread: root });
    const [first, second] = fake.channel('C1').messages();
    expect(first).toMatchObject({ text: 'Proposal', threadTs: null });
    expect(second).toMatchObject({ text: 'Ben approved', threadTs: root.messageId });
  });

  it('goes to one person directly, and is edited there', async () => {
    const { chat, fake } = await open();
    const reference = await chat.post(directChannel('U2'), say('Your vote is needed'));
    expect(await chat.edit(reference, say('Ben rejected it'))).toBe('edited');
    expect(fake.direct('U2').messages()).toMatchObject([{ text: 'Ben rejected it', edits: 1 }]);
    expect(fake.channel('C1').messages()).toEqual([]);
  });

  it('leads to another by its permalink', async () => {
    const { chat, fake } = await open();
    const root = await chat.post('C1', say('Proposal'));
    const address = await chat.linkTo?.(root);
    expect(address).toMatch(/^https:\/\/.*\/archives\/C1\/p\d+$/u);
    await chat.post(directChannel('U2'), link(address ?? null));
    const wire = JSON.stringify(fake.direct('U2').messages()[0]?.wire);
    expect(wire).toContain(`<${address}|Open &lt;the&gt; `);
    expect(wire).not.toContain('<the>');
  });

  it.each(['javascript:alert(1)', 'not an address', null])(
    'shows only words where the address is %s',
    async (url) => {
      const { chat, fake } = await open();
      await chat.post('C1', link(url));
      expect(JSON.stringify(fake.channel('C1').messages()[0]?.blocks)).not.toContain('|Open');
    },
  );

  it('with a file is posted with the file beside it', async () => {
    const { chat, fake } = await open();
    await chat.post('C1', FILE);
    expect(fake.channel('C1').messages()[0]?.text).toContain('Orders of core');
    expect(fake.files).toMatchObject([
      { name: 'orders-core.csv', title: 'Orders of core', channel: 'C1', threadTs: null },
    ]);
    expect(fake.files[0]?.content.toString('utf8')).toBe('side,symbol\r\nsell,Ä\r\n');
  });

  it('with a file for one person goes to them directly', async () => {
    const reply = { type: 'message', message: FILE, visibility: 'private' } as const;
    const { chat, fake } = await open({}, async () => reply);
    await fake.user('U1').command('/audit', '--csv', { channel: 'C1' });
    await chat.settled();
    expect(fake.files).toMatchObject([{ channel: fake.direct('U1').messages()[0]?.channel }]);
    expect(fake.channel('C1').messages()).toEqual([]);
    expect(fake.user('U1').ephemeralMessages('C1')[0]?.text).toContain('direct messages');
  });

  it.each(['files.getUploadURLExternal', 'upload', 'files.completeUploadExternal'])(
    'says so when the file cannot be sent: %s fails',
    async (method) => {
      const { chat, fake, log } = await open();
      const mend = fake.faults.always(method, { type: 'status', status: 500 });
      await chat.post('C1', FILE);
      mend();
      expect(fake.channel('C1').messages().at(-1)?.text).toContain('could not be sent');
      expect(log.lines.map(({ fields }) => fields['code'])).toContain('slack_file_failed');
    },
  );
});

describe('what is missing', () => {
  const problemsOf = async (harness: SlackHarness) => (await harness.chat.findProblems?.()) ?? [];

  it('is nothing when all is well', async () => {
    expect(await problemsOf(await open())).toEqual([]);
  });

  it('is a scope, by its name', async () => {
    const harness = await open();
    harness.fake.setScopes(['chat:write', 'commands', 'channels:read', 'groups:read']);
    expect(await problemsOf(harness)).toEqual([expect.stringContaining('scope files:write')]);
  });

  it('is a scope without which membership cannot be seen', async () => {
    const harness = await open();
    harness.fake.setScopes(['chat:write', 'commands', 'files:write']);
    expect(await problemsOf(harness)).toEqual([
      expect.stringContaining('scope channels:read, groups:read'),
      expect.stringContaining('cannot be checked'),
    ]);
  });

  it.each([
    ['bot', 'SLACK_BOT_TOKEN: Slack refused it (token_revoked)'],
    ['app', 'SLACK_APP_TOKEN: Slack refused it ('],
  ] as const)('is the %s token', async (kind, words) => {
    const harness = await open();
    harness.fake.setToken(kind, 'revoked');
    expect(await problemsOf(harness)).toEqual([expect.stringContaining(words)]);
  });

  it('is the kind of a token', async () => {
    const harness = await openSlackHarness('Socket Mode', {
      chat: {
        settings: {
          botToken: secret('xoxp-of-a-person'),
          transport: { type: 'socket', appToken: secret('xapp-1') },
          apiUrl: 'http://127.0.0.1:9/api/',
        },
      },
    });
    opened.push(harness);
    expect(await problemsOf(harness)).toEqual([expect.stringContaining('begins with xoxb-')]);
  });

  it('is a channel that the bot is not in, is archived, or is not there', async () => {
    const harness = await open({
      fake: {
        app: { commands: ['/audit'] },
        scopes: SLACK_BOT_SCOPES,
        channels: [
          { id: 'C1' },
          { id: 'C2', members: ['U1'] },
          { id: 'C3', archived: true },
          { id: 'G4', kind: 'private', members: ['U1'] },
        ],
      },
      chat: { channels: ['C1', 'C2', 'C3', 'G4', 'C9'] },
    });
    expect(await problemsOf(harness)).toEqual([
      expect.stringContaining('not a member of channel C2'),
      expect.stringContaining('C3 is archived'),
      expect.stringContaining('cannot see channel G4'),
      expect.stringContaining('cannot see channel C9'),
    ]);
  });

  it('is any channel at all', async () => {
    const harness = await open({ chat: { channels: [] } });
    expect(await problemsOf(harness)).toEqual([expect.stringContaining('No account names')]);
  });

  it('is Slack itself', async () => {
    const harness = await open();
    const mend = harness.fake.faults.down();
    expect(await problemsOf(harness)).toEqual([expect.stringContaining('could not be asked')]);
    mend();
  });
});
