import type { Block } from '../../messages/message.ts';
import type { SlackBlock } from './block-kit.ts';
import { LIMITS, section } from './block-kit.ts';
import { clip, line } from './text.ts';
import { WORDS } from './words.ts';

type Progress = Extract<Block, { type: 'progress' }>;
type Step = Progress['steps'][number];

const TASK_STATUS = {
  waiting: 'pending',
  running: 'in_progress',
  done: 'complete',
  failed: 'error',
} as const satisfies Record<Step['status'], string>;

const MARK = {
  waiting: '○',
  running: '◐',
  done: '●',
  failed: '✕',
} as const satisfies Record<Step['status'], string>;

/** Which steps stay when there are too many: what failed, what runs, what waits, what is done. */
const IMPORTANCE = ['failed', 'running', 'waiting', 'done'] as const;

const LONGEST_TITLE = 100;
const BAR = 20;
/** What all steps of one plan may say, so that the rest of the message has its room too. */
const STEP_CHARACTERS = 5500;

/**
 * A plan with a task a step. https://docs.slack.dev/reference/block-kit/blocks/plan-block
 */
export function renderPlan(progress: Progress): SlackBlock | null {
  const { kept, left } = mostImportant(progress.steps, LIMITS.tasks - 1);
  if (kept.length === 0) return renderBar(progress);
  const ids = new Set<string>();
  const each = Math.floor(STEP_CHARACTERS / kept.length);
  const tasks = kept.map((step) => {
    const title = line(step.title, Math.min(LONGEST_TITLE, each)) || WORDS.empty;
    const detail = line(step.detail, Math.max(20, each - title.length));
    return {
      type: 'task_card',
      task_id: uniqueId(ids, line(step.id, 60)),
      title,
      status: TASK_STATUS[step.status],
      ...(detail === '' ? {} : { details: richText(detail) }),
    };
  });
  const rest =
    left === 0
      ? []
      : [
          {
            type: 'task_card',
            task_id: uniqueId(ids, 'rest'),
            title: WORDS.moreSteps(left),
            status: 'pending',
          },
        ];
  return { type: 'plan', title: headline(progress), tasks: [...tasks, ...rest] };
}

/** The same as lines of text. */
export function renderPlainProgress(progress: Progress): SlackBlock | null {
  const { kept, left } = mostImportant(progress.steps, LIMITS.tasks);
  const each = Math.floor((LIMITS.text - 300) / Math.max(1, kept.length)) - 4;
  const lines = kept.map((step) => {
    const detail = line(step.detail, LONGEST_TITLE);
    const text = `${line(step.title, LONGEST_TITLE)}${detail === '' ? '' : ` – ${detail}`}`;
    return `${MARK[step.status]} ${clip(text, each)}`;
  });
  const rest = left === 0 ? [] : [WORDS.moreSteps(left)];
  const text = [headline(progress), barOf(progress.percent), ...lines, ...rest].join('\n');
  return section(clip(text, LIMITS.text));
}

function renderBar(progress: Progress): SlackBlock {
  return section(`${headline(progress)}\n${barOf(progress.percent)}`);
}

function headline({ label, percent }: Progress): string {
  const said = line(label, LIMITS.header - 10);
  return said === '' ? `${percent}%` : `${said} – ${percent}%`;
}

function barOf(percent: number): string {
  const full = Math.round((percent * BAR) / 100);
  return '▰'.repeat(full) + '▱'.repeat(BAR - full);
}

function mostImportant(
  steps: readonly Step[],
  most: number,
): { readonly kept: readonly Step[]; readonly left: number } {
  if (steps.length <= most) return { kept: steps, left: 0 };
  const chosen = new Set(
    IMPORTANCE.flatMap((status) => steps.filter((step) => step.status === status)).slice(0, most),
  );
  return { kept: steps.filter((step) => chosen.has(step)), left: steps.length - most };
}

function uniqueId(taken: Set<string>, wanted: string): string {
  const base = wanted === '' ? 'step' : wanted;
  let id = base;
  for (let count = 2; taken.has(id); count += 1) id = `${base}-${count}`;
  taken.add(id);
  return id;
}

function richText(text: string): SlackBlock {
  return {
    type: 'rich_text',
    elements: [{ type: 'rich_text_section', elements: [{ type: 'text', text }] }],
  };
}
