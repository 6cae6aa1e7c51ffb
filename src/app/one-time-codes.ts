import { judgeCode, lockOf, readCode } from '../core/one-time-code.ts';
import type { CodeDenial } from '../core/one-time-code.ts';
import type { Person } from '../core/person.ts';
import type { Secret } from '../lib/secret.ts';
import { totpStep } from '../lib/totp.ts';
import { presentCodesLocked } from '../messages/enrolment.ts';
import type { CodeEnrolment } from '../ports/code-store.ts';
import type { StoreTransaction } from '../ports/store.ts';
import { auditEntry } from './audit.ts';
import type { Actor } from './audit.ts';
import type { AppContext } from './context.ts';
import { tellPerson } from './tell-person.ts';

/** A code that a person typed. It is compared, and goes nowhere else: no log, no audit row, no table. */
export interface TypedCode {
  readonly person: Person;
  readonly by: Actor;
  readonly typed: string | null;
}

/**
 * Checks a typed code against the person's authenticator. What became of it is remembered in this
 * transaction: a code counts once, and after too many wrong ones codes are locked.
 * @returns why it does not count; null when it does.
 * @throws StoreError when the secret cannot be decrypted.
 */
export async function checkCode(
  context: AppContext,
  unit: StoreTransaction,
  code: TypedCode,
): Promise<CodeDenial | null> {
  const enrolment = await unit.findCodeEnrolment(code.person.id);
  if (enrolment === null || enrolment.current === null) return { code: 'code_not_enrolled' };
  return await judge(context, unit, code, enrolment, enrolment.current.secret);
}

/**
 * Checks the first code of a secret that is offered, and remembers it as used.
 * @returns why it does not count; null when it does.
 */
export async function checkFirstCode(
  context: AppContext,
  unit: StoreTransaction,
  code: TypedCode,
  enrolment: CodeEnrolment,
  offered: Secret,
): Promise<CodeDenial | null> {
  const { lastStep } = enrolment.history;
  // Codes of the secret before do not use up those of this one.
  const fresh = { ...enrolment, history: { ...enrolment.history, lastStep: null } };
  const denial = await judge(context, unit, code, fresh, offered);
  if (denial !== null) {
    const after = await unit.findCodeEnrolment(code.person.id);
    if (after !== null) await unit.saveCodeHistory(code.person.id, { ...after.history, lastStep });
  }
  return denial;
}

async function judge(
  context: AppContext,
  unit: StoreTransaction,
  { person, by, typed }: TypedCode,
  enrolment: CodeEnrolment,
  shared: Secret,
): Promise<CodeDenial | null> {
  const now = context.clock.now();
  const until = lockOf(enrolment.history, now);
  if (until !== null) return { code: 'code_locked', until };
  const digits = readCode(typed);
  if (digits === null) return { code: 'code_needed' };
  const step = await totpStep(shared, digits, now);
  const { denial, history } = judgeCode(enrolment.history, step, now);
  await unit.saveCodeHistory(person.id, history);
  if (denial?.code === 'code_locked') {
    await unit.appendAudit(
      auditEntry(now, by, 'codes_locked', null, person.id, { until: denial.until.toString() }),
    );
    await tellPerson(context, unit, person, `codes-locked:${person.id}:${now.toString()}`, {
      message: presentCodesLocked({ until: denial.until, now }),
      at: now,
    });
  }
  return denial;
}
