/**
 * Text within an SVG: escaped, and cut to the room it has.
 *
 * @module
 */

/**
 * Width of a line of text.
 *
 * @param text The line, not escaped.
 * @param size Font size, in pixels.
 * @returns Pixels from the left edge of its first letter to the right one of its
 *   last; 0 where there is nothing to see.
 */
export type TextWidth = (text: string, size: number) => number;

/** Characters that XML takes in no form. */
// deno-lint-ignore no-control-regex
const FORBIDDEN = /[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|\p{Surrogate}/gu;

/** Text as it may stand within an XML element. */
export function escapeXml(text: string): string {
  return text.replaceAll(FORBIDDEN, "\ufffd").replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

/**
 * A text as it is where it fits, else as much of its beginning as fits with an
 * ellipsis behind it.
 *
 * @param text One line.
 * @param options.width Room for it, in pixels.
 * @param options.size Font size, in pixels.
 */
export function shortenText(
  text: string,
  { width, size, textWidth }: {
    readonly width: number;
    readonly size: number;
    readonly textWidth: TextWidth;
  },
): string {
  if (textWidth(text, size) <= width) return text;
  // By code point, for half of a pair is no character.
  const letters = [...text];
  const cut = (count: number) =>
    `${letters.slice(0, count).join("").trimEnd()}…`;
  // Bisection: "fits" always fits or is 0, "tooMany" does not.
  let fits = 0;
  let tooMany = letters.length;
  while (tooMany - fits > 1) {
    const middle = (fits + tooMany) >> 1;
    if (textWidth(cut(middle), size) <= width) fits = middle;
    else tooMany = middle;
  }
  return cut(fits);
}
