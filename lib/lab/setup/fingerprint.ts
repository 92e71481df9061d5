import { createHash } from "node:crypto";
import { EXIT } from "../../cli/mod.ts";
import { sha256Hex } from "../../random/mod.ts";

/** What a file must be, to the bit. */
export interface Fingerprint {
  /** Its size. */
  readonly bytes: number;
  /** SHA-256 in hex. */
  readonly sha256: string;
}

/** Something that was fetched is not what it must be. */
export class FingerprintError extends Error {
  /** {@link EXIT}.data: told without a stack. */
  readonly exitCode: number = EXIT.data;
  /** The class, for messages of bugs. */
  override readonly name = "FingerprintError";
}

/** The fingerprint of some bytes. */
export function fingerprint(bytes: Uint8Array): Fingerprint {
  return { bytes: bytes.length, sha256: sha256Hex(bytes) };
}

/** The fingerprint of a file, which is not held in memory. */
export async function fingerprintOf(path: string): Promise<Fingerprint> {
  const hash = createHash("sha256");
  let bytes = 0;
  using file = await Deno.open(path);
  for await (const chunk of file.readable) {
    hash.update(chunk);
    bytes += chunk.length;
  }
  return { bytes, sha256: hash.digest("hex") };
}

/** What is wrong with a file; undefined when it is the one expected. */
export function faultOf(
  found: Fingerprint,
  expected: Fingerprint,
): string | undefined {
  if (found.bytes !== expected.bytes) {
    return `it has ${found.bytes} bytes, expected ${expected.bytes}`;
  }
  return found.sha256 === expected.sha256
    ? undefined
    : `its SHA-256 is ${found.sha256}, expected ${expected.sha256}`;
}
