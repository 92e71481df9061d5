/**
 * Whether a record holds what its question asks for: what reads its fields may then
 * take them for what their types say.
 *
 * @module
 */

import {
  faultsText,
  RecordError,
  type Refusal,
  type ResultRecord,
} from "../../report/mod.ts";

/** Says whether a content is of a form: a schema of zod does. */
export interface ContentSchema {
  /**
   * Holds a content against the form.
   *
   * @param content The deterministic part of a record.
   */
  safeParse(
    content: unknown,
  ): { readonly success: true } | {
    readonly success: false;
    /** What is wrong with it. */
    readonly error: Refusal;
  };
}

/**
 * A record whose content is of the expected form. A digest says that it was not
 * changed by accident, not that it can be used.
 *
 * @param record As it was read.
 * @param options What its content must be, and its file, for messages.
 * @throws {RecordError} If it is not, with the first fault.
 */
export function checkContent<Content>(
  record: ResultRecord,
  { schema, file }: { readonly schema: ContentSchema; readonly file: string },
): ResultRecord<Content> {
  let result: ReturnType<ContentSchema["safeParse"]>;
  try {
    result = schema.safeParse(record.deterministic);
  } catch (error) {
    // Nested so deeply that walking it needs more stack than there is.
    if (!(error instanceof RangeError)) throw error;
    throw notOfForm(file, error.message);
  }
  if (result.success) return record as ResultRecord<Content>;
  throw notOfForm(file, faultsText(result.error));
}

function notOfForm(file: string, fault: string): RecordError {
  return new RecordError(
    `Cannot read a record: "${file}" does not hold what a record of its question holds (${fault}); restore it or run the experiment again`,
  );
}
