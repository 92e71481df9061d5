/**
 * Whether a library of Linux is whole: the loader maps a cut file as if it were, and
 * the process ends when it touches what is missing.
 *
 * @module
 */

const HEADER_BYTES = 64;
/** 0x7f "ELF", 64 bits, little-endian. */
const MAGIC = [0x7f, 0x45, 0x4c, 0x46, 2, 1];

/**
 * How much a library's file lacks, in words; undefined where it is whole, no file,
 * or of another kind. Its last part is the table of sections.
 *
 * @param file Its path, or a name that the loader looks up.
 */
export function describeCut(file: string): string | undefined {
  let size: number;
  const header = new Uint8Array(HEADER_BYTES);
  try {
    const facts = Deno.statSync(file);
    if (!facts.isFile || facts.size < HEADER_BYTES) return undefined;
    size = facts.size;
    using opened = Deno.openSync(file, { read: true });
    opened.readSync(header);
  } catch {
    // The loader finds it elsewhere, or says why not.
    return undefined;
  }
  if (MAGIC.some((byte, at) => header[at] !== byte)) return undefined;
  const view = new DataView(header.buffer);
  const end = Number(view.getBigUint64(0x28, true)) +
    view.getUint16(0x3a, true) * view.getUint16(0x3c, true);
  return size >= end
    ? undefined
    : `it has ${size} bytes, expected at least ${end}`;
}
