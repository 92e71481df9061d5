/**
 * Protocol buffers' wire format, read without trust: no field reaches beyond its
 * message, nothing is copied, nothing is allocated for what a length claims.
 * https://protobuf.dev/programming-guides/encoding/
 *
 * @module
 */

import { damaged } from "./errors.ts";

/** One field of a message. */
export interface WireField {
  /** Its number in the schema. */
  readonly number: number;
  /** A varint as a signed 64-bit integer; of fixed ones their bits. */
  readonly integer: bigint;
  /** Content of a length-delimited or fixed field; a view of the file. */
  readonly bytes: Uint8Array;
}

const NOTHING = new Uint8Array(0);

/** The fields of a message, in order. */
export function* wireFields(message: Uint8Array): Generator<WireField> {
  let at = 0;

  function varint(): bigint {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = message[at++];
      if (byte === undefined) damaged("it ends within a number");
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asIntN(64, value);
    }
    damaged("a number is longer than 64 bits");
  }

  function take(length: bigint): Uint8Array {
    if (length < 0n || length > BigInt(message.length - at)) {
      damaged(
        `a field claims ${
          BigInt.asUintN(64, length)
        } bytes, expected at most the ${message.length - at} that are left`,
      );
    }
    const from = at;
    at += Number(length);
    return message.subarray(from, at);
  }

  while (at < message.length) {
    const key = varint();
    const number = Number(key >> 3n);
    switch (Number(key & 7n)) {
      case 0:
        yield { number, integer: varint(), bytes: NOTHING };
        break;
      case 1:
        yield { number, integer: 0n, bytes: take(8n) };
        break;
      case 2:
        yield { number, integer: 0n, bytes: take(varint()) };
        break;
      case 5:
        yield { number, integer: 0n, bytes: take(4n) };
        break;
      default:
        damaged(
          `a field is of wire type ${
            key & 7n
          }, expected 0, 1, 2 or 5; it is no protocol buffer`,
        );
    }
  }
}

/** The numbers of a repeated integer field: one, or packed ones. */
export function* wireIntegers(
  { integer, bytes }: WireField,
): Generator<bigint> {
  if (bytes === NOTHING) {
    yield integer;
    return;
  }
  let value = 0n;
  let shift = 0n;
  for (const byte of bytes) {
    if (shift >= 70n) damaged("a number is longer than 64 bits");
    value |= BigInt(byte & 0x7f) << shift;
    shift += 7n;
    if (byte >= 0x80) continue;
    yield BigInt.asIntN(64, value);
    value = 0n;
    shift = 0n;
  }
  if (shift !== 0n) damaged("it ends within a number");
}

/** A name or word; what is no UTF-8 is replaced. */
export function wireText({ bytes }: WireField): string {
  return new TextDecoder().decode(bytes);
}

/** An integer as a number; those beyond 2^53 count as without end. */
export function plainNumber(value: bigint): number {
  return Number(value);
}
