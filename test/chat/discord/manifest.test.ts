import { describe, expect, test } from 'vitest';
import { COMMANDS } from '../../../commands/index.ts';
import { applicationIdOf, discordManifest } from '../../../src/chat/discord/manifest.ts';
import { validateDiscordCommands } from '../../fakes/discord/index.ts';

const APPLICATION = '1100000000000000001';

describe('what Discord is told of the bot', () => {
  test('every command, in a form that Discord takes', () => {
    const { commands } = discordManifest(COMMANDS, APPLICATION);
    expect(commands.map(({ name }) => name)).toEqual(COMMANDS.map(({ name }) => name));
    expect(validateDiscordCommands(commands)).toEqual([]);
  });

  test('options: what must be given first, and an account only where it cannot be told', () => {
    const { commands } = discordManifest(COMMANDS, APPLICATION);
    expect(commands.find(({ name }) => name === 'rebalance')?.options).toMatchObject([
      { name: 'account', type: 3, required: false, autocomplete: true },
      { name: 'buy-only', type: 5 },
      { name: 'contribute', type: 3 },
      { name: 'to-band', type: 5 },
      { name: 'dry-run', type: 5 },
    ]);
    expect(commands.find(({ name }) => name === 'halt')?.options).toMatchObject([
      { name: 'account', type: 3, required: true, autocomplete: true },
      { name: 'reason', type: 3, required: false },
      { name: 'cancel', type: 5 },
    ]);
  });

  test('a link that asks for what the bot does, and for no more', () => {
    const { inviteLink, permissions } = discordManifest(COMMANDS, APPLICATION);
    const link = new URL(inviteLink ?? '');
    expect(Object.fromEntries(link.searchParams)).toEqual({
      client_id: APPLICATION,
      scope: 'bot applications.commands',
      permissions,
    });
    // View channels, send messages, embed links, attach files, read history, make threads, write there.
    const bits = [10, 11, 14, 15, 16, 35, 38];
    expect(permissions).toBe(String(bits.reduce((sum, bit) => sum + 2 ** bit, 0)));
  });

  test('no link without an application', () => {
    expect(discordManifest(COMMANDS, null).inviteLink).toBeNull();
  });

  test.each([
    [`${Buffer.from(APPLICATION).toString('base64url')}.Gabc.rest`, APPLICATION],
    ['not-a-token', null],
    ['', null],
  ])('the application of the token %j is %j', (token, application) => {
    expect(applicationIdOf(token)).toBe(application);
  });
});
