import { describe, expect, it } from 'vitest';
import { createChatIncidents } from '../../src/app/chat-incidents.ts';
import { runChat } from '../../src/app/run-chat.ts';
import { ChatError } from '../../src/ports/chat-error.ts';
import type { ChatErrorCode } from '../../src/ports/chat-error.ts';
import type { Chat, ConnectionHealth } from '../../src/ports/chat.ts';
import { openAppWorld } from './app-world.ts';
import type { AppWorld } from './app-world.ts';

const refused = (code: ChatErrorCode) => new ChatError('slack', code, 'the platform said no');

const told = async (world: AppWorld, platform: string) =>
  (await world.store.listPendingDeliveries(platform, world.clock.now(), 50)).map(
    ({ message }) => message.fallback,
  );

describe('an incident of a chat', () => {
  it('is told once in every other chat, and edited when it is over', async () => {
    await using world = await openAppWorld();
    const incidents = createChatIncidents(world.context);
    await incidents.report('slack', null, refused('authentication'));
    await incidents.report('slack', null, refused('authentication'));
    expect(await told(world, 'web')).toEqual([expect.stringContaining('Slack cannot be reached')]);
    expect(await told(world, 'slack')).toEqual([]);
    await incidents.clear('slack', null);
    expect(await told(world, 'web')).toEqual([expect.stringContaining('Slack works again')]);
  });

  it('is still open after a restart', async () => {
    await using world = await openAppWorld();
    await createChatIncidents(world.context).report('slack', null, refused('authentication'));
    await world.restart();
    const incidents = createChatIncidents(world.context);
    await incidents.report('slack', null, refused('authentication'));
    expect(await told(world, 'web')).toHaveLength(1);
    await incidents.clear('slack', null);
    expect(await told(world, 'web')).toEqual([expect.stringContaining('works again')]);
  });

  it('of one channel is told in the others', async () => {
    await using world = await openAppWorld({
      account: {
        channels: [
          { platform: 'slack', channel: 'C0GONE' },
          { platform: 'slack', channel: 'C0TREASURY' },
        ],
      },
    });
    await createChatIncidents(world.context).report(
      'slack',
      'C0GONE',
      refused('channel_unavailable'),
    );
    expect(await told(world, 'slack')).toEqual([
      expect.stringContaining('Slack channel C0GONE cannot be reached'),
    ]);
  });
});

describe('serving a chat', () => {
  async function serve(world: AppWorld, outcomes: (ChatErrorCode | null)[]) {
    const starts: number[] = [];
    const health: { now: ConnectionHealth | null } = { now: null };
    const chat: Chat = {
      platform: 'slack',
      start: async (_, listener) => {
        const outcome = outcomes[starts.length] ?? null;
        starts.push(starts.length);
        if (outcome !== null) throw refused(outcome);
        health.now = listener ?? null;
      },
      post: async (channel) => ({ platform: 'slack', channel, messageId: '1' }),
      edit: async () => 'edited',
      stop: async () => {},
    };
    const running = runChat({
      context: world.context,
      chat,
      handle: world.handle,
      incidents: createChatIncidents(world.context),
      isRequired: false,
    });
    await running.attempted;
    return {
      starts,
      health,
      async [Symbol.asyncDispose]() {
        await running.stopListening();
        await running.stopDelivering();
      },
    };
  }

  it('is tried again while the platform is away', async () => {
    await using world = await openAppWorld();
    await using served = await serve(world, ['unavailable', 'unavailable']);
    expect(await told(world, 'web')).toEqual([expect.stringContaining('Slack cannot be reached')]);
    await world.clock.advance({ seconds: 4 });
    expect(served.starts).toHaveLength(3);
    expect(await told(world, 'web')).toEqual([expect.stringContaining('Slack works again')]);
  });

  it('is not tried again with a token that is refused', async () => {
    await using world = await openAppWorld();
    await using served = await serve(world, ['authentication']);
    await world.clock.advance({ hours: 1 });
    expect(served.starts).toHaveLength(1);
  });

  it('tells of a connection that is lost and comes back', async () => {
    await using world = await openAppWorld();
    await using served = await serve(world, []);
    served.health.now?.lost(refused('unavailable'));
    await world.clock.settle();
    expect(await told(world, 'web')).toEqual([expect.stringContaining('cannot be reached')]);
    served.health.now?.regained();
    await world.clock.settle();
    expect(await told(world, 'web')).toEqual([expect.stringContaining('works again')]);
  });
});
