import { inflateSync } from "node:zlib";

/** A numeric array of a MATLAB file. */
export interface MatArray {
  /** Length of each dimension, the fastest first. */
  readonly dimensions: readonly number[];
  /** Elements in column-major order, in the type that the file stores. */
  readonly values: ArrayLike<number>;
}

/** Kinds of elements that are no plain numbers. */
const MATRIX = 14;
const COMPRESSED = 15;

/** Bytes and reader of each plain number, by its kind. */
const NUMBERS: Readonly<
  Record<
    number,
    readonly [bytes: number, read: (view: DataView, at: number) => number]
  >
> = {
  1: [1, (view, at) => view.getInt8(at)],
  2: [1, (view, at) => view.getUint8(at)],
  3: [2, (view, at) => view.getInt16(at, true)],
  4: [2, (view, at) => view.getUint16(at, true)],
  5: [4, (view, at) => view.getInt32(at, true)],
  6: [4, (view, at) => view.getUint32(at, true)],
  7: [4, (view, at) => view.getFloat32(at, true)],
  9: [8, (view, at) => view.getFloat64(at, true)],
};

const UNSIGNED_BYTE = 2;

/** Classes of arrays of real numbers: double, single, integers of 8 to 32 bits. */
const NUMERIC_CLASSES = [6, 7, 8, 9, 10, 11, 12, 13];

const HEADER_BYTES = 128;

/**
 * What a file may unpack to: more than twice SVHN's train split, of 73,257 images
 * of 3,072 bytes. Zeros pack to a thousandth.
 */
const MAX_UNPACKED_BYTES = 2 ** 29;

interface Element {
  readonly kind: number;
  readonly data: Uint8Array;
  /** Where the next one begins. */
  readonly end: number;
}

function wrong(what: string): SyntaxError {
  return new SyntaxError(`Cannot decode a MATLAB file: ${what}`);
}

function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}

/** The element at a place: a tag of 8 bytes, the data, padding to 8 bytes. */
function elementAt(bytes: Uint8Array, at: number): Element {
  if (at + 8 > bytes.length) {
    throw wrong(`it ends at byte ${bytes.length}, within an element's tag`);
  }
  const view = viewOf(bytes);
  const first = view.getUint32(at, true);
  // Up to four bytes of data stand in the tag, their number in its upper half.
  const isSmall = first >>> 16 !== 0;
  const kind = isSmall ? first & 0xffff : first;
  const size = isSmall ? first >>> 16 : view.getUint32(at + 4, true);
  const from = isSmall ? at + 4 : at + 8;
  if (isSmall && size > 4 || from + size > bytes.length) {
    throw wrong(
      `an element of ${size} bytes begins at byte ${at} of ${bytes.length}`,
    );
  }
  // Compressed elements are not padded.
  const padded = kind === COMPRESSED ? size : Math.ceil(size / 8) * 8;
  return {
    kind,
    data: bytes.subarray(from, from + size),
    end: isSmall ? at + 8 : from + padded,
  };
}

function numbersOf({ kind, data }: Element, what: string): ArrayLike<number> {
  const [size, read] = NUMBERS[kind] ?? [];
  if (size === undefined || read === undefined || data.length % size !== 0) {
    throw wrong(
      `${what} is stored as kind ${kind} in ${data.length} bytes, expected numbers`,
    );
  }
  if (kind === UNSIGNED_BYTE) return data;
  const view = viewOf(data);
  return Float64Array.from(
    { length: data.length / size },
    (_, i) => read(view, i * size),
  );
}

/** A matrix: flags, dimensions, name, real part, each an element in it. */
function matrixOf(
  data: Uint8Array,
): { readonly name: string; readonly array: MatArray | undefined } {
  const flags = elementAt(data, 0);
  const dimensions = elementAt(data, flags.end);
  const name = elementAt(data, dimensions.end);
  const label = new TextDecoder().decode(name.data);
  const [flagWord = 0] = Array.from(numbersOf(flags, "an array's flags"));
  if (!NUMERIC_CLASSES.includes(flagWord & 0xff)) {
    return { name: label, array: undefined };
  }
  const sides = Array.from(numbersOf(dimensions, `"${label}"'s dimensions`));
  const values = numbersOf(elementAt(data, name.end), `"${label}"`);
  const expected = sides.reduce((a, b) => a * b, 1);
  if (values.length !== expected) {
    throw wrong(
      `"${label}" has ${values.length} elements, expected ${expected} for dimensions [${
        sides.join(", ")
      }]`,
    );
  }
  return { name: label, array: { dimensions: sides, values } };
}

/**
 * Reads the numeric arrays of a MAT-file of level 5 (MATLAB's format from version
 * 5 to 7, little-endian), compressed or not. Other arrays (cells, structures,
 * text) are passed over.
 *
 * @param bytes A whole file.
 * @param maxUnpackedBytes What its compressed elements may hold together.
 * @returns The arrays by name.
 * @throws {SyntaxError} If the bytes are not such a file, or unpack to more.
 */
export function decodeMat5(
  bytes: Uint8Array,
  maxUnpackedBytes: number = MAX_UNPACKED_BYTES,
): ReadonlyMap<string, MatArray> {
  const version = bytes.length < HEADER_BYTES
    ? 0
    : viewOf(bytes).getUint16(124, true);
  const order = String.fromCharCode(...bytes.subarray(126, 128));
  if (version !== 0x0100 || order !== "IM") {
    throw wrong(
      `its header says version 0x${
        version.toString(16)
      } and byte order "${order}", expected 0x100 and "IM"`,
    );
  }
  const arrays = new Map<string, MatArray>();
  let room = maxUnpackedBytes;
  const unpack = (data: Uint8Array): Uint8Array => {
    const unpacked = inflate(data, room);
    room -= unpacked.length;
    return unpacked;
  };
  for (let at = HEADER_BYTES; at < bytes.length;) {
    const element = elementAt(bytes, at);
    at = element.end;
    const inner = element.kind === COMPRESSED
      ? elementAt(unpack(element.data), 0)
      : element;
    if (inner.kind !== MATRIX) continue;
    const { name, array } = matrixOf(inner.data);
    if (array !== undefined) arrays.set(name, array);
  }
  return arrays;
}

function inflate(data: Uint8Array, room: number): Uint8Array {
  try {
    // The least limit that zlib takes is 1.
    return inflateSync(data, { maxOutputLength: Math.max(room, 1) });
  } catch (error) {
    if (error instanceof RangeError) {
      throw wrong("its compressed elements unpack to more than they may");
    }
    throw wrong(
      `a compressed element is damaged (${
        error instanceof Error ? error.message : error
      })`,
    );
  }
}
