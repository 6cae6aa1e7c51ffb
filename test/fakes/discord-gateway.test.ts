import { Events, GatewayIntentBits } from 'discord.js';
import { describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { bareClient, connectedClient, rebalanceCommand, startFake } from './discord-client.ts';
import type { Finished } from './discord-client.ts';
import type { DiscordFake, DiscordFakeOptions } from './discord/index.ts';

/** A bot that acknowledges every interaction and remembers it. */
async function startListener(options: DiscordFakeOptions = {}, finished?: Finished) {
  const fake = await startFake(options, finished);
  const heard: string[] = [];
  const client = await connectedClient(
    fake,
    async (interaction) => {
      heard.push(interaction.id);
      if (interaction.isChatInputCommand()) await interaction.deferReply();
    },
    finished,
  );
  await client.application.commands.set([rebalanceCommand], fake.guild.id);
  return { fake, client, heard };
}

const rebalance = (fake: DiscordFake) => fake.member('1').command('rebalance', { account: 'core' });

/** Side by side, since discord.js waits half a second before it reconnects. */
describe.concurrent('a session', () => {
  test('is resumed after the connection broke, and loses nothing', async ({ onTestFinished }) => {
    const { fake, heard } = await startListener({}, onTestFinished);
    fake.gateway.drop();
    await fake.waitFor(() => fake.gateway.closeCodes.length === 1);
    const sent = [rebalance(fake), rebalance(fake)];
    for (const interaction of sent) await interaction.acknowledged();
    expect(heard).toEqual(sent.map(({ id }) => id));
    expect(fake.gateway).toMatchObject({ identifies: 1, resumes: 1 });
  });

  test('is resumed when Discord asks to reconnect', async ({ onTestFinished }) => {
    const { fake, heard } = await startListener({}, onTestFinished);
    fake.gateway.requestReconnect();
    await fake.waitFor(() => fake.gateway.closeCodes.includes(4200));
    const sent = rebalance(fake);
    await sent.acknowledged();
    expect(heard).toEqual([sent.id]);
    expect(fake.gateway).toMatchObject({ identifies: 1, resumes: 1 });
  });

  test('is resumed at once when it is invalidated but can be resumed', async ({
    onTestFinished,
  }) => {
    const { fake } = await startListener({}, onTestFinished);
    fake.gateway.invalidateSessions(true);
    await fake.waitFor(() => fake.gateway.resumes === 1);
    await rebalance(fake).acknowledged();
    expect(fake.gateway).toMatchObject({ identifies: 1, closeCodes: [] });
  });

  test('is begun anew when it cannot be resumed: what came meanwhile is lost', async ({
    onTestFinished,
  }) => {
    const { fake, heard } = await startListener({}, onTestFinished);
    fake.gateway.invalidateSessions(false);
    rebalance(fake);
    await fake.waitFor(() => fake.gateway.identifies === 2);
    const sent = rebalance(fake);
    await sent.acknowledged();
    expect(heard).toEqual([sent.id]);
  });

  test('is resumed when the connection stops answering heartbeats', async ({ onTestFinished }) => {
    const { fake, heard } = await startListener(
      { heartbeatMilliseconds: 40, silenceMilliseconds: 10_000 },
      onTestFinished,
    );
    const release = fake.gateway.stall();
    const sent = rebalance(fake);
    await fake.waitFor(() => fake.gateway.closeCodes.includes(4200));
    release();
    await sent.acknowledged();
    expect(heard).toEqual([sent.id]);
    expect(fake.gateway).toMatchObject({ identifies: 1, resumes: 1 });
  });

  test('survives that Discord is away for a while', async ({ onTestFinished }) => {
    const { fake } = await startListener({}, onTestFinished);
    const accept = fake.gateway.refuseConnections();
    fake.gateway.drop();
    await fake.waitFor(() => fake.gateway.closeCodes.length === 1);
    const sent = rebalance(fake);
    accept();
    await expect(sent.acknowledged()).resolves.toMatchObject({ type: 5 });
  });

  test('ends when the client says farewell', async ({ onTestFinished }) => {
    const { fake, client } = await startListener({}, onTestFinished);
    await client.destroy();
    await fake.waitFor(() => fake.gateway.sessions.size === 0);
    expect(fake.gateway.closeCodes).toEqual([1000]);
  });

  test('answers a heartbeat out of turn', async ({ onTestFinished }) => {
    const { fake } = await startListener({}, onTestFinished);
    const before = fake.gateway.heartbeats;
    fake.gateway.requestHeartbeat();
    await fake.waitFor(() => fake.gateway.heartbeats > before);
    expect(fake.gateway.heartbeats).toBe(before + 1);
  });
});

describe('a login', () => {
  test('fails with a wrong token', async () => {
    const fake = await startFake();
    await expect(bareClient(fake).login('wrong')).rejects.toMatchObject({ code: 'TokenInvalid' });
  });

  test('fails with an intent that is not switched on', async () => {
    const fake = await startFake();
    const client = bareClient(fake, { intents: [GatewayIntentBits.MessageContent] });
    client.on(Events.ShardError, () => {});
    await expect(client.login(fake.token)).rejects.toThrow('Used disallowed intents');
    await fake.waitFor(() => fake.gateway.closeCodes.length > 0);
    expect(fake.gateway.closeCodes).toEqual([4014]);
  });

  test('ends when the token is revoked', async () => {
    const { fake, client } = await startListener();
    const gone = new Promise<number>((resolve) => {
      client.on(Events.ShardError, () => {});
      client.on(Events.ShardDisconnect, ({ code }) => {
        resolve(code);
      });
    });
    fake.revokeToken();
    await expect(gone).resolves.toBe(4004);
  });
});

describe('what people write', () => {
  test.each([
    ['is hidden', [], ''],
    ['is shown', ['MessageContent'], 'hello'],
  ] as const)('%s with the privileged intents %j', async (_, privilegedIntents, content) => {
    const fake = await startFake({ privilegedIntents });
    const intents = GatewayIntentBits.MessageContent * privilegedIntents.length;
    const client = bareClient(fake, {
      intents: GatewayIntentBits.Guilds | GatewayIntentBits.GuildMessages | intents,
    });
    const ready = new Promise((resolve) => client.once(Events.ClientReady, resolve));
    const heard = new Promise<string>((resolve) => {
      client.on(Events.MessageCreate, (message) => {
        resolve(message.content);
      });
    });
    await client.login(fake.token);
    await ready;
    fake.member('1').say('hello');
    await expect(heard).resolves.toBe(content);
  });
});

const properties = { os: 'linux', browser: 'test', device: 'test' };
const identify = (fake: DiscordFake, fields: object = {}) => ({
  op: 2,
  d: { token: fake.token, intents: 1, properties, ...fields },
});

/** Sends each payload after the server's answer to the one before; gives the code of the closing. */
async function closingCode(
  fake: DiscordFake,
  payloads: readonly (string | object)[],
  query = 'v=10&encoding=json',
): Promise<number> {
  const socket = new WebSocket(`${fake.gatewayUrl}?${query}`);
  const left = [...payloads];
  socket.on('message', () => {
    const next = left.shift();
    if (next !== undefined) socket.send(typeof next === 'string' ? next : JSON.stringify(next));
  });
  return new Promise((resolve) => {
    socket.on('close', resolve);
  });
}

describe('the wire', () => {
  test.each<[string, number, (fake: DiscordFake) => readonly (string | object)[]]>([
    ['an unknown opcode', 4001, () => [{ op: 99 }]],
    ['something that is no JSON', 4002, () => ['{']],
    ['more than 4096 bytes', 4002, (fake) => [identify(fake, { more: 'x'.repeat(4096) })]],
    ['something before identifying', 4003, () => [{ op: 3, d: {} }]],
    ['a wrong token', 4004, (fake) => [identify(fake, { token: 'wrong' })]],
    ['a wrong token to resume with', 4004, () => [{ op: 6, d: { token: 'wrong' } }]],
    ['identifying twice', 4005, (fake) => [identify(fake), identify(fake)]],
    ['no intents', 4013, (fake) => [identify(fake, { intents: undefined })]],
    ['an unknown intent', 4013, (fake) => [identify(fake, { intents: 1 << 18 })]],
    ['a privileged intent', 4014, (fake) => [identify(fake, { intents: 1 << 1 })]],
  ])('closes upon %s with %i', async (_, code, payloads) => {
    const fake = await startFake();
    await expect(closingCode(fake, payloads(fake))).resolves.toBe(code);
  });

  test('closes upon another version with 4012', async () => {
    const fake = await startFake();
    await expect(closingCode(fake, [], 'v=9&encoding=json')).resolves.toBe(4012);
  });

  test('closes upon a sequence that was not sent with 4007', async () => {
    const { fake } = await startListener();
    const [session] = fake.gateway.sessions.keys();
    const d = { token: fake.token, session_id: session, seq: 999 };
    await expect(closingCode(fake, [{ op: 6, d }])).resolves.toBe(4007);
  });

  test('tells who resumes a session that is over to identify', async () => {
    const { fake } = await startListener();
    const [session] = fake.gateway.sessions.keys();
    fake.gateway.invalidateSessions(false);
    const socket = new WebSocket(`${fake.gatewayUrl}?v=10&encoding=json`);
    const told: unknown[] = [];
    socket.on('open', () => {
      const d = { token: fake.token, session_id: session, seq: 1 };
      socket.send(JSON.stringify({ op: 6, d }));
    });
    await new Promise<void>((resolve) => {
      socket.on('message', (data: Buffer) => {
        if (told.push(JSON.parse(data.toString('utf8'))) === 2) resolve();
      });
    });
    expect(told).toMatchObject([{ op: 10 }, { op: 9, d: false }]);
    socket.terminate();
  });

  test('closes upon silence with 4009', async () => {
    const fake = await startFake({ heartbeatMilliseconds: 20 });
    await expect(closingCode(fake, [identify(fake)])).resolves.toBe(4009);
  });
});
