/**
 * Events as TensorBoard reads them: tensorflow's event.proto and summary.proto.
 *
 * @module
 */

import {
  bytesField,
  doubleField,
  floatField,
  integerField,
  message,
} from "./wire.ts";

/** Numbers of one step, by tag. */
export interface Scalars {
  /** What they are drawn against: an integer >= 0. */
  readonly step: number;
  /** The numbers; kept in 32 bits. */
  readonly values: Readonly<Record<string, number>>;
}

/** A text of a run. */
export interface NotedText {
  /** Its name. */
  readonly tag: string;
  /** Markdown. */
  readonly text: string;
}

/** What every event file begins with: 2 is the version that knows restarts. */
const FILE_VERSION = "brain.Event:2";
/** SessionLog.START */
const START = 1;
/** DataClass.DATA_CLASS_TENSOR */
const DATA_CLASS_TENSOR = 2;
/** DataType.DT_STRING */
const DT_STRING = 7;

/**
 * The first event of a file.
 *
 * @param seconds Seconds since 1970, as in all that follow.
 */
export function versionEvent(seconds: number): Uint8Array {
  return event(seconds, bytesField(3, FILE_VERSION));
}

/**
 * Has readers forget what earlier files of the folder say, from step 0 on: this one
 * says all of it again.
 */
export function startEvent(seconds: number): Uint8Array {
  return event(seconds, bytesField(7, integerField(1, START)));
}

/** Numbers of one step. */
export function scalarsEvent(
  seconds: number,
  { step, values }: Scalars,
): Uint8Array {
  const summary = message(
    ...Object.entries(values).map(([tag, value]) =>
      bytesField(1, message(bytesField(1, tag), floatField(2, value)))
    ),
  );
  return event(seconds, integerField(2, step), bytesField(5, summary));
}

/** A text, as TensorBoard's page of texts shows it. */
export function textEvent(
  seconds: number,
  { tag, text }: NotedText,
): Uint8Array {
  const oneDimension = bytesField(2, integerField(1, 1));
  const tensor = message(
    integerField(1, DT_STRING),
    bytesField(2, oneDimension),
    bytesField(8, text),
  );
  const metadata = message(
    bytesField(1, bytesField(1, "text")),
    integerField(4, DATA_CLASS_TENSOR),
  );
  const value = message(
    bytesField(1, tag),
    bytesField(8, tensor),
    bytesField(9, metadata),
  );
  return event(seconds, bytesField(5, bytesField(1, value)));
}

function event(
  seconds: number,
  ...fields: readonly Uint8Array[]
): Uint8Array {
  return message(doubleField(1, seconds), ...fields);
}
