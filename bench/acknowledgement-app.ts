import { createWriteStream, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { devNull, tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { BROKER_SCHEMAS } from '../src/brokers/index.ts';
import { formatProblem } from '../src/config/config.ts';
import { loadConfig } from '../src/config/load.ts';
import { systemClock } from '../src/lib/clock.ts';
import { createLog } from '../src/lib/logging.ts';
import { systemRandom } from '../src/lib/random.ts';
import { contenderSchema, transportSchema } from './acknowledgement-protocol.ts';
import type { Transport } from './acknowledgement-protocol.ts';

/** One contender of the acknowledgement bench, as a process of its own. */

const PORTFOLIOS = (channel: string) => `
accounts:
  core:
    broker: paper
    paper:
      cash: 1450
      positions: { AAPL: 1065, MSFT: 1640, AMZN: 735, IBM: 405, GOOG: 68 }
      prices: builtin
      start: 2006-01
      marketHours: ignore
    targets: { AAPL: 30%, MSFT: 20%, AMZN: 15%, IBM: 20%, GOOG: 15% }
    channels:
      - ${channel}
people:
  ana:
    name: Ana
    role: proposer
    slack: U0ANA0001
    discord: "1"
  ben:
    name: Ben
    role: approver
    web: ben
`;

/** The whole bot: configuration, store, paper broker, jobs and the one chat. */
async function startOurs(transport: Transport, channel: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'evenkeel-bench-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  const place = transport === 'discord' ? `discord: "${channel}"` : `slack: ${channel}`;
  writeFileSync(join(folder, 'portfolios.yaml'), PORTFOLIOS(place));
  const loaded = loadConfig({
    env: { ...process.env, DATABASE_URL: 'bench.db', PORT: '0' },
    cwd: folder,
    brokerSchemas: BROKER_SCHEMAS,
  });
  if (loaded.type === 'invalid') throw new Error(loaded.problems.map(formatProblem).join('\n'));
  const { config } = loaded;
  const log = createLog(config.logLevel, createWriteStream(devNull));
  const { startBot } = await import('../src/main.ts');
  const bot = await startBot({ config, clock: systemClock, random: systemRandom, log });
  await bot.settled();
}

/** Bolt as its documentation begins: every command is acknowledged, and that is all. */
async function startBareBolt(transport: Transport): Promise<void> {
  const { App } = await import('@slack/bolt');
  const common = {
    token: variable('SLACK_BOT_TOKEN'),
    clientOptions: { slackApiUrl: variable('SLACK_API_URL') },
  };
  const app =
    transport === 'slack-http'
      ? new App({ ...common, signingSecret: variable('SLACK_SIGNING_SECRET') })
      : new App({ ...common, socketMode: true, appToken: variable('SLACK_APP_TOKEN') });
  app.command(/.*/u, async ({ ack }) => {
    await ack();
  });
  await (transport === 'slack-http' ? app.start(Number(variable('SLACK_PORT'))) : app.start());
}

/** discord.js as its guide begins: every interaction is deferred, and that is all. */
async function startBareDiscord(): Promise<void> {
  const { Client, Events, GatewayIntentBits, MessageFlags } = await import('discord.js');
  const client = new Client({
    intents: [GatewayIntentBits.Guilds],
    rest: { api: variable('DISCORD_API_URL'), version: '10' },
  });
  client.on(Events.InteractionCreate, (interaction) => {
    if (interaction.isChatInputCommand()) {
      void interaction.deferReply({ flags: MessageFlags.Ephemeral });
    }
  });
  const { promise, resolve } = Promise.withResolvers<unknown>();
  client.once(Events.ClientReady, resolve);
  await client.login(variable('DISCORD_TOKEN'));
  await promise;
  // So that the fake lets people type the command.
  await client.application?.commands.create(
    {
      name: 'audit',
      description: 'Shows the record',
      options: [{ type: 3, name: 'account', description: 'Which account' }],
    },
    variable('DISCORD_GUILD_ID'),
  );
}

function variable(name: string): string {
  return z.string().parse(process.env[name]);
}

process.once('disconnect', () => process.exit());
const [contender, transport, channel] = z
  .tuple([contenderSchema, transportSchema, z.string()])
  .parse(process.argv.slice(2));
if (contender === 'ours') await startOurs(transport, channel);
else if (transport === 'discord') await startBareDiscord();
else await startBareBolt(transport);
process.send?.('ready');
