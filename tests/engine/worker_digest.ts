/** The digest of a training on an engine in a worker of its own, which stays. */
export function digestInWorker(engine: string): Promise<string> {
  const worker = new Worker(new URL("./onnx_worker.ts", import.meta.url), {
    type: "module",
    name: engine,
  });
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = ({ message }) => reject(new Error(message));
  });
}
