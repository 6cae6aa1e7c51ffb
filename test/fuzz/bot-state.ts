import { inspect } from 'node:util';
import type { Bot } from '../../src/main.ts';
import type { KeptLog } from '../fixtures/kept-log.ts';

/** Everything that input may not move: what is proposed, decided, ordered, filled and halted. */
export async function stateOf({ context }: Bot): Promise<string> {
  const { store } = context;
  const [proposals, orders, fills, halts, stages] = await Promise.all([
    store.listProposals({ limit: 100 }),
    store.listOrders({}),
    store.listFills({}),
    store.listHalts(),
    store.listAudit({
      actions: ['approval', 'rejection', 'order_intent', 'halt', 'resume'],
      limit: 100,
    }),
  ]);
  return JSON.stringify({
    proposals: proposals.map(({ proposal, status, decisions }) => [proposal.id, status, decisions]),
    orders,
    fills,
    halts,
    stages: stages.map(({ seq }) => seq),
  });
}

/** What was not foreseen, and whatever has no code. */
export function unforeseen({ lines }: KeptLog): readonly string[] {
  return lines
    .filter(({ level, fields }) => {
      const code = fields['code'];
      return level === 'error' && (code === undefined || code === 'unexpected');
    })
    .map(
      ({ fields, message }) => `${message}: ${JSON.stringify(fields)} ${String(fields['error'])}`,
    );
}

/** Which of the secrets stand in what was said. */
export function secretsIn(said: unknown, secrets: readonly string[]): readonly string[] {
  const text = JSON.stringify(said, (_, value: unknown) =>
    value instanceof Error ? inspect(value, { depth: 9 }) : value,
  );
  return secrets.filter((secret) => text.includes(secret));
}
