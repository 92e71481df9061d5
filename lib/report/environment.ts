import { z } from "zod";
import { canonicalJson, sha256Hex } from "../random/mod.ts";
import { faultsText } from "./faults_text.ts";
import { parseRecordJson, RECORD_FORMAT } from "./_record_json.ts";
import { RecordError } from "./record_error.ts";
import type { ResultRecord } from "./record.ts";

const schema = z.strictObject({
  format: z.literal(RECORD_FORMAT),
  record: z.string(),
  environment: z.unknown(),
  // Left out in files of before there was one.
  digest: z.string().exactOptional(),
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
  const value = {
    format: RECORD_FORMAT,
    record: record.digest,
    environment,
    digest: digestOf(record.digest, environment),
  };
  return `${JSON.stringify(JSON.parse(canonicalJson(value)), undefined, 2)}\n`;
}

/**
 * Reads what {@link environmentText} wrote.
 *
 * @param text The file's content.
 * @param options.file The file's name, for messages.
 * @param options.record The record it must belong to.
 * @returns The environment; its form is the caller's to check.
 * @throws {RecordError} If the text is not JSON, of another format or form,
 * belongs to another record, or was changed after it was written.
 */
export function readEnvironment(
  text: string,
  options: { readonly file: string; readonly record: ResultRecord },
): unknown {
  const { file, record } = options;
  const result = schema.safeParse(parseRecordJson(text, file));
  if (!result.success) {
    throw new RecordError(
      `Cannot read an environment: "${file}" is not of the expected form: ${
        faultsText(result.error)
      }`,
    );
  }
  if (result.data.record !== record.digest) {
    throw new RecordError(
      `Cannot read an environment: the record of "${file}" is ${result.data.record}, expected ${record.digest}; run the experiment again`,
    );
  }
  const { environment, digest } = result.data;
  const found = digestIn(record.digest, { environment, file });
  if (digest !== undefined && digest !== found) {
    throw new RecordError(
      `Cannot read an environment: the digest of "${file}" is ${found}, expected ${digest} as written in it; the file was changed after the run, so restore it or run the experiment again`,
    );
  }
  return environment;
}

/** The digest of what came out of a file, whatever it is. */
function digestIn(
  record: string,
  { environment, file }: {
    readonly environment: unknown;
    readonly file: string;
  },
): string {
  try {
    return digestOf(record, environment);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new RecordError(
      `Cannot read an environment: "${file}" holds what none can (${error.message}); run the experiment again`,
      { cause: error },
    );
  }
}

/** SHA-256 of what was measured, and of which run. */
function digestOf(record: string, environment: unknown): string {
  return sha256Hex(canonicalJson({ record, environment }));
}
