import { readdirSync } from 'node:fs';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createCustomIds } from '../../../src/chat/discord/custom-id.ts';
import { renderForm } from '../../../src/chat/discord/forms.ts';
import { renderMessage } from '../../../src/chat/discord/render.ts';
import type { Block, Form, Message } from '../../../src/messages/message.ts';
import { blockSchema, messageSchema } from '../../../src/messages/message.ts';
import {
  APPROVE,
  EMPTY_BLOCKS,
  EVERY_BLOCK,
  everywhere,
  HOSTILE,
  hostileForm,
  longMessage,
} from '../../contracts/chat/samples.ts';
import { validateDiscordMessage, validateDiscordModal } from '../../fakes/discord/index.ts';
import { eachComponent } from '../../fakes/discord/wire-types.ts';
import { SAMPLE_MESSAGES } from '../../messages/sample-messages.ts';
import { SAMPLE_FORMS } from '../../messages/sample-forms.ts';
import { shownText, strangeMarkdown } from './markdown.ts';

const customIds = createCustomIds();

function render(message: Message) {
  return renderMessage(message, customIds);
}

/** The text without the links that the message has blocks for. */
function withoutLinks(text: string, { blocks }: Message): string {
  return blocks.reduce(
    (rest, block) =>
      block.type === 'link' && block.url !== null
        ? rest.replace(`[${block.label}](<${block.url}>)`, block.label)
        : rest,
    text,
  );
}

/** What is wrong with a message as a post, an edit, an answer and a follow-up. */
function problems(message: Message): readonly string[] {
  const { body, pictures, attached } = render(message);
  const files = [...pictures, ...attached].map(({ name }) => name);
  const strange = [...eachComponent(body.components, [])].flatMap(({ component }) =>
    strangeMarkdown(withoutLinks(component.content ?? '', message)),
  );
  return [
    ...strange,
    ...(['create', 'edit', 'reply', 'webhookEdit', 'followup'] as const).flatMap((as) =>
      validateDiscordMessage(body, { files, as }),
    ),
  ];
}

function textOf(message: Message): string {
  return [...eachComponent(render(message).body.components, [])]
    .map(({ component }) => shownText(component.content ?? ''))
    .join(' ');
}

describe('sample messages look as recorded (vitest --update records anew)', () => {
  const recorded = new Set<string>();
  const golden = async (name: string, content: string): Promise<void> => {
    recorded.add(name);
    await expect(content).toMatchFileSnapshot(`./golden/${name}`);
  };

  test.each(Object.entries(SAMPLE_MESSAGES))('%s', async (name, make) => {
    const { body, pictures } = render(make());
    await golden(`${name}.json`, `${JSON.stringify(body, null, 2)}\n`);
    for (const chart of name === 'daily-summary' ? pictures : []) {
      await golden(`${name}.${chart.name}.svg`, `${chart.svg}\n`);
    }
    expect(problems(make())).toEqual([]);
  });

  test.each(Object.entries(SAMPLE_FORMS))('%s', async (name, make) => {
    const modal = renderForm(make(), customIds);
    await golden(`${name}.json`, `${JSON.stringify(modal, null, 2)}\n`);
    expect(validateDiscordModal(modal)).toEqual([]);
  });

  test('nothing else is recorded', () => {
    expect(readdirSync(new URL('./golden/', import.meta.url)).toSorted()).toEqual(
      [...recorded].toSorted(),
    );
  });
});

const RIGHT_TO_LEFT = 'مخطط المحفظة ‮cba‬ שלום';
const EMOJI = '👩‍👩‍👧‍👦🏳️‍🌈'.repeat(40);
const SYMBOL = 'ABCDEFGHIJ'.repeat(20);

describe('whatever a message says, Discord takes it', () => {
  test.each([
    ['every block', EVERY_BLOCK],
    ['empty blocks', EMPTY_BLOCKS],
    ['no blocks', { fallback: '', blocks: [] }],
    ['more of everything than fits', messageSchema.parse(longMessage())],
    ['300 legs of 200-character symbols', legs(300, SYMBOL)],
    ['300 legs', legs(300, 'AAPL')],
  ])('%s', (_, message) => {
    expect(problems(message)).toEqual([]);
  });

  test.each([...HOSTILE, RIGHT_TO_LEFT, EMOJI, '```'.repeat(500), '\\', '\\'.repeat(4001)])(
    '%j in every place',
    (text) => {
      expect(problems(everywhere(text))).toEqual([]);
      expect(validateDiscordModal(renderForm(hostileForm(text), customIds))).toEqual([]);
    },
  );

  test('anything at all', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom(...HOSTILE, EMOJI, SYMBOL),
    );
    const block = fc.oneof(
      text.map((told): Block => ({ type: 'heading', text: told })),
      text.map((told): Block => ({ type: 'text', text: told.repeat(30) })),
      text.map((told): Block => ({ type: 'context', text: `${told}\n${told}` })),
      fc.array(text, { maxLength: 40 }).map((rows): Block => ({
        type: 'table',
        caption: '',
        columns: rows.slice(0, 9).map((label) => ({ label, align: 'left' })),
        rows: rows.map((told) => rows.slice(0, 9).map(() => ({ text: told }))),
      })),
      fc.array(text, { maxLength: 9 }).map((labels): Block => ({
        type: 'buttons',
        buttons: labels.map((label) => ({ ...APPROVE, label, proposalId: label, digest: label })),
      })),
    );
    fc.assert(
      fc.property(fc.array(block, { maxLength: 30 }), text, (blocks, fallback) => {
        expect(problems({ fallback, blocks })).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });
});

describe('what does not fit', () => {
  test('rows are counted that are left out, and the rest of the message stays', () => {
    const text = textOf(legs(300, 'AAPL'));
    const left = Number(/… and (\d+) more/u.exec(text)?.[1]);
    expect(left).toBeGreaterThan(0);
    expect(text).toContain('AAPL0');
    expect(text).toContain(`AAPL${299 - left}`);
    expect(text).not.toContain(`AAPL${300 - left}`);
    expect(text).toContain('Needs 2 votes');
  });

  test('forty legs are all shown', () => {
    const text = textOf(legs(40, 'AAPL'));
    expect(text).toContain('AAPL39');
    expect(text).not.toContain('more');
  });

  test('a choice with more options than a select holds is a list to be edited', () => {
    const options = Array.from({ length: 300 }, (_, index) => ({
      value: String(index + 1),
      label: `BUY ${SYMBOL}`,
      ticked: true,
    }));
    const form: Form = {
      ...hostileForm('x'),
      fields: [{ type: 'choices', name: 'legs', label: 'Orders', required: true, options }],
    };
    const modal = renderForm(form, customIds);
    expect(validateDiscordModal(modal)).toEqual([]);
    expect(JSON.stringify(modal)).toContain('298, 299, 300');
  });
});

describe('custom ids', () => {
  test.each([true, false])('come back as they went (a form: %s)', (opensForm) => {
    const about = { ...APPROVE, opensForm };
    expect(createCustomIds().decode(customIds.encode(about))).toEqual({
      action: 'approve',
      proposalId: APPROVE.proposalId,
      digest: APPROVE.digest,
      opensForm,
    });
  });

  test('that are not ours are not read', () => {
    for (const customId of [
      '',
      'x',
      'e1:approve',
      'e1:sell:d:a:b',
      'e0:approve:d:a:b',
      'e1:approve:q:a:b',
      'e1:approve:d:a:b:c',
      'e1:approve:d:#:00',
    ]) {
      expect(customIds.decode(customId)).toBeNull();
    }
  });

  test('fit whatever they carry, and come back while the program runs', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }),
        fc.string({ maxLength: 300 }),
        (proposalId, digest) => {
          const customId = customIds.encode({ ...APPROVE, proposalId, digest });
          expect(customId.length).toBeLessThanOrEqual(100);
          expect(customIds.decode(customId)).toMatchObject({ proposalId, digest });
        },
      ),
    );
  });
});

function legs(count: number, symbol: string): Message {
  const rows = Array.from({ length: count }, (_, index) =>
    [
      'BUY',
      `${symbol}${index}`,
      '1,000',
      '$100.00',
      '$100.20',
      '$100,000.00',
      '1.0% → 2.0% (2%)',
    ].map((text) => ({ text })),
  );
  const columns = ['Side', 'Symbol', 'Quantity', 'Price', 'Limit', 'Notional', 'Weight'].map(
    (label, index) => ({ label, align: index < 2 ? ('left' as const) : ('right' as const) }),
  );
  const table = blockSchema.parse({ type: 'table', caption: 'Orders', columns, rows });
  const buttons: Block = { type: 'buttons', buttons: [APPROVE] };
  return {
    fallback: 'Many orders',
    blocks: [
      { type: 'heading', text: 'Rebalance core' },
      table,
      { type: 'text', text: 'Needs 2 votes' },
      buttons,
    ],
  };
}
