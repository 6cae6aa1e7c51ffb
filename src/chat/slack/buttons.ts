import { z } from 'zod';
import type { Button } from '../../messages/message.ts';
import { buttonActionSchema } from '../../messages/message.ts';
import type { SlackBlock } from './block-kit.ts';
import { LIMITS, plainText } from './block-kit.ts';
import { line } from './text.ts';
import { WORDS } from './words.ts';

/** What a button carries, so that a click can be read without asking anybody. */
const buttonValueSchema = z.object({
  a: buttonActionSchema,
  p: z.string(),
  d: z.string(),
});

export interface ButtonValue {
  readonly action: Button['action'];
  readonly proposalId: string;
  readonly digest: string;
}

/** What a button's value says; null when it is not one of ours or from another version. */
export function parseButtonValue(value: string): ButtonValue | null {
  try {
    const { a, p, d } = buttonValueSchema.parse(JSON.parse(value));
    return { action: a, proposalId: p, digest: d };
  } catch {
    // Whatever it is, it is not ours: the caller says so to the person.
    return null;
  }
}

/** Rows of buttons; at most `rows` of them. */
export function renderButtons(buttons: readonly Button[], rows: number): readonly SlackBlock[] {
  const shown = buttons.slice(0, rows * LIMITS.buttonsInRow);
  const elements = shown.map((button, index) => {
    const before = shown.slice(0, index).filter(({ action }) => action === button.action).length;
    return renderButton(button, before === 0 ? button.action : `${button.action}:${before + 1}`);
  });
  return Array.from(
    { length: Math.ceil(elements.length / LIMITS.buttonsInRow) },
    (_, row): SlackBlock => ({
      type: 'actions',
      elements: elements.slice(row * LIMITS.buttonsInRow, (row + 1) * LIMITS.buttonsInRow),
    }),
  );
}

function renderButton(button: Button, actionId: string): SlackBlock {
  const { action, label, proposalId, digest, style, confirm } = button;
  const value = JSON.stringify({ a: action, p: proposalId, d: digest });
  if (value.length > LIMITS.buttonValue) {
    throw new RangeError(`the button ${action} carries more than ${LIMITS.buttonValue} characters`);
  }
  return {
    type: 'button',
    action_id: actionId,
    text: plainText(line(label, LIMITS.buttonText) || action),
    value,
    ...(style === 'plain' ? {} : { style }),
    ...(confirm === undefined
      ? {}
      : {
          confirm: {
            title: plainText(line(confirm.title, LIMITS.confirmTitle) || WORDS.confirm),
            text: plainText(line(confirm.text, LIMITS.confirmText) || WORDS.confirm),
            confirm: plainText(line(confirm.yes, LIMITS.confirmButton) || WORDS.ok),
            deny: plainText(line(confirm.no, LIMITS.confirmButton) || WORDS.cancel),
            ...(style === 'plain' ? {} : { style }),
          },
        }),
  };
}
