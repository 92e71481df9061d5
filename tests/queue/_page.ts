/**
 * Blocks of docs/machines.md, so that what is tested is what people copy.
 *
 * @module
 */

/** The page. */
export const PAGE: string = await Deno.readTextFile(
  new URL("../../docs/machines.md", import.meta.url),
);

/**
 * The code after a mark `<!-- NAME -->` of the page.
 *
 * @param name The mark's.
 */
export function blockOf(name: string): string {
  const pattern = new RegExp(`<!-- ${name} -->\n+\`\`\`\\w+\n([^]*?)\`\`\``);
  const block = pattern.exec(PAGE)?.[1];
  if (block === undefined) throw new Error(`No block "${name}"`);
  return block;
}
