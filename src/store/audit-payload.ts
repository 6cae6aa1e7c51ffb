import { canonicalJson } from '../core/canonical-json.ts';
import { StoreError } from '../ports/store-error.ts';
import type { JsonValue } from '../ports/store.ts';

/** A payload, and any object within one. */
type JsonObject = { readonly [key: string]: JsonValue };

/**
 * The canonical JSON (RFC 8785) of an audit payload, and the payload as that text says it: half
 * surrogate pairs, which neither JSON nor SQLite can carry, are replaced. What a stranger types must
 * not keep it out of the log.
 * @throws StoreError invalid_value for numbers that are not safe integers and for what is not JSON.
 */
export function canonicalPayload(payload: JsonObject): { payload: JsonObject; text: string } {
  // The platform's own serializer is three times as fast, and right for all that we ever write.
  if (isPlain(payload)) return { payload, text: JSON.stringify(sortedObject(payload)) };
  const repaired = replacedObject(payload);
  return { payload: repaired, text: canonicalJson(repaired) };
}

/** Whether sorting the keys is all that JSON.stringify needs to be canonical. */
function isPlain(value: JsonValue | undefined): boolean {
  if (typeof value === 'string') return value.isWellFormed();
  if (typeof value !== 'object' || value === null) return isJson(value);
  if (isArray(value)) return value.every(isPlain);
  for (const key of Object.keys(value)) {
    // JavaScript objects keep keys such as "7203" in an order of their own, and "__proto__" not at all.
    const first = key.charCodeAt(0);
    const ownOrder = (first >= 48 && first <= 57) || first === 95;
    if (ownOrder || !key.isWellFormed() || !isPlain(value[key])) return false;
  }
  return true;
}

function isJson(value: JsonValue | undefined): true {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return true;
  if (typeof value === 'number' && Number.isSafeInteger(value)) return true;
  throw new StoreError(
    'invalid_value',
    typeof value === 'number'
      ? `The number ${value} cannot stand in an audit payload: decimals are written as text.`
      : `A value of type ${typeof value} cannot stand in an audit payload.`,
  );
}

function sorted(value: JsonValue | undefined): JsonValue | undefined {
  if (typeof value !== 'object' || value === null) return value;
  return isArray(value) ? value.map((item) => sorted(item) ?? null) : sortedObject(value);
}

function sortedObject(value: JsonObject): JsonObject {
  const copy: { [key: string]: JsonValue } = {};
  // The default order compares UTF-16 code units, as the RFC asks.
  for (const key of Object.keys(value).toSorted()) copy[key] = sorted(value[key]) ?? null;
  return copy;
}

function replaced(value: JsonValue): JsonValue {
  if (typeof value === 'string') return value.toWellFormed();
  if (typeof value === 'object' && value !== null) {
    return isArray(value) ? value.map(replaced) : replacedObject(value);
  }
  isJson(value);
  return value;
}

function replacedObject(value: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key.toWellFormed(), replaced(item)]),
  );
}

/** Array.isArray does not narrow readonly arrays. */
function isArray(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}
