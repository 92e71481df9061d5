/**
 * A file of events that grows while others read it.
 *
 * @module
 */

import { join } from "node:path";
import { maskedCrc32c } from "./crc32c.ts";
import { startEvent, versionEvent } from "./event.ts";

/** Length and its CRC before an event, a CRC behind it. */
const HEAD_BYTES = 12;
const TAIL_BYTES = 4;

/** An open event file. */
export interface EventFile {
  /**
   * Adds events: all of them, or none where it throws.
   *
   * @throws What the system says: a full disk, for example.
   */
  append(events: readonly Uint8Array[]): void;
}

/** What {@link createEventFile} needs. */
export interface EventFileOptions {
  /** Seconds since 1970, for the name: readers take files in their names' order. */
  readonly seconds: number;
  /** Whose it is: the end of its name. */
  readonly owner: string;
}

/**
 * Begins a new event file. Earlier ones of the same owner are gone then, since the
 * new one is to say all of it again; those of others stay.
 *
 * @param folder Its folder, which is made where it is missing.
 * @param options See {@link EventFileOptions}.
 * @throws What the system says.
 */
export function createEventFile(
  folder: string,
  { seconds, owner }: EventFileOptions,
): EventFile {
  Deno.mkdirSync(folder, { recursive: true });
  const stamp = String(Math.floor(seconds)).padStart(10, "0");
  const name = `events.out.tfevents.${stamp}.${owner}`;
  const path = join(folder, name);
  const file = fileFrom(path);
  file.append([versionEvent(seconds), startEvent(seconds)]);
  for (const earlier of [...Deno.readDirSync(folder)]) {
    const isOwn = earlier.name.startsWith("events.out.tfevents.") &&
      earlier.name.endsWith(`.${owner}`);
    if (isOwn && earlier.name !== name) remove(join(folder, earlier.name));
  }
  return file;
}

function remove(path: string): void {
  try {
    Deno.removeSync(path);
  } catch (error) {
    // Windows keeps a file that a reader has open, who forgets it all the same.
    if (Deno.build.os !== "windows") throw error;
  }
}

/** A file from its first byte on. It is open only while it is written: nothing is left to close. */
function fileFrom(path: string): EventFile {
  let size = 0;
  return {
    append(events) {
      const bytes = framed(events);
      using file = Deno.openSync(path, {
        write: true,
        create: size === 0,
        truncate: size === 0,
      });
      file.seekSync(size, Deno.SeekMode.Start);
      try {
        for (let at = 0; at < bytes.length;) {
          at += file.writeSync(bytes.subarray(at));
        }
      } catch (error) {
        // A reader would wait for the rest of half an event.
        file.truncateSync(size);
        throw error;
      }
      size += bytes.length;
    },
  };
}

/**
 * Events in the frames of TFRecord: length, CRC of the length, content, CRC of the
 * content, all little-endian.
 * https://www.tensorflow.org/tutorials/load_data/tfrecord#tfrecords_format_details
 */
function framed(events: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(
    events.reduce(
      (sum, { length }) => sum + HEAD_BYTES + length + TAIL_BYTES,
      0,
    ),
  );
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const event of events) {
    view.setBigUint64(at, BigInt(event.length), true);
    view.setUint32(at + 8, maskedCrc32c(bytes.subarray(at, at + 8)), true);
    bytes.set(event, at + HEAD_BYTES);
    at += HEAD_BYTES + event.length;
    view.setUint32(at, maskedCrc32c(event), true);
    at += TAIL_BYTES;
  }
  return bytes;
}
