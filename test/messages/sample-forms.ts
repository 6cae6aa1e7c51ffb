import { complianceNotes } from '../../src/core/compliance/notes.ts';
import { redirectForm } from '../../src/messages/connection.ts';
import { codeForm } from '../../src/messages/enrolment.ts';
import { adjustForm, approvalForm, rejectForm } from '../../src/messages/forms.ts';
import type { Form } from '../../src/messages/message.ts';
import { sampleRecord } from '../fixtures/sample-proposal.ts';
import { account } from './sample-inputs.ts';

/** Every form there is, by the name of its golden file. */
export const SAMPLE_FORMS: Readonly<Record<string, () => Form>> = {
  'form-notes': () =>
    approvalForm(sampleRecord(), account, {
      action: 'approve',
      asks: {
        confirmation: true,
        code: false,
        notes: complianceNotes([
          'No inside information.',
          'This account is in no blackout period that I know of, and neither is anybody who benefits from it.',
        ]),
      },
    }),
  'form-reject': () => rejectForm(sampleRecord()),
  'form-confirmation': () =>
    approvalForm(sampleRecord(), account, {
      asks: { confirmation: true, code: false, notes: [] },
      action: 'approve',
    }),
  'form-code': () =>
    approvalForm(sampleRecord(), account, {
      asks: { confirmation: true, code: true, notes: [] },
      action: 'approve_at_open',
    }),
  'form-first-code': () => codeForm('confirm_codes'),
  'form-adjust': () => adjustForm(sampleRecord()),
  'form-redirect': () => redirectForm('schwab'),
};
