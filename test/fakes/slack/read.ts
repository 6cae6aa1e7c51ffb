import { findElements } from './element-state.ts';
import { isObject, stringAt } from './json.ts';
import type { SlackMessage, SlackView } from './observations.ts';

/** Reading what is shown, for assertions. */
export interface SlackButton {
  readonly actionId: string;
  readonly blockId: string;
  readonly label: string;
  readonly value: string | null;
  readonly url: string | null;
  readonly style: 'primary' | 'danger' | null;
  readonly confirm: {
    readonly title: string;
    readonly text: string;
    readonly confirm: string;
    readonly deny: string;
  } | null;
}

/** The buttons of a message or view, in order. */
export function buttonsOf(shown: Pick<SlackMessage | SlackView, 'blocks'>): SlackButton[] {
  return findElements(shown.blocks)
    .filter(({ element }) => element['type'] === 'button')
    .map(({ element, blockId, actionId }) => {
      const { style, confirm } = element;
      const worded = (field: string): string =>
        isObject(confirm) ? (stringAt(confirm[field], 'text') ?? '') : '';
      return {
        actionId,
        blockId,
        label: stringAt(element['text'], 'text') ?? '',
        value: stringAt(element, 'value'),
        url: stringAt(element, 'url'),
        style: style === 'primary' || style === 'danger' ? style : null,
        confirm: isObject(confirm)
          ? {
              title: worded('title'),
              text: worded('text'),
              confirm: worded('confirm'),
              deny: worded('deny'),
            }
          : null,
      };
    });
}
