/**
 * JSON text that is the same for equal values however they were built: object
 * keys sorted by UTF-16 code unit, no spaces, `-0` written as `0`, members that
 * are `undefined` left out. Made for digests, so whatever JSON would silently
 * turn into something else is refused.
 *
 * @example
 * ```ts
 * import { canonicalJson } from "./canonical_json.ts";
 *
 * const text = canonicalJson({ b: [1, -0], a: "x", c: undefined });
 * if (text !== '{"a":"x","b":[1,0]}') throw new Error(text);
 * ```
 *
 * @param value Null, booleans, finite numbers, strings, and arrays and plain
 * objects of them.
 * @returns The text; `JSON.parse` reads it back.
 * @throws {RangeError} If a number is not finite.
 * @throws {TypeError} If a value has no JSON form: a function, symbol, bigint,
 * `undefined` outside an object, an object that is not plain (a Map, a typed
 * array, …), or an object that contains itself.
 */
export function canonicalJson(value: unknown): string {
  return write(value, "$", []);
}

function write(
  value: unknown,
  path: string,
  ancestors: readonly object[],
): string {
  switch (typeof value) {
    case "string":
    case "boolean":
      return JSON.stringify(value);
    case "number":
      if (!Number.isFinite(value)) {
        throw new RangeError(
          `Cannot write canonical JSON: ${path} is ${value}, expected a finite number`,
        );
      }
      // JSON.stringify writes -0 as 0.
      return JSON.stringify(value);
    case "object":
      return value === null ? "null" : writeObject(value, path, ancestors);
    default:
      throw new TypeError(
        `Cannot write canonical JSON: ${path} is of type ${typeof value}, expected a value that JSON can hold`,
      );
  }
}

function writeObject(
  value: object,
  path: string,
  ancestors: readonly object[],
): string {
  if (ancestors.includes(value)) {
    throw new TypeError(
      `Cannot write canonical JSON: ${path} is an object that contains itself, expected a tree`,
    );
  }
  const inner = [...ancestors, value];
  if (Array.isArray(value)) {
    // Array.from visits holes too, which map would skip.
    const items = Array.from(
      value,
      (item: unknown, i) => write(item, `${path}[${i}]`, inner),
    );
    return `[${items.join(",")}]`;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) {
    throw new TypeError(
      `Cannot write canonical JSON: ${path} is a ${value.constructor?.name}, expected a plain object or array`,
    );
  }
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, member]) =>
      `${JSON.stringify(key)}:${write(member, `${path}.${key}`, inner)}`
    );
  return `{${members.join(",")}}`;
}
