import {
  endDrill,
  markDrill,
  presentDrillBegun,
  presentDrillOver,
  presentDrillProblem,
} from '../../src/messages/drill.ts';
import type { DrillFacts } from '../../src/messages/drill.ts';
import {
  presentAlreadyHalted,
  presentHaltConfirmed,
  presentHaltReplaced,
  presentHalted,
  presentNotHalted,
  presentResumeConfirmed,
  presentResumeCounted,
  presentResumed,
} from '../../src/messages/halt.ts';
import type { HaltDetails } from '../../src/messages/halt.ts';
import type { Message } from '../../src/messages/message.ts';
import { later } from '../fixtures/sample-account.ts';
import { halt } from './sample-inputs.ts';

const DRILL: DrillFacts = { id: 'k3f9xa', fault: 'rejection', account: 'core' };

const HALTED: HaltDetails = {
  byName: 'Ben',
  rule: null,
  resumerNames: ['Ben', 'Chloe', 'Dev'],
  votes: { names: [], needed: 1 },
  orders: { working: 1, canceled: 0, filled: 0 },
  canceling: false,
  end: null,
};

/** Halts, and drills, by the names of their golden files. */
export const SAMPLE_HALTS: Readonly<Record<string, () => Message>> = {
  'halt-posted': () => presentHalted(halt, HALTED),
  'halt-canceling': () =>
    presentHalted(halt, {
      ...HALTED,
      votes: { names: ['Ben'], needed: 2 },
      orders: { working: 2, canceled: 1, filled: 1 },
      canceling: true,
    }),
  'halt-too-few': () =>
    presentHalted(
      { ...halt, scope: 'all', reason: '' },
      { ...HALTED, resumerNames: ['Dev'], votes: { names: [], needed: 2 } },
    ),
  'halt-automatic': () =>
    presentHalted(
      {
        ...halt,
        by: 'evenkeel',
        reason: 'the broker rejected 3 orders within 10 minutes (halts.rejections: 3)',
      },
      { ...HALTED, byName: 'Evenkeel', rule: 'rejections' },
    ),
  'halt-damaged': () =>
    presentHalted(
      { ...halt, scope: 'all', by: 'evenkeel', reason: 'part of the record cannot be read' },
      { ...HALTED, byName: 'Evenkeel', rule: 'database', orders: null },
    ),
  'halt-resumed': () =>
    presentHalted(halt, {
      ...HALTED,
      end: { type: 'resumed', names: ['Ben', 'Chloe'], at: later(34) },
    }),
  'halt-replaced': () => presentHalted(halt, { ...HALTED, end: { type: 'replaced' } }),
  'resume-posted': () =>
    presentResumed({ scope: 'core', names: ['Chloe'], at: later(34), stillHalted: null }),
  'resume-still-halted': () =>
    presentResumed({ scope: 'core', names: ['Ben', 'Chloe'], at: later(34), stillHalted: 'all' }),
  'halt-confirmed': () => presentHaltConfirmed({ scope: 'all', canceling: false }),
  'halt-confirmed-canceling': () => presentHaltConfirmed({ scope: 'core', canceling: true }),
  'halt-already': () => presentAlreadyHalted({ scope: 'core' }),
  'resume-confirmed': () => presentResumeConfirmed({ scope: 'core' }),
  'resume-counted': () =>
    presentResumeCounted({ scope: 'core', names: ['Ben'], needed: 3, already: false }),
  'resume-counted-already': () =>
    presentResumeCounted({ scope: 'all', names: ['Ben'], needed: 2, already: true }),
  'resume-replaced': () => presentHaltReplaced({ scope: 'core', halt }),
  'resume-not-halted': () => presentNotHalted({ scope: 'core', within: null }),
  'resume-halted-within-all': () => presentNotHalted({ scope: 'core', within: 'all' }),
  'drill-message': () => markDrill(presentHalted(halt, HALTED), DRILL),
  'drill-message-over': () => endDrill(markDrill(presentHalted(halt, HALTED), DRILL)),
  'drill-reply': () => markDrill(presentAlreadyHalted({ scope: 'drill-core' }), DRILL),
  'drill-begun': () => presentDrillBegun(DRILL),
  'drill-over': () =>
    presentDrillOver({
      ...DRILL,
      why: 'finished',
      outcome: 'partially executed',
      orders: ['SELL AAPL 100: filled', 'BUY IBM 104: rejected'],
    }),
  'drill-over-nothing': () =>
    presentDrillOver({ ...DRILL, why: 'timed_out', outcome: null, orders: [] }),
  'drill-usage': () => presentDrillProblem({ type: 'usage', faults: ['rejection', 'lost-answer'] }),
  'drill-which-account': () =>
    presentDrillProblem({ type: 'which_account', accounts: ['core', 'growth'] }),
  'drill-not-running': () => presentDrillProblem({ type: 'not_running', account: 'core' }),
  'drill-no-prices': () => presentDrillProblem({ type: 'no_prices', account: 'core' }),
};
