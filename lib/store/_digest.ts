import { createHash } from "node:crypto";

/** A part of a row. */
export type Part = string | number | Uint8Array;

/**
 * SHA-256 of a row. Each part is preceded by its kind and length, so that no
 * two different rows are the same bytes.
 */
export function digestRow(parts: readonly Part[]): Uint8Array {
  const hash = createHash("sha256");
  for (const part of parts) {
    const bytes = part instanceof Uint8Array
      ? part
      : new TextEncoder().encode(String(part));
    const kind = part instanceof Uint8Array ? "bytes" : typeof part;
    hash.update(`${kind} ${bytes.length}\n`).update(bytes);
  }
  return new Uint8Array(hash.digest());
}

/** Whether two digests are the same. */
export function sameDigest(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}
