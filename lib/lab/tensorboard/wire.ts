/**
 * Protocol buffers' wire format, as far as events need it to be written:
 * https://protobuf.dev/programming-guides/encoding/
 *
 * @module
 */

/** Last bits of a field's key. */
const WIRE = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;

/** A message of its fields, as each of the functions below gives one. */
export function message(...fields: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(
    fields.reduce((sum, { length }) => sum + length, 0),
  );
  let at = 0;
  for (const field of fields) {
    bytes.set(field, at);
    at += field.length;
  }
  return bytes;
}

/** An integer, 0 to 2^53 - 1. */
export function integerField(number: number, value: number): Uint8Array {
  return Uint8Array.from([...key(number, WIRE.varint), ...varint(value)]);
}

/** A number in 64 bits. */
export function doubleField(number: number, value: number): Uint8Array {
  const content = new Uint8Array(8);
  new DataView(content.buffer).setFloat64(0, value, true);
  return message(key(number, WIRE.fixed64), content);
}

/** A number in 32 bits, the nearest. */
export function floatField(number: number, value: number): Uint8Array {
  const content = new Uint8Array(4);
  new DataView(content.buffer).setFloat32(0, value, true);
  return message(key(number, WIRE.fixed32), content);
}

/** A text, or a message within. */
export function bytesField(
  number: number,
  content: string | Uint8Array,
): Uint8Array {
  const bytes = typeof content === "string"
    ? new TextEncoder().encode(content)
    : content;
  const length = Uint8Array.from(varint(bytes.length));
  return message(key(number, WIRE.bytes), length, bytes);
}

function key(number: number, type: number): Uint8Array {
  return Uint8Array.from(varint(number * 8 + type));
}

/** Seven bits a byte, the lowest first; the highest bit says that more follow. */
function varint(value: number): readonly number[] {
  const bytes: number[] = [];
  let rest = value;
  // Shifts would cut what is above 32 bits.
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) {
    bytes.push(rest % 0x80 | 0x80);
  }
  return [...bytes, rest];
}
