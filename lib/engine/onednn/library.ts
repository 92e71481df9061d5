/**
 * Finds, opens and checks the system's oneDNN.
 *
 * @module
 */

import { cachesNote } from "./caches.ts";
import { checkStatus } from "./constants.ts";
import {
  checkVersion,
  loadersWords,
  notLoaded,
  notOnednn,
  notOpened,
  notStarted,
  notWhole,
} from "./obstacles.ts";
import { describeCut } from "./elf.ts";
import { describeFlaw } from "./file_flaw.ts";
import { libraryFile } from "./places.ts";
import { SYMBOLS, type Symbols } from "./symbols.ts";

/** All that is asked of a library before its version is known. */
const VERSION_SYMBOL = {
  dnnl_version: { parameters: [], result: "pointer", optional: true },
} as const satisfies Deno.ForeignLibraryInterface;

/** AVX-512 with the byte, word, doubleword and quadword instructions. */
const AVX512_CORE = 0x27;
const AVX2 = 0x7;
/** AVX-512 with products of bfloat16; what has AMX has it too. */
const AVX512_CORE_BF16 = 0xe7;

/** An opened library with one engine and one stream on it. */
export interface Library {
  readonly symbols: Symbols;
  readonly engine: Deno.PointerObject;
  readonly stream: Deno.PointerObject;
  /** For example "2.6.3". */
  readonly version: string;
  /** For example "AVX-512 (0xe7)"; on Intel's processors with their caches. */
  readonly instructionSet: string;
  /** Channels that are kept side by side: the floats of a vector register. */
  readonly block: 8 | 16;
  /** Whether the processor multiplies bfloat16; the library would emulate it elsewhere. */
  readonly multipliesBfloat16: boolean;
}

let opened: Library | undefined;

/**
 * Opens the library once a thread; it stays open, because its compiled kernels
 * outlive every program.
 *
 * @throws {EngineUnavailableError} If there is no library, or one of another
 * major version.
 */
export function openLibrary(): Library {
  opened ??= openFile(libraryFile());
  return opened;
}

/** A new handle, written by `create`. */
export function newHandle(
  create: (out: BigUint64Array<ArrayBuffer>) => number,
  action: string,
): Deno.PointerObject {
  const out = new BigUint64Array(1);
  checkStatus(create(out), action);
  const handle = Deno.UnsafePointer.create(out[0]!);
  if (handle === null) {
    throw new Error(`Cannot ${action}: oneDNN gave none and said "success"`);
  }
  return handle;
}

/**
 * Opens one library, whichever others there are.
 *
 * @throws {EngineUnavailableError} If it cannot be used.
 */
export function openFile(file: string): Library {
  // One thread a student; the OpenMP runtime reads it when it is loaded.
  Deno.env.set("OMP_NUM_THREADS", "1");
  const flaw = describeFlaw(file);
  if (flaw !== undefined) throw notOpened(file, flaw);
  const cut = describeCut(file);
  if (cut !== undefined) throw notWhole(file, cut);
  const version = versionOf(file);
  let symbols: Symbols;
  try {
    symbols = Deno.dlopen(file, SYMBOLS).symbols;
  } catch (error) {
    throw notOnednn(file, `a function (${loadersWords(error)})`);
  }
  const begin = (
    create: (out: BigUint64Array<ArrayBuffer>) => number,
    action: string,
  ): Deno.PointerObject => {
    try {
      return newHandle(create, action);
    } catch (error) {
      throw notStarted(file, error);
    }
  };
  const engine = begin(
    // Kind 1 is the processor.
    (out) => symbols.dnnl_engine_create(out, 1, 0n),
    "create oneDNN's engine",
  );
  const stream = begin(
    // In order.
    (out) => symbols.dnnl_stream_create(out, engine, 1),
    "create oneDNN's stream",
  );
  try {
    // The environment (ONEDNN_DEFAULT_FPMATH_MODE) may allow it to compute single
    // precision in bfloat16, of which no record would tell. 0 is strict.
    checkStatus(
      symbols.dnnl_set_default_fpmath_mode?.(0) ?? 0,
      "have oneDNN compute in single precision",
    );
  } catch (error) {
    throw notStarted(file, error);
  }
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
    instructionSet: `${vectors} (0x${isa.toString(16)})${cachesNote()}`,
    block: wide ? 16 : 8,
    multipliesBfloat16: (isa & AVX512_CORE_BF16) === AVX512_CORE_BF16,
  };
}

/**
 * The version, once it is known to be one that can be used. It is read before
 * the other functions are looked up: 3.x lacks some of them, and that it is 3.x
 * says more than which.
 *
 * @throws {EngineUnavailableError} If the file is no oneDNN 2.x.
 */
function versionOf(file: string): string {
  let library: Deno.DynamicLibrary<typeof VERSION_SYMBOL>;
  try {
    library = Deno.dlopen(file, VERSION_SYMBOL);
  } catch (error) {
    throw notLoaded(file, error);
  }
  const { dnnl_version: version } = library.symbols;
  if (version === null) throw notOnednn(file, '"dnnl_version"');
  const place = version();
  if (place === null) throw notOnednn(file, "a version");
  const view = new Deno.UnsafePointerView(place);
  const [major, minor, patch] = [0, 4, 8].map((at) => view.getInt32(at));
  return checkVersion(
    { major: major!, minor: minor!, patch: patch! },
    file,
  );
}
