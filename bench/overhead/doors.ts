/**
 * Clocks at the two doors through which an engine leaves TypeScript: functions
 * of native libraries and functions of WebAssembly modules. The engine itself
 * is not changed and knows nothing of it, so this file must be loaded before
 * the engine is.
 *
 * @module
 */

/** What went through the doors since the last {@link takeCounts}. */
export interface DoorCounts {
  /** Milliseconds inside the primitives of the library. */
  readonly nativeMs: number;
  /** Milliseconds inside WASM kernels. */
  readonly wasmMs: number;
  /** Calls of primitives. */
  readonly calls: number;
}

/** The function of oneDNN that computes; the others only prepare. */
const EXECUTE = "dnnl_primitive_execute";
/** One that does next to nothing: what it takes is the crossing. */
const NOTHING = "dnnl_get_effective_cpu_isa";
const CROSSINGS = 1_000_000;

type Call = (...args: never[]) => unknown;

let nativeMs = 0;
let wasmMs = 0;
let calls = 0;
let nothing: Call | undefined;

/** Gives the counts and starts them anew. */
export function takeCounts(): DoorCounts {
  const counts = { nativeMs, wasmMs, calls };
  nativeMs = wasmMs = calls = 0;
  return counts;
}

/** Nanoseconds of crossing to native code and back, once an engine is open. */
export function crossingNs(): number {
  const cross = nothing!;
  const start = performance.now();
  for (let i = 0; i < CROSSINGS; i++) cross();
  return (performance.now() - start) * 1e6 / CROSSINGS;
}

function timedExecute(execute: Call): Call {
  return (...args) => {
    const start = performance.now();
    const result = execute(...args);
    nativeMs += performance.now() - start;
    calls++;
    return result;
  };
}

function timedKernel(kernel: Call): Call {
  return (...args) => {
    const start = performance.now();
    const result = kernel(...args);
    wasmMs += performance.now() - start;
    return result;
  };
}

/** Puts the clocks in place, in this thread only. */
export function installClocks(): void {
  const { dlopen } = Deno;
  Deno.dlopen = ((name: string | URL, wanted: Deno.ForeignLibraryInterface) => {
    const library = dlopen(name, wanted);
    const symbols = { ...library.symbols } as Record<string, Call>;
    const execute = symbols[EXECUTE];
    if (execute !== undefined) symbols[EXECUTE] = timedExecute(execute);
    nothing ??= symbols[NOTHING];
    return { symbols, close: () => library.close() };
  }) as typeof Deno.dlopen;

  const { Instance } = WebAssembly;
  WebAssembly.Instance = function (
    module: WebAssembly.Module,
    imports?: WebAssembly.Imports,
  ) {
    const { exports } = new Instance(module, imports);
    return {
      exports: Object.fromEntries(
        Object.entries(exports).map(([name, value]) => [
          name,
          typeof value === "function" ? timedKernel(value as Call) : value,
        ]),
      ),
    };
  } as unknown as typeof WebAssembly.Instance;
}
