/**
 * Remembers the memories that WebAssembly is given from now on: to be imported
 * before the runtime whose memory is to be measured.
 */

const memories: WebAssembly.Memory[] = [];

WebAssembly.Memory = new Proxy(WebAssembly.Memory, {
  construct(target, args: [WebAssembly.MemoryDescriptor]) {
    const memory = new target(...args);
    memories.push(memory);
    return memory;
  },
});

/** Bytes that they have now; WebAssembly's memory never shrinks. */
export function wasmBytes(): number {
  return memories.reduce((sum, { buffer }) => sum + buffer.byteLength, 0);
}
