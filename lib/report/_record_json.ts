import { RecordError } from "./record_error.ts";

/** Version of the files that hold records and environments. */
export const RECORD_FORMAT = 1;

/**
 * Parses a file of this room and checks its format number first, so that a
 * newer file is told apart from a broken one.
 *
 * @param text The file's content.
 * @param file The file's name, for messages.
 * @throws {RecordError} If the text is not JSON or of another format.
 */
export function parseRecordJson(text: string, file: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new RecordError(
      `Cannot read a record: "${file}" is not JSON, expected a whole record (${
        error instanceof Error ? error.message : error
      })`,
    );
  }
  const { format } = (value ?? {}) as { readonly format?: unknown };
  if (format !== RECORD_FORMAT) {
    throw new RecordError(
      `Cannot read a record: the format of "${file}" is ${
        JSON.stringify(format)
      }, expected ${RECORD_FORMAT}; it was written by another version of this program`,
    );
  }
  return value;
}
