/**
 * Records the operations of a plan, then places their buffers and binds them:
 * after that a run only walks a list of calls and allocates nothing.
 *
 * @module
 */

import { type Arena, type Buffer, place, type Scratch } from "./arena.ts";
import {
  ARGUMENT,
  checkStatus,
  QUERY,
  SIZE,
  UNIMPLEMENTED,
} from "./constants.ts";
import { type Bytes, memoryBytes, sameMemory } from "./descriptors.ts";
import { type Library, newHandle } from "./library.ts";

/** A buffer and the layout of what is in it. */
export interface Tensor {
  readonly descriptor: Bytes;
  readonly buffer: Buffer;
}

/** Arguments of a primitive. */
export type Arguments = readonly (readonly [number, Tensor])[];

/** A plan that can be run until it is disposed. */
export interface Recorded {
  readonly arena: Arena;
  /** Runs the preparations: once for all runs that find their buffers untouched. */
  prepare(): void;
  /** Runs the first operations, by default all. */
  run(operations?: number): void;
  dispose(): void;
}

interface Operation {
  bind(arena: Arena): () => void;
}

/** Collects operations in the order in which they will run. */
export class Recorder {
  readonly library: Library;
  readonly #buffers = new Set<Buffer>();
  readonly #operations: Operation[] = [];
  readonly #preparations: Operation[] = [];
  #preparing = false;
  readonly #descriptors: Deno.PointerObject[] = [];
  readonly #primitives: Deno.PointerObject[] = [];
  readonly #memories: Deno.PointerObject[] = [];

  constructor(library: Library) {
    this.library = library;
  }

  /** Number of operations so far. */
  get length(): number {
    return this.#operations.length;
  }

  /** A new buffer of the arena. */
  buffer(bytes: number): Buffer {
    return { bytes, first: Infinity, last: -1, offset: -1 };
  }

  /** A new buffer with a layout. */
  tensor(descriptor: Bytes): Tensor {
    return {
      descriptor,
      buffer: this.buffer(memoryBytes(this.library, descriptor)),
    };
  }

  /** Says that a buffer is written before a run starts. */
  touchFirst(buffer: Buffer): void {
    this.#buffers.add(buffer);
    buffer.first = -1;
    buffer.last = Math.max(buffer.last, 0);
  }

  /**
   * Has `record` record preparations instead: operations that run before many
   * runs. Nobody else writes where they write.
   */
  preparation<Result>(record: () => Result): Result {
    this.#preparing = true;
    try {
      return record();
    } finally {
      this.#preparing = false;
    }
  }

  /**
   * Makes a primitive's descriptor.
   *
   * @returns undefined where the library has no kernel for it.
   */
  tryDescriptor(
    operation: Bytes,
    hint: Deno.PointerValue = null,
    attributes: Deno.PointerValue = null,
  ): Deno.PointerObject | undefined {
    const { symbols, engine } = this.library;
    const out = new BigUint64Array(1);
    const status = symbols.dnnl_primitive_desc_create(
      out,
      operation,
      attributes,
      engine,
      hint,
    );
    if (status === UNIMPLEMENTED) return undefined;
    checkStatus(status, "describe a primitive");
    return this.#own(out[0]!);
  }

  /** The same, where a kernel must exist. */
  descriptor(
    operation: Bytes,
    hint: Deno.PointerValue = null,
  ): Deno.PointerObject {
    const descriptor = this.tryDescriptor(operation, hint);
    if (descriptor === undefined) {
      checkStatus(UNIMPLEMENTED, "describe a primitive");
    }
    return descriptor!;
  }

  #own(address: bigint): Deno.PointerObject {
    const descriptor = Deno.UnsafePointer.create(address)!;
    this.#descriptors.push(descriptor);
    return descriptor;
  }

  /** The name of the implementation that a primitive would run. */
  implementation(descriptor: Deno.PointerObject): string {
    const out = new BigUint64Array(1);
    checkStatus(
      this.library.symbols.dnnl_primitive_desc_query(
        descriptor,
        QUERY.implementation,
        0,
        out,
      ),
      "ask for a primitive's implementation",
    );
    const name = Deno.UnsafePointer.create(out[0]!)!;
    return Deno.UnsafePointerView.getCString(name);
  }

  /** Whether a primitive would run plain loops, a hundred times slower than a kernel. */
  isReference(descriptor: Deno.PointerObject): boolean {
    return this.implementation(descriptor).startsWith("ref");
  }

  /** The layout that a primitive wants for one of its arguments. */
  query(descriptor: Deno.PointerObject, what: number, index = 0): Bytes {
    const found = this.library.symbols.dnnl_primitive_desc_query_md(
      descriptor,
      what,
      index,
    );
    const copy = new Uint8Array(SIZE.memoryDescriptor);
    if (found !== null) {
      copy.set(
        new Uint8Array(
          Deno.UnsafePointerView.getArrayBuffer(found, copy.length),
        ),
      );
    }
    return copy;
  }

  /**
   * Checks that every argument's layout is the one that the primitive reads or
   * writes: it would take any memory and misread it.
   */
  #checkLayouts(descriptor: Deno.PointerObject, args: Arguments): void {
    for (const [name, tensor] of args) {
      const wanted = this.query(descriptor, QUERY.argument, name);
      if (!this.sameLayout(tensor, wanted)) {
        throw new TypeError(
          `Cannot record a primitive: the layout of argument ${name} is another than its primitive's, expected the same`,
        );
      }
    }
  }

  /** Appends a primitive. */
  primitive(descriptor: Deno.PointerObject, args: Arguments): void {
    this.#checkLayouts(descriptor, args);
    const { symbols, engine, stream } = this.library;
    const primitive = newHandle(
      (out) => symbols.dnnl_primitive_create(out, descriptor),
      "create a primitive",
    );
    this.#primitives.push(primitive);
    this.host(args.map(([, { buffer }]) => buffer), (arena) => {
      // Referenced by the closure: the collector must not free it.
      const list = new BigUint64Array(2 * args.length);
      for (const [index, [name, tensor]] of args.entries()) {
        const { offset, outside } = tensor.buffer;
        const data = Deno.UnsafePointer.create(
          BigInt(outside ?? arena.base + offset),
        );
        const memory = newHandle(
          (out) =>
            symbols.dnnl_memory_create(out, tensor.descriptor, engine, data),
          "create a memory",
        );
        this.#memories.push(memory);
        list[2 * index] = BigInt(name);
        list[2 * index + 1] = Deno.UnsafePointer.value(memory);
      }
      const count = args.length;
      return () => {
        const status = symbols.dnnl_primitive_execute(
          primitive,
          stream,
          count,
          list,
        );
        if (status !== 0) checkStatus(status, "run a primitive");
      };
    });
  }

  /** Appends a function of this program that uses some buffers. */
  host(
    uses: readonly Buffer[],
    bind: (arena: Arena) => () => void,
  ): void {
    if (this.#preparing) {
      for (const buffer of uses) {
        this.#buffers.add(buffer);
        [buffer.first, buffer.last] = [-1, Infinity];
      }
      this.#preparations.push({ bind });
      return;
    }
    const index = this.#operations.length;
    for (const buffer of uses) {
      this.#buffers.add(buffer);
      buffer.first = Math.min(buffer.first, index);
      buffer.last = Math.max(buffer.last, index);
    }
    this.#operations.push({ bind });
  }

  /** Whether a tensor has a layout. */
  sameLayout(tensor: Tensor, descriptor: Bytes): boolean {
    return sameMemory(this.library, tensor.descriptor, descriptor);
  }

  /** The tensor in another layout or type; itself where they are the same. */
  as(tensor: Tensor, descriptor: Bytes): Tensor {
    if (this.sameLayout(tensor, descriptor)) return tensor;
    const result = this.tensor(descriptor);
    this.reorder(tensor, result);
    return result;
  }

  /** Has `compute` write a tensor of a layout, and puts it where it belongs. */
  into(
    target: Tensor,
    descriptor: Bytes,
    compute: (computed: Tensor) => void,
  ): void {
    const computed = this.sameLayout(target, descriptor)
      ? target
      : this.tensor(descriptor);
    compute(computed);
    if (computed !== target) this.reorder(computed, target);
  }

  /** Copies a tensor into another layout or type; padding is set to zero. */
  reorder(from: Tensor, to: Tensor): void {
    const { symbols, engine } = this.library;
    const out = new BigUint64Array(1);
    checkStatus(
      symbols.dnnl_reorder_primitive_desc_create(
        out,
        from.descriptor,
        engine,
        to.descriptor,
        engine,
        null,
      ),
      "describe a reorder",
    );
    this.primitive(this.#own(out[0]!), [
      [ARGUMENT.source, from],
      [ARGUMENT.destination, to],
    ]);
  }

  /** Places all buffers and binds all operations. */
  finish(scratch: Scratch): Recorded {
    const arena = scratch.atLeast(place([...this.#buffers]));
    const preparations = this.#preparations.map(({ bind }) => bind(arena));
    const steps = this.#operations.map(({ bind }) => bind(arena));
    this.#freeDescriptors();
    return {
      arena,
      prepare() {
        for (const prepare of preparations) prepare();
      },
      run(operations = steps.length) {
        for (let i = 0; i < operations; i++) steps[i]!();
      },
      dispose: () => this.dispose(),
    };
  }

  #freeDescriptors(): void {
    const { symbols } = this.library;
    for (const handle of this.#descriptors.splice(0)) {
      checkStatus(symbols.dnnl_primitive_desc_destroy(handle), "free");
    }
  }

  /** Frees all handles; idempotent. */
  dispose(): void {
    const { symbols } = this.library;
    this.#freeDescriptors();
    for (const handle of this.#primitives.splice(0)) {
      checkStatus(symbols.dnnl_primitive_destroy(handle), "free a primitive");
    }
    for (const handle of this.#memories.splice(0)) {
      checkStatus(symbols.dnnl_memory_destroy(handle), "free a memory");
    }
  }
}
