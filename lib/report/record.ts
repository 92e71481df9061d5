import { z } from "zod";
import { canonicalJson, sha256Hex } from "../random/mod.ts";
import { parseRecordJson, RECORD_FORMAT } from "./_record_json.ts";
import { RecordError } from "./record_error.ts";

/** The outcome of an experiment that its tables and figures are made from. */
export interface ResultRecord<Content = unknown> {
  /** Version of the file's form. */
  readonly format: 1;
  /** What was asked, for example "rq1". */
  readonly question: string;
  /** Which size it was asked at: "smoke", "laptop", "paper" or another. */
  readonly profile: string;
  /**
   * All that repeats bit by bit: configuration, seeds, engine, versions, digests
   * of the data, results. Times and machines belong in the environment file.
   */
  readonly deterministic: Content;
  /** SHA-256 of the canonical JSON of `deterministic`, 64 hexadecimal digits. */
  readonly digest: string;
}

const schema = z.strictObject({
  format: z.literal(RECORD_FORMAT),
  question: z.string(),
  profile: z.string(),
  deterministic: z.unknown(),
  digest: z.string(),
});

/**
 * Makes a record. Its content is what JSON keeps of the one given: `undefined`
 * members are dropped, -0 is 0; so a record read back equals the one made.
 *
 * @param name What was asked and at which size.
 * @param deterministic Anything JSON can hold, without NaN and infinities.
 * @throws {RangeError} If the content holds a number that is not finite.
 * @throws {TypeError} If the content holds something else JSON cannot.
 */
export function createRecord<Content>(
  name: { readonly question: string; readonly profile: string },
  deterministic: Content,
): ResultRecord<Content> {
  const text = canonicalJson(deterministic);
  return {
    format: RECORD_FORMAT,
    question: name.question,
    profile: name.profile,
    deterministic: JSON.parse(text) as Content,
    digest: sha256Hex(text),
  };
}

/**
 * Where a record is kept below the results folder.
 *
 * @param name What was asked and at which size.
 * @returns For example "rq1/smoke.json".
 */
export function recordPath(
  name: { readonly question: string; readonly profile: string },
): string {
  return `${name.question}/${name.profile}.json`;
}

/**
 * A record as the text of a file: JSON with sorted keys, indented so that
 * changes are readable, ending in a newline. Equal records give equal bytes.
 *
 * @param record The record.
 */
export function recordText(record: ResultRecord): string {
  return `${JSON.stringify(JSON.parse(canonicalJson(record)), undefined, 2)}\n`;
}

/**
 * Reads a record and checks that it is whole. The content's own form is the
 * caller's to check.
 *
 * @example
 * ```ts
 * import { createRecord, readRecord, recordText } from "./record.ts";
 *
 * const name = { question: "rq1", profile: "smoke" };
 * const text = recordText(createRecord(name, { reward: 0.5 }));
 * const { deterministic } = readRecord(text, "results/rq1/smoke.json");
 * ```
 *
 * @param text The file's content.
 * @param file The file's name, for messages.
 * @throws {RecordError} If the text is not JSON, of another format, incomplete,
 * or changed after it was written.
 */
export function readRecord(text: string, file: string): ResultRecord {
  const value = parseRecordJson(text, file);
  const result = schema.safeParse(value);
  if (!result.success) {
    throw new RecordError(
      `Cannot read a record: "${file}" is not of the expected form:\n${
        z.prettifyError(result.error)
      }`,
    );
  }
  const { data } = result;
  const digest = sha256Hex(canonicalJson(data.deterministic));
  if (digest !== data.digest) {
    throw new RecordError(
      `Cannot read a record: the digest of "${file}" is ${digest}, expected ${data.digest} as written in it; the file was changed after the run, so restore it or run the experiment again`,
    );
  }
  return data;
}
