import { parseDocument } from "yaml";
import { z } from "zod";
import type { PaperCell, PaperRow, TransferRow } from "./paper_row.ts";

/** The content of paper.yaml. */
export interface PaperFile {
  readonly source: string;
  readonly compression: readonly PaperRow[];
  readonly pruning: readonly PaperRow[];
  readonly handDesigned: readonly PaperRow[];
  readonly transfer: readonly TransferRow[];
}

/** Decimal exponent of each unit a printed number may end in. */
const EXPONENTS: Readonly<Record<string, number>> = {
  "": 0,
  "x": 0,
  "K": 3,
  "M": 6,
  "%": -2,
};

const percent = cell(/^\d+\.\d+$/, -2);
const percentWithSign = cell(/^\d+\.\d+%$/);
const points = cell(/^[+-]\d+\.\d+$/, -2);
const parameters = cell(/^\d+(\.\d+)?[KM]$/);
const ratio = cell(/^\d+(\.\d+)?x$/);
const reward = cell(/^-?\d\.\d+$/);
const name = z.string().regex(/^[a-z][a-z0-9.-]*$/);

const tableRow = z.strictObject({
  dataset: name,
  network: name,
  model: name,
  accuracy: percent,
  parameters,
  delta: points.exactOptional(),
  compression: ratio.exactOptional(),
  note: z.string().exactOptional(),
}).refine(
  (row) =>
    [row.delta, row.compression].every((found) =>
      (found === undefined) === (row.model === "teacher")
    ),
  "expected delta and compression in every row but a teacher's",
);

const transferRow = z.strictObject({
  source: name,
  target: name,
  policy: z.enum(["pretrained", "scratch"]),
  reward,
  compression: percentWithSign,
  accuracy: percentWithSign,
  note: z.string().exactOptional(),
});

const tableRows = rows(tableRow, ["dataset", "network", "model"]);

const schema = z.strictObject({
  format: z.literal(1),
  source: z.string(),
  compression: tableRows,
  pruning: tableRows,
  handDesigned: tableRows,
  transfer: rows(transferRow, ["source", "target", "policy"]),
});

/**
 * Reads and checks the text of paper.yaml.
 *
 * @param text The file's content.
 * @param file The file's name, for messages.
 * @throws {SyntaxError} If the text is not YAML or not of this form.
 */
export function parsePaper(text: string, file: string): PaperFile {
  const document = parseDocument(text);
  if (document.errors.length > 0) {
    throw new SyntaxError(
      `Cannot read the paper's numbers: "${file}" is not YAML, expected YAML 1.2:\n${
        document.errors.map((error) => error.message).join("\n")
      }`,
    );
  }
  const result = schema.safeParse(document.toJS());
  if (!result.success) {
    throw new SyntaxError(
      `Cannot read the paper's numbers: "${file}" is not of the expected form:\n${
        z.prettifyError(result.error)
      }`,
    );
  }
  return result.data;
}

/** `[text, provenance]`; the text is kept and its number is worked out from it. */
function cell(
  form: RegExp,
  exponent = 0,
): z.ZodType<PaperCell> {
  return z.tuple([
    z.string().regex(form),
    z.enum(["printed", "third-party", "memory"]),
  ]).transform(([text, provenance]) => {
    const [, digits, unit] = /^(.*?)([xKM%]?)$/.exec(text) ?? [];
    // The text of the exponent keeps the value correctly rounded; dividing by
    // 100 would not ("99.54" / 100 is 0.9954000000000001).
    const value = Number(
      `${digits}e${exponent + (EXPONENTS[unit ?? ""] ?? 0)}`,
    );
    return { text, value, provenance };
  });
}

/** Rows of which no two have the same values under `keys`. */
function rows<Row extends object>(
  row: z.ZodType<Row>,
  keys: readonly (keyof Row)[],
): z.ZodType<readonly Row[]> {
  return z.array(row).superRefine((found, context) => {
    const seen = new Set<string>();
    for (const [i, item] of found.entries()) {
      const id = keys.map((key) => item[key]).join(" ");
      if (seen.has(id)) {
        context.addIssue({
          code: "custom",
          path: [i],
          message: `"${id}" is there twice, expected one row each`,
        });
      }
      seen.add(id);
    }
  });
}
