/**
 * What is noted of the code of a training that one program begins and another ends.
 *
 * @param before Digest of the code that began it, where it is known.
 * @param own Digest of the code that goes on, where it is known.
 * @returns The one digest where they are equal or one is not known, else both.
 */
export function joinedCode(
  before: string | undefined,
  own: string | undefined,
): string | undefined {
  if (own === undefined || before === undefined) return own ?? before;
  // Who is among them already adds nothing.
  return before.split("+").includes(own) ? before : `${before}+${own}`;
}
