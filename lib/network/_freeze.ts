/**
 * Freezes a value and everything inside it, in place.
 *
 * @param value A tree of plain objects and arrays.
 * @returns The same value.
 */
export function deepFreeze<T>(value: T): T {
  if (typeof value === "object" && value !== null) {
    Object.values(value).forEach(deepFreeze);
    Object.freeze(value);
  }
  return value;
}
