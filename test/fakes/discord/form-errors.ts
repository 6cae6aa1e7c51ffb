/** One thing that is wrong with a request body, in Discord's terms. */
export interface FormError {
  /** Where: property names and array indices from the body's root. */
  readonly path: readonly (string | number)[];
  /** Discord's machine-readable name of the rule, e.g. `BASE_TYPE_MAX_LENGTH`. */
  readonly code: string;
  readonly message: string;
}

export function formError(
  path: readonly (string | number)[],
  code: string,
  message: string,
): FormError {
  return { path, code, message };
}

interface ErrorTree {
  [key: string]: ErrorTree | { code: string; message: string }[];
}

/** The `errors` object of an Invalid Form Body answer: nested by path, each leaf `_errors: [...]`. */
function nestFormErrors(errors: readonly FormError[]): ErrorTree {
  const root: ErrorTree = {};
  for (const { path, code, message } of errors) {
    let node = root;
    for (const step of path) {
      const next = node[String(step)];
      const child: ErrorTree = next === undefined || Array.isArray(next) ? {} : next;
      node[String(step)] = child;
      node = child;
    }
    const known = node['_errors'];
    node['_errors'] = [...(Array.isArray(known) ? known : []), { code, message }];
  }
  return root;
}

/** One readable line an error, as discord.js prints them: `components[0].label[CODE]: message`. */
export function describeFormErrors(errors: readonly FormError[]): string[] {
  return errors.map(({ path, code, message }) => {
    const place = path
      .map((step, index) =>
        typeof step === 'number' ? `[${step}]` : index === 0 ? step : `.${step}`,
      )
      .join('');
    return `${place}[${code}]: ${message}`;
  });
}

/** A refusal that the fake answers with: an HTTP status and Discord's JSON error. */
export class DiscordRefusal extends Error {
  readonly status: number;
  readonly code: number;
  readonly errors: readonly FormError[];

  constructor(status: number, code: number, message: string, errors: readonly FormError[] = []) {
    super(message);
    this.name = 'DiscordRefusal';
    this.status = status;
    this.code = code;
    this.errors = errors;
  }

  get body(): object {
    const base = { message: this.message, code: this.code };
    return this.errors.length === 0 ? base : { ...base, errors: nestFormErrors(this.errors) };
  }
}

/**
 * The refusals the fake gives, by what happened. Codes and sentences are those of
 * https://docs.discord.com/developers/topics/opcodes-and-status-codes#json
 */
export const refusals = {
  unauthorized: () => new DiscordRefusal(401, 0, '401: Unauthorized'),
  notFound: () => new DiscordRefusal(404, 0, '404: Not Found'),
  methodNotAllowed: () => new DiscordRefusal(405, 0, '405: Method Not Allowed'),
  unknownChannel: () => new DiscordRefusal(404, 10003, 'Unknown Channel'),
  unknownGuild: () => new DiscordRefusal(404, 10004, 'Unknown Guild'),
  unknownMember: () => new DiscordRefusal(404, 10007, 'Unknown Member'),
  unknownMessage: () => new DiscordRefusal(404, 10008, 'Unknown Message'),
  unknownUser: () => new DiscordRefusal(404, 10013, 'Unknown User'),
  unknownWebhook: () => new DiscordRefusal(404, 10015, 'Unknown Webhook'),
  unknownInteraction: () => new DiscordRefusal(404, 10062, 'Unknown interaction'),
  unknownCommand: () => new DiscordRefusal(404, 10063, 'Unknown application command'),
  notYourApplication: () =>
    new DiscordRefusal(
      403,
      20012,
      'You are not authorized to perform this action on this application',
    ),
  tooManyCommands: () =>
    new DiscordRefusal(400, 30032, 'Maximum number of application commands reached (100)'),
  tooManyNewCommands: () =>
    new DiscordRefusal(
      400,
      30034,
      'Max number of daily application command creates has been reached (200)',
    ),
  tooLarge: () => new DiscordRefusal(413, 40005, 'Request entity too large'),
  alreadyAcknowledged: () =>
    new DiscordRefusal(400, 40060, 'Interaction has already been acknowledged.'),
  blockedByCloudflare: () => new DiscordRefusal(403, 40333, 'internal network error'),
  missingAccess: () => new DiscordRefusal(403, 50001, 'Missing Access'),
  cannotEditOthers: () =>
    new DiscordRefusal(403, 50005, 'Cannot edit a message authored by another user'),
  emptyMessage: () => new DiscordRefusal(400, 50006, 'Cannot send an empty message'),
  cannotMessageUser: () => new DiscordRefusal(403, 50007, 'Cannot send messages to this user'),
  missingPermissions: () => new DiscordRefusal(403, 50013, 'Missing Permissions'),
  invalidWebhookToken: () => new DiscordRefusal(401, 50027, 'Invalid Webhook Token'),
  invalidForm: (errors: readonly FormError[]) =>
    new DiscordRefusal(400, 50035, 'Invalid Form Body', errors),
  threadExists: () =>
    new DiscordRefusal(400, 160_004, 'A thread has already been created for this message'),
  invalidApiVersion: () => new DiscordRefusal(400, 50041, 'Invalid API version'),
  invalidJson: () => new DiscordRefusal(400, 50109, 'The request body contains invalid JSON.'),
};
