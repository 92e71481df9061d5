/**
 * Loaded before a run: whoever asks for a random number without a seed fails, in the
 * main thread and in those that train.
 *
 * @module
 */

const TRAINING = new URL("../../lib/search/worker.ts", import.meta.url).href;

Math.random = () => {
  // When TensorFlow.js is loaded, the seedrandom that it brings along stirs chance
  // into a pool of its own, from which nothing is drawn.
  if (new Error().stack!.includes("Module._compile")) return 0.5;
  throw new Error("Math.random was called");
};

if ("Worker" in globalThis) {
  globalThis.Worker = class extends Worker {
    constructor(url: string | URL, options?: WorkerOptions) {
      if (`${url}` !== TRAINING) throw new Error(`Unknown worker: ${url}`);
      super(new URL("./_no_random_worker.ts", import.meta.url), options);
    }
  };
}
