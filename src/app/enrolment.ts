import type { CodeDenial } from '../core/one-time-code.ts';
import { peopleWithRole } from '../core/permission.ts';
import type { Person } from '../core/person.ts';
import type { Secret } from '../lib/secret.ts';
import { TOTP_SECRET_BYTES, totpSecret, totpUri } from '../lib/totp.ts';
import {
  presentCodesReset,
  presentEnrolledNotice,
  presentEnrolledToAdmins,
} from '../messages/enrolment.ts';
import type { CodeSecrets } from '../ports/code-store.ts';
import type { StoreTransaction } from '../ports/store.ts';
import { auditEntry } from './audit.ts';
import type { Actor } from './audit.ts';
import type { AppContext } from './context.ts';
import { checkCode, checkFirstCode } from './one-time-codes.ts';
import type { TypedCode } from './one-time-codes.ts';
import { tellPerson } from './tell-person.ts';

/** What authenticator apps show beside the codes. */
const ISSUER = 'Evenkeel';

/** A secret that was shown must be confirmed with a first code within this time. */
const OFFERED_FOR = Temporal.Duration.from({ minutes: 15 });

/** A secret that is shown to its person, once. */
export interface OfferedSecret {
  readonly secret: Secret;
  /** The `otpauth://` address of the same secret. */
  readonly uri: Secret;
  readonly until: Temporal.Instant;
}

export type OfferResult =
  | ({ readonly type: 'offered' } & OfferedSecret)
  /** There is an authenticator: another one takes a code of it. */
  | { readonly type: 'enrolled'; readonly since: Temporal.Instant }
  | { readonly type: 'denied'; readonly denial: CodeDenial };

export type ConfirmResult =
  | { readonly type: 'confirmed' }
  /** No secret is offered, or its time is over. */
  | { readonly type: 'nothing_offered' }
  | { readonly type: 'denied'; readonly denial: CodeDenial };

/**
 * Offers a secret to a person without an authenticator. It counts once a first code confirms it.
 * @throws StoreError `master_key_missing`: then nothing is offered.
 */
export async function offerSecret(context: AppContext, person: Person): Promise<OfferResult> {
  return await context.store.transaction(async (unit) => {
    const since = await unit.codesSince(person.id);
    if (since !== null) return { type: 'enrolled', since };
    return { type: 'offered', ...(await offer(context, unit, person, null)) };
  });
}

/** Offers another secret to a person who gives a code of the one they have; that one counts until then. */
export async function offerAnotherSecret(
  context: AppContext,
  code: TypedCode,
): Promise<OfferResult> {
  const { person, by } = code;
  return await context.store.transaction(async (unit) => {
    const denial = await checkCode(context, unit, code);
    if (denial !== null) {
      await deny(context, unit, by, person, denial);
      return { type: 'denied', denial };
    }
    const enrolment = await unit.findCodeEnrolment(person.id);
    const current = enrolment?.current ?? null;
    return { type: 'offered', ...(await offer(context, unit, person, current)) };
  });
}

/** Takes the first code of the secret that is offered: from now on codes of that one count. */
export async function confirmSecret(context: AppContext, code: TypedCode): Promise<ConfirmResult> {
  const { person, by } = code;
  const result = await context.store.transaction(async (unit): Promise<ConfirmResult> => {
    const now = context.clock.now();
    const enrolment = await unit.findCodeEnrolment(person.id);
    const offered = enrolment?.offered ?? null;
    if (
      enrolment === null ||
      offered === null ||
      Temporal.Instant.compare(now, offered.until) >= 0
    ) {
      return { type: 'nothing_offered' };
    }
    const denial = await checkFirstCode(context, unit, code, enrolment, offered.secret);
    if (denial !== null) {
      await deny(context, unit, by, person, denial);
      return { type: 'denied', denial };
    }
    await unit.saveCodeSecrets(person.id, {
      current: { secret: offered.secret, since: now },
      offered: null,
    });
    await unit.appendAudit(
      auditEntry(now, by, 'codes_enrolled', null, person.id, {
        replaces: enrolment.current === null ? null : enrolment.current.since.toString(),
      }),
    );
    await tellPerson(context, unit, person, `codes-enrolled:${person.id}:${now.toString()}`, {
      message: presentEnrolledNotice({ now }),
      at: now,
    });
    await tellAdmins(context, unit, person, enrolment.current === null, now);
    return { type: 'confirmed' };
  });
  context.changed();
  return result;
}

/**
 * Forgets the authenticator of somebody who lost it.
 * @returns false when there was none.
 */
export async function resetCodes(
  context: AppContext,
  person: Person,
  admin: Person,
  by: Actor,
): Promise<boolean> {
  const done = await context.store.transaction(async (unit) => {
    if (!(await unit.deleteCodeEnrolment(person.id))) return false;
    const now = context.clock.now();
    await unit.appendAudit(auditEntry(now, by, 'codes_reset', null, person.id));
    await tellPerson(context, unit, person, `codes-reset:${person.id}:${now.toString()}`, {
      message: presentCodesReset({ adminName: admin.name, now }),
      at: now,
    });
    return true;
  });
  context.changed();
  return done;
}

async function offer(
  context: AppContext,
  unit: StoreTransaction,
  person: Person,
  current: CodeSecrets['current'],
): Promise<OfferedSecret> {
  const secret = await totpSecret(context.random.bytes(TOTP_SECRET_BYTES));
  const until = context.clock.now().add(OFFERED_FOR);
  await unit.saveCodeSecrets(person.id, { current, offered: { secret, until } });
  return { secret, uri: await totpUri(secret, ISSUER, person.name), until };
}

/** Whoever took over a chat login could enrol: an admin who hears of it can ask, and reset. */
async function tellAdmins(
  context: AppContext,
  unit: StoreTransaction,
  person: Person,
  isFirst: boolean,
  now: Temporal.Instant,
): Promise<void> {
  const message = presentEnrolledToAdmins({ personName: person.name, isFirst, now });
  for (const admin of peopleWithRole(context.people, null, 'admin')) {
    if (admin.id === person.id) continue;
    const key = `codes-enrolled:${person.id}:${now.toString()}:${admin.id}`;
    await tellPerson(context, unit, admin, key, { message, at: now });
  }
}

async function deny(
  context: AppContext,
  unit: StoreTransaction,
  by: Actor,
  person: Person,
  denial: CodeDenial,
): Promise<void> {
  await unit.appendAudit(
    auditEntry(context.clock.now(), by, 'denial', null, person.id, { code: denial.code }),
  );
}
