import { describe, expect, test } from 'vitest';
import { startDiscordFake } from './discord/index.ts';
import { answerErrors, operationNames } from './discord/openapi.ts';
import { callApi } from './discord-client.ts';

describe('the fake holds itself to the official document', () => {
  test.each([
    ['an answer that lacks what it must have', 'GET /gateway/bot', 200, { url: 'ws://a.b' }],
    ['a status that is not in it', 'GET /gateway', 418, {}],
    ['a message without an author', 'GET /channels/{channel_id}/messages/{message_id}', 200, {}],
  ] as const)('and finds %s', (_, operation, status, body) => {
    expect(answerErrors(operation, status, body)).not.toEqual([]);
  });

  test('which names each of its routes', () => {
    expect(operationNames().length).toBeGreaterThan(30);
  });

  test('and does not close without saying so when it broke it', async () => {
    const fake = await startDiscordFake({ guild: { id: 'not a snowflake' } });
    await callApi(fake, 'GET', '/guilds/not%20a%20snowflake');
    await expect(fake.close()).rejects.toThrow("broke Discord's document");
  });
});
