import type { Message } from '../../src/messages/message.ts';
import { SAMPLE_BOOKS } from './sample-books.ts';
import { SAMPLE_CONNECTIONS } from './sample-connections.ts';
import { SAMPLE_ENROLMENT } from './sample-enrolment.ts';
import { SAMPLE_HALTS } from './sample-halts.ts';
import { SAMPLE_NOTICES } from './sample-notices.ts';
import { SAMPLE_OUTCOMES } from './sample-outcomes.ts';
import { SAMPLE_PROPOSALS } from './sample-proposals.ts';
import { SAMPLE_REFUSALS } from './sample-refusals.ts';
import { SAMPLE_VIEWS } from './sample-views.ts';

export const SAMPLE_MESSAGES: Readonly<Record<string, () => Message>> = {
  ...SAMPLE_BOOKS,
  ...SAMPLE_CONNECTIONS,
  ...SAMPLE_ENROLMENT,
  ...SAMPLE_HALTS,
  ...SAMPLE_NOTICES,
  ...SAMPLE_OUTCOMES,
  ...SAMPLE_PROPOSALS,
  ...SAMPLE_REFUSALS,
  ...SAMPLE_VIEWS,
};
