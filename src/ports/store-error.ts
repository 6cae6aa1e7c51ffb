/** Stable codes of everything that can go wrong with the database. */
export type StoreErrorCode =
  | 'audit_key_mismatch'
  | 'constraint_violated'
  | 'database_closed'
  | 'database_corrupt'
  | 'database_locked'
  | 'database_newer'
  | 'database_readonly'
  | 'database_unavailable'
  | 'disk_full'
  | 'invalid_value'
  | 'master_key_mismatch'
  | 'master_key_missing'
  | 'migration_failed'
  | 'misused_transaction'
  | 'not_a_database'
  | 'secret_unreadable';

/** What to do next, a sentence a code. */
const NEXT_STEP: Readonly<Record<StoreErrorCode, string>> = {
  audit_key_mismatch:
    'Set AUDIT_KEY to the key that the log was written with, or run "evenkeel audit verify" if it never changed.',
  constraint_violated: 'Nothing was written. This is a defect of the program: please report it.',
  database_closed: 'Start the program again.',
  database_corrupt:
    'Stop the program, keep a copy of the file, and restore the last backup; "evenkeel audit verify" tells how far the record is good.',
  database_locked:
    'Another program holds the database: close it, or wait until it is done, and try again.',
  database_newer: 'Update the program to the version that wrote the database, or a later one.',
  database_readonly:
    'Give the user that runs the program the right to write the file and its folder.',
  database_unavailable: 'Check that the path is right and that the disk answers, and try again.',
  disk_full: 'Free some space on the disk and try again; nothing that was confirmed is lost.',
  invalid_value: 'Nothing was written. This is a defect of the program: please report it.',
  master_key_mismatch:
    'Set EVENKEEL_MASTER_KEY to the key that the login was stored under (several with commas between), or connect the login again.',
  master_key_missing:
    'Put EVENKEEL_MASTER_KEY into .env ("evenkeel keys generate" prints one) and start again.',
  migration_failed:
    'The database is as it was before. Check the cause, or go back to the program version that worked.',
  misused_transaction: 'Nothing was written. This is a defect of the program: please report it.',
  not_a_database:
    'DATABASE_URL must name a database of this program, or a file that does not exist yet.',
  secret_unreadable: 'Connect the login again, or set up the authenticator again with /enroll.',
};

/** A failure of the database: a stable code, what happened, and what to do next. */
export class StoreError extends Error {
  override readonly name = 'StoreError';
  readonly code: StoreErrorCode;
  readonly nextStep: string;

  /** @param reason what happened and to which file, in a sentence. */
  constructor(code: StoreErrorCode, reason: string, options: { readonly cause?: unknown } = {}) {
    super(reason, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.nextStep = NEXT_STEP[code];
  }
}
