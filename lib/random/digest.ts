import { createHash } from "node:crypto";

/**
 * SHA-256 as 64 lower-case hexadecimal digits. Text is hashed as UTF-8.
 *
 * @example
 * ```ts
 * import { sha256Hex } from "./digest.ts";
 *
 * if (!sha256Hex("abc").startsWith("ba7816bf")) throw new Error("not SHA-256");
 * ```
 *
 * @param data Text or bytes.
 * @returns The digest, 64 characters of `0-9a-f`.
 */
export function sha256Hex(data: string | Uint8Array): string {
  return createHash("sha256").update(data).digest("hex");
}
