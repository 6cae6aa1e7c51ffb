import type { Command } from '../src/app/command.ts';
import { audit } from './audit.ts';
import { connect } from './connect.ts';
import { disconnect } from './disconnect.ts';
import { enroll } from './enroll.ts';
import { drill } from './drill.ts';
import { halt } from './halt.ts';
import { help } from './help.ts';
import { history } from './history.ts';
import { limits } from './limits.ts';
import { orders } from './orders.ts';
import { pending } from './pending.ts';
import { portfolio } from './portfolio.ts';
import { rebalance } from './rebalance.ts';
import { reconcile } from './reconcile.ts';
import { resume } from './resume.ts';
import { step } from './step.ts';
import { targets } from './targets.ts';

/** Every command, in the order in which help lists them. */
export const COMMANDS: readonly Command[] = [
  rebalance,
  portfolio,
  pending,
  orders,
  reconcile,
  history,
  audit,
  targets,
  limits,
  halt,
  resume,
  drill,
  step,
  connect,
  disconnect,
  enroll,
  help,
];
