/**
 * Hides the location until {@link showLocation}: onnxruntime-web resolves its own
 * address against the location's origin, and that of a worker is "null". To be
 * imported before it.
 *
 * @module
 */

const location = Object.getOwnPropertyDescriptor(globalThis, "location")!;
Object.defineProperty(globalThis, "location", {
  value: undefined,
  configurable: true,
});

/** Puts the location back. */
export function showLocation(): void {
  Object.defineProperty(globalThis, "location", location);
}
