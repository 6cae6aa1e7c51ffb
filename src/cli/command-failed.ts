/** Ends the command with a sentence on standard error and exit code 1. */
export class CommandFailed extends Error {
  override readonly name = 'CommandFailed';
}
