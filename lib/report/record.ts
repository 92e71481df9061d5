import { z } from "zod";
import { canonicalJson, sha256Hex } from "../random/mod.ts";
import { parseRecordJson, RECORD_FORMAT } from "./_record_json.ts";
import { faultsText } from "./faults_text.ts";
import { RecordError } from "./record_error.ts";
import { type RecordName, recordPath } from "./record_name.ts";

/** The outcome of an experiment that its tables and figures are made from. */
export interface ResultRecord<Content = unknown> extends RecordName {
  /** Version of the file's form. */
  readonly format: 1;
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
  cell: z.string().exactOptional(),
  deterministic: z.unknown(),
  digest: z.string(),
});

/**
 * Makes a record. Its content is what JSON keeps of the one given: `undefined`
 * members are dropped, -0 is 0; so a record read back equals the one made.
 *
 * @param name What it is about.
 * @param deterministic Anything JSON can hold, without NaN and infinities.
 * @throws {RangeError} If the content holds a number that is not finite, or a
 * part of the name is not one that `recordSlug` leaves as it is.
 * @throws {TypeError} If the content holds something else JSON cannot.
 */
export function createRecord<Content>(
  name: RecordName,
  deterministic: Content,
): ResultRecord<Content> {
  // Throws where the name is none of a file.
  recordPath(name);
  const text = canonicalJson(deterministic);
  return {
    format: RECORD_FORMAT,
    question: name.question,
    profile: name.profile,
    ...(name.cell === undefined ? {} : { cell: name.cell }),
    deterministic: JSON.parse(text) as Content,
    digest: sha256Hex(text),
  };
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
 * Reads a record and checks that it is whole and in its place: its name is no
 * part of what is digested, and decides where files are written. The content's
 * own form is the caller's to check.
 *
 * @example
 * ```ts
 * import { createRecord, readRecord, recordText } from "./record.ts";
 * import { recordPath } from "./record_name.ts";
 *
 * const name = { question: "rq1", profile: "smoke" };
 * const text = recordText(createRecord(name, { reward: 0.5 }));
 * const { deterministic } = readRecord(text, recordPath(name));
 * ```
 *
 * @param text The file's content.
 * @param file Its path below the results folder, for example "rq1/smoke.json".
 * @throws {RecordError} If the text is not JSON, of another format, incomplete,
 * changed after it was written, or of another name than its file.
 */
export function readRecord(text: string, file: string): ResultRecord {
  const value = parseRecordJson(text, file);
  const result = schema.safeParse(value);
  if (!result.success) {
    throw new RecordError(
      `Cannot read a record: "${file}" is not of the expected form: ${
        faultsText(result.error)
      }`,
    );
  }
  const { data } = result;
  checkPlace(data, file);
  const digest = digestOf(data.deterministic, file);
  if (digest !== data.digest) {
    throw new RecordError(
      `Cannot read a record: the digest of "${file}" is ${digest}, expected ${data.digest} as written in it; the file was changed after the run, so restore it or run the experiment again`,
    );
  }
  return data;
}

/** The digest of a content that came out of a file, whatever it is. */
function digestOf(content: unknown, file: string): string {
  try {
    return sha256Hex(canonicalJson(content));
  } catch (error) {
    // A number too large for one, or parts nested too deeply.
    if (!(error instanceof RangeError)) throw error;
    throw new RecordError(
      `Cannot read a record: "${file}" holds what no record can (${error.message}); restore it or run the experiment again`,
      { cause: error },
    );
  }
}

/**
 * Where a record is kept that another one took the name of.
 *
 * @param path Its own place, see {@link recordPath}.
 * @param digest Its digest, whose start tells it apart.
 */
export function asidePath(path: string, digest: string): string {
  return path.replace(/\.json$/, `.${digest.slice(0, 8)}.json`);
}

/** Throws unless a file holds the record that its path names. */
function checkPlace(
  name: RecordName & { readonly digest: string },
  file: string,
): void {
  let path: string;
  try {
    path = recordPath(name);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new RecordError(
      `Cannot read a record: the name in "${file}" is none of a record (${error.message})`,
      { cause: error },
    );
  }
  if (file !== path && file !== asidePath(path, name.digest)) {
    throw new RecordError(
      `Cannot read a record: "${file}" holds the record of "${path}", expected its own; restore it or run the experiment again`,
    );
  }
}
