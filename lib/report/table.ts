/** A cell: text, which is escaped, or markdown, which is taken as it is. */
export type Cell = string | { readonly markdown: string };

/** A column of a table. */
export interface Column {
  /** Heading, text or markdown, with the unit where there is one. */
  readonly title: Cell;
  /** Where cells stand, default "left"; numbers go "right". */
  readonly align?: "left" | "right" | "center";
}

/**
 * A table in GitHub-flavoured markdown, aligned so that it reads well as plain
 * text too, in the form `deno fmt` gives it.
 *
 * @example
 * ```ts
 * import { markdownTable } from "./table.ts";
 *
 * const text = markdownTable(
 *   [{ title: "student" }, { title: "accuracy %", align: "right" }],
 *   [["stage 1", "99.55"]],
 * );
 * if (!text.startsWith("| student | accuracy % |\n")) throw new Error(text);
 * ```
 *
 * @param columns At least one.
 * @param rows One cell a column; no rows give a table with a heading only.
 * @returns Lines ending in a newline.
 * @throws {RangeError} If there is no column, or a row has too few or too many
 * cells.
 */
export function markdownTable(
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
): string {
  if (columns.length === 0) {
    throw new RangeError(
      "Cannot make a table: the number of columns is 0, expected at least 1",
    );
  }
  for (const [i, row] of rows.entries()) {
    if (row.length !== columns.length) {
      throw new RangeError(
        `Cannot make a table: row ${i} has ${row.length} cells, expected ${columns.length}`,
      );
    }
  }
  const texts = [columns.map((column) => column.title), ...rows]
    .map((row) => row.map(cellText));
  // A delimiter needs three dashes, or two with a colon.
  const widths = columns.map((_, j) =>
    Math.max(3, ...texts.map((row) => width(row[j] ?? "")))
  );
  const delimiters = columns.map((column, j) =>
    delimiter(column.align, widths[j] ?? 3)
  );
  const [heading = [], ...body] = texts.map((row) =>
    row.map((text, j) => padCell(text, widths[j] ?? 3, columns[j]?.align))
  );
  return [heading, delimiters, ...body]
    .map((row) => `| ${row.join(" | ")} |\n`)
    .join("");
}

/**
 * Text that markdown shows literally within a line or a table's cell: its special
 * characters are escaped, and runs of white space, line breaks too, become one
 * space. Control characters are left out.
 *
 * @param text Any text.
 */
export function escapeMarkdown(text: string): string {
  return text
    .replace(/\s+/g, " ")
    .replace(/\p{Cc}/gu, "")
    // $ starts mathematics on GitHub, & an entity, ~ a strike-through.
    .replace(/[\\|*_`<>[\]~$&]/g, "\\$&");
}

function cellText(cell: Cell): string {
  if (typeof cell === "string") return escapeMarkdown(cell).trim();
  return cell.markdown.replace(/\s+/g, " ").replace(/(?<!\\)\|/g, "\\|").trim();
}

function padCell(
  text: string,
  size: number,
  align: Column["align"] = "left",
): string {
  const room = size - width(text);
  const before = align === "right"
    ? room
    : align === "center"
    ? Math.floor(room / 2)
    : 0;
  return " ".repeat(before) + text + " ".repeat(room - before);
}

function delimiter(align: Column["align"] = "left", size: number): string {
  if (align === "right") return `${"-".repeat(size - 1)}:`;
  if (align === "center") return `:${"-".repeat(size - 2)}:`;
  return "-".repeat(size);
}

/** Characters that take a place of their own; combining marks do not. */
function width(text: string): number {
  return text.replace(/\p{M}/gu, "").replace(/[\s\S]/gu, "x").length;
}
