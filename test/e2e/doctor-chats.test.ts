import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { COMMANDS } from '../../commands/index.ts';
import { SLACK_BOT_SCOPES } from '../../src/chat/slack/manifest.ts';
import { startDiscordFake } from '../fakes/discord/index.ts';
import { startSlackFake } from '../fakes/slack/index.ts';
import { SLACK_CHANNEL, SLACK_IDS } from './team.ts';

const PROGRAM = fileURLToPath(new URL('../../bin/evenkeel.js', import.meta.url));

const portfolios = (discordChannel: string) => `
accounts:
  core:
    broker: paper
    paper: { cash: 1000, positions: { AAPL: 10 }, prices: builtin, start: 2006-01 }
    targets: { AAPL: 100% }
    channels:
      - slack: ${SLACK_CHANNEL}
      - discord: "${discordChannel}"
people:
  ana: { name: Ana, role: proposer, slack: ${SLACK_IDS.Ana}, discord: "1" }
  ben: { name: Ben, role: approver, slack: ${SLACK_IDS.Ben}, discord: "2" }
`;

/** A Slack and a Discord as a new user finds them, and the program in front of them. */
async function open() {
  const slack = await startSlackFake({
    app: { commands: COMMANDS.map(({ name }) => `/${name}`) },
    scopes: SLACK_BOT_SCOPES,
    users: Object.entries(SLACK_IDS).map(([name, id]) => ({ id, name })),
    channels: [{ id: SLACK_CHANNEL, name: 'rebalancing' }],
  });
  const discord = await startDiscordFake();
  const folder = await mkdtemp(join(tmpdir(), 'evenkeel-doctor-'));
  await writeFile(join(folder, 'portfolios.yaml'), portfolios(discord.channel('general').id));
  const environment = {
    SLACK_BOT_TOKEN: slack.botToken,
    SLACK_APP_TOKEN: slack.appToken,
    SLACK_API_URL: slack.apiUrl,
    DISCORD_TOKEN: discord.token,
    DISCORD_GUILD_ID: discord.guild.id,
    DISCORD_API_URL: discord.apiUrl,
  };
  return {
    slack,
    discord,
    environment,
    /** Runs the program to its end. */
    evenkeel: (...args: string[]) =>
      new Promise<{ code: number; lines: readonly string[]; printed: string }>((resolve) => {
        const env = { PATH: process.env['PATH'], DATABASE_URL: 'doctor.db', ...environment };
        execFile(
          process.execPath,
          [PROGRAM, ...args],
          { cwd: folder, env },
          (error, out, errors) => {
            const lines = (out + errors).split('\n').filter((line) => /^(?:no|ok) /u.test(line));
            resolve({ code: Number(error?.code ?? 0), lines, printed: out });
          },
        );
      }),
    async [Symbol.asyncDispose]() {
      await rm(folder, { recursive: true, force: true });
      await slack.close();
      await discord.close();
    },
  };
}

it('says that both chats are well, and then precisely what is missing in each', async () => {
  await using world = await open();
  const { slack, discord } = world;
  const well = await world.evenkeel('doctor');
  expect(well.lines.slice(-2)).toEqual(['ok  slack', 'ok  discord']);
  expect(well.code).toBe(0);

  slack.setScopes(SLACK_BOT_SCOPES.filter((scope) => scope !== 'files:write'));
  slack.channel(SLACK_CHANNEL).removeBot();
  slack.setToken('app', 'revoked');
  discord.removeBot();
  const ill = await world.evenkeel('doctor');
  expect(ill.lines.slice(-4)).toEqual([
    expect.stringMatching(/^no {2}slack: The app lacks the scope files:write: update it from/u),
    expect.stringMatching(
      /^no {2}slack: SLACK_APP_TOKEN: Slack refused it \(\w+\)\. Make an App-/u,
    ),
    `no  slack: The bot is not a member of channel ${SLACK_CHANNEL}. Invite the bot there with /invite, or correct the channel in portfolios.yaml.`,
    `no  discord: The bot is not in the server ${discord.guild.id} (DISCORD_GUILD_ID). Open the inviteLink of "evenkeel manifest discord" as an administrator.`,
  ]);
  expect(ill.code).toBe(1);
}, 30_000);

it('prints manifests that can be pasted: every command, an address for HTTP, and the invite link', async () => {
  await using world = await open();
  const slack = JSON.parse((await world.evenkeel('manifest', 'slack')).printed) as unknown;
  expect(slack).toMatchObject({
    features: { slash_commands: COMMANDS.map(({ name }) => ({ command: `/${name}` })) },
    oauth_config: { scopes: { bot: SLACK_BOT_SCOPES } },
    settings: { socket_mode_enabled: true },
  });
  const url = 'https://bot.example.org/slack/events';
  const http = await world.evenkeel('manifest', 'slack', '--url', url);
  expect(JSON.parse(http.printed)).toMatchObject({
    settings: { socket_mode_enabled: false, interactivity: { request_url: url } },
  });
  const discord = JSON.parse((await world.evenkeel('manifest', 'discord')).printed) as unknown;
  expect(discord).toMatchObject({
    commands: COMMANDS.map(({ name }) => ({ name })),
    inviteLink: expect.stringContaining(`client_id=${world.discord.applicationId}`),
  });
}, 30_000);
