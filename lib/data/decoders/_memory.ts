/**
 * How libvips and the libraries in it (libjpeg, spng, libwebp) say that memory has
 * run out: an error of theirs is a message and nothing else.
 */
const MESSAGES =
  /out[ _]of[ _]memory|(?:insufficient|not enough) memory|(?:failed|unable|can't|cannot) (?:to )?allocate/i;

/** Whether an error says that memory has run out, and nothing of the file. */
export function isOutOfMemory(error: unknown): boolean {
  // An array that cannot be had is a RangeError.
  if (error instanceof RangeError) return true;
  return error instanceof Error && MESSAGES.test(error.message);
}
