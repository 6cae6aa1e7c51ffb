// @ts-check

/** @typedef {{ ok: true, data: any } | { ok: false, status: number, error: string }} Answer */

const RETRY_AFTER = [300, 1000, 2500];
const UNREACHABLE = 'Evenkeel cannot be reached. Is it still running? Try again in a moment.';

/** An id for one thing a person does: sent once more under the same id, it is not done once more. */
export function newId() {
  return crypto.randomUUID();
}

/**
 * Sends something to the server. When no answer comes it is sent again: the id in it makes that safe.
 * @param {string} path
 * @param {Record<string, unknown>} body
 * @returns {Promise<Answer>}
 */
export async function send(path, body) {
  for (const wait of [...RETRY_AFTER, null]) {
    try {
      const response = await fetch(path, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      return await read(response);
    } catch {
      if (wait === null) break;
      await new Promise((resolve) => setTimeout(resolve, wait));
    }
  }
  return { ok: false, status: 0, error: UNREACHABLE };
}

/**
 * @param {string} path
 * @returns {Promise<Answer>}
 */
export async function load(path) {
  try {
    return await read(await fetch(path));
  } catch {
    return { ok: false, status: 0, error: UNREACHABLE };
  }
}

/**
 * @param {Response} response
 * @returns {Promise<Answer>}
 */
async function read(response) {
  const data = await response.json().catch(() => ({}));
  if (response.ok) return { ok: true, data };
  const error = typeof data.error === 'string' ? data.error : `${UNREACHABLE} (${response.status})`;
  return { ok: false, status: response.status, error };
}
