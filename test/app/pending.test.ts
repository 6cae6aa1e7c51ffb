import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nudgeApprovers } from '../../src/app/nudges.ts';
import { viewHome } from '../../src/app/view-home.ts';
import { createCustomIds } from '../../src/chat/discord/custom-id.ts';
import { renderMessage as renderForDiscord } from '../../src/chat/discord/render.ts';
import { renderMessage as renderForSlack } from '../../src/chat/slack/render.ts';
import type { Message } from '../../src/messages/message.ts';
import type { Reply } from '../../src/ports/chat.ts';
import type { Store } from '../../src/ports/store.ts';
import { sampleAccount, SAMPLE_PEOPLE } from '../fixtures/sample-account.ts';
import { sampleProposal } from '../fixtures/sample-proposal.ts';
import { validateDiscordMessage } from '../fakes/discord/index.ts';
import { validateSlackMessage, validateSlackView } from '../fakes/slack/index.ts';
import { openAppWorld, wordsOf } from './app-world.ts';
import type { AppWorld } from './app-world.ts';

const WAITING = 1000;
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';
/** As long as names may be, so that no page has room to spare. */
const LONG = 'x'.repeat(40);

const idOf = (index: number) =>
  `a${[3, 2, 1, 0].map((place) => ALPHABET[Math.floor(index / 32 ** place) % 32]).join('')}z`;
const IDS = Array.from({ length: WAITING }, (_, index) => idOf(index));

let world: AppWorld;
/** How many proposals were read, and how many transactions were begun. */
let read = 0;
let transactions = 0;

/** A thousand proposals wait, the first of them the oldest. */
beforeAll(async () => {
  world = await openAppWorld({
    accounts: [
      sampleAccount({
        approvals: { ...sampleAccount().approvals, largeTrade: null },
        // Where wash sales are looked for, all that waits in the owner's accounts is read.
        compliance: { ...sampleAccount().compliance, washSales: 'ignore' },
      }),
      sampleAccount({ name: 'family' }),
    ],
    people: SAMPLE_PEOPLE.map((person) => ({
      ...person,
      name: `${person.name} ${LONG}`.slice(0, 40),
    })),
  });
  const now = world.clock.now();
  const { sqlite } = world.store.database;
  // Of an account that is configured no more, and the newest of all.
  const template = sampleProposal({
    id: 'gnegne',
    account: 'gone',
    createdAt: now,
    expiresAt: now.add({ hours: 1 }),
  });
  await world.store.transaction((unit) => unit.insertProposal(template));
  const copy =
    sqlite.prepare(`insert into proposals (id, account, mode, broker, digest, status, created_at,
      expires_at, document)
    select @id, 'core', mode, broker, digest, status, @at, expires_at, json_set(document, '$.id', @id, '$.account', 'core')
    from proposals where id = 'gnegne'`);
  sqlite.transaction(() => {
    for (const [index, id] of IDS.entries()) {
      const at = now.subtract({ seconds: WAITING - index });
      copy.run({ id, at: at.toString({ fractionalSecondDigits: 9 }) });
    }
  })();
  const { store } = world;
  const findProposal = store.findProposal.bind(store);
  const listProposals = store.listProposals.bind(store);
  const transaction = store.transaction.bind(store);
  Object.assign(store, {
    findProposal: async (id: string) => {
      read += 1;
      return await findProposal(id);
    },
    listProposals: async (filter) => {
      if (filter.statuses?.includes('pending') !== false) throw new Error('not all of them');
      return await listProposals(filter);
    },
    transaction: async (work) => {
      transactions += 1;
      return await transaction(work);
    },
  } satisfies Partial<Store>);
});

afterAll(async () => {
  await world[Symbol.asyncDispose]();
});

function idsIn(shown: unknown): readonly string[] {
  return [
    ...new Set([...JSON.stringify(shown).matchAll(/#(a[0-9a-z]{4}z)/gu)].map(([, id]) => id ?? '')),
  ];
}

function everywhere(message: Message): readonly (readonly string[])[] {
  const slack = renderForSlack(message, { rich: true });
  const plain = renderForSlack(message, { rich: false });
  const discord = renderForDiscord(message, createCustomIds()).body;
  expect(validateSlackMessage(slack)).toEqual([]);
  expect(validateSlackMessage(plain, { richBlocks: [] })).toEqual([]);
  expect(validateDiscordMessage(discord)).toEqual([]);
  return [slack.blocks, plain.blocks, discord].map(idsIn);
}

function messageOf(reply: Reply): Message {
  if (reply.type !== 'message') throw new Error('a command is answered with a message');
  return reply.message;
}

describe('/pending of a thousand proposals', () => {
  it('shows ten on a page, in every chat, and reads no more of them', async () => {
    const newestFirst = IDS.toReversed();
    for (const page of [1, 2, 57, 100]) {
      const before = read;
      const message = messageOf(
        await world.say('ana', 'pending', page === 1 ? '' : `--page ${page}`),
      );
      const shown = newestFirst.slice((page - 1) * 10, page * 10);
      for (const ids of everywhere(message)) expect(ids).toEqual(shown);
      expect(read - before).toBe(10);
      expect(message.fallback).toContain(
        `1,000 proposals wait for a decision (page ${page} of 100`,
      );
    }
  });

  it('names the pages around, of the account that was asked for', async () => {
    const say = async (text: string) =>
      JSON.stringify(messageOf(await world.say('ana', 'pending', text)));
    const middle = await say('core --page 7');
    expect(middle).toContain('/pending core --page 8 shows the next.');
    expect(middle).toContain('/pending core --page 6 shows the one before.');
    const last = await say('--page 100');
    expect(last).not.toContain('--page 101');
    expect(await say('family')).not.toContain('--page');
  });

  it('says which pages there are to who asks for another one', async () => {
    const words = wordsOf(await world.say('ana', 'pending', '--page 101'));
    expect(words).toContain('--page takes a page from 1 to 100, not “101”.');
    const one = wordsOf(await world.say('ana', 'pending', 'family --page 2'));
    expect(one).toContain('--page takes 1: there is one page, not “2”.');
  });

  it('are on a person’s own page by the newest and their number', async () => {
    const before = read;
    const home = await viewHome(world.context, { platform: 'web', userId: 'ben', roleIds: [] });
    expect(read - before).toBe(8);
    expect(idsIn(home)).toEqual(IDS.toReversed().slice(0, 8));
    expect(JSON.stringify(home)).toContain('992 older proposals wait too; /pending lists all');
    const { blocks } = renderForSlack(home, { rich: true, surface: 'home' });
    expect(validateSlackView({ type: 'home', blocks })).toEqual([]);
  });
});

it('reminders of a thousand proposals look closer at those that are due only', async () => {
  transactions = 0;
  expect(await nudgeApprovers(world.context)).toEqual({ reminded: 0, escalated: 0 });
  expect(transactions).toBe(0);
});
