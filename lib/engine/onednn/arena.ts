/**
 * Memory of a plan: one WebAssembly.Memory, which is page-aligned, never moves
 * and can be reached by the elementwise kernels too. Buffers whose lives do not
 * meet share their bytes.
 *
 * @module
 */

import { type Kernels, loadKernels } from "./kernels.ts";

/** Buffers start at cache lines; elementwise kernels may touch a line's rest. */
const LINE = 64;
const PAGE = 65536;

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
  readonly base: number;
  readonly memory: WebAssembly.Memory;
  readonly kernels: Kernels;
  readonly bytes: number;
}

/** Allocates memory of at least some bytes, all zero. */
export function allocate(bytes: number): Arena {
  const memory = new WebAssembly.Memory({
    initial: Math.max(1, Math.ceil(bytes / PAGE)),
  });
  const base = Number(
    Deno.UnsafePointer.value(Deno.UnsafePointer.of(memory.buffer)),
  );
  return { base, memory, kernels: loadKernels(memory), bytes };
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
