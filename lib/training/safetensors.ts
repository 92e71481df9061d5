/**
 * The safetensors format: a length (u64, little-endian), that many bytes of JSON
 * (name -> dtype, shape, data_offsets), then the data. Read by Python's
 * `safetensors` and many others; holds no code.
 *
 * @module
 */

/** An array with its shape. */
export interface NamedTensor {
  /** Sizes, outermost first. */
  readonly shape: readonly number[];
  /** Values, row-major. */
  readonly data: Float32Array;
}

/** What a file holds. */
export interface TensorFile {
  /** By name; the order is kept. */
  readonly tensors: Readonly<Record<string, NamedTensor>>;
  /** Free text by key. */
  readonly metadata: Readonly<Record<string, string>>;
}

const HEADER_LENGTH_BYTES = 8;

/** What a file's numbers are kept in: 32-bit floats, or the nearest 16-bit ones. */
export type TensorType = "F32" | "F16";

const ARRAYS = { F32: Float32Array, F16: Float16Array } as const;

/**
 * Encodes tensors, in the given order.
 *
 * @param file What it holds.
 * @param type What the numbers are kept in; default 32-bit floats.
 */
export function encodeTensors(
  { tensors, metadata }: TensorFile,
  type: TensorType = "F32",
): Uint8Array {
  let offset = 0;
  const header: Record<string, unknown> = { __metadata__: metadata };
  const width = ARRAYS[type].BYTES_PER_ELEMENT;
  for (const [name, { shape, data }] of Object.entries(tensors)) {
    const end = offset + width * data.length;
    header[name] = { dtype: type, shape, data_offsets: [offset, end] };
    offset = end;
  }
  const json = new TextEncoder().encode(JSON.stringify(header));
  // The format wants the data aligned; spaces after the JSON are allowed.
  const padded = Math.ceil(json.length / 8) * 8;
  const bytes = new Uint8Array(HEADER_LENGTH_BYTES + padded + offset);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(padded), true);
  bytes.fill(0x20, HEADER_LENGTH_BYTES, HEADER_LENGTH_BYTES + padded);
  bytes.set(json, HEADER_LENGTH_BYTES);
  let position = HEADER_LENGTH_BYTES + padded;
  for (const { data } of Object.values(tensors)) {
    const kept = type === "F32" ? data : new Float16Array(data);
    bytes.set(
      new Uint8Array(kept.buffer, kept.byteOffset, kept.byteLength),
      position,
    );
    position += kept.byteLength;
  }
  return bytes;
}

/**
 * Decodes a file of tensors of 32-bit or 16-bit floats.
 *
 * @throws {SyntaxError} If the bytes are not such a file.
 */
export function decodeTensors(bytes: Uint8Array): TensorFile {
  const { metadata, entries, start } = readHeader(bytes);
  const tensors: Record<string, NamedTensor> = {};
  for (const [name, entry] of Object.entries(entries)) {
    const { dtype, shape = [], data_offsets: offsets = [] } = isMapping(entry)
      ? entry
      : {};
    if (!isSizes(shape) || !isSizes(offsets)) {
      throw new SyntaxError(
        `Cannot read tensor "${name}": its shape or place is no list of integers >= 0`,
      );
    }
    const [from = -1, to = -1] = offsets;
    const size = shape.reduce((product, side) => product * side, 1);
    const kept = dtype === "F32" || dtype === "F16" ? ARRAYS[dtype] : undefined;
    if (
      kept === undefined || from < 0 ||
      to - from !== kept.BYTES_PER_ELEMENT * size || start + to > bytes.length
    ) {
      throw new SyntaxError(
        `Cannot read tensor "${name}": ${dtype} of shape [${shape}] at bytes ${from} to ${to}, expected F32 or F16 within the file`,
      );
    }
    tensors[name] = {
      shape,
      data: new Float32Array(
        new kept(bytes.slice(start + from, start + to).buffer),
      ),
    };
  }
  return { tensors, metadata };
}

/**
 * What a file says of itself, without its tensors.
 *
 * @throws {SyntaxError} If the bytes are not such a file.
 */
export function decodeMetadata(bytes: Uint8Array): TensorFile["metadata"] {
  return readHeader(bytes).metadata;
}

/** A file's header. */
interface Header {
  readonly metadata: TensorFile["metadata"];
  /** What is said of each tensor. */
  readonly entries: Readonly<Record<string, unknown>>;
  /** Where the tensors' bytes begin. */
  readonly start: number;
}

function readHeader(bytes: Uint8Array): Header {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headerLength = bytes.length < HEADER_LENGTH_BYTES
    ? Infinity
    : Number(view.getBigUint64(0, true));
  const start = HEADER_LENGTH_BYTES + headerLength;
  if (start > bytes.length) {
    throw new SyntaxError(
      `Cannot read tensors: the file ends after ${bytes.length} bytes, within its header`,
    );
  }
  const header: unknown = JSON.parse(
    new TextDecoder().decode(bytes.subarray(HEADER_LENGTH_BYTES, start)),
  );
  if (!isMapping(header)) {
    throw new SyntaxError(
      `Cannot read tensors: the header is ${header}, expected an object`,
    );
  }
  const { __metadata__: metadata = {}, ...entries } = header;
  if (!isTexts(metadata)) {
    throw new SyntaxError(
      "Cannot read tensors: the metadata are no texts by key",
    );
  }
  return { metadata, entries, start };
}

function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isTexts(value: unknown): value is Readonly<Record<string, string>> {
  return isMapping(value) &&
    Object.values(value).every((text) => typeof text === "string");
}

function isSizes(value: unknown): value is readonly number[] {
  return Array.isArray(value) &&
    value.every((size) => Number.isSafeInteger(size) && size >= 0);
}
