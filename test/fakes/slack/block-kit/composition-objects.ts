import limits from '../block-limits.json' with { type: 'json' };
import { isObject, objectsIn } from '../json.ts';
import { announced, boolean, list, object, oneOf, string, url } from './schema.ts';
import type { Check } from './schema.ts';

/** https://docs.slack.dev/reference/block-kit/composition-objects */

const longestText = limits.text.max_length;

function plainTextOf(max: number): Check {
  return object(
    { type: oneOf('plain_text'), text: string({ min: limits.text.min_length, max }) },
    { emoji: boolean },
  );
}

function mrkdwnOf(max: number): Check {
  return object(
    { type: oneOf('mrkdwn'), text: string({ min: limits.text.min_length, max }) },
    { verbatim: boolean },
  );
}

/** Only `plain_text`: headers, labels, buttons, titles. */
export function plainText(max: number = longestText): Check {
  return announced(plainTextOf(max));
}

/** Only `mrkdwn`. */
export function mrkdwn(max: number = longestText): Check {
  return announced(mrkdwnOf(max));
}

/** Either kind of text object. */
export function anyText(max: number = longestText): Check {
  const [plain, marked] = [plainTextOf(max), mrkdwnOf(max)];
  return announced((value, pointer, complain) => {
    const check = isObject(value) && value['type'] === 'mrkdwn' ? marked : plain;
    check(value, pointer, complain);
  });
}

export const actionId = string({ min: 1, max: limits.action_id.max_length });
export const blockId = string({ min: 1, max: limits.block_id.max_length });

/** The reference requires all four, although @slack/types has some of them optional. */
export const confirmationDialog = object(
  {
    title: plainText(limits.confirmation.title.max_length),
    text: plainText(limits.confirmation.text.max_length),
    confirm: plainText(limits.confirmation.confirm.max_length),
    deny: plainText(limits.confirmation.deny.max_length),
  },
  { style: oneOf('primary', 'danger') },
);

const optionFields = {
  value: string({ min: 1, max: limits.option.value.max_length }),
};

/** Options of menus: plain text only. */
export const menuOption = object(
  { text: plainText(limits.option.text.max_length), ...optionFields },
  { description: plainText(limits.option.description.max_length) },
);

/** Options of overflow menus may open a URL. */
export const overflowOption = object(
  { text: plainText(limits.option.text.max_length), ...optionFields },
  {
    description: plainText(limits.option.description.max_length),
    url: url({ max: limits.option.url.max_length }),
  },
);

/** Options of checkboxes and radio buttons may be mrkdwn. */
export const choiceOption = object(
  { text: anyText(limits.option.text.max_length), ...optionFields },
  { description: anyText(limits.option.description.max_length) },
);

export const optionGroup = object({
  label: plainText(limits.option_group.label.max_length),
  options: list(menuOption, {
    min: limits.option_group.options.min_items,
    max: limits.option_group.options.max_items,
  }),
});

export const placeholder = plainText(limits.select.placeholder.max_length);

export const dispatchActionConfiguration = object({
  trigger_actions_on: list(oneOf('on_enter_pressed', 'on_character_entered'), { min: 1, max: 2 }),
});

export const conversationFilter = object(
  {},
  {
    include: list(oneOf('im', 'mpim', 'private', 'public'), { min: 1 }),
    exclude_external_shared_channels: boolean,
    exclude_bot_users: boolean,
  },
);

export const slackFile: Check = (value, pointer, complain) => {
  object({}, { id: string({ min: 1 }), url: url({}) })(value, pointer, complain);
  if (isObject(value) && (value['id'] === undefined) === (value['url'] === undefined)) {
    complain(pointer, 'must define either `id` or `url`');
  }
};

/** An image names its picture in exactly one of two ways. */
export const oneImageSource: Check = (value, pointer, complain) => {
  if (!isObject(value)) return;
  if ((value['image_url'] === undefined) === (value['slack_file'] === undefined)) {
    complain(pointer, 'must define either `image_url` or `slack_file`');
  }
};

/** What is chosen at first must be exactly one of the options. */
export function chosenAmongOptions(single: string, several: string): Check {
  return (value, pointer, complain) => {
    if (!isObject(value)) return;
    const options = [
      ...objectsIn(value['options']),
      ...objectsIn(value['option_groups']).flatMap((group) => objectsIn(group['options'])),
    ].map((option) => JSON.stringify(sorted(option)));
    const chosen = [
      ...(value[single] === undefined ? [] : [value[single]]),
      ...(Array.isArray(value[several]) ? value[several] : []),
    ];
    for (const option of chosen) {
      if (!options.includes(JSON.stringify(sorted(option)))) {
        complain(pointer, 'the initial option must exactly match one of the options');
      }
    }
  };
}

function sorted(value: unknown): unknown {
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)]),
  );
}
