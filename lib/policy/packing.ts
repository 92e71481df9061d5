import { sha256Hex } from "../random/mod.ts";
import type { PolicyState, Recurrence } from "./types.ts";

/** First field of the header; raised when the layout changes. */
const FORMAT = 1;

interface Header {
  readonly format: number;
  readonly kind: PolicyState["kind"];
  readonly step: number;
  /** Absent in files older than the sets' names, and without a named set. */
  readonly features?: string;
  /** Absent where it is the kind's usual. */
  readonly recurrence?: Recurrence;
  readonly arrays: readonly (readonly [name: string, length: number])[];
}

/**
 * A policy's state as bytes, for a store: the header's length in bytes (uint32,
 * little-endian), the header (JSON: format, kind, step, name of the feature set
 * if it has one, recurrence if it is not the kind's usual, names and lengths of the arrays), the arrays one after the
 * other (float32, little-endian). Equal states give equal bytes.
 *
 * @param state From `Policy.state`.
 * @returns The bytes; {@link unpackPolicyState} reads them.
 */
export function packPolicyState(state: PolicyState): Uint8Array {
  const entries = Object.entries(state.arrays)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const header: Header = {
    format: FORMAT,
    kind: state.kind,
    step: state.step,
    ...(state.features === undefined ? {} : { features: state.features }),
    ...(state.recurrence === undefined ? {} : { recurrence: state.recurrence }),
    arrays: entries.map(([name, array]) => [name, array.length]),
  };
  const text = new TextEncoder().encode(JSON.stringify(header));
  const valueCount = entries.reduce((sum, [, array]) => sum + array.length, 0);
  const bytes = new Uint8Array(4 + text.length + 4 * valueCount);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, text.length, true);
  bytes.set(text, 4);
  let offset = 4 + text.length;
  for (const [, array] of entries) {
    for (const value of array) {
      view.setFloat32(offset, value, true);
      offset += 4;
    }
  }
  return bytes;
}

/**
 * Reads what {@link packPolicyState} wrote. Damage is the store's to detect (it
 * keeps digests); this finds bytes of another format or length.
 *
 * @param bytes The packed state.
 * @returns The state, equal bit for bit.
 * @throws {RangeError} If the bytes are not a whole packed state of this format.
 */
export function unpackPolicyState(bytes: Uint8Array): PolicyState {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const header = readHeader(view, bytes);
  const arrays: Record<string, Float32Array> = {};
  let offset = 4 + view.getUint32(0, true);
  const expected = header.arrays.reduce((sum, [, n]) => sum + 4 * n, offset);
  if (expected !== bytes.length) {
    fail(`its length is ${bytes.length} bytes, expected ${expected}`);
  }
  for (const [name, length] of header.arrays) {
    const from = offset;
    arrays[name] = Float32Array.from(
      { length },
      (_, i) => view.getFloat32(from + 4 * i, true),
    );
    offset += 4 * length;
  }
  const { kind, step, features, recurrence } = header;
  return {
    kind,
    step,
    ...(features === undefined ? {} : { features }),
    ...(recurrence === undefined ? {} : { recurrence }),
    arrays,
  };
}

/**
 * The name of a packed state by its content.
 *
 * @param bytes From {@link packPolicyState}.
 * @returns SHA-256 as 64 lower-case hexadecimal digits; equal for equal states.
 */
export function policyId(bytes: Uint8Array): string {
  return sha256Hex(bytes);
}

function readHeader(view: DataView, bytes: Uint8Array): Header {
  const length = bytes.length < 4 ? Infinity : view.getUint32(0, true);
  if (4 + length > bytes.length) {
    fail(`its length is ${bytes.length} bytes, expected at least a header`);
  }
  const header: unknown = parseJson(bytes.subarray(4, 4 + length));
  const format = (header as Partial<Header> | undefined)?.format;
  if (format !== FORMAT) {
    fail(`its format is ${format ?? "unknown"}, expected ${FORMAT}`);
  }
  if (!isWhole(header as Partial<Header>)) {
    fail("its header lacks a field, expected kind, step and arrays");
  }
  return header as Header;
}

/** Whether a header of this format has all that is read of it. */
function isWhole({ kind, step, arrays }: Partial<Header>): boolean {
  return ["removal", "shrinkage", "joint"].includes(kind!) &&
    Number.isSafeInteger(step) && Array.isArray(arrays) &&
    arrays.every((each) =>
      Array.isArray(each) && typeof each[0] === "string" &&
      Number.isSafeInteger(each[1]) && each[1] >= 0
    );
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
}

function fail(reason: string): never {
  throw new RangeError(`Cannot unpack the policy's state: ${reason}`);
}
