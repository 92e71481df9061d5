/**
 * Memory of a plan: one WebAssembly.Memory, which is page-aligned, never moves
 * and can be reached by the elementwise kernels too. Buffers whose lives do not
 * meet share their bytes.
 *
 * @module
 */

import { MemoryLimitError } from "../memory_limit.ts";
import { type Kernels, loadKernels } from "./kernels.ts";

/** Buffers start at cache lines; elementwise kernels may touch a line's rest. */
const LINE = 64;
const PAGE = 65536;
/** What an address of 32 bits reaches: 4 GiB. */
const MOST_BYTES = 2 ** 32;

/** A run of bytes in an arena, alive from its first use to its last. */
export interface Buffer {
  readonly bytes: number;
  /** Index of the first and of the last operation that uses it. */
  first: number;
  last: number;
  /** From the arena's start; set when the arena is made. */
  offset: number;
  /** Address of memory outside of the arena; undefined inside. */
  readonly outside?: number;
}

/** Placed memory. */
export interface Arena {
  readonly purpose: Purpose;
  readonly base: number;
  readonly memory: WebAssembly.Memory;
  readonly kernels: Kernels;
}

/** What an arena holds: what a program must remember, or what a run leaves behind. */
export type Purpose = "weights" | "maps";

/** Each purpose in words, and how to need less. */
const WORDS: Readonly<
  Record<Purpose, { readonly purpose: string; readonly remedy: string }>
> = {
  weights: { purpose: "its weights", remedy: "give --engine onnx-cpu" },
  maps: {
    purpose: "the maps of a batch",
    remedy: "give a smaller batch or --engine onnx-cpu",
  },
};

/** @throws {MemoryLimitError} If there are more bytes than an arena may have. */
function checkBytes(bytes: number, purpose: Purpose, most = MOST_BYTES): void {
  if (bytes <= most) return;
  throw new MemoryLimitError({
    engine: "onednn",
    bytes,
    most,
    ...WORDS[purpose],
  });
}

/**
 * Arenas that wait for this thread's next program. Without them every student
 * would pay for fresh pages, and the collector, which knows little of how large
 * these memories are, would leave many of them lying about.
 */
const idle: Partial<Record<Purpose, Arena>> = {};

/** Bytes of an arena. */
export function capacity({ memory }: Arena): number {
  return memory.buffer.byteLength;
}

/**
 * Finds memory of at least some bytes: an earlier program's, grown where it is
 * too small, or fresh from the system.
 *
 * @returns An arena with anything in it, to be given to {@link release}.
 * @throws {MemoryLimitError} If they are more than 4 GiB.
 */
export function allocate(bytes: number, purpose: Purpose): Arena {
  checkBytes(bytes, purpose);
  const pages = Math.max(1, Math.ceil(bytes / PAGE));
  const earlier = idle[purpose];
  if (earlier === undefined) {
    const memory = new WebAssembly.Memory({ initial: pages });
    return arenaOf(memory, purpose, loadKernels(memory));
  }
  delete idle[purpose];
  const { memory, kernels } = earlier;
  const missing = pages - capacity(earlier) / PAGE;
  if (missing <= 0) return earlier;
  memory.grow(missing);
  return arenaOf(memory, purpose, kernels);
}

function arenaOf(
  memory: WebAssembly.Memory,
  purpose: Purpose,
  kernels: Kernels,
): Arena {
  const base = Number(
    Deno.UnsafePointer.value(Deno.UnsafePointer.of(memory.buffer)),
  );
  return { purpose, base, memory, kernels };
}

/** Gives an arena back. Of two that are idle the larger one is kept. */
export function release(arena: Arena): void {
  const other = idle[arena.purpose];
  if (other === undefined || capacity(other) < capacity(arena)) {
    idle[arena.purpose] = arena;
  }
}

/** One arena that a program's plans share, since only one of them runs at a time. */
export class Scratch {
  readonly #arenas: Arena[] = [];
  readonly #most: number;

  /** @param most Most bytes of an arena; other than the usual 4 GiB in tests. */
  constructor(most = MOST_BYTES) {
    this.#most = most;
  }

  /**
   * An arena of at least some bytes; earlier ones stay as they are.
   *
   * @throws {MemoryLimitError} If they are too many.
   */
  atLeast(bytes: number): Arena {
    checkBytes(bytes, "maps", this.#most);
    const fitting = this.#arenas.find((arena) => capacity(arena) >= bytes);
    if (fitting !== undefined) return fitting;
    const arena = allocate(bytes, "maps");
    this.#arenas.push(arena);
    return arena;
  }

  /** Gives all arenas back. */
  dispose(): void {
    for (const arena of this.#arenas.splice(0)) release(arena);
  }
}

/** Floats of an arena. */
export function floats(
  arena: Arena,
  offset: number,
  length: number,
): Float32Array<ArrayBuffer> {
  return new Float32Array(
    arena.memory.buffer as ArrayBuffer,
    offset,
    length,
  );
}

/** Values of two bytes of an arena. */
export function halves(
  arena: Arena,
  offset: number,
  length: number,
): Uint16Array<ArrayBuffer> {
  return new Uint16Array(arena.memory.buffer as ArrayBuffer, offset, length);
}

/** A size rounded up to whole cache lines. */
export function wholeLines(bytes: number): number {
  return Math.ceil(bytes / LINE) * LINE;
}

/**
 * Gives each buffer an offset, the largest first, each at the lowest place
 * where it meets no buffer that lives at the same time.
 *
 * @returns The bytes needed.
 */
export function place(buffers: readonly Buffer[]): number {
  const placed: Buffer[] = [];
  let total = 0;
  const bySize = buffers.filter(({ outside }) => outside === undefined)
    .toSorted((a, b) => b.bytes - a.bytes);
  for (const buffer of bySize) {
    const rivals = placed
      .filter(({ first, last }) => first <= buffer.last && buffer.first <= last)
      .sort((a, b) => a.offset - b.offset);
    let offset = 0;
    for (const rival of rivals) {
      if (offset + wholeLines(buffer.bytes) <= rival.offset) break;
      offset = Math.max(offset, rival.offset + wholeLines(rival.bytes));
    }
    buffer.offset = offset;
    placed.push(buffer);
    total = Math.max(total, offset + wholeLines(buffer.bytes));
  }
  return total;
}
