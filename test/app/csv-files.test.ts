import { describe, expect, it } from 'vitest';
import type { Reply } from '../../src/ports/chat.ts';
import { exportAudit } from '../../src/store/index.ts';
import { openAppWorld } from './app-world.ts';

function fileOf(reply: Reply) {
  const blocks = reply.type === 'message' ? reply.message.blocks : [];
  const file = blocks.find((block) => block.type === 'file');
  if (file === undefined) throw new Error('there is no file in the reply');
  return file;
}

async function textOf(lines: AsyncIterable<string>): Promise<string> {
  let text = '';
  for await (const line of lines) text += line;
  return text;
}

describe('a file from the chat', () => {
  it('of the audit log is what the command line exports', async () => {
    await using world = await openAppWorld();
    await world.say('ana', 'rebalance');
    await world.click('ben', 'reject', { fields: { reason: '=1+1, "later"' } });
    const reply = await world.say('ana', 'audit', 'core --csv');
    expect(reply).toMatchObject({ type: 'message', visibility: 'private' });
    const file = fileOf(reply);
    expect(file.name).toMatch(/^audit-rows-core-\d{4}-\d\d-\d\d\.csv$/u);
    const { path } = world.store.database;
    const exported = await textOf(exportAudit({ path, format: 'csv', account: 'core' }));
    expect(file.content).toBe(exported);
    expect(file.content.split('\r\n').length).toBeGreaterThan(3);
  });

  it('of orders has a line for each, with exact figures', async () => {
    await using world = await openAppWorld();
    await world.say('ana', 'rebalance');
    await world.click('ben', 'approve');
    await world.settle();
    const file = fileOf(await world.say('ana', 'orders', '--csv'));
    const [header, ...lines] = file.content.trimEnd().split('\r\n');
    const { proposal } = await world.newest();
    expect(header).toMatch(/^created_at,account,proposal,leg,side,symbol,quantity,/u);
    expect(lines).toHaveLength(proposal.plan.legs.length);
    expect(lines.every((line) => line.includes(`,core,${proposal.id},`))).toBe(true);
  });

  it('is a table in the chat when no file is asked for', async () => {
    await using world = await openAppWorld();
    await world.say('ana', 'rebalance');
    const reply = await world.say('ben', 'audit', 'core');
    const blocks = reply.type === 'message' ? reply.message.blocks : [];
    expect(blocks.map(({ type }) => type)).toEqual(['heading', 'table', 'context']);
  });
});
