import { z } from "zod";
import { canonicalJson } from "../random/mod.ts";
import { parseRecordJson, RECORD_FORMAT } from "./_record_json.ts";
import { RecordError } from "./record_error.ts";
import type { ResultRecord } from "./record.ts";

const schema = z.strictObject({
  format: z.literal(RECORD_FORMAT),
  record: z.string(),
  environment: z.unknown(),
});

/**
 * What a run took and where it ran, as the text of a file.
 *
 * @param record The record of the run, whose digest is noted.
 * @param environment Times, CPU, operating system, … as JSON can hold them.
 * @throws {RangeError} If the environment holds a number that is not finite.
 * @throws {TypeError} If it holds something else JSON cannot.
 */
export function environmentText(
  record: ResultRecord,
  environment: unknown,
): string {
  const value = { format: RECORD_FORMAT, record: record.digest, environment };
  return `${JSON.stringify(JSON.parse(canonicalJson(value)), undefined, 2)}\n`;
}

/**
 * Reads what {@link environmentText} wrote.
 *
 * @param text The file's content.
 * @param options.file The file's name, for messages.
 * @param options.record The record it must belong to.
 * @returns The environment; its form is the caller's to check.
 * @throws {RecordError} If the text is not JSON, of another format or form, or
 * belongs to another record.
 */
export function readEnvironment(
  text: string,
  options: { readonly file: string; readonly record: ResultRecord },
): unknown {
  const { file, record } = options;
  const result = schema.safeParse(parseRecordJson(text, file));
  if (!result.success) {
    throw new RecordError(
      `Cannot read an environment: "${file}" is not of the expected form:\n${
        z.prettifyError(result.error)
      }`,
    );
  }
  if (result.data.record !== record.digest) {
    throw new RecordError(
      `Cannot read an environment: the record of "${file}" is ${result.data.record}, expected ${record.digest}; run the experiment again`,
    );
  }
  return result.data.environment;
}
