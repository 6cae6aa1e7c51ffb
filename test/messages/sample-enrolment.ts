import {
  presentCodeDenied,
  presentCodesLocked,
  presentCodesReset,
  presentEnrolled,
  presentEnrolledAlready,
  presentEnrolledNotice,
  presentEnrolledToAdmins,
  presentNoCodesHere,
  presentNothingOffered,
  presentOfferedSecret,
  presentResetAnswer,
} from '../../src/messages/enrolment.ts';
import type { Message } from '../../src/messages/message.ts';
import { later, NOW } from '../fixtures/sample-account.ts';

/** What is said around authenticators, by the name of its golden files. */
export const SAMPLE_ENROLMENT: Readonly<Record<string, () => Message>> = {
  'enrol-secret': () =>
    presentOfferedSecret({
      secret: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ',
      uri: 'otpauth://totp/Evenkeel:Ben?issuer=Evenkeel&secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&algorithm=SHA1&digits=6&period=30',
      until: later(15),
      now: NOW,
    }),
  'enrol-already': () => presentEnrolledAlready({ since: later(-60), admins: ['Dev'], now: NOW }),
  'enrol-done': () => presentEnrolled(),
  'enrol-told': () => presentEnrolledNotice({ now: NOW }),
  'enrol-told-admins': () =>
    presentEnrolledToAdmins({ personName: 'Ben', isFirst: true, now: NOW }),
  'enrol-denied': () =>
    presentCodeDenied({ denial: { code: 'code_used', attemptsLeft: 3 }, now: NOW }),
  'enrol-nothing-offered': () => presentNothingOffered(),
  'enrol-no-codes-here': () => presentNoCodesHere(),
  'enrol-reset': () => presentResetAnswer({ type: 'reset', personName: 'Ben' }),
  'enrol-reset-own': () => presentResetAnswer({ type: 'own', others: [] }),
  'enrol-reset-nobody': () =>
    presentResetAnswer({ type: 'no_such_person', given: '<b>bob</b>', people: ['ana', 'ben'] }),
  'enrol-reset-told': () => presentCodesReset({ adminName: 'Dev', now: NOW }),
  'enrol-locked-told': () => presentCodesLocked({ until: later(15), now: NOW }),
};
