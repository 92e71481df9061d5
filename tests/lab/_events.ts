/**
 * Reads event files back, by code that shares nothing with what writes them.
 *
 * @module
 */

import assert from "node:assert/strict";
import { relative } from "node:path";
import { wireFields, wireText } from "../../lib/exchange/import/wire.ts";

/** An event, as far as tests look at it. */
export interface ReadEvent {
  /** Seconds since 1970. */
  readonly seconds: number;
  readonly step: number;
  readonly version?: string;
  /** Whether earlier files are to be forgotten from this step on. */
  readonly isStart: boolean;
  readonly scalars: Readonly<Record<string, number>>;
  readonly texts: Readonly<Record<string, string>>;
}

/** A number as an event holds it. */
export type Point = readonly [step: number, value: number];

/** CRC-32C bit by bit. */
export function slowCrc32c(bytes: Uint8Array): number {
  let crc = 0xffffffffn;
  for (const byte of bytes) {
    crc ^= BigInt(byte);
    for (let bit = 0; bit < 8; bit++) {
      crc = (crc >> 1n) ^ (crc & 1n ? 0x82f63b78n : 0n);
    }
  }
  return Number(crc ^ 0xffffffffn);
}

function slowMask(crc: number): number {
  const value = BigInt(crc);
  const rotated = (value >> 15n) | (value << 17n) & 0xffffffffn;
  return Number((rotated + 0xa282ead8n) & 0xffffffffn);
}

/** The records of a file, each with its lengths and CRCs checked. */
export function readRecords(bytes: Uint8Array): readonly Uint8Array[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const records: Uint8Array[] = [];
  let at = 0;
  while (at < bytes.length) {
    const length = Number(view.getBigUint64(at, true));
    const head = bytes.subarray(at, at + 8);
    assert.equal(view.getUint32(at + 8, true), slowMask(slowCrc32c(head)));
    const record = bytes.subarray(at + 12, at + 12 + length);
    assert.equal(record.length, length, "the file ends within a record");
    const crc = view.getUint32(at + 12 + length, true);
    assert.equal(crc, slowMask(slowCrc32c(record)));
    records.push(record);
    at += 16 + length;
  }
  assert.equal(at, bytes.length);
  return records;
}

function number64(bytes: Uint8Array): number {
  return new DataView(bytes.buffer, bytes.byteOffset, 8).getFloat64(0, true);
}

function number32(bytes: Uint8Array): number {
  return new DataView(bytes.buffer, bytes.byteOffset, 4).getFloat32(0, true);
}

/** The events of a file. */
export function readEvents(bytes: Uint8Array): readonly ReadEvent[] {
  return readRecords(bytes).map(readEvent);
}

function readEvent(record: Uint8Array): ReadEvent {
  let [seconds, step, isStart] = [NaN, 0, false];
  let version: string | undefined;
  const scalars: Record<string, number> = {};
  const texts: Record<string, string> = {};
  for (const field of wireFields(record)) {
    if (field.number === 1) seconds = number64(field.bytes);
    else if (field.number === 2) step = Number(field.integer);
    else if (field.number === 3) version = wireText(field);
    else if (field.number === 5) readSummary(field.bytes, { scalars, texts });
    else if (field.number === 7) {
      const [status] = wireFields(field.bytes);
      assert.deepEqual([status!.number, status!.integer], [1, 1n]);
      isStart = true;
    } else assert.fail(`an event has a field ${field.number}`);
  }
  return {
    seconds,
    step,
    ...(version === undefined ? {} : { version }),
    isStart,
    scalars,
    texts,
  };
}

function readSummary(
  summary: Uint8Array,
  { scalars, texts }: {
    readonly scalars: Record<string, number>;
    readonly texts: Record<string, string>;
  },
): void {
  for (const { number, bytes } of wireFields(summary)) {
    assert.equal(number, 1);
    const value = new Map(
      [...wireFields(bytes)].map((field) => [field.number, field]),
    );
    const tag = wireText(value.get(1)!);
    const scalar = value.get(2);
    if (scalar !== undefined) scalars[tag] = number32(scalar.bytes);
    const tensor = value.get(8);
    if (tensor !== undefined) {
      const content = new Map(
        [...wireFields(tensor.bytes)].map((field) => [field.number, field]),
      );
      assert.equal(content.get(1)!.integer, 7n);
      texts[tag] = wireText(content.get(8)!);
    }
  }
}

/** Names of the event files below a folder, by the folder that they are in. */
export function eventFiles(
  folder: string,
  below: string = folder,
): ReadonlyMap<string, readonly string[]> {
  const entries = [...Deno.readDirSync(below)].toSorted((a, b) =>
    a.name < b.name ? -1 : 1
  );
  const own = entries.filter(({ isFile }) => isFile).map(({ name }) => name);
  return new Map([
    ...own.length === 0
      ? []
      : [[relative(folder, below).replaceAll("\\", "/"), own] as const],
    ...entries.filter(({ isDirectory }) => isDirectory).flatMap(({ name }) => [
      ...eventFiles(folder, `${below}/${name}`),
    ]),
  ]);
}

/** All runs of a log, each with its points by tag; each must be one whole file. */
export function readLog(
  folder: string,
): ReadonlyMap<string, Readonly<Record<string, readonly Point[]>>> {
  return new Map([...eventFiles(folder)].map(([run, names]) => {
    assert.equal(names.length, 1, `${run} has ${names}`);
    const events = readEvents(
      Deno.readFileSync(`${folder}/${run}/${names[0]}`),
    );
    assert.equal(events[0]!.version, "brain.Event:2");
    assert.deepEqual([events[1]!.isStart, events[1]!.step], [true, 0]);
    const points: Record<string, Point[]> = {};
    for (const { step, scalars } of events) {
      for (const [tag, value] of Object.entries(scalars)) {
        (points[tag] ??= []).push([step, value]);
      }
    }
    for (const [tag, line] of Object.entries(points)) {
      const steps = line.map(([step]) => step);
      assert.deepEqual(
        steps,
        [...new Set(steps)].toSorted((a, b) => a - b),
        `${run} ${tag}`,
      );
    }
    return [run, points];
  }));
}
