/**
 * Counts what an engine holds outside of JavaScript's heap, and makes its calls
 * fail on demand. Installed around the runtime before the engine is opened.
 */

import type * as ort from "../../lib/engine/onnx/runtime.ts";

/** A runtime under observation. */
export interface Live {
  /** Things made and not yet freed. */
  count(): number;
  /**
   * Lets the `n`-th call from now fail that matches; what it would have done is
   * not done.
   *
   * @returns Whether it has failed meanwhile.
   */
  failAt(n: number, call: RegExp): () => boolean;
}

/** Counts calls, and says which one is to fail. */
class Calls {
  #left = 0;
  #pattern = /^$/;

  failAt(n: number, call: RegExp): () => boolean {
    this.#left = n;
    this.#pattern = call;
    return () => {
      const failed = this.#left === 0;
      this.#left = 0;
      return failed;
    };
  }

  /** Whether this call is the one that fails. */
  fails(name: string): boolean {
    return this.#left > 0 && this.#pattern.test(name) && --this.#left === 0;
  }
}

/** What oneDNN answers when memory is short. */
const OUT_OF_MEMORY = 1;

/**
 * Counts oneDNN's handles: each `..._create` that succeeds makes one, each
 * `..._destroy` frees one. The library's own engine and stream live as long as
 * the process and are not counted.
 */
export function watchOnednn(): Live {
  const calls = new Calls();
  let count = 0;
  const dlopen = Deno.dlopen;
  // deno-lint-ignore no-explicit-any
  type Call = (...args: any[]) => number;

  function watched(name: string, call: Call): Call {
    const change = /^dnnl_(engine|stream)_/.test(name)
      ? 0
      : name.endsWith("_create")
      ? 1
      : name.endsWith("_destroy")
      ? -1
      : 0;
    if (change === 0 && name !== "dnnl_primitive_execute") return call;
    return (...args) => {
      if (calls.fails(name)) return OUT_OF_MEMORY;
      const status = call(...args);
      if (status === 0) count += change;
      return status;
    };
  }

  Deno.dlopen = ((file: string, interfaces: Deno.ForeignLibraryInterface) => {
    const library = dlopen(file, interfaces);
    const symbols = Object.entries(library.symbols).map(([name, call]) =>
      [
        name,
        typeof call === "function" ? watched(name, call as Call) : call,
      ] as const
    );
    return { ...library, symbols: Object.fromEntries(symbols) };
  }) as typeof Deno.dlopen;
  return { count: () => count, failAt: calls.failAt.bind(calls) };
}

/** Counts the sessions of onnxruntime-node or onnxruntime-web. */
export function watchOnnx(
  { InferenceSession }: Pick<typeof ort, "InferenceSession">,
): Live {
  const calls = new Calls();
  let count = 0;
  const create = InferenceSession.create;
  InferenceSession.create = (async (...args: Parameters<typeof create>) => {
    if (calls.fails("create")) throw new Error("create fails");
    const session = await create.apply(InferenceSession, args);
    count++;
    const { run, release } = session;
    session.release = async () => {
      await release.call(session);
      count--;
    };
    session.run = (async (...inputs: Parameters<typeof run>) => {
      if (calls.fails("run before")) throw new Error("run fails");
      const outputs = await run.apply(session, inputs);
      if (calls.fails("run after")) throw new Error("run fails");
      return outputs;
    }) as typeof run;
    return session;
  }) as typeof create;
  return { count: () => count, failAt: calls.failAt.bind(calls) };
}
