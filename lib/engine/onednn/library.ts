/**
 * Finds, opens and checks the system's oneDNN.
 *
 * @module
 */

import { checkStatus } from "./constants.ts";
import { SYMBOLS, type Symbols } from "./symbols.ts";

/** Names the library's file where the loader does not find it. */
export const LIBRARY_VARIABLE = "N2N_ONEDNN_LIBRARY";

const DEFAULT_NAME = "libdnnl.so.2";

/** AVX-512 with the byte, word, doubleword and quadword instructions. */
const AVX512_CORE = 0x27;
const AVX2 = 0x7;

/** An opened library with one engine and one stream on it. */
export interface Library {
  readonly symbols: Symbols;
  readonly engine: Deno.PointerObject;
  readonly stream: Deno.PointerObject;
  /** For example "2.6.3". */
  readonly version: string;
  /** For example "AVX-512 (0xe7)". */
  readonly instructionSet: string;
  /** Channels that are kept side by side: the floats of a vector register. */
  readonly block: 8 | 16;
}

let opened: Library | undefined;

/**
 * Opens the library once a thread; it stays open, because its compiled kernels
 * outlive every program.
 *
 * @throws {Error} If there is no library, or one of another major version.
 */
export function openLibrary(): Library {
  opened ??= open(libraryName());
  return opened;
}

/** The file that is opened, or a name that the system's loader knows. */
export function libraryName(): string {
  return Deno.env.get(LIBRARY_VARIABLE) ?? DEFAULT_NAME;
}

/** A new handle, written by `create`. */
export function newHandle(
  create: (out: BigUint64Array<ArrayBuffer>) => number,
  action: string,
): Deno.PointerObject {
  const out = new BigUint64Array(1);
  checkStatus(create(out), action);
  return Deno.UnsafePointer.create(out[0]!)!;
}

function open(name: string): Library {
  // One thread a student; the OpenMP runtime reads it when it is loaded.
  Deno.env.set("OMP_NUM_THREADS", "1");
  let symbols: Symbols;
  try {
    symbols = Deno.dlopen(name, SYMBOLS).symbols;
  } catch (error) {
    throw new Error(
      `Cannot open the engine "onednn": "${name}" is not a library that can be loaded, expected oneDNN 2.x; install it (Debian and Ubuntu: apt-get install libdnnl2), or name its file in ${LIBRARY_VARIABLE}, or use --engine onnx-cpu`,
      { cause: error },
    );
  }
  const version = checkedVersion(symbols);
  const engine = newHandle(
    // Kind 1 is the processor.
    (out) => symbols.dnnl_engine_create(out, 1, 0n),
    "create oneDNN's engine",
  );
  const stream = newHandle(
    // In order.
    (out) => symbols.dnnl_stream_create(out, engine, 1),
    "create oneDNN's stream",
  );
  const isa = symbols.dnnl_get_effective_cpu_isa();
  const wide = (isa & AVX512_CORE) === AVX512_CORE;
  const vectors = wide
    ? "AVX-512"
    : (isa & AVX2) === AVX2
    ? "AVX2"
    : "before AVX2";
  return {
    symbols,
    engine,
    stream,
    version,
    instructionSet: `${vectors} (0x${isa.toString(16)})`,
    block: wide ? 16 : 8,
  };
}

/** @throws {Error} If the major version is not 2. */
function checkedVersion(symbols: Symbols): string {
  const view = new Deno.UnsafePointerView(symbols.dnnl_version()!);
  const version = [0, 4, 8].map((offset) => view.getInt32(offset)).join(".");
  if (view.getInt32(0) !== 2) {
    throw new Error(
      `Cannot open the engine "onednn": the version of oneDNN is ${version}, expected 2.x (3.x has another interface and no Winograd kernels)`,
    );
  }
  return version;
}
