import { peopleWithRole, roleFor, roleIncludes } from '../core/permission.ts';
import type { Person } from '../core/person.ts';
import { reveal } from '../lib/secret.ts';
import {
  codeForm,
  presentCodeDenied,
  presentEnrolled,
  presentEnrolledAlready,
  presentNoCodesHere,
  presentNothingOffered,
  presentOfferedSecret,
  presentResetAnswer,
} from '../messages/enrolment.ts';
import { FORM_FIELDS } from '../messages/forms.ts';
import { presentRoleNeeded } from '../messages/refusal.ts';
import type { Interaction, Reply } from '../ports/chat.ts';
import { auditEntry } from './audit.ts';
import type { Actor } from './audit.ts';
import type { AppContext } from './context.ts';
import { confirmSecret, offerAnotherSecret, offerSecret, resetCodes } from './enrolment.ts';
import type { OfferResult } from './enrolment.ts';
import { privately, unstored } from './privately.ts';

type Click = Extract<Interaction, { type: 'click' }>;

/**
 * Answers `/enroll` and `/enroll PERSON --reset`.
 * @param typed what followed, its flag among it.
 */
export async function answerEnroll(
  context: AppContext,
  person: Person,
  by: Actor,
  typed: string,
  isReset: boolean,
): Promise<Reply> {
  const words = typed.split(/\s+/u).filter((word) => word !== '');
  const given = words.filter((word) => word !== '--reset').join(' ');
  if (isReset || given.length < typed.trim().length) {
    return await answerReset(context, person, by, given);
  }
  if (given !== '') {
    return privately(
      /\d|\[/u.test(given) ? presentNoCodesHere() : presentResetAnswer({ type: 'no_person' }),
    );
  }
  return answerOffer(context, await offerSecret(context, person));
}

/** Answers the buttons and forms of `/enroll`. */
export async function answerEnrolmentClick(
  context: AppContext,
  click: Click,
  action: 'confirm_codes' | 'replace_codes',
  person: Person,
  by: Actor,
): Promise<Reply> {
  if (click.fields === null) return { type: 'form', form: codeForm(action) };
  const code = { person, by, typed: click.fields[FORM_FIELDS.code] ?? null };
  if (action === 'replace_codes') {
    return answerOffer(context, await offerAnotherSecret(context, code));
  }
  const result = await confirmSecret(context, code);
  switch (result.type) {
    case 'confirmed':
      return privately(presentEnrolled());
    case 'nothing_offered':
      return privately(presentNothingOffered());
    case 'denied':
      return privately(presentCodeDenied({ denial: result.denial, now: context.clock.now() }));
  }
}

function answerOffer(context: AppContext, result: OfferResult): Reply {
  const now = context.clock.now();
  switch (result.type) {
    case 'offered':
      return unstored(
        presentOfferedSecret({
          secret: reveal(result.secret),
          uri: reveal(result.uri),
          until: result.until,
          now,
        }),
      );
    case 'enrolled':
      return privately(
        presentEnrolledAlready({ since: result.since, admins: adminNames(context), now }),
      );
    case 'denied':
      return privately(presentCodeDenied({ denial: result.denial, now }));
  }
}

async function answerReset(
  context: AppContext,
  admin: Person,
  by: Actor,
  given: string,
): Promise<Reply> {
  if (!roleIncludes(roleFor(admin, null), 'admin')) {
    await context.store.transaction((unit) =>
      unit.appendAudit(
        auditEntry(context.clock.now(), by, 'denial', null, '/enroll --reset', {
          code: 'role',
          needed: 'admin',
        }),
      ),
    );
    return privately(
      presentRoleNeeded({
        what: "reset somebody's authenticator",
        role: 'admin',
        account: null,
        people: adminNames(context),
      }),
    );
  }
  if (given === '') return privately(presentResetAnswer({ type: 'no_person' }));
  const wanted = given.replace(/^@/u, '').toLowerCase();
  const named = context.people.filter(
    ({ id, name }) => id.toLowerCase() === wanted || name.toLowerCase() === wanted,
  );
  const [person] = named;
  if (person === undefined || named.length > 1) {
    const people = context.people.map(({ id }) => id);
    return privately(presentResetAnswer({ type: 'no_such_person', given, people }));
  }
  if (person.id === admin.id) {
    const others = adminNames(context).filter((name) => name !== admin.name);
    return privately(presentResetAnswer({ type: 'own', others }));
  }
  const done = await resetCodes(context, person, admin, by);
  const personName = person.name;
  return privately(presentResetAnswer({ type: done ? 'reset' : 'no_codes', personName }));
}

function adminNames(context: AppContext): readonly string[] {
  return peopleWithRole(context.people, null, 'admin').map(({ name }) => name);
}
