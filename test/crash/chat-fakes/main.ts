/** A chat platform as a process: `node main.ts '{"platform":"slack"}'`; see ../../fakes/fake-process.ts. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { text as readText } from 'node:stream/consumers';
import { z } from 'zod';
import { openDiscord } from './discord.ts';
import { verbs } from './platform.ts';
import type { FakePlatform } from './platform.ts';
import { openSlack } from './slack.ts';

const { platform } = z
  .strictObject({ platform: z.enum(['slack', 'discord']) })
  .parse(JSON.parse(process.argv[2] ?? '{}'));
const fake = platform === 'slack' ? await openSlack() : await openDiscord();

async function steer(at: FakePlatform, verb: string, body: unknown): Promise<unknown> {
  switch (verb) {
    case 'command': {
      const { person, command, account } = verbs.command.parse(body);
      return await at.command(person, command, account);
    }
    case 'click': {
      const { person, button, twice } = verbs.click.parse(body);
      return await at.click(person, button, twice);
    }
    case 'redeliver':
      return await at.redeliver();
    case 'fault':
      at.fault(verbs.fault.parse(body).name);
      return null;
    case 'state':
      return at.state();
    default:
      throw new Error(`there is no ${verb}`);
  }
}

const control = createServer((request, response) => {
  void (async () => {
    const verb = (request.url ?? '').replace(/^\/control\//u, '');
    try {
      const body: unknown = JSON.parse((await readText(request)) || '{}');
      const answer = (await steer(fake, verb, body)) ?? null;
      response.writeHead(200).end(JSON.stringify(answer));
    } catch (error) {
      response.writeHead(400).end(error instanceof Error ? error.message : String(error));
    }
  })();
});
control.listen(0, '127.0.0.1');
await once(control, 'listening');
const address = control.address();
if (address === null || typeof address === 'string') throw new Error('there is no port');
process.stdout.write(
  `${JSON.stringify({ control: `http://127.0.0.1:${address.port}/control`, ...fake.ready })}\n`,
);

process.stdin.resume();
process.stdin.once('end', () => {
  process.exit(0);
});
process.stdin.once('close', () => {
  process.exit(0);
});
