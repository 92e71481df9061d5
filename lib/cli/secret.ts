import { randomBytes } from "node:crypto";

/**
 * A password that nobody guesses: 256 bits from the system's source of chance, as
 * 64 hexadecimal digits. It must reach no record.
 */
export function randomSecret(): string {
  return randomBytes(32).toString("hex");
}
