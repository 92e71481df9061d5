import { sha256Hex } from "../random/mod.ts";

/** What a record is about, and with that where it is kept. */
export interface RecordName {
  /** What was asked, for example "rq1". */
  readonly question: string;
  /** Which size it was asked at: "smoke", "laptop", "paper" or another. */
  readonly profile: string;
  /**
   * Which of the profile's runs it is, for example "mnist-vgg13-seed1"; absent
   * where the profile has one record only.
   */
  readonly cell?: string;
}

/** Whether a text is one that a record's question, profile or cell may have. */
export function isRecordName(text: string): boolean {
  return nameFault(text) === undefined;
}

/** Longest name: file systems take 255 bytes, endings such as ".tmp" included. */
const LONGEST = 100;

/** Digits of the digest that keep names apart which are spelt alike. */
const DIGEST_LENGTH = 8;

/**
 * A text as a name that a record's question, profile or cell may have: lower-case
 * letters, digits and `._+-`, starting with a letter or digit, at most 100
 * characters. A text that is such a name stays as it is; any other gets the start
 * of its digest, so that two texts never share a file.
 *
 * @example
 * ```ts
 * import { recordSlug } from "./record_name.ts";
 *
 * if (recordSlug("mnist-vgg13") !== "mnist-vgg13") throw new Error();
 * if (!/^my-birds-[0-9a-f]{8}$/.test(recordSlug("My birds"))) throw new Error();
 * ```
 *
 * @param text Any text, for example with the name of a user's folder.
 */
export function recordSlug(text: string): string {
  if (nameFault(text) === undefined) return text;
  const plain = text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase()
    .replace(/[^a-z0-9._+]+/g, "-")
    .replace(/\.+/g, ".")
    .replace(/^[^a-z0-9]+/, "")
    .slice(0, LONGEST - DIGEST_LENGTH - 1)
    .replace(/[^a-z0-9]+$/, "");
  // File systems differ in how they compose letters with marks.
  const digest = sha256Hex(text.normalize("NFC")).slice(0, DIGEST_LENGTH);
  return plain === "" ? digest : `${plain}-${digest}`;
}

/**
 * Where a record is kept below the results folder.
 *
 * @param name What it is about.
 * @returns For example "rq1/laptop/mnist-vgg13.json", or "teachers/NAME.json"
 * without a cell.
 * @throws {RangeError} If a part of the name is not one that {@link recordSlug}
 * leaves as it is.
 */
export function recordPath(name: RecordName): string {
  return `${recordPlace(name)}.json`;
}

/**
 * Where the environment of a record is kept below the results folder. It is a
 * file of its own because it changes with every run, which the record does not.
 *
 * @param name What the record is about.
 * @returns For example "rq1/laptop/mnist-vgg13.environment.json".
 * @throws {RangeError} If a part of the name is not one that {@link recordSlug}
 * leaves as it is.
 */
export function environmentPath(name: RecordName): string {
  return `${recordPlace(name)}.environment.json`;
}

/** The path without an ending; every path is made here, and of checked parts. */
function recordPlace({ question, profile, cell }: RecordName): string {
  const parts = Object.entries({ question, profile, cell });
  return parts.flatMap(([part, value]) => {
    if (part === "cell" && value === undefined) return [];
    const fault = nameFault(value);
    if (fault === undefined) return [value];
    throw new RangeError(
      `Cannot name a record: its ${part} is ${
        JSON.stringify(value)
      }, expected ${fault}`,
    );
  }).join("/");
}

/** What is expected of a name that is none, or undefined. */
function nameFault(name: string | undefined): string | undefined {
  if (
    name === undefined || !/^[a-z0-9][a-z0-9._+-]*$/.test(name) ||
    name.includes("..")
  ) {
    return "lower-case letters, digits and . _ + -, a letter or digit first, no two dots in a row";
  }
  if (name.length > LONGEST) return `at most ${LONGEST} characters`;
  // Its record would have the name of another one's environment.
  if (name.endsWith(".environment")) return 'no ".environment" at the end';
  return undefined;
}
