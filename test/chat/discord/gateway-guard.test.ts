import { describe, expect, test } from 'vitest';
import { openDiscordWorld, answering, NOTHING, until } from './harness.ts';
import type { DiscordWorld } from './harness.ts';

const codes = ({ log }: DiscordWorld): readonly unknown[] =>
  log.flatMap(({ fields }) => (fields['code'] === undefined ? [] : [fields['code']]));

/** It hears people still. */
async function answers({ fake }: DiscordWorld): Promise<void> {
  await fake.member('Ana').command('help').acknowledged();
}

describe('a frame from the gateway', () => {
  test.each([
    ['that is no JSON', '{"op":', 'it is no JSON'],
    ['that is nothing', 'null', 'it is no frame that Discord documents'],
    ['that is a list', '[10]', 'it is no frame that Discord documents'],
    ['with an operation that there is not', '{"op":3}', 'it is no frame that Discord documents'],
    ['without an operation', '{"t":"READY"}', 'it is no frame that Discord documents'],
    [
      'with an event without its data',
      '{"op":0,"t":"INTERACTION_CREATE","s":9,"d":null}',
      'it is no frame that Discord documents',
    ],
    [
      'with an event without its name',
      '{"op":0,"t":null,"s":9,"d":{}}',
      'it is no frame that Discord documents',
    ],
    [
      'with a number that counts back',
      '{"op":0,"t":"RESUMED","s":-1,"d":{}}',
      'it is no frame that Discord documents',
    ],
    [
      'that wants a heartbeat all the time',
      '{"op":10,"d":{"heartbeat_interval":0}}',
      'it is no frame that Discord documents',
    ],
    [
      'that wants a heartbeat in a form of its own',
      '{"op":10,"d":null}',
      'it is no frame that Discord documents',
    ],
    [
      'that ends the session without saying how',
      '{"op":9,"d":null}',
      'it is no frame that Discord documents',
    ],
    [
      'that is ready without a session',
      '{"op":0,"t":"READY","s":9,"d":{"user":{}}}',
      'READY lacks a session',
    ],
    [
      'that is ready and goes on nowhere',
      '{"op":0,"t":"READY","s":9,"d":{"session_id":"x","resume_gateway_url":"nowhere"}}',
      'READY lacks a session',
    ],
  ])('%s is not taken, and the log says why without what it said', async (_name, text, problem) => {
    await using world = await openDiscordWorld();
    await world.chat.start(answering(NOTHING).handle);
    world.fake.gateway.sendRaw(text);
    await answers(world);
    const refused = world.log.filter(({ fields }) => fields['code'] === 'discord_frame_unreadable');
    expect(refused).toEqual([
      {
        level: 'warn',
        fields: { code: 'discord_frame_unreadable', problem },
        message: 'what came from Discord was not taken',
      },
    ]);
    expect(codes(world)).toEqual(['discord_frame_unreadable']);
  });

  test.each([
    ['that asks for a heartbeat', '{"op":1,"d":null}'],
    ['that answers a heartbeat', '{"op":11}'],
    ['with an event that is not for us', '{"op":0,"t":"TYPING_START","s":9,"d":{}}'],
    ['with more than is documented', '{"op":11,"more":1}'],
  ])('%s is taken without a word', async (_name, text) => {
    await using world = await openDiscordWorld();
    await world.chat.start(answering(NOTHING).handle);
    world.fake.gateway.sendRaw(text);
    await answers(world);
    expect(codes(world)).toEqual([]);
  });

  /** As Discord writes one, but without what was typed or clicked: discord.js throws over it. */
  const FAILING = '{"op":0,"t":"INTERACTION_CREATE","s":9,"d":{"id":"1","type":2}}';

  test('over which discord.js fails is logged, and ends nothing', async () => {
    await using world = await openDiscordWorld();
    await world.chat.start(answering(NOTHING).handle);
    world.fake.gateway.sendRaw(FAILING);
    await answers(world);
    await until(() => codes(world).includes('discord_sdk'));
    expect(codes(world)).toEqual(['discord_sdk']);
  });

  test('over which discord.js fails before it looks for events is logged, and ends nothing', async () => {
    await using world = await openDiscordWorld();
    await world.chat.start(answering(NOTHING).handle);
    world.fake.gateway.sendRaw(
      '{"op":0,"t":"READY","s":9,"d":{"session_id":"x","resume_gateway_url":"ws://127.0.0.1:9"}}',
    );
    await answers(world);
    await until(() => codes(world).includes('discord_sdk'));
  });

  test('over which discord.js fails later, having kept it until it was ready, ends nothing either', async () => {
    await using world = await openDiscordWorld();
    const { gateway } = world.fake;
    const goOn = gateway.stall();
    const started = world.chat.start(answering(NOTHING).handle);
    // Until it is connected, nobody hears it.
    await until(() => {
      gateway.sendRaw('null');
      return codes(world).length > 0;
    });
    gateway.sendRaw(FAILING);
    goOn();
    await started;
    await answers(world);
    await until(() => codes(world).includes('discord_sdk'));
  });
});
