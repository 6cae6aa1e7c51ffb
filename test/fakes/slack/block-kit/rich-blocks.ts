import limits from '../block-limits.json' with { type: 'json' };
import { isObject, objectsIn, stringAt } from '../json.ts';
import { anyText, blockId, mrkdwn, plainText } from './composition-objects.ts';
import { cardButton, contextAction, imageElement, urlSource } from './elements.ts';
import { richText, singleRichText } from './rich-text.ts';
import { boolean, byType, list, number, object, oneOf, string } from './schema.ts';
import type { Check } from './schema.ts';
import { textLengthOf } from './text-length.ts';

/**
 * The blocks that arrived since 2025 and reach workspaces in phases. Shapes are those of
 * @slack/types 3.2 and https://docs.slack.dev/reference/block-kit/blocks; where the reference and
 * the limits file disagree, the stricter of both holds.
 */

const identified = { block_id: blockId };

const cells: Readonly<Record<string, Check>> = {
  rich_text: richText,
  raw_text: object({ type: oneOf('raw_text'), text: string({ min: 1 }) }),
  raw_number: object({
    type: oneOf('raw_number'),
    value: number({}),
    text: string({ min: limits.data_table.cell_text.min_length }),
  }),
};

/** https://docs.slack.dev/reference/block-kit/blocks/table-block: 100 rows of at most 20 cells. */
const table = object(
  {
    type: oneOf('table'),
    rows: list(list(byType(cells), { min: 1, max: 20 }), { min: 1, max: 100 }),
  },
  {
    ...identified,
    column_settings: list(
      object({}, { align: oneOf('left', 'center', 'right'), is_wrapped: boolean }),
      { max: 20 },
    ),
  },
  (value, pointer, complain) => {
    // The reference: 10,000 characters over all cells of a message, which may hold one table.
    if (isObject(value) && textLengthOf(value['rows']) > 10_000) {
      complain(`${pointer}/rows`, 'must be less than 10001 characters');
    }
  },
);

const dataTable = object(
  {
    type: oneOf('data_table'),
    caption: string({ min: 1 }),
    rows: list(
      list(byType(cells), {
        min: limits.data_table.columns.min_items,
        max: limits.data_table.columns.max_items,
      }),
      { min: limits.data_table.rows.min_items, max: limits.data_table.rows.max_items },
    ),
  },
  {
    ...identified,
    page_size: number({
      min: limits.data_table.page_size.min,
      max: limits.data_table.page_size.max,
      integer: true,
    }),
    row_header_column_index: number({ min: 0, integer: true }),
  },
  (value, pointer, complain) => {
    const rows = isObject(value) && Array.isArray(value['rows']) ? value['rows'] : [];
    const [header]: unknown[] = rows;
    const width = Array.isArray(header) ? header.length : 0;
    rows.forEach((row: unknown, index) => {
      if (Array.isArray(row) && row.length !== width) {
        complain(`${pointer}/rows/${index}`, `must have ${width} cells like the header row`);
      }
    });
    if (objectsIn(header).some((cell) => cell['type'] === 'rich_text')) {
      complain(`${pointer}/rows/0`, 'unsupported type: rich_text');
    }
    const column = isObject(value) ? value['row_header_column_index'] : undefined;
    if (typeof column === 'number' && column >= width) {
      complain(`${pointer}/row_header_column_index`, 'must be the index of a column');
    }
    if (textLengthOf(rows) > limits.data_table.content.max_length) {
      complain(
        `${pointer}/rows`,
        `must be less than ${limits.data_table.content.max_length + 1} characters`,
      );
    }
  },
);

/** The reference says 6 where the limits file says 12: what passes here passes both. */
const mostSeries = Math.min(6, limits.data_visualization.series.max_items);
const mostSegments = Math.min(6, limits.data_visualization.segments.max_items);

const point = object({
  label: string({ min: 1, max: limits.data_visualization.point_label.max_length }),
  value: number({}),
});

function seriesChart(type: string): Check {
  return object(
    {
      type: oneOf(type),
      series: list(
        object({
          name: string({ min: 1, max: limits.data_visualization.series_name.max_length }),
          data: list(point, {
            min: limits.data_visualization.data.min_items,
            max: limits.data_visualization.data.max_items,
          }),
        }),
        { min: limits.data_visualization.series.min_items, max: mostSeries },
      ),
      axis_config: object(
        {
          categories: list(
            string({ min: 1, max: limits.data_visualization.category_label.max_length }),
            {
              min: limits.data_visualization.categories.min_items,
              max: limits.data_visualization.categories.max_items,
            },
          ),
        },
        {
          x_label: string({ max: limits.data_visualization.axis_label.max_length }),
          y_label: string({ max: limits.data_visualization.axis_label.max_length }),
        },
      ),
    },
    {},
    coversCategories,
  );
}

/** Every series has exactly one value for every category; names and categories are unique. */
const coversCategories: Check = (value, pointer, complain) => {
  if (!isObject(value)) return;
  const axis = value['axis_config'];
  const listed = isObject(axis) ? axis['categories'] : undefined;
  const categories: unknown[] = Array.isArray(listed) ? listed : [];
  if (new Set(categories).size !== categories.length) {
    complain(`${pointer}/axis_config/categories`, 'categories must be unique');
  }
  const series = objectsIn(value['series']);
  if (new Set(series.map((one) => one['name'])).size !== series.length) {
    complain(`${pointer}/series`, 'series names must be unique');
  }
  series.forEach((one, index) => {
    const labels = objectsIn(one['data']).map((each) => each['label']);
    const complete =
      labels.length === categories.length && categories.every((label) => labels.includes(label));
    if (!complete) {
      complain(`${pointer}/series/${index}/data`, 'must have one value for every category');
    }
  });
};

const dataVisualization = object(
  {
    type: oneOf('data_visualization'),
    title: string({ min: 1, max: limits.data_visualization.title.max_length }),
    chart: byType({
      pie: object({
        type: oneOf('pie'),
        segments: list(
          object({
            label: string({ min: 1, max: limits.data_visualization.segment.label.max_length }),
            value: number({ above: limits.data_visualization.segment.value.exclusive_min }),
          }),
          { min: limits.data_visualization.segments.min_items, max: mostSegments },
        ),
      }),
      bar: seriesChart('bar'),
      line: seriesChart('line'),
      area: seriesChart('area'),
    }),
  },
  identified,
);

const taskFields = {
  task_id: string({ min: 1 }),
  title: string({ min: 1 }),
};
const taskDetails = {
  ...identified,
  status: oneOf('pending', 'in_progress', 'complete', 'error'),
  details: singleRichText,
  output: singleRichText,
  sources: list(urlSource),
  hide_title: boolean,
};

const plan = object(
  { type: oneOf('plan'), title: string({ min: 1 }) },
  {
    ...identified,
    tasks: list(object(taskFields, { ...taskDetails, type: oneOf('task_card') }), { max: 50 }),
  },
  (value, pointer, complain) => {
    const seen = new Set<unknown>();
    objectsIn(isObject(value) ? value['tasks'] : []).forEach((task, index) => {
      const id = stringAt(task, 'task_id');
      if (id !== null && seen.has(id)) {
        complain(`${pointer}/tasks/${index}/task_id`, `task_id ${id} already exists`);
      }
      seen.add(id);
    });
  },
);

const card = object(
  { type: oneOf('card') },
  {
    ...identified,
    hero_image: imageElement,
    icon: imageElement,
    title: mrkdwn(limits.card.title.max_length),
    subtitle: mrkdwn(limits.card.subtitle.max_length),
    body: mrkdwn(limits.card.body.max_length),
    subtext: mrkdwn(limits.card.subtext.max_length),
    actions: list(cardButton, { min: 1, max: limits.card.actions.max_items }),
  },
  (value, pointer, complain) => {
    const needed = ['hero_image', 'title', 'actions', 'body'];
    if (isObject(value) && needed.every((field) => value[field] === undefined)) {
      complain(pointer, 'must define one of `hero_image`, `title`, `actions` or `body`');
    }
  },
);

export const richBlocks: Readonly<Record<string, Check>> = {
  table,
  data_table: dataTable,
  data_visualization: dataVisualization,
  task_card: object({ type: oneOf('task_card'), ...taskFields }, taskDetails),
  plan,
  alert: object(
    { type: oneOf('alert'), text: anyText(limits.alert.text.max_length) },
    { ...identified, level: oneOf('default', 'info', 'warning', 'error', 'success') },
  ),
  card,
  carousel: object(
    {
      type: oneOf('carousel'),
      elements: list(byType({ card }), {
        min: limits.carousel.elements.min_items,
        max: limits.carousel.elements.max_items,
      }),
    },
    identified,
  ),
  context_actions: object(
    {
      type: oneOf('context_actions'),
      elements: list(contextAction, { min: 1, max: limits.context_actions.elements.max_items }),
    },
    identified,
  ),
};

/**
 * A container of blocks. Its children are those that both the reference and the live validator
 * accept.
 */
export function containerOf(child: Check): Check {
  return object(
    {
      type: oneOf('container'),
      child_blocks: list(child, { min: 1, max: limits.container.child_blocks.max_items }),
    },
    {
      ...identified,
      title: plainText(limits.container.title.max_length),
      rich_text_title: richText,
      subtitle: anyText(limits.container.subtitle.max_length),
      width: oneOf('narrow', 'standard', 'wide', 'full'),
      icon: imageElement,
      is_collapsible: boolean,
      default_collapsed: boolean,
      has_header_divider: boolean,
    },
    (value, pointer, complain) => {
      if (!isObject(value)) return;
      if (value['title'] === undefined && value['rich_text_title'] === undefined) {
        complain(pointer, 'must define either `title` or `rich_text_title`');
      }
      if (value['default_collapsed'] === true && value['is_collapsible'] !== true) {
        complain(pointer, '`default_collapsed` requires `is_collapsible`');
      }
    },
  );
}
