/**
 * What a profile's page says of the cells that it lacks; nothing where all are
 * there.
 *
 * @param lacking The cells, and why each is not there.
 * @param where What they are lacking in: "table" or "tables".
 */
export function lackingNote(
  lacking: readonly { readonly name: string; readonly reason: string }[],
  where: "table" | "tables" = "table",
): string {
  return lacking.length === 0 ? "" : `Not in the ${where}:

${lacking.map(({ name, reason }) => `- ${name}: ${reason}`).join("\n")}

`;
}
