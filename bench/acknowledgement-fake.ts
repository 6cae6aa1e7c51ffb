import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { COMMANDS } from '../commands/index.ts';
import { startDiscordFake } from '../test/fakes/discord/index.ts';
import { startSlackFake } from '../test/fakes/slack/index.ts';
import { burstSchema, transportSchema } from './acknowledgement-protocol.ts';
import type { Contender, Ready, Transport } from './acknowledgement-protocol.ts';

/**
 * The platform's side of the acknowledgement bench: a process of its own, so that what the fake costs
 * does not come out of the time of whom it measures. Each contender has a fake, both of them here.
 */

const PATIENCE_MILLISECONDS = 30_000;

/** Ana's ids, and the channel, as the fakes have them. */
const PLACE = {
  slack: { person: 'U0ANA0001', channel: 'C0REBALANCE' },
  discord: { person: '1', channel: 'general' },
};

interface Side {
  readonly environment: Readonly<Record<string, string>>;
  readonly channel: string;
  /** So many people type a command at once. @returns milliseconds to each acknowledgement. */
  burst(size: number): Promise<readonly number[]>;
  /** How many commands are answered by now. */
  answered(): number;
}

async function openSlack(transport: Transport, port: number): Promise<Side> {
  const fake = await startSlackFake({
    app: { commands: COMMANDS.map(({ name }) => `/${name}`) },
    users: [{ id: PLACE.slack.person, name: 'ana' }],
    channels: [{ id: PLACE.slack.channel, name: 'rebalancing' }],
    rateLimits: false,
    requestUrl: transport === 'slack-http' ? `http://127.0.0.1:${port}/slack/events` : null,
  });
  const { person, channel } = PLACE.slack;
  return {
    environment: {
      SLACK_BOT_TOKEN: fake.botToken,
      SLACK_API_URL: fake.apiUrl,
      ...(transport === 'slack-http'
        ? { SLACK_SIGNING_SECRET: fake.signingSecret, SLACK_PORT: String(port) }
        : { SLACK_APP_TOKEN: fake.appToken }),
    },
    channel,
    async burst(size) {
      const sent = await Promise.all(
        Array.from({ length: size }, () =>
          fake.user(person).command('/audit', 'core', { channel }),
        ),
      );
      return sent.map(({ acknowledgementMilliseconds, error }) => {
        if (acknowledgementMilliseconds === null) throw new Error(`not acknowledged: ${error}`);
        return acknowledgementMilliseconds;
      });
    },
    answered: () => fake.callsTo('response_url').length,
  };
}

async function openDiscord(): Promise<Side> {
  const fake = await startDiscordFake();
  const answer = 'PATCH /webhooks/{webhook_id}/{webhook_token}/messages/@original';
  return {
    environment: {
      DISCORD_TOKEN: fake.token,
      DISCORD_GUILD_ID: fake.guild.id,
      DISCORD_API_URL: fake.apiUrl,
    },
    channel: fake.channel(PLACE.discord.channel).id,
    async burst(size) {
      const member = fake.member(PLACE.discord.person);
      const sent = Array.from({ length: size }, () => member.command('audit', { account: 'core' }));
      // The fake looks at everybody who waits within it at every request, so that nobody does.
      await until(
        () => sent.every(({ acknowledgement }) => acknowledgement !== null),
        () => 'not everybody was acknowledged',
      );
      return sent.map(({ acknowledgement }) => acknowledgement?.afterMilliseconds ?? Number.NaN);
    },
    answered: () => fake.callsTo(answer).length,
  };
}

const [transport, ...ports] = z
  .tuple([transportSchema, z.coerce.number(), z.coerce.number()])
  .parse(process.argv.slice(2));
const [oursPort, barePort] = ports;
const open = (port: number) =>
  transport === 'discord' ? openDiscord() : openSlack(transport, port);
const sides: Readonly<Record<Contender, Side>> = {
  ours: await open(oursPort),
  bare: await open(barePort),
};
const told: Ready = {
  ours: { environment: sides.ours.environment, channel: sides.ours.channel },
  bare: { environment: sides.bare.environment, channel: sides.bare.channel },
};

async function until(look: () => boolean, describe: () => string): Promise<void> {
  const end = performance.now() + PATIENCE_MILLISECONDS;
  while (!look()) {
    if (performance.now() > end) throw new Error(describe());
    await pause(5);
  }
}

process.once('disconnect', () => process.exit());
process.on('message', (message) => {
  const { contender, size } = burstSchema.parse(message);
  void measure(sides[contender], contender, size);
});
process.send?.(told);

async function measure(side: Side, contender: Contender, size: number): Promise<void> {
  const before = side.answered();
  const milliseconds = await side.burst(size);
  const answered = () => side.answered() - before;
  // The bare app answers nobody.
  if (contender === 'ours') {
    await until(
      () => answered() >= size,
      () => `${answered()} of ${size} were answered`,
    );
  }
  process.send?.({ milliseconds });
}
